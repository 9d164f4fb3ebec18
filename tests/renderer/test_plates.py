"""Plates and what is decided before the first frame: window, light, proportions, blinks, frames of a clip."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from renderer.errors import InputError
from renderer.types import FaceTrack
from renderer.vision import shape
from renderer.vision.align import head_angles
from renderer.vision.enrolment import only_face, plate_frames, read_picture
from renderer.vision.keeping import blinks, keep_living
from renderer.vision.landmarks import EYE_LEFT, LIPS_OUT, LOWER_LIP, OVAL, iod, mouth_opening
from renderer.vision.masks import polygon_mask
from renderer.vision.plates import make_plate
from renderer.vision.relight import blur_to_match, relight, sharpness, soften
from renderer.vision.tracking import FaceLimits
from tests.renderer.faces import SIDE, asset, clip, mesh, portrait, turn_of


def _track(frames: int) -> FaceTrack:
    source = clip("P001")[1]
    points = np.repeat(source.points[:1], frames, axis=0)
    return replace(source, points=points, present=np.ones(frames, bool))


def test_window_ends_inside_the_outline_and_shows_the_features() -> None:
    plate = make_plate(portrait("P001"), mesh("P001"), 150)
    window = plate.picture[..., 3]
    assert window[polygon_mask(plate.points[list(OVAL)], window.shape) == 0].max() == 0
    for index in (1, 13, 33, 263, 105, 334):
        x, y = plate.points[index, :2].round().astype(int)
        assert window[y, x] > 200


def test_curls_over_the_temples_are_left_out() -> None:
    plate = make_plate(portrait("P007"), mesh("P007"), 150)
    grey = plate.picture[..., :3].mean(-1)
    shown_dark = (plate.picture[..., 3] > 128) & (grey < 30)
    upper = np.arange(grey.shape[0])[:, None] < plate.points[105, 1] - 20
    assert (shown_dark & upper).mean() < 0.002


def test_large_picture_is_reduced_and_small_one_kept() -> None:
    assert float(iod(make_plate(portrait("P001"), mesh("P001"), 80).points)) == pytest.approx(80, rel=0.01)
    own = float(iod(mesh("P001")))
    assert float(iod(make_plate(portrait("P001"), mesh("P001"), 3 * own).points)) == pytest.approx(
        own, rel=0.01
    )


def test_relight_keeps_detail_and_takes_the_light() -> None:
    texture = np.full((40, 40, 3), 100, np.uint8)
    texture[10:20] = 110
    low = np.full((10, 10, 3), 100, np.float32)
    assert np.array_equal(relight(texture, low, low), texture)
    dimmed = relight(texture, low, 0.5 * low).astype(int)
    assert dimmed[30, 5].tolist() == pytest.approx([51, 51, 51], abs=2)
    assert dimmed[15, 5, 0] - dimmed[30, 5, 0] == pytest.approx(5, abs=1)


def test_brightened_dark_skin_does_not_shine_more() -> None:
    texture = np.full((40, 40, 3), 60, np.uint8)
    texture[10:20] = 100
    low = np.full((10, 10, 3), 60, np.float32)
    lit = relight(texture, low, 3 * low).astype(int)
    assert lit[30, 5, 0] == pytest.approx(180, abs=10)
    assert 10 < lit[15, 5, 0] - lit[30, 5, 0] < 40


def test_texture_becomes_as_soft_as_its_surroundings() -> None:
    picture, weight = portrait("P001"), polygon_mask(mesh("P001")[list(OVAL)], (SIDE, SIDE))
    soft = soften(picture, 1.5)
    sigma = blur_to_match(picture, soft, weight)
    assert 0.9 <= sigma <= 2.2
    assert sharpness(soften(picture, sigma), weight) <= 1.06 * sharpness(soft, weight)
    assert blur_to_match(soft, picture, weight) == 0


def test_proportions_move_features_but_neither_outline_nor_mouth_opening() -> None:
    own, likeness = turn_of(mesh("P006")), turn_of(mesh("P007"))
    opened = likeness.copy()
    opened[list(LOWER_LIP), 1] += 0.15
    moves = shape.proportions(opened, own)
    size = np.linalg.norm(moves, axis=1)
    assert size.max() <= shape.CAP
    assert size[list(OVAL)].max() < 1e-6
    assert size[[*LIPS_OUT, *EYE_LEFT]].mean() > 0.005
    assert float(mouth_opening(own + moves)) == pytest.approx(float(mouth_opening(own)), abs=0.02)


def test_calm_removes_tremble_from_bone_but_not_from_lids() -> None:
    track = _track(30)
    front = np.repeat(turn_of(track.points[0])[None], 30, axis=0)
    shaken = front + np.random.default_rng(5).normal(0, 0.01, front.shape).astype(np.float32)
    calm = shape.calm(shaken, track)
    assert calm[:, 1].std(0).mean() < 0.5 * shaken[:, 1].std(0).mean()
    assert calm[:, 159].std(0).mean() > 0.8 * shaken[:, 159].std(0).mean()


def test_shut_eyes_are_a_blink() -> None:
    track = _track(10)
    for upper, lower in ((159, 145), (386, 374)):
        track.points[6, upper] = track.points[6, lower]
    found = blinks(track)
    assert found[6] == 1
    assert found[[0, 3, 9]].max() == 0


def test_living_parts_move_with_the_reshaped_face() -> None:
    crop, own = np.zeros((SIDE, SIDE, 3), np.uint8), mesh("P001")
    x, y = own[468, :2].round().astype(int)
    crop[y - 4 : y + 5, x - 4 : x + 5] = 255
    replaced = np.full_like(crop, 90)
    keep_living(replaced, crop, own, own + np.array((6, 3, 0), np.float32), 0.0)
    assert replaced[y + 3, x + 6].min() > 230
    assert (replaced[:50] == 90).all()


def test_plate_frames_are_awake_and_quiet() -> None:
    track = _track(40)
    track.points[:10, list(LOWER_LIP), 1] += 30
    track.points[10:20, [159, 386]] = track.points[10:20][:, [145, 374]]
    chosen = plate_frames(track)
    assert len(chosen) == 1
    assert chosen[0] >= 20


def test_first_plate_frame_is_frontal() -> None:
    _, track = clip("P001")
    yaws = [abs(head_angles(points)[0]) for points in track.points]
    assert yaws[plate_frames(track)[0]] < np.median(yaws) + 1


def test_background_face_of_a_photo_is_ignored() -> None:
    assert only_face([mesh("P001"), mesh("P001") * 0.4], FaceLimits()) is not None
    with pytest.raises(InputError) as caught:
        only_face([mesh("P001"), mesh("P001") * 0.9], FaceLimits())
    assert caught.value.code == "MANY_FACES"


def test_turned_away_photo_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        only_face([mesh("P006")], FaceLimits(max_yaw=0.01))
    assert caught.value.code == "PROFILE_FACE"


def test_photo_is_read_as_colour_picture() -> None:
    assert read_picture(asset("P001", "amateur_selfie")).shape[2] == 3
