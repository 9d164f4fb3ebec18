"""Phoneme spans to mouth targets."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.speech.trajectory import targets
from renderer.types import PhonemeSpan

FPS = 25.0


def spans(*sounds: tuple[str, float]) -> list[PhonemeSpan]:
    """Contiguous sounds from (symbol, seconds)."""
    clock, found = 0.0, []
    for symbol, seconds in sounds:
        found.append(PhonemeSpan(symbol, clock, clock + seconds))
        clock += seconds
    return found


def frame_at(seconds: float) -> int:
    return int(seconds * FPS)


def test_bilabials_close_completely_between_open_vowels() -> None:
    opening, _, _, closed = targets(spans(("a", 0.3), ("b", 0.1), ("a", 0.3)), 18, FPS)
    assert closed.sum() >= 2
    assert opening[closed].max() == 0.0
    assert opening[frame_at(0.15)] > 0.6
    assert opening[frame_at(0.55)] > 0.6


@pytest.mark.parametrize("symbol", ["p", "b", "m"])
def test_even_a_very_short_bilabial_holds_two_frames(symbol: str) -> None:
    opening, _, _, closed = targets(spans(("a", 0.3), (symbol, 0.02), ("a", 0.3)), 16, FPS)
    assert closed.sum() == 2
    assert np.flatnonzero(closed)[0] in (frame_at(0.31) - 1, frame_at(0.31))
    assert opening[closed].max() == 0.0


def test_lip_on_teeth_is_nearly_shut_but_not_sealed() -> None:
    opening, _, _, closed = targets(spans(("a", 0.3), ("f", 0.12), ("a", 0.3)), 18, FPS)
    assert not closed.any()
    assert opening[frame_at(0.34)] <= 0.08


def test_rounded_vowels_are_narrow_and_spread_ones_wide() -> None:
    _, round_width, _, _ = targets(spans(("u", 0.4)), 10, FPS)
    _, spread_width, _, _ = targets(spans(("i", 0.4)), 10, FPS)
    assert round_width[5] < 0.1 < 0.7 < spread_width[5]


def test_diphthong_moves_from_its_first_to_its_second_vowel() -> None:
    opening, width, _, _ = targets(spans(("I", 0.5)), 12, FPS)
    assert opening[3] > opening[11] + 0.3
    assert width[11] > width[3]


def test_long_silence_rests_and_a_short_pause_does_not() -> None:
    _, _, speech, _ = targets(spans(("", 0.4), ("a", 0.2), ("", 0.15), ("a", 0.2), ("", 0.6)), 38, FPS)
    assert not speech[:9].any()
    assert speech[frame_at(0.45) : frame_at(0.9)].all()
    assert not speech[frame_at(1.0) :].any()


def test_an_unknown_symbol_and_an_empty_timeline_are_harmless() -> None:
    opening, width, speech, closed = targets(spans(("☃", 0.4)), 10, FPS)
    assert np.isfinite(opening).all() and np.isfinite(width).all() and speech.any() and not closed.any()
    opening, _, speech, _ = targets([], 5, FPS)
    assert opening.shape == (5,) and opening.max() < 0.1 and not speech.any()


@pytest.mark.parametrize("fps", [23.976, 25, 29.97, 50, 60])
def test_targets_are_finite_and_in_range_at_every_frame_rate(fps: float) -> None:
    line = spans(("", 0.3), ("b", 0.08), ("ɪ", 0.07), ("ɡ", 0.05), ("W", 0.2), ("m", 0.06), ("", 0.5))
    frames = int(1.26 * fps)
    for curve in targets(line, frames, fps)[:2]:
        assert curve.shape == (frames,) and curve.dtype == np.float32
        assert curve.min() >= 0 and curve.max() <= 1
