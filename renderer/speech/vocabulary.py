"""The symbols the Kokoro-82M text encoder knows and the number of each (its published vocabulary, 114 symbols)."""

from __future__ import annotations

from types import MappingProxyType

PAD = 0
MAX_SYMBOLS = 510

PUNCTUATION = frozenset(';:,.!?—…"()“”')
STRESS = frozenset("ˈˌ")
EXTENDERS = frozenset("ːʰʲᵝ\u0303↓→↗↘")
"""Marks that lengthen or colour the sound before them and have no mouth shape of their own."""

_NUMBERED = (
    (1, ';:,.!?'), (9, '—…"()“” \u0303ʣʥʦʨᵝꭧAI'), (31, "O"), (33, "Q"), (35, "ST"), (39, "W"), (41, "Yᵊabcdef"),
    (50, "hijklmnopqrstuvwxyzɑɐɒæ"), (75, "βɔɕç"), (80, "ɖðʤə"), (85, "ɚɛɜ"), (90, "ɟ"), (92, "ɡ"), (99, "ɥ"),
    (101, "ɨɪʝ"), (110, "ɯɰŋɳɲɴø"), (118, "ɸθœ"), (123, "ɹ"), (125, "ɾɻ"), (128, "ʁɽʂʃʈʧ"), (135, "ʊʋ"), (138, "ʌɣɤ"),
    (142, "χʎ"), (147, "ʒʔ"), (156, "ˈˌː"), (162, "ʰ"), (164, "ʲ"), (169, "↓"), (171, "→↗↘"), (177, "ᵻ"),
)  # fmt: skip

VOCABULARY = MappingProxyType(
    {symbol: first + place for first, run in _NUMBERED for place, symbol in enumerate(run)}
)


def known(phonemes: str) -> tuple[str, int]:
    """The phonemes without symbols outside the vocabulary, and how many were left out."""
    kept = "".join(symbol for symbol in phonemes if symbol in VOCABULARY)
    return kept, len(phonemes) - len(kept)


def numbers(phonemes: str) -> list[int]:
    """Token numbers of a phoneme string that holds only known symbols."""
    return [VOCABULARY[symbol] for symbol in phonemes]
