"""Phoneme spans to the mouth wanted in every frame: dominance-blended opening and width with hard closures.

The blend is the co-articulation model of Cohen and Massaro (1993): every sound pulls the mouth towards its own
shape, strongest in its middle, and the pulls are averaged. What no listener forgives, open lips on p, b or m,
is not left to the average.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from renderer.speech.visemes import VISEMES
from renderer.types import PhonemeSpan

LEAD_S = 0.02
"""Lips move ahead of the sound they make."""
DECAY_S = 0.035
EDGE_S = 0.05
"""A long sound holds its shape until this close to its ends; a short one only in its middle half."""
REACH_S = 0.5
"""Beyond this distance a sound's pull is below e^-12 of its strength."""
QUIET_S = 0.24
"""A silence at least this long is a rest and not a pause between two words."""
PAUSE_S = 0.12
REST = (0.03, 0.45)
REST_STRENGTH, PAUSE_STRENGTH = 1.2, 0.15
UNKNOWN = (0.30, 0.50, 0.3)
LIPS_TOGETHER = frozenset("pbm")
LIP_ON_TEETH = frozenset("fvɱ")
TEETH_OPENING = 0.08
HELD_FRAMES = 2
DIPHTHONGS = {"I": "aɪ", "W": "aʊ", "A": "eɪ", "O": "oʊ", "Q": "əʊ", "Y": "ɔɪ"}
FIRST_PART = 0.6

Curve = NDArray[np.float32]
Flags = NDArray[np.bool_]
Times = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class _Pull:
    start: float
    end: float
    opening: float
    width: float
    strength: float


def targets(spans: Sequence[PhonemeSpan], frames: int, fps: float) -> tuple[Curve, Curve, Flags, Flags]:
    """Mouth wanted in each of ``frames`` frames.

    Args:
        spans: contiguous speech sounds on the clip's clock, boundaries already shifted.
        frames: number of frames T.
        fps: frames per second.

    Returns:
        opening and width, (T,) float32, 0 = closed / narrowest, 1 = widest of the actor's range;
        speech, (T,) bool, False in rests of at least ``QUIET_S``; closed, (T,) bool, True on p, b, m.
    """
    times = (np.arange(frames, dtype=np.float64) + 0.5) / np.float64(fps) + LEAD_S
    opening, width = _blend(list(_pulls(spans)), times)
    held = _held(spans, times, LIP_ON_TEETH)
    opening[held] = np.minimum(opening[held], TEETH_OPENING)
    closed = _held(spans, times, LIPS_TOGETHER)
    opening[closed] = 0.0
    return opening.astype(np.float32), width.astype(np.float32), _speech(spans, times), closed


def _pulls(spans: Sequence[PhonemeSpan]) -> Iterator[_Pull]:
    for span in spans:
        if span.symbol in DIPHTHONGS:
            first, second = tuple(DIPHTHONGS[span.symbol])
            turn = span.start + FIRST_PART * (span.end - span.start)
            yield _Pull(span.start, turn, *VISEMES[first])
            yield _Pull(turn, span.end, *VISEMES[second])
        elif span.symbol.strip():
            yield _Pull(span.start, span.end, *VISEMES.get(span.symbol, UNKNOWN))
        else:
            strength = REST_STRENGTH if span.end - span.start > PAUSE_S else PAUSE_STRENGTH
            yield _Pull(span.start, span.end, *REST, strength)


def _blend(pulls: Sequence[_Pull], times: Times) -> tuple[Times, ...]:
    # The rest shape pulls everywhere with almost nothing, so a frame far from any span is defined.
    total = np.full(len(times), 1e-9)
    opening, width = total * REST[0], total * REST[1]
    for pull in pulls:
        near = slice(*np.searchsorted(times, (pull.start - REACH_S, pull.end + REACH_S)))
        centre, half = (pull.start + pull.end) / 2, (pull.end - pull.start) / 2
        distance = np.maximum(np.abs(times[near] - centre) - max(half / 2, half - EDGE_S), 0.0)
        weight = pull.strength * np.exp(-distance / DECAY_S)
        total[near] += weight
        opening[near] += weight * pull.opening
        width[near] += weight * pull.width
    return opening / total, width / total


def _held(spans: Sequence[PhonemeSpan], times: Times, symbols: frozenset[str]) -> Flags:
    """Frames of the given sounds; at least ``HELD_FRAMES`` for each, around its middle."""
    held = np.zeros(len(times), bool)
    for span in spans:
        if span.symbol not in symbols:
            continue
        first, last = np.searchsorted(times, (span.start, span.end))
        if last - first < HELD_FRAMES:
            middle = (span.start + span.end) / 2
            first = np.clip(np.argmin(np.abs(times - middle)), 0, None)
            first -= int(times[first] > middle)
            last = first + HELD_FRAMES
        held[max(int(first), 0) : int(last)] = True
    return held


def _speech(spans: Sequence[PhonemeSpan], times: Times) -> Flags:
    speech = np.zeros(len(times), bool)
    for span in spans:
        if span.symbol.strip() or span.end - span.start < QUIET_S:
            speech[slice(*np.searchsorted(times, (span.start, span.end)))] = True
    return speech
