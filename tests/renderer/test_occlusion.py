"""Things before the face are noticed where they are, and nothing is seen where nothing is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from renderer.types import Frame, Points
from renderer.vision.landmarks import OVAL, SURFACE
from renderer.vision.masks import polygon_mask
from renderer.vision.occlusion import HOLD, PATIENCE, OcclusionWatch, cover_mask, is_lost, sharpened
from renderer.vision.skin import skin_probability
from tests.renderer.faces import clip, mesh, portrait

SIDE = 180
CHEEK = 205


def _face(person: str = "P006") -> tuple[Frame, Points]:
    return portrait(person, SIDE), mesh(person, SIDE)


def _with_cup(picture: Frame, points: Points, colour: tuple[int, int, int] = (170, 60, 20)) -> Frame:
    covered = picture.copy()
    x, y = (int(value) for value in points[CHEEK, :2])
    cv2.circle(covered, (x, y), 15, colour, -1)
    return covered


def _near(points: Points) -> np.ndarray:
    return np.linalg.norm(points[:SURFACE, :2] - points[CHEEK, :2], axis=1) < 9


def test_moving_face_is_not_covered() -> None:
    frames, track = clip("P006")
    watch = OcclusionWatch()
    for index, frame in enumerate(frames):
        small = np.asarray(cv2.resize(frame, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA), np.uint8)
        assert not watch.covered(small, track.points[index] / 4).any()


@pytest.mark.parametrize("colour", [(170, 60, 20), (30, 30, 30), (240, 240, 240)])
def test_cup_is_seen_where_it_is(colour: tuple[int, int, int]) -> None:
    picture, points = _face()
    watch = OcclusionWatch()
    watch.covered(picture, points)
    covered = watch.covered(_with_cup(picture, points, colour), points)
    assert covered[_near(points)].mean() > 0.7
    assert not covered[np.linalg.norm(points[:SURFACE, :2] - points[CHEEK, :2], axis=1) > 35].any()
    assert not is_lost(covered)


def test_coloured_cup_is_seen_in_the_very_first_frame() -> None:
    picture, points = _face()
    assert OcclusionWatch().covered(_with_cup(picture, points), points)[_near(points)].mean() > 0.7


def test_cover_is_let_go_after_some_frames() -> None:
    picture, points = _face()
    watch = OcclusionWatch()
    watch.covered(picture, points)
    watch.covered(_with_cup(picture, points), points)
    after = [watch.covered(picture, points).any() for _ in range(HOLD + 1)]
    assert after[0]
    assert not after[-1]


def test_dimmed_light_is_no_cover() -> None:
    picture, points = _face()
    watch = OcclusionWatch()
    watch.covered(picture, points)
    assert not watch.covered(np.asarray(picture * 0.8, np.uint8), points).any()


def test_other_light_for_good_is_accepted_in_the_end() -> None:
    picture, points = _face()
    watch = OcclusionWatch()
    watch.covered(picture, points)
    green = np.asarray(picture // 3 + np.array((0, 120, 0)), np.uint8)
    lost = [is_lost(watch.covered(green, points)) for _ in range(PATIENCE + 3)]
    assert lost[0]
    assert not lost[-1]


def test_cut_forgets_the_old_face() -> None:
    picture, points = _face()
    watch = OcclusionWatch()
    watch.covered(picture, points)
    watch.forget()
    other, other_points = _face("P002")
    assert not watch.covered(other, other_points).any()


def test_outline_of_a_cup_is_sharper_than_its_points() -> None:
    picture, points = _face()
    watch = OcclusionWatch()
    watch.covered(picture, points)
    shown = _with_cup(picture, points)
    rough = cover_mask(watch.covered(shown, points), points, (SIDE, SIDE))
    fine = sharpened(rough, skin_probability(shown, points, rough), points)
    cup = np.abs(shown.astype(int) - (170, 60, 20)).max(-1) == 0
    face = polygon_mask(points[list(OVAL)], (SIDE, SIDE)) > 0
    assert fine[cup].mean() > 0.85
    assert np.abs(fine - cup)[face].mean() < np.abs(rough - cup)[face].mean()
