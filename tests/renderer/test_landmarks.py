"""Points by name, measures that do not depend on size, smoothing that respects cuts, storage."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from renderer.errors import InputError
from renderer.types import FaceTrack
from renderer.vision import landmarks
from tests.renderer.faces import clip, mesh


def _track(frames: int = 6) -> FaceTrack:
    rng = np.random.default_rng(1)
    points = rng.normal(100, 20, (frames, landmarks.POINTS, 3)).astype(np.float32)
    present = np.array([True, True, False, True, True, True][:frames])
    return FaceTrack(points, present, (0, 4), (640, 360), Fraction(30000, 1001))


def test_measures_do_not_depend_on_size_or_place() -> None:
    points = mesh("P001")
    moved = points * 0.4 + np.array((120, -30, 7), np.float32)
    for measure in (landmarks.mouth_opening, landmarks.mouth_width, landmarks.eye_opening):
        assert float(measure(points)) == pytest.approx(float(measure(moved)), rel=1e-3)
    assert float(landmarks.iod(moved)) == pytest.approx(0.4 * float(landmarks.iod(points)), rel=1e-3)
    assert float(landmarks.face_size(moved)) == pytest.approx(
        0.4 * float(landmarks.face_size(points)), rel=1e-3
    )


def test_portrait_has_a_closed_mouth_and_open_eyes() -> None:
    points = mesh("P001")
    assert float(landmarks.mouth_opening(points)) < 0.03
    assert 0.2 < float(landmarks.eye_opening(points)) < 0.5
    assert 0.4 < float(landmarks.mouth_width(points)) < 0.8


def test_measures_work_on_whole_tracks() -> None:
    _, track = clip("P001")
    assert landmarks.mouth_opening(track.points).shape == (len(track),)


def test_smoothing_keeps_a_constant_and_halves_a_jerk() -> None:
    still = np.full((5, 2, 3), 7, np.float32)
    assert np.array_equal(landmarks.smooth(still), still)
    jerk = still.copy()
    jerk[2] += 4
    assert landmarks.smooth(jerk)[:, 0, 0].tolist() == [7, 8, 9, 8, 7]


def test_smoothing_stops_at_cuts_and_at_lost_faces() -> None:
    points = np.array([0, 0, 0, 100, 100, 0, 50], np.float32)[:, None, None] * np.ones((1, 1, 3), np.float32)
    present = np.array([1, 1, 1, 1, 1, 0, 1], bool)
    smoothed = landmarks.smooth_runs(points, present, (0, 3))
    assert np.array_equal(smoothed, points)


def test_runs_split_at_cuts_and_gaps() -> None:
    present = np.array([0, 1, 1, 1, 1, 0, 1], bool)
    assert landmarks.runs(present, (0, 3)) == [(1, 3), (3, 5), (6, 7)]
    assert landmarks.runs(np.zeros(3, bool), (0,)) == []


def test_track_is_read_back_unchanged(tmp_path: Path) -> None:
    track = _track()
    landmarks.save_track(track, tmp_path / "track.npz")
    again = landmarks.load_track(tmp_path / "track.npz")
    assert np.array_equal(again.points, track.points)
    assert np.array_equal(again.present, track.present)
    assert (again.shots, again.size, again.fps) == (track.shots, track.size, track.fps)


@pytest.mark.parametrize("content", [b"", b"not a track", b"PK\x03\x04broken"])
def test_damaged_track_is_a_coded_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "track.npz"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        landmarks.load_track(path)
    assert caught.value.code == "UNREADABLE_FILE"


def test_five_points_are_eyes_nose_and_lip_corners_in_order() -> None:
    left, right, nose, lip_left, lip_right = landmarks.five_points(mesh("P001"))
    assert left[0] < nose[0] < right[0]
    assert lip_left[0] < nose[0] < lip_right[0]
    assert max(left[1], right[1]) < nose[1] < min(lip_left[1], lip_right[1])
