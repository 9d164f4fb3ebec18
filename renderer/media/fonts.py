"""Fonts for labels and captions, shipped with the product: a bare server has none.

libass looks up no substitute inside a folder of fonts, so each stretch of text names the family of its script.
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Final

FONTS: Final = Path(__file__).parent.parent / "data" / "fonts"
LATIN: Final = "Noto Sans"
DEVANAGARI: Final = "Noto Sans Devanagari"
EAST_ASIAN: Final = "Droid Sans Fallback"
_DEVANAGARI_BLOCK: Final = range(0x0900, 0x0980)
_FIRST_EAST_ASIAN: Final = 0x2E80
_KATAKANA_DOT: Final = "・"


def family_of(letter: str) -> str:
    """The font family that has this character; spaces and signs shared by all scripts count as Latin."""
    if ord(letter) in _DEVANAGARI_BLOCK:
        return DEVANAGARI
    return EAST_ASIAN if ord(letter) >= _FIRST_EAST_ASIAN or letter == _KATAKANA_DOT else LATIN


def with_families(text: str) -> str:
    """ASS text in which every stretch of one script names its family.

    Braces would start an override tag, so they become brackets.
    """
    plain = text.translate({ord("{"): "(", ord("}"): ")"})
    return "".join(f"{{\\fn{family}}}{''.join(run)}" for family, run in groupby(plain, family_of))
