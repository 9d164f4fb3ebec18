"""Making speech fit its time span: pieces the model can take, and the speed at which they fill the span."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from renderer.speech.vocabulary import MAX_SYMBOLS

SLOWEST, FASTEST = 0.8, 1.5
"""Speeds tried. Slower than 0.8 sounds drawn out: a line too short for its span ends early instead."""

_ROUNDS = 9
_BREAKS = (re.compile(r"(?<=[.!?…]) "), re.compile(r"(?<=[,;:—]) "), re.compile(r" "))


@dataclass(frozen=True, slots=True)
class Fit:
    """The chosen speed and the seconds the speech then takes. ``fits`` is False when even the fastest is too long."""

    speed: float
    seconds: float
    fits: bool


def fit_speed(length: Callable[[float], float], available: float) -> Fit:
    """Bisection for the slowest speed in ``SLOWEST``..``FASTEST`` whose speech is no longer than ``available``.

    Args:
        length: seconds of speech at a speed; falls with the speed, in steps.
        available: seconds.
    """
    fastest, slowest = length(FASTEST), length(SLOWEST)
    if fastest > available:
        return Fit(FASTEST, fastest, fits=False)
    if slowest <= available:
        return Fit(SLOWEST, slowest, fits=True)
    best, slow, fast = Fit(FASTEST, fastest, fits=True), SLOWEST, FASTEST
    for _ in range(_ROUNDS):
        middle = (slow + fast) / 2
        seconds = length(middle)
        if seconds > available:
            slow = middle
        else:
            fast = middle
            best = max(best, Fit(middle, seconds, fits=True), key=lambda fit: fit.seconds)
    return best


def characters_to_cut(text: str, needed: float, available: float) -> int:
    """How many characters less would make a text that needs ``needed`` seconds fit into ``available``."""
    return max(1, math.ceil(len(text) * (1 - max(available, 0.0) / needed)))


def split(phonemes: str, limit: int = MAX_SYMBOLS) -> list[str]:
    """Pieces of at most ``limit`` symbols, cut at sentence ends, else at commas, else at spaces, else anywhere."""
    if len(phonemes) <= limit:
        return [phonemes] if phonemes else []
    for breaks in _BREAKS:
        cuts = [match.start() for match in breaks.finditer(phonemes, 1, limit + 1)]
        if cuts:
            head, tail = phonemes[: cuts[-1]], phonemes[cuts[-1] + 1 :]
            return [head, *split(tail, limit)]
    return [phonemes[:limit], *split(phonemes[limit:], limit)]
