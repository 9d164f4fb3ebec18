"""Spanish, Brazilian Portuguese and French without espeak-ng, by the rules of piper-plus-g2p (MIT).

Its transcription is phonemic; Kokoro learnt these languages from espeak-ng's. The steps here turn the one into
the other: glides, closing diphthongs, nasal vowels, the three kinds of r, and stress right before the vowel.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from piper_plus_g2p import Phonemizer

NAME = "piper-plus-g2p 0.3.1"

Reader = Callable[[str], str]
Rules = tuple[tuple[re.Pattern[str], str], ...]

_TOKEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|[.,;:!?…—()“”\"]|\s+")


def _rules(*pairs: tuple[str, str]) -> Rules:
    return tuple((re.compile(pattern), replacement) for pattern, replacement in pairs)


_SPANISH = _rules(
    ("rr", "r"),
    ("tʃ", "ʧ"),
    # A stressed rising diphthong carries its mark before the glide; Kokoro wants it before the vowel.
    ("ˈi(?=[aeou])", "jˈ"),
    ("ˈu(?=[aeoi])", "wˈ"),
    ("(?<![aeouˈ])i(?=ˈ?[aeou])", "j"),
    ("(?<![aeoiˈ])u(?=ˈ?[aeoi])", "w"),
    ("ai(?![aeou])", "I"),
    ("au(?![aeio])", "W"),
    ("ei(?![aeou])", "A"),
    ("oi(?![aeou])", "oɪ"),
    ("eu(?![aeio])", "eʊ"),
    ("n(?=ˈ?ɡ)", "ŋ"),
    ("ˈe(?=[nŋ][tdkɡsθʧfx]|x)", "ˈɛ"),
)
# An accented í or ú beside a vowel is a syllable of its own, so it makes no glide.
_HIATUS = re.compile("[íú][aeo]|[aeo][íú]")
_HIATUS_RULES = _rules(("rr", "r"), ("tʃ", "ʧ"), ("(?<![aeouˈ])i(?=ˈ[aeou])", "j"), ("n(?=ˈ?ɡ)", "ŋ"))
_SPANISH_RESPELT = {
    "méxico": "méjico", "mexicano": "mejicano", "mexicana": "mejicana", "mexicanos": "mejicanos", "mexicanas": "mejicanas",
    "texas": "tejas", "oaxaca": "oajaca",
}  # fmt: skip

_PORTUGUESE = _rules(
    ("tʃ", "ʧ"),
    ("dʒ", "ʤ"),
    ("ʃ(?=ˈ?[ptkf])", "s"),
    ("ʎ", "lj"),
    # A falling diphthong is stressed on its vowel, whatever the rules made of it.
    ("([aeoɛɔã])ˈ([iu])", r"ˈ\1\2"),
    ("(?<=[pbtdkɡfv])ʁ", "r"),
    ("ʁ(?=ˈ?[aeiouɛɔãẽĩõũ])", "x"),
    ("ʁ", "r"),
    ("(?<=[kɡ])u(?=ˈ?[aeioɛɔãẽĩõ])", "w"),
    ("ãu|ão(?=s?$)", "ɐ̃ʊ̃"),
    ("ãi|ãe(?=s?$)", "ɐ̃y"),
    ("õi|õe(?=s?$)", "õj"),
    ("([ãẽĩõũ])(?=[pb])", r"\1m"),
    ("([ãẽĩõũ])(?=[tdkɡfvszʃʒʧʤlxrnmɲ]|$)(?!m[pb]|j)", r"\1ŋ"),
    ("ãŋ(?=$)", "ɐ̃"),
    ("ãŋ?(?=ˈ?ɲ)", "ɐ̃"),
    ("a(?=ˈ?ɲ)", "ɐ̃"),
    ("ã", "ɐ̃"),
    ("ẽ", "A"),
    ("ĩ", "i"),
    ("õ(?!j)", "o"),
    ("ũ", "u"),
    ("ai(?!ˈ?[aeiouɛɔ])", "I"),
    ("a[uw](?!ˈ?[aeiouɛɔ])", "W"),
    ("ei(?!ˈ?[aeiouɛɔ])", "A"),
    ("ou(?!ˈ?[aeiouɛɔ])", "O"),
    ("oi(?!ˈ?[aeiouɛɔ])", "oɪ"),
    ("(?<=[eɛoɔi])[uw]$", "ʊ"),
    ("(?<=[^ˈ])a(?=s?$)", "æ"),
    ("(?<=[^ˈ])[uo](?=s?$)", "ʊ"),
    ("(?<=[^ˈ])i$", "y"),
    ("z$", "s"),
)
_PORTUGUESE_WORDS = {
    "a": "a", "as": "as", "o": "ʊ", "os": "ʊs", "e": "i", "é": "ˈɛ", "de": "ʤy", "do": "dʊ", "dos": "dʊs", "da": "da",
    "das": "das", "em": "Aŋ", "no": "nʊ", "na": "na", "nos": "nʊs", "nas": "nas", "com": "koŋ", "por": "por",
    "que": "ky", "se": "sy", "me": "my", "te": "ʧy", "lhe": "ljy", "um": "uŋ", "uma": "ˌumæ", "ao": "W", "aos": "Ws",
    "para": "pˌaræ", "muito": "mwˈiŋtʊ", "muita": "mwˈiŋtæ", "coffee": "kofˈi", "brisa": "brˈizæ", "online": "onlˈIny",
    "wifi": "wˌIfˈI", "mais": "mˈIs", "você": "vosˈe",
}  # fmt: skip

_FRENCH = _rules(
    ("y_vowel", "y"), ("([aeiouyøœɛɔɑə]̃?)(?=[^aeiouyøœɛɔɑ]*$)", r"ˈ\1"), ("ˈə(?=[^aeiouyøœɛɔɑ]*$)", "ə")
)
_FRENCH_RESPELT = {
    "vingt": "vin", "cent": "san", "cents": "san", "blanc": "blan", "franc": "fran", "long": "lon", "grand": "gran",
    "café": "kafé", "coffee": "cofi", "six": "sisse", "dix": "disse", "cinq": "sinque", "sept": "sète", "et": "é",
    "les": "lé", "des": "dé", "mes": "mé", "ces": "cé", "ses": "cé", "est": "è", "plus": "plu", "soixante": "soissante",
    "goût": "gou", "chez": "ché", "août": "oute",
}  # fmt: skip
_FRENCH_WORDS = {
    "de": "də", "le": "lə", "que": "kə", "ne": "nə", "je": "ʒə", "se": "sə", "me": "mə", "te": "tə", "ce": "sə",
    "un": "œ̃", "euro": "øʁˈo", "euros": "øʁˈo", "aujourd'hui": "oʒuʁdyˈi", "huit": "yˈit", "meilleur": "mɛjˈœʁ",
    "meilleure": "mɛjˈœʁ", "seulement": "sølmˈɑ̃", "votre": "vˈotʁ", "notre": "nˈotʁ", "maintenant": "mɛ̃tnˈɑ̃",
}  # fmt: skip
# The polite imperative every ad uses; the rules lose its ending.
_FRENCH_EZ = re.compile("ez$")


def spanish(text: str) -> str:
    """Phonemes of Latin American Spanish (seseo)."""
    return _spoken(text, _spanish_word)


def castilian(text: str) -> str:
    """Phonemes of Spanish with the sound of "th" for z and soft c."""
    return _spoken(text, _castilian_word)


def portuguese(text: str) -> str:
    """Phonemes of Brazilian Portuguese."""
    return _spoken(text, _portuguese_word)


def french(text: str) -> str:
    """Phonemes of French, word by word: liaisons are not made."""
    return _spoken(text, _french_word)


def _spoken(text: str, word: Reader) -> str:
    text = unicodedata.normalize("NFC", text).replace("¡", "").replace("¿", "")
    parts = (part if not part[0].isalpha() else word(part.casefold()) for part in _TOKEN.findall(text))
    return unicodedata.normalize("NFD", re.sub(r"\s+", " ", "".join(parts)).strip())


def _spanish_word(word: str) -> str:
    written = _SPANISH_RESPELT.get(word, word)
    phones = "".join(_reader("es").phonemize(written))
    return _applied(phones, _HIATUS_RULES if _HIATUS.search(written) else _SPANISH)


def _castilian_word(word: str) -> str:
    written = _SPANISH_RESPELT.get(word, word)
    # Every s of the transcription comes from one of these spellings, in the same order.
    sources = iter(re.findall("sc(?=[eiéí])|[szx]|c(?=[eiéí])", written))
    return re.sub("s", lambda _: "θ" if next(sources, "s") in ("z", "c", "sc") else "s", _spanish_word(word))


def _portuguese_word(word: str) -> str:
    if word in _PORTUGUESE_WORDS:
        return _PORTUGUESE_WORDS[word]
    phones, marks = _reader("pt").phonemize_with_prosody(word)
    stressed = "".join(
        ("ˈ" if mark and mark.a2 == 2 else "") + phone for phone, mark in zip(phones, marks, strict=True)
    )
    return _applied(stressed, _PORTUGUESE)


def _french_word(word: str) -> str:
    plain = word.replace("’", "'")
    if plain in _FRENCH_WORDS:
        return _FRENCH_WORDS[plain]
    written = _FRENCH_EZ.sub("é", _FRENCH_RESPELT.get(plain, plain))
    return _applied("".join(_reader("fr").phonemize(written)).replace(" ", ""), _FRENCH)


def _applied(phones: str, rules: Rules) -> str:
    for pattern, replacement in rules:
        phones = pattern.sub(replacement, phones)
    return phones


@lru_cache(maxsize=4)
def _reader(language: str) -> Phonemizer:
    from piper_plus_g2p import get_phonemizer

    return get_phonemizer(language)
