"""Readable names of locales, territories, channels, uses and product categories, and the order they are offered in."""

from __future__ import annotations

from typing import Final

from django.conf.locale import LANG_INFO

ANY: Final = "*"

TERRITORIES: Final[dict[str, dict[str, str]]] = {
    "Americas": {
        "US": "United States", "CA": "Canada", "MX": "Mexico", "BR": "Brazil", "AR": "Argentina", "CL": "Chile",
        "CO": "Colombia", "PE": "Peru", "UY": "Uruguay", "CR": "Costa Rica", "DO": "Dominican Republic",
        "EC": "Ecuador", "GT": "Guatemala", "PA": "Panama", "PR": "Puerto Rico",
    },
    "Europe": {
        "GB": "United Kingdom", "IE": "Ireland", "DE": "Germany", "FR": "France", "ES": "Spain", "IT": "Italy",
        "PT": "Portugal", "NL": "Netherlands", "BE": "Belgium", "LU": "Luxembourg", "CH": "Switzerland",
        "AT": "Austria", "SE": "Sweden", "NO": "Norway", "DK": "Denmark", "FI": "Finland", "PL": "Poland",
        "CZ": "Czechia", "GR": "Greece", "HU": "Hungary", "RO": "Romania", "BG": "Bulgaria", "HR": "Croatia",
        "SK": "Slovakia", "SI": "Slovenia", "LT": "Lithuania", "LV": "Latvia", "EE": "Estonia", "CY": "Cyprus",
        "MT": "Malta", "TR": "Türkiye", "UA": "Ukraine",
    },
    "Asia and Pacific": {
        "IN": "India", "CN": "China", "JP": "Japan", "KR": "South Korea", "TW": "Taiwan", "HK": "Hong Kong",
        "SG": "Singapore", "MY": "Malaysia", "ID": "Indonesia", "PH": "Philippines", "TH": "Thailand",
        "VN": "Vietnam", "BD": "Bangladesh", "PK": "Pakistan", "LK": "Sri Lanka", "AU": "Australia",
        "NZ": "New Zealand",
    },
    "Middle East and Africa": {
        "AE": "United Arab Emirates", "SA": "Saudi Arabia", "QA": "Qatar", "KW": "Kuwait", "IL": "Israel",
        "EG": "Egypt", "MA": "Morocco", "NG": "Nigeria", "KE": "Kenya", "GH": "Ghana", "ZA": "South Africa",
    },
}  # fmt: skip
_TERRITORY_NAMES: Final = {"EU": "European Union"} | {
    code: name for group in TERRITORIES.values() for code, name in group.items()
}

CHANNELS: Final = {
    "social": "Social media",
    "video": "Online video",
    "display": "Display",
    "television": "Television",
    "cinema": "Cinema",
    "outdoor": "Outdoor screens",
    "in_store": "In store",
    "messaging": "Messaging",
    "website": "Own website",
}
CATEGORIES: Final = {
    "beverages": "Drinks and coffee",
    "food": "Food and restaurants",
    "retail": "Retail",
    "fashion": "Fashion",
    "beauty": "Beauty and care",
    "travel": "Travel and hotels",
    "automotive": "Cars and mobility",
    "technology": "Technology",
    "telecom": "Phone and internet",
    "entertainment": "Entertainment",
    "sport": "Sport",
    "education": "Education",
    "finance": "Finance and insurance",
    "health": "Health",
    "public_service": "Public information",
    "alcohol": "Alcohol",
    "gambling": "Gambling",
    "political": "Political",
}
USES: Final = {
    "face_substitution": "Face in the picture",
    "lip_sync": "Lips follow new words",
    "voice_preset": "Spoken by a preset voice",
    "recording": "Own recorded voice",
    "audio_only": "Sound without picture",
    "age_change": "Look younger or older",
    "reenactment": "Steered by another person",
}
LOCALES: Final = {
    "en-US": "English (United States)",
    "en-GB": "English (United Kingdom)",
    "es-MX": "Spanish (Mexico)",
    "es-419": "Spanish (Latin America)",
    "es-ES": "Spanish (Spain)",
    "pt-BR": "Portuguese (Brazil)",
    "fr-FR": "French (France)",
    "it-IT": "Italian (Italy)",
    "hi-IN": "Hindi (India)",
    "ja-JP": "Japanese (Japan)",
    "zh-CN": "Chinese (China)",
}


def territory_name(code: str) -> str:
    """``MX`` -> Mexico; unknown codes come back as they are."""
    return "Everywhere" if code == ANY else _TERRITORY_NAMES.get(code.upper(), code)


def locale_name(tag: str) -> str:
    """``es-MX`` -> Spanish (Mexico), built from language and territory where the tag is not a usual one."""
    if tag == ANY:
        return "Every language"
    if tag in LOCALES:
        return LOCALES[tag]
    language, _, territory = tag.partition("-")
    name = LANG_INFO.get(language.lower(), {}).get("name", language)
    return f"{name} ({territory_name(territory)})" if territory else str(name)


def language_name(tag: str) -> str:
    """``es-MX`` -> Spanish."""
    return locale_name(tag).partition(" (")[0]


def plain(kind: dict[str, str], code: str) -> str:
    """The readable name of a code; ``*`` means everything of its kind."""
    return "Any" if code == ANY else kind.get(code, code.replace("_", " ").capitalize())
