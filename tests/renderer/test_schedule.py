"""Which plate is shown when."""

from __future__ import annotations

import numpy as np

from renderer.vision.schedule import FADE, Showing, schedule

PLATES = np.array(((0.0, 0.0), (25.0, 0.0)))


def _turn(*spans: tuple[float, int]) -> np.ndarray:
    yaws = np.concatenate([np.full(frames, yaw) for yaw, frames in spans])
    return np.stack([yaws, np.zeros_like(yaws)], 1)


def test_one_plate_is_shown_throughout() -> None:
    assert schedule(_turn((30, 5)), PLATES[:1], (0,)) == [Showing(0, 0, 0.0)] * 5


def test_short_turn_changes_nothing() -> None:
    assert {shown.first for shown in schedule(_turn((0, 20), (25, 3), (0, 20)), PLATES, (0,))} == {0}


def test_long_turn_changes_plates_with_a_fade() -> None:
    shown = schedule(_turn((0, 30), (25, 30)), PLATES, (0,))
    shares = [item.share for item in shown if item.first != item.second]
    assert (shown[0].first, shown[-1].first) == (0, 1)
    assert len(shares) == FADE
    assert shares == sorted(shares)


def test_change_at_a_cut_is_hard() -> None:
    shown = schedule(_turn((0, 6), (25, 6)), PLATES, (0, 6))
    assert [item.first for item in shown] == [0] * 6 + [1] * 6
    assert all(item.share == 0 for item in shown)
