"""Face substitution: the identity moves, nothing else does, and whatever is no face comes through untouched."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from renderer.engines.base import FaceSubstituter
from renderer.engines.dlibface import DlibIdentity
from renderer.engines.mesh import MeshSession, MeshSubstituter
from renderer.errors import InputError
from renderer.media.frames import FrameWriter
from renderer.types import FaceTrack, Frame, InputFile, LikenessInput, OutputProfile
from renderer.vision.landmarks import OVAL, iod, save_track
from renderer.vision.masks import polygon_mask
from renderer.vision.plates import make_plate
from tests.renderer.faces import FPS, SIDE, asset, clip, detector, mesh, portrait, turned

IDENTITY = DlibIdentity()


def _file(path: Path) -> InputFile:
    return InputFile(path, hashlib.sha256(path.read_bytes()).hexdigest())


def _likeness(*paths: Path) -> LikenessInput:
    return LikenessInput(photos=tuple(_file(path) for path in paths))


@cache
def _session(person: str = "P006", likeness: str = "P001") -> MeshSession:
    photo = asset(likeness, "studio_portrait")
    return MeshSubstituter(detector()).prepare(clip(person)[1], _likeness(photo))


@cache
def _rendered(person: str = "P006", likeness: str = "P001") -> tuple[Frame, ...]:
    session = _session(person, likeness)
    return tuple(session.render(index, frame) for index, frame in enumerate(clip(person)[0]))


def _distance(picture: Frame, track: FaceTrack, index: int, person: str) -> float:
    shown = IDENTITY.describe(picture, track.points[index])
    reference = IDENTITY.describe(portrait(person), mesh(person))
    assert shown is not None and reference is not None
    return IDENTITY.distance(shown, reference)


def _inside(track: FaceTrack, index: int, grow: int = 0) -> np.ndarray:
    mask = polygon_mask(track.points[index][list(OVAL)], (SIDE, SIDE))
    return np.asarray(cv2.dilate(mask, np.ones((2 * grow + 1, 2 * grow + 1))) if grow else mask) > 0


def test_is_a_face_substituter() -> None:
    assert isinstance(MeshSubstituter(detector()), FaceSubstituter)
    assert MeshSubstituter.info.commercial_use


@pytest.mark.parametrize(("person", "likeness"), [("P006", "P001"), ("P006", "P007"), ("P010", "P009")])
def test_identity_moves_from_the_performer_to_the_likeness(person: str, likeness: str) -> None:
    track = clip(person)[1]
    for index in (0, 2):
        shown = _rendered(person, likeness)[index]
        to_likeness = _distance(shown, track, index, likeness)
        to_performer = _distance(shown, track, index, person)
        assert to_likeness < IDENTITY.same_below
        assert to_performer > IDENTITY.different_above
        assert _distance(clip(person)[0][index], track, index, likeness) > to_likeness + 0.2


def test_nothing_outside_the_face_changes() -> None:
    frames, track = clip("P006")
    for index, shown in enumerate(_rendered()):
        outside = ~_inside(track, index, grow=3)
        assert np.array_equal(shown[outside], frames[index][outside])
        assert not np.array_equal(shown, frames[index])
    assert _session().skipped == 0


def test_frames_given_are_not_written_to() -> None:
    frame = clip("P006")[0][0].copy()
    _session().render(0, frame)
    assert np.array_equal(frame, clip("P006")[0][0])


def test_own_face_on_itself_changes_little() -> None:
    frames, track = clip("P006")
    inside = _inside(track, 0)
    apart = np.abs(_rendered("P006", "P006")[0][inside].astype(int) - frames[0][inside])
    assert apart.mean() < 10


def test_skin_tone_follows_the_performer() -> None:
    frames, track = clip("P006")
    for index in (0, 3):
        rim = _inside(track, index) & ~_inner(track, index)
        own, shown = frames[index][rim].mean(0), _rendered("P006", "P002")[index][rim].mean(0)
        assert np.abs(own - shown).max() < 14


def _inner(track: FaceTrack, index: int) -> np.ndarray:
    middle = track.points[index][list(OVAL)].mean(0)
    return polygon_mask(middle + 0.75 * (track.points[index][list(OVAL)] - middle), (SIDE, SIDE)) > 0


def test_flat_faces_leave_no_line() -> None:
    # A flat grey likeness on a flat grey performer: whatever shows is the work of the mask.
    frames, track = clip("P006")
    grey = np.full((SIDE, SIDE, 3), (110, 130, 160), np.uint8)
    session = MeshSession(track, [make_plate(grey, mesh("P001"), float(iod(mesh("P001"))))])
    shown = session.render(0, np.full_like(frames[0], 120))
    steps = np.abs(np.diff(shown.astype(int), axis=0)).max()
    assert steps <= 3


def test_same_plan_gives_the_same_pixels() -> None:
    again = MeshSubstituter(detector()).prepare(clip("P006")[1], _likeness(asset("P001", "studio_portrait")))
    for index, frame in enumerate(clip("P006")[0]):
        assert np.array_equal(again.render(index, frame), _rendered()[index])


def test_frame_without_a_face_passes_untouched_and_is_counted() -> None:
    frames, track = clip("P006")
    present = track.present.copy()
    present[3] = False
    lost = FaceTrack(track.points, present, track.shots, track.size, track.fps)
    session = MeshSubstituter(detector()).prepare(lost, _likeness(asset("P001", "studio_portrait")))
    shown = [session.render(index, frame) for index, frame in enumerate(frames)]
    assert shown[3] is frames[3]
    assert session.skipped == 1
    assert session.render(len(frames) + 5, frames[0]) is frames[0]


def test_cup_before_the_face_stays_before_it() -> None:
    frames, track = clip("P006")
    session = MeshSubstituter(detector()).prepare(track, _likeness(asset("P001", "studio_portrait")))
    session.render(0, frames[0])
    covered = frames[1].copy()
    x, y = track.points[1][205, :2].astype(int)
    covered[y - 45 : y + 45, x - 45 : x + 45] = (170, 60, 20)
    shown = session.render(1, covered)
    cup = shown[y - 25 : y + 25, x - 25 : x + 25].astype(int)
    assert np.abs(cup - (170, 60, 20)).mean() < 12
    other = track.points[1][425, :2].astype(int)
    assert np.abs(shown[other[1], other[0]].astype(int) - covered[other[1], other[0]]).max() > 0


def test_face_that_is_covered_as_a_whole_passes_untouched() -> None:
    frames, track = clip("P006")
    session = MeshSubstituter(detector()).prepare(track, _likeness(asset("P001", "studio_portrait")))
    session.render(0, frames[0])
    hidden = frames[1].copy()
    hidden[_inside(track, 1)] = (20, 160, 20)
    assert session.render(1, hidden) is hidden
    assert session.skipped == 1


def test_gaze_stays_the_performers() -> None:
    frames, track = clip("P006")
    x, y = track.points[0][468, :2].round().astype(int)
    green = frames[0].copy()
    green[y - 3 : y + 4, x - 3 : x + 4] = (0, 255, 0)
    shown = _session().render(0, green)[y - 10 : y + 11, x - 10 : x + 11].astype(int)
    assert (shown[..., 1] - shown[..., 2]).max() > 150


def test_turning_head_brings_in_plates_of_the_enrolment_clip(tmp_path: Path) -> None:
    likeness = _likeness_clip(tmp_path)
    frames = [turned("P006", yaw) for yaw in (0, 10, 18, 24)]
    track = detector().track_frames(frames, FPS)
    session = MeshSubstituter(detector()).prepare(track, likeness)
    shown = [session.render(index, frame) for index, frame in enumerate(frames)]
    assert session.skipped == 0
    assert _distance(shown[0], track, 0, "P001") < _distance(shown[0], track, 0, "P006")


def _likeness_clip(folder: Path) -> LikenessInput:
    frames, track = clip("P001")
    with FrameWriter(folder / "clip.mp4", (SIDE, SIDE), FPS, profile=OutputProfile()) as writer:
        for frame in frames:
            writer.write(frame)
    save_track(track, folder / "track.npz")
    return LikenessInput(clip=_file(folder / "clip.mp4"), clip_track=_file(folder / "track.npz"))


def _picture(folder: Path, pictures: Sequence[Frame]) -> Path:
    path = folder / "photo.png"
    cv2.imwrite(str(path), np.concatenate(pictures, axis=1))
    return path


@pytest.mark.parametrize(
    ("code", "pictures"),
    [
        ("NO_FACE", [np.full((400, 400, 3), 90, np.uint8)]),
        ("MANY_FACES", [portrait("P001"), portrait("P006")]),
        ("FACE_TOO_SMALL", [portrait("P001", 160)]),
    ],
)
def test_unusable_photo_is_a_coded_error(tmp_path: Path, code: str, pictures: list[Frame]) -> None:
    with pytest.raises(InputError) as caught:
        MeshSubstituter(detector()).prepare(clip("P006")[1], _likeness(_picture(tmp_path, pictures)))
    assert (caught.value.code, caught.value.permanent) == (code, True)


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xe0 cut off"])
def test_empty_or_broken_photo_is_unreadable(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        MeshSubstituter(detector()).prepare(clip("P006")[1], _likeness(path))
    assert caught.value.code == "UNREADABLE_FILE"


def test_likeness_without_pictures_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        MeshSubstituter(detector()).prepare(clip("P006")[1], LikenessInput())
    assert caught.value.code == "NO_FACE"


def test_session_tells_where_the_shown_face_is() -> None:
    track, session = clip("P006")[1], _session("P006", "P007")
    eyes = float(iod(track.points[0]))
    apart = np.linalg.norm(session.track.points[0] - track.points[0], axis=1) / eyes
    outline = list(OVAL)
    assert apart.max() < 0.08
    assert apart[outline].max() < 0.02
    assert apart.mean() > 0.005
    found = detector().locate(_rendered("P006", "P007")[0])[0]
    away = [
        np.linalg.norm((found - mesh_)[:, :2], axis=1).mean()
        for mesh_ in (session.track.points[0], track.points[0])
    ]
    assert away[0] < away[1]
