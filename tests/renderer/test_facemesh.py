"""What the detector finds and what it refuses, on pictures and on short clips of people who do not exist."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from renderer.engines.facemesh import FaceMeshDetector, frame_rate
from renderer.errors import InputError
from renderer.media.frames import FrameWriter
from renderer.types import Frame, OutputProfile
from renderer.vision.align import head_angles
from renderer.vision.landmarks import POINTS, face_size, iod
from renderer.vision.tracking import FaceLimits
from tests.renderer.faces import FPS, SIDE, clip, detector, mesh, portrait, profile, turned

WALL = np.full((SIDE, SIDE, 3), 128, np.uint8)


def _refused(frames: list[Frame], limits: FaceLimits | None = None) -> str:
    with pytest.raises(InputError) as caught:
        FaceMeshDetector(limits).track_frames(frames, FPS)
    return caught.value.code


def _beside(left: Frame, right: Frame, share: float) -> Frame:
    """``right`` at a share of its size beside ``left``."""
    canvas = np.full((SIDE, 2 * SIDE, 3), 128, np.uint8)
    canvas[:, :SIDE] = left
    small = cv2.resize(right, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    canvas[: small.shape[0], SIDE : SIDE + small.shape[1]] = small
    return canvas


def test_portrait_has_one_face_in_its_own_pixels() -> None:
    found = detector().locate(portrait("P001"))
    assert len(found) == 1
    assert found[0].shape == (POINTS, 3)
    assert 250 < float(face_size(found[0])) < 400


def test_mesh_scales_with_the_picture() -> None:
    large, small = mesh("P001", 1024), mesh("P001", 512)
    assert np.abs(large[:, :2] / 2 - small[:, :2]).max() < 0.02 * float(iod(small))


def test_mediapipe_leaves_no_drawing_library_behind() -> None:
    detector().locate(WALL)
    assert "matplotlib" not in sys.modules


def test_small_face_in_a_wide_picture_is_found() -> None:
    canvas = np.full((1080, 1920, 3), 128, np.uint8)
    canvas[500:800, 1500:1800] = cv2.resize(portrait("P001"), (300, 300), interpolation=cv2.INTER_AREA)
    (found,) = detector().locate(canvas)
    assert found[1, 0] == pytest.approx(1500 + 300 / SIDE * mesh("P001")[1, 0], abs=4)


def test_faces_of_a_photo_come_largest_first() -> None:
    sizes = [
        float(face_size(points))
        for points in detector().locate(_beside(portrait("P006"), portrait("P001"), 0.5))
    ]
    assert len(sizes) == 2
    assert sizes[0] > 1.5 * sizes[1]


def test_track_follows_the_turning_head() -> None:
    frames, track = clip("P001")
    yaws = [head_angles(points)[0] for points in track.points]
    assert len(track) == len(frames)
    assert track.present.all()
    assert track.shots == (0,)
    assert track.size == (SIDE, SIDE)
    assert max(yaws) > 3
    assert min(yaws) < -3


def test_track_of_a_file_names_its_rate(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with FrameWriter(path, (SIDE, SIDE), FPS, profile=OutputProfile()) as writer:
        for frame in clip("P001")[0]:
            writer.write(frame)
    track = detector().track(path)
    assert track.fps == frame_rate(path) == FPS
    assert np.abs(track.points - clip("P001")[1].points)[..., :2].mean() < 1.5


def test_cut_starts_a_new_shot_and_a_new_place() -> None:
    moved = np.roll(portrait("P006"), 150, axis=1)
    moved[:, :150] = 40
    track = detector().track_frames([portrait("P001")] * 4 + [moved // 2] * 4, FPS)
    assert track.shots == (0, 4)
    assert track.present.all()
    assert track.points[4, 1, 0] - track.points[3, 1, 0] > 100


def test_no_face_is_refused() -> None:
    assert _refused([WALL] * 5) == "NO_FACE"


def test_two_people_are_refused() -> None:
    assert _refused([_beside(portrait("P006"), portrait("P001"), 1.0)] * 5) == "MANY_FACES"


def test_small_face_in_the_background_is_ignored() -> None:
    track = detector().track_frames([_beside(portrait("P006"), portrait("P001"), 0.4)] * 5, FPS)
    assert (track.points[:, 1, 0] < SIDE).all()


def test_profile_is_refused() -> None:
    assert _refused([profile()] * 5) == "PROFILE_FACE"


def test_small_face_is_refused_unless_the_limit_is_waived() -> None:
    tiny = cv2.copyMakeBorder(portrait("P001", 180), 90, 90, 90, 90, cv2.BORDER_REPLICATE)
    frames = [np.asarray(tiny, np.uint8)] * 4
    assert _refused(frames) == "FACE_TOO_SMALL"
    assert FaceMeshDetector(FaceLimits(min_face=40)).track_frames(frames, FPS).present.all()


def test_briefly_lost_face_is_marked_and_filled_from_its_neighbours() -> None:
    frames = [portrait("P001")] * 4 + [WALL] + [portrait("P001")] * 4
    track = detector().track_frames(frames, FPS)
    assert track.present.tolist() == [True] * 4 + [False] + [True] * 4
    assert np.abs(track.points[4] - track.points[3]).max() < 1


def test_short_turn_beyond_the_limit_only_marks_its_frames() -> None:
    frames = [turned("P001", 0)] * 6 + [turned("P001", 13)]
    track = FaceMeshDetector(FaceLimits(max_yaw=7)).track_frames(frames, FPS)
    assert track.present[:6].all()
    assert not track.present[6]


@pytest.mark.parametrize("content", [b"", b"no video at all"])
def test_broken_file_is_a_coded_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        detector().track(path)
    assert caught.value.code == "UNREADABLE_FILE"


def test_a_known_face_is_found_again_beside_another(tmp_path: Path) -> None:
    both = tmp_path / "both.mp4"
    pair = _beside(portrait("P001"), portrait("P006"), 1.0)
    with FrameWriter(both, (2 * SIDE, SIDE), FPS, profile=OutputProfile()) as writer:
        for _ in range(30):
            writer.write(pair)
    with pytest.raises(InputError) as refused:
        detector().track(both)
    assert refused.value.code == "MANY_FACES"
    assert detector().follow(both).present.all()
