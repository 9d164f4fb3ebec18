"""Does a signed scope cover a wanted use? Pure comparisons; an empty scope covers nothing.

Locales follow basic filtering of RFC 4647: ``es`` covers ``es-MX`` but not the other way round. Territories
are ISO 3166 codes; a country covers its subdivisions (``US`` covers ``US-NY``), ``EU`` stands for its members.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

ANY: Final = "*"
EU: Final = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
# Scripts written without spaces between words: a banned word is looked for anywhere in the text.
_UNSPACED: Final = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def plain(text: str) -> str:
    """A text as it is compared: compatibility form, no case, no invisible characters, single spaces."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    visible = "".join(char for char in folded if unicodedata.category(char) != "Cf")
    return " ".join(visible.split())


def countries(territories: Iterable[str]) -> tuple[str, ...]:
    """Territories in upper case, with ``EU`` written out."""
    found: list[str] = []
    for territory in territories:
        code = territory.strip().upper()
        found.extend(sorted(EU) if code == "EU" else [code])
    return tuple(dict.fromkeys(found))


def missing_territory(granted: Iterable[str], wanted: Iterable[str]) -> str | None:
    """The first wanted territory the scope does not cover, "" when none is named, None when all are covered."""
    return _missing(countries(granted), countries(wanted))


def missing_name(granted: Iterable[str], wanted: Iterable[str]) -> str | None:
    """The same for plain names: channels, categories, uses."""
    given = {plain(name) for name in granted}
    names = [plain(name) for name in wanted]
    uncovered = [name for name in names if not name or (ANY not in given and name not in given)]
    return uncovered[0] if uncovered else None if names else ""


def missing_locale(granted: Iterable[str], wanted: str) -> str | None:
    """The same for one locale."""
    return _missing([plain(tag) for tag in granted], [plain(wanted)])


def banned_word(words: Iterable[str], text: str) -> str | None:
    """The first banned word that is spoken, None when there is none."""
    spoken = plain(text)
    return next((word for word in words if plain(word) and _spoken(plain(word), spoken)), None)


def _missing(granted: Iterable[str], wanted: Iterable[str]) -> str | None:
    given, names = tuple(granted), tuple(wanted)
    uncovered = [name for name in names if not any(_covers(item, name) for item in given)]
    return uncovered[0] if uncovered else None if names else ""


def _covers(granted: str, wanted: str) -> bool:
    if not wanted or not granted:
        return False
    return granted in (ANY, wanted) or wanted.startswith(f"{granted}-")


def _spoken(word: str, text: str) -> bool:
    if _UNSPACED.search(word):
        return word.replace(" ", "") in text.replace(" ", "")
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None
