"""Numbers, prices, percentages, times and signs of an ad script as words, for the front ends that need it.

Light on purpose: what it does not know passes through to the front end. English is normalised by its own reader.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from renderer.speech import numerals


@dataclass(frozen=True, slots=True)
class Money:
    """Words of a currency: one and many of the unit and of its hundredth, and what joins the two."""

    one: str
    many: str
    cent: str = ""
    cents: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """How a locale writes and says numbers.

    Attributes:
        cardinal: whole number in words, alone; ``counting``: before a masculine noun.
        decimal, group: the signs of the locale's written numbers.
        join: between whole and hundredths of a price.
        hour, hour_minute: how a time is said, {0} the hour and {1} the minute.
    """

    cardinal: Callable[[int], str]
    counting: Callable[[int], str]
    decimal: str
    group: str
    point: str
    percent: str
    join: str
    money: Mapping[str, Money]
    words: Mapping[str, str]
    units: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    hour: str = "{0}"
    hour_minute: str = "{0} {1}"


_ES = Wording(
    numerals.spanish, numerals.spanish_before_noun, ",", ".", "coma", "por ciento", "con",
    {"€": Money("euro", "euros", "céntimo", "céntimos"), "$": Money("dólar", "dólares", "centavo", "centavos"),
     "US$": Money("dólar", "dólares", "centavo", "centavos"), "£": Money("libra", "libras", "penique", "peniques")},
    {"-": "menos", "x": "por", "&": "y", "+": "más", "@": "arroba", "=": "igual a", ".com": " punto com", "24/7": "veinticuatro siete"},
    {"km": ("kilómetro", "kilómetros"), "kg": ("kilo", "kilos"), "g": ("gramo", "gramos"), "l": ("litro", "litros"),
     "ml": ("mililitro", "mililitros"), "m": ("metro", "metros"), "cm": ("centímetro", "centímetros"),
     "min": ("minuto", "minutos"), "h": ("hora", "horas"), "GB": ("giga", "gigas")},
    hour="{0} en punto", hour_minute="{0} y {1}",
)  # fmt: skip
_MX = replace(
    _ES,
    decimal=".",
    group=",",
    point="punto",
    money={
        **_ES.money,
        "$": Money("peso", "pesos", "centavo", "centavos"),
        "€": Money("euro", "euros", "centavo", "centavos"),
    },
)
_PT = Wording(
    numerals.portuguese, numerals.portuguese, ",", ".", "vírgula", "por cento", "e",
    {"R$": Money("real", "reais", "centavo", "centavos"), "€": Money("euro", "euros", "centavo", "centavos"),
     "US$": Money("dólar", "dólares", "centavo", "centavos"), "$": Money("dólar", "dólares", "centavo", "centavos")},
    {"-": "menos", "x": "por", "&": "e", "+": "mais", "@": "arroba", "=": "igual a", ".com": " ponto com", "24/7": "vinte e quatro por sete"},
    {"km": ("quilômetro", "quilômetros"), "kg": ("quilo", "quilos"), "g": ("grama", "gramas"), "l": ("litro", "litros"),
     "ml": ("mililitro", "mililitros"), "m": ("metro", "metros"), "cm": ("centímetro", "centímetros"),
     "min": ("minuto", "minutos"), "h": ("hora", "horas"), "GB": ("giga", "gigas")},
    hour="{0} horas", hour_minute="{0} e {1}",
)  # fmt: skip
_FR = Wording(
    numerals.french, numerals.french, ",", " \u202f.", "virgule", "pour cent", "",
    {"€": Money("euro", "euros"), "$": Money("dollar", "dollars"), "£": Money("livre", "livres")},
    {"-": "moins", "x": "pour", "&": "et", "+": "plus", "@": "arobase", "=": "égale", ".com": " point com", "24/7": "vingt-quatre heures sur vingt-quatre"},
    {"km": ("kilomètre", "kilomètres"), "kg": ("kilo", "kilos"), "g": ("gramme", "grammes"), "l": ("litre", "litres"),
     "ml": ("millilitre", "millilitres"), "m": ("mètre", "mètres"), "cm": ("centimètre", "centimètres"),
     "min": ("minute", "minutes"), "h": ("heure", "heures"), "Go": ("giga", "gigas")},
    hour="{0} heures", hour_minute="{0} heures {1}",
)  # fmt: skip
_IT = Wording(
    numerals.italian, numerals.italian, ",", ".", "virgola", "per cento", "e",
    {"€": Money("euro", "euro", "centesimo", "centesimi"), "$": Money("dollaro", "dollari", "centesimo", "centesimi")},
    {"-": "meno", "x": "per", "&": "e", "+": "più", "@": "chiocciola", "=": "uguale", ".com": " punto com", "24/7": "ventiquattro su sette"},
    {"km": ("chilometro", "chilometri"), "kg": ("chilo", "chili"), "g": ("grammo", "grammi"), "l": ("litro", "litri"),
     "ml": ("millilitro", "millilitri"), "m": ("metro", "metri"), "cm": ("centimetro", "centimetri"),
     "min": ("minuto", "minuti"), "h": ("ora", "ore"), "GB": ("giga", "giga")},
    hour="{0}", hour_minute="{0} e {1}",
)  # fmt: skip
_HI = Wording(
    str, str, ".", ",", "दशमलव", "प्रतिशत", "",
    {"₹": Money("रुपया", "रुपये", "पैसा", "पैसे"), "$": Money("डॉलर", "डॉलर", "सेंट", "सेंट")},
    {"-": "माइनस", "x": "बाय", "&": "और", "+": "प्लस", "@": "ऐट", "=": "बराबर", ".com": " डॉट कॉम", "24/7": "चौबीसों घंटे"},
    {"km": ("किलोमीटर", "किलोमीटर"), "kg": ("किलो", "किलो"), "g": ("ग्राम", "ग्राम"), "ml": ("मिलीलीटर", "मिलीलीटर")},
    hour="{0} बजे", hour_minute="{0} बजकर {1} मिनट",
)  # fmt: skip

WORDINGS: Mapping[str, Wording] = MappingProxyType(
    {
        "es-ES": _ES,
        "es-MX": _MX,
        "es-419": replace(_MX, money=_ES.money),
        "pt-BR": _PT,
        "fr-FR": _FR,
        "it-IT": _IT,
        "hi-IN": _HI,
    }
)

_TIME = re.compile(r"\b([01]?\d|2[0-4]) ?[:hH] ?([0-5]\d)\b(?: ?h\b)?")
# English words every ad uses, spelt the way the language says them.
_LOANWORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "es": {
            "coffee": "cofi",
            "online": "onlain",
            "wifi": "uifi",
            "shopping": "shopin",
            "delivery": "delíveri",
        },
        "it": {"coffee": "còfi", "online": "onlain", "shopping": "sciòpping", "delivery": "delìveri"},
        "pt": {"coffee": "cófi", "delivery": "delíveri"},
    }
)
_WORD = re.compile(r"[^\W\d_]+")
_MINUS = re.compile(r"(?<![^\s(])[-−–] ?(?=\d)")
_FOR_EACH = re.compile(r"(?<=\b\d)x(?=\d\b)")
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f\u200b\u2060\ufeff]")
_SPACES = re.compile(r"[ \t\n\u00a0\u2009]+")


def normalise(text: str, locale: str) -> str:
    """The text with its numbers and signs in words; only tidied for locales without a wording."""
    text = _INVISIBLE.sub(" ", "".join(_ascii_digit(sign) for sign in text))
    wording = WORDINGS.get(locale)
    if wording is None:
        return _SPACES.sub(" ", text).strip()
    loans = _LOANWORDS.get(locale.partition("-")[0], {})
    text = _SPACES.sub(" ", text).replace("\u2019", "'")
    text = _WORD.sub(lambda word: loans.get(word[0].casefold(), word[0]), text)
    for sign in ("24/7", ".com"):
        text = re.sub(rf"{re.escape(sign)}\b", wording.words[sign], text)
    text = _FOR_EACH.sub(rf" {wording.words['x']} ", _MINUS.sub(f"{wording.words['-']} ", text))
    text = _TIME.sub(lambda found: _time(found, wording), text)
    for pattern, say in _patterns(wording):
        text = pattern.sub(say, text)
    for sign in "&+@=":
        text = text.replace(sign, f" {wording.words[sign]} ")
    return _SPACES.sub(" ", text).strip()


def _ascii_digit(sign: str) -> str:
    # Full-width, Devanagari and other digits are numbers too, and some front ends stumble over them.
    return str(unicodedata.decimal(sign)) if sign.isdecimal() else sign


def _patterns(wording: Wording) -> list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]]:
    signs = "|".join(re.escape(sign) for sign in sorted(wording.money, key=len, reverse=True))
    units = "|".join(re.escape(unit) for unit in sorted(wording.units, key=len, reverse=True))
    number = _written_number(wording)
    return [
        (re.compile(rf"({signs}) ?({number})"), lambda found: _price(found[1], found[2], wording)),
        (re.compile(rf"({number}) ?({signs})"), lambda found: _price(found[2], found[1], wording)),
        (re.compile(rf"({number}) ?%"), lambda found: f"{_number(found[1], wording)} {wording.percent}"),
        (re.compile(rf"({number}) ?({units})\b"), lambda found: _amount(found[1], found[2], wording)),
        (re.compile(number), lambda found: _number(found[0], wording)),
    ]


def _written_number(wording: Wording) -> str:
    decimal = rf"(?:{re.escape(wording.decimal)}\d+)?"
    # Indian numbers group by two after the first three: 1,00,000.
    return rf"\d{{1,3}}(?:[{re.escape(wording.group)}]\d{{2,3}})+{decimal}\b|\d+{decimal}"


def _parts(written: str, wording: Wording) -> tuple[int, str]:
    whole, _, decimals = written.partition(wording.decimal)
    return int(re.sub(r"\D", "", whole)), decimals


def _number(written: str, wording: Wording) -> str:
    whole, decimals = _parts(written, wording)
    if not decimals:
        return wording.cardinal(whole)
    digits = [decimals] if len(decimals) < 3 and decimals[0] != "0" else list(decimals)
    spoken = " ".join(wording.cardinal(int(digit)) for digit in digits)
    return f"{wording.cardinal(whole)} {wording.point} {spoken}"


def _price(sign: str, written: str, wording: Wording) -> str:
    money = wording.money[sign]
    whole, decimals = _parts(written, wording)
    cents = int((decimals + "0")[:2]) if decimals else 0
    spoken = f"{wording.counting(whole)} {_form(whole, money.one, money.many)}"
    if not cents:
        return spoken
    hundredths = f" {_form(cents, money.cent, money.cents)}" if money.cent else ""
    return " ".join(f"{spoken} {wording.join} {wording.counting(cents)}{hundredths}".split())


def _amount(written: str, unit: str, wording: Wording) -> str:
    whole, decimals = _parts(written, wording)
    if decimals:
        return f"{_number(written, wording)} {wording.units[unit][1]}"
    return f"{wording.counting(whole)} {_form(whole, *wording.units[unit])}"


def _time(found: re.Match[str], wording: Wording) -> str:
    hour, minute = int(found[1]), int(found[2])
    said = wording.hour_minute if minute else wording.hour
    return said.format(wording.cardinal(hour), wording.cardinal(minute))


def _form(count: int, one: str, many: str) -> str:
    return one if count == 1 else many
