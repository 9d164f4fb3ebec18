"""Token durations of the synthesiser as times of speech sounds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from renderer.speech.vocabulary import EXTENDERS, PUNCTUATION, STRESS
from renderer.types import PhonemeSpan

SHIFT_MS = -50.0
"""What Kokoro's predicted boundaries lag behind its sound: phone classes agree best with the energy there."""

SHORT_GAP = 0.1


@dataclass(frozen=True, slots=True)
class TokenTimes:
    """When each token of one synthesised piece begins and ends.

    Attributes:
        symbols: the n phoneme symbols, without the padding at both ends.
        edges: (n + 3,) ascending seconds: edges of padding, symbols, padding; the last is the piece's length.
        shift_ms: shift already contained in ``edges``.
    """

    symbols: str
    edges: NDArray[np.float64]
    shift_ms: float = 0.0

    @classmethod
    def from_durations(cls, symbols: str, durations: NDArray[np.float32], unit: float) -> TokenTimes:
        """``durations`` are (n + 2,) whole numbers of ``unit`` seconds, padding included."""
        edges = np.concatenate(([0.0], np.cumsum(durations, dtype=np.float64) * unit))
        return cls(symbols, edges)

    def shifted(self, shift_ms: float = SHIFT_MS) -> TokenTimes:
        """The same tokens with every inner edge moved; the two ends stay.

        Raises:
            ValueError: when a shift is already contained; shifting twice would tear lips and sound apart.
        """
        if self.shift_ms:
            raise ValueError(f"already shifted by {self.shift_ms} ms")
        edges = np.clip(self.edges + shift_ms / 1000, 0.0, self.edges[-1])
        edges[0], edges[-1] = 0.0, self.edges[-1]
        return replace(self, edges=edges, shift_ms=shift_ms)

    def audible(self) -> tuple[float, float]:
        """Start of the first and end of the last sound in seconds; (0, 0) when there is none."""
        spoken = [i for i, symbol in enumerate(self.symbols) if is_sound(symbol)]
        if not spoken:
            return 0.0, 0.0
        first = spoken[0]
        while first and self.symbols[first - 1] in STRESS:
            first -= 1
        return float(self.edges[first + 1]), float(self.edges[spoken[-1] + 2])

    def spans(self) -> list[PhonemeSpan]:
        """Sounds and silences without gaps from 0 to the end.

        Stress marks lend their time to the sound after them; length, tone and colour marks and gaps under
        100 ms to the sound before; punctuation, longer gaps and the ends are silence.
        """
        spans = [PhonemeSpan("", float(self.edges[0]), float(self.edges[1]))]
        lent: float | None = None
        for symbol, (start, end) in zip(self.symbols, pairwise(self.edges[1:-1].tolist()), strict=True):
            begin = start if lent is None else lent
            lent = begin if symbol in STRESS else None
            if lent is not None:
                continue
            joins = symbol in EXTENDERS or (symbol == " " and end - begin < SHORT_GAP)
            name = symbol if is_sound(symbol) else spans[-1].symbol if joins else ""
            spans.append(PhonemeSpan(name, begin, end))
        closing = float(self.edges[-2]) if lent is None else lent
        return merged([*spans, PhonemeSpan("", closing, float(self.edges[-1]))])


def is_sound(symbol: str) -> bool:
    """True for symbols that are spoken sounds of their own."""
    return bool(symbol) and symbol != " " and symbol not in PUNCTUATION | STRESS | EXTENDERS


def merged(spans: Iterable[PhonemeSpan]) -> list[PhonemeSpan]:
    """The spans without empty ones; a sound swallows its extensions and silences that meet become one."""
    result: list[PhonemeSpan] = []
    for span in spans:
        if span.end <= span.start:
            continue
        if result and result[-1].symbol == span.symbol and result[-1].end >= span.start - 1e-9:
            result[-1] = replace(result[-1], end=span.end)
        else:
            result.append(span)
    return result


def window(spans: Iterable[PhonemeSpan], start: float, end: float, offset: float) -> list[PhonemeSpan]:
    """The part of the spans between ``start`` and ``end``, moved so that ``start`` lies at ``offset``."""
    inside = (replace(s, start=max(s.start, start), end=min(s.end, end)) for s in spans)
    kept = (s for s in inside if s.end > s.start)
    move = offset - start
    return [
        replace(s, start=round(float(s.start + move), 6), end=round(float(s.end + move), 6)) for s in kept
    ]


def covering(spans: Sequence[PhonemeSpan], seconds: float) -> tuple[PhonemeSpan, ...]:
    """Sounds at ascending times filled up with silence to 0..``seconds`` without gaps."""
    filled: list[PhonemeSpan] = []
    clock = 0.0
    for span in spans:
        if span.start > clock:
            filled.append(PhonemeSpan("", clock, span.start))
        filled.append(replace(span, start=clock) if span.start < clock else span)
        clock = max(clock, span.end)
    if seconds > clock:
        filled.append(PhonemeSpan("", clock, seconds))
    return tuple(merged(filled))
