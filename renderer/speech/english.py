"""English text to Kokoro phonemes with hibari's reader (lexicon, tagger, net for unknown words; Apache-2.0)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hibari.g2p import G2P

NAME = "hibari 0.2.1"


def american(text: str) -> str:
    """Phonemes of American English. Numbers, prices, dates and units are read by hibari itself."""
    return str(_reader(british=False)(text))


def british(text: str) -> str:
    """Phonemes of British English."""
    return str(_reader(british=True)(text))


@lru_cache(maxsize=2)
def _reader(*, british: bool) -> G2P:
    from hibari.g2p import G2P

    return G2P(british=british)
