"""Face substitution without a network: the consented face is warped onto the performer's mesh, frame by frame.

Per frame: warp the plate (texture, window and skin colours in one map), lay its detail on the performer's light,
and paste it inside the performer's outline. Head, hair, ears, gaze, lids and the inside of the mouth stay the
performer's; lip-sync repaints the mouth afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.engines.base import EngineInfo
from renderer.errors import InputError
from renderer.media.frames import read_frames
from renderer.vision import shape
from renderer.vision.align import head_angles
from renderer.vision.blend import QUARTER, mix
from renderer.vision.enrolment import only_face, plate_frames, read_picture
from renderer.vision.keeping import blinks, keep_living
from renderer.vision.landmarks import OVAL, SURFACE, iod, load_track
from renderer.vision.occlusion import OcclusionWatch, cover_mask, is_lost, sharpened
from renderer.vision.plates import make_plate
from renderer.vision.relight import blur_to_match, relight, soften
from renderer.vision.schedule import schedule
from renderer.vision.skin import bare_skin, blur_skin, skin_probability
from renderer.vision.tracking import FaceLimits
from renderer.vision.warp import backward_grid, face_box, face_triangles, sample, warp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from renderer.engines.base import FaceDetector
    from renderer.types import FaceTrack, Frame, LikenessInput, Points
    from renderer.vision.plates import Plate
    from renderer.vision.schedule import Showing
    from renderer.vision.warp import Box

MARGIN = 0.10  # eye distances round the outline
PLATE_SCALE = 1.15  # plates are kept a little larger than they are shown
NEAR_TURN = 15.0  # degrees between head and photo up to which no other plate is looked for


@dataclass(frozen=True, slots=True)
class _Here:
    """The performer's face in one frame: pixels of the box, quarter-size copy, meshes in box pixels."""

    crop: Frame
    small: Frame
    own: Points
    wanted: Points
    quarter: Points


class MeshSubstituter:
    """FaceSubstituter that needs nothing but pictures and a face track."""

    info = EngineInfo(
        name="mesh",
        version="1.0",
        stage="face",
        licence="own code; landmarks: Apache-2.0",
        licence_url="https://www.apache.org/licenses/LICENSE-2.0",
        commercial_use=True,
    )

    def __init__(self, detector: FaceDetector, limits: FaceLimits | None = None) -> None:
        self._detector = detector
        self._limits = limits or FaceLimits()

    def prepare(self, track: FaceTrack, likeness: LikenessInput) -> MeshSession:
        """Make the plates and everything else that holds for the whole clip.

        Raises:
            InputError: ``UNREADABLE_FILE``, ``NO_FACE``, ``MANY_FACES``, ``FACE_TOO_SMALL``, ``PROFILE_FACE``.
        """
        found = self._photos(likeness)
        if likeness.clip and likeness.clip_track and _wants_more(track, [points for _, points in found]):
            found += _clip_pictures(likeness)
        if not found:
            raise InputError("NO_FACE", "This likeness has neither a photo nor an enrolment clip.")
        shown = PLATE_SCALE * float(np.quantile(iod(track.points[track.present]), 0.9))
        return MeshSession(track, [make_plate(picture, points, shown) for picture, points in found])

    def _photos(self, likeness: LikenessInput) -> list[tuple[Frame, Points]]:
        pictures = [read_picture(photo.path) for photo in likeness.photos]
        return [(picture, only_face(self._detector.locate(picture), self._limits)) for picture in pictures]


def _wants_more(track: FaceTrack, photos: Sequence[Points]) -> bool:
    """True when the performer turns further from every photo than a warp looks right."""
    if not photos:
        return True
    yaws = np.array([head_angles(points)[0] for points in track.points[track.present][::5]])
    own = np.array([head_angles(points)[0] for points in photos])
    return bool((np.abs(yaws[:, None] - own).min(1) > NEAR_TURN).mean() > 0.02)


def _clip_pictures(likeness: LikenessInput) -> list[tuple[Frame, Points]]:
    if likeness.clip is None or likeness.clip_track is None:
        return []
    track = load_track(likeness.clip_track.path)
    wanted = plate_frames(track)
    frames = read_frames(likeness.clip.path, stop=max(wanted) + 1)
    kept = {index: frame for index, frame in enumerate(frames) if index in wanted}
    return [(kept[index], track.points[index]) for index in wanted if index in kept]


class MeshSession:
    """FaceSession of one clip and one likeness. Call ``render`` in frame order; a jump back starts afresh.

    ``track`` is the face as it is shown: the performer's motion with the likeness's proportions.
    """

    def __init__(self, track: FaceTrack, plates: Sequence[Plate]) -> None:
        self._plates = plates
        heads = shape.poses(track)
        front = shape.fronts(track, heads)
        calm = shape.calm(front, track)
        moves = shape.proportions(plates[0].shape, shape.neutral(front, track.present))
        self._own = replace(track, points=shape.placed(calm, heads))
        self.track = replace(track, points=shape.placed(calm + moves, heads))
        self._blinks = blinks(track)
        self._triangles = face_triangles(plates[0].points)
        turns = np.array([head_angles(points)[:2] for points in track.points])
        self._showing = schedule(turns, np.array([plate.angles[:2] for plate in plates]), track.shots)
        self._watch, self._last = OcclusionWatch(), -1
        self._sigma: dict[int, float] = {}
        self._skipped: set[int] = set()

    @property
    def skipped(self) -> int:
        """Frames passed through because no usable face was in them."""
        return len(self._skipped)

    def render(self, index: int, frame: Frame) -> Frame:
        """Put the likeness on frame ``index`` of the master; a frame without a usable face comes back as it is."""
        box = self._box(index)
        if box is None:
            self._skipped.add(index)
            return frame
        self._begin(index)
        x0, y0, x1, y1 = box
        replaced = self._replace(index, np.ascontiguousarray(frame[y0:y1, x0:x1]), box)
        if replaced is None:
            self._skipped.add(index)
            return frame
        result = frame.copy()
        result[y0:y1, x0:x1] = replaced
        return result

    def _box(self, index: int) -> Box | None:
        if index >= len(self.track) or not self.track.present[index]:
            return None
        points = self._own.points[index]
        return face_box(points[list(OVAL)], MARGIN * float(iod(points)), self.track.size)

    def _begin(self, index: int) -> None:
        if index in self.track.shots or index <= self._last:
            self._watch.forget()
        self._last = index

    def _replace(self, index: int, crop: Frame, box: Box) -> Frame | None:
        here = self._here(index, crop, box)
        covered = self._watch.covered(here.small, here.quarter)
        if is_lost(covered):
            return None
        texture, window, there, gate = self._plate_at(self._showing[index], here)
        skin, cover = _skin_and_cover(here, covered)
        free = (1 - gate * (1 - cv2.GaussianBlur(skin, (0, 0), 1.0))) * (1 - cover)
        light = blur_skin(here.small, bare_skin(skin * (1 - cover), here.quarter), here.quarter)
        patch = relight(texture, there, light)
        alpha = window * cv2.resize(free, (crop.shape[1], crop.shape[0]))
        replaced = mix(crop, soften(patch, self._softness(index, patch, crop, alpha)), alpha)
        keep_living(replaced, crop, here.own, here.wanted, float(self._blinks[index]))
        return replaced

    def _here(self, index: int, crop: Frame, box: Box) -> _Here:
        corner = np.array((box[0], box[1], 0), np.float32)
        own, wanted = self._own.points[index] - corner, self.track.points[index] - corner
        size = (crop.shape[1] // QUARTER, crop.shape[0] // QUARTER)
        small = np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA), np.uint8)
        return _Here(crop, small, own, wanted, np.asarray(own / QUARTER, np.float32))

    def _plate_at(
        self, showing: Showing, here: _Here
    ) -> tuple[Frame, NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Texture and window of the box's size; skin colours and gate at quarter size."""
        picture, low = self._warped(self._plates[showing.first], here)
        if showing.share:
            other, other_low = self._warped(self._plates[showing.second], here)
            picture = cv2.addWeighted(picture, 1 - showing.share, other, showing.share, 0).astype(np.uint8)
            low = (1 - showing.share) * low + showing.share * other_low
        window = picture[..., 3] * np.float32(1 / 255)
        return np.ascontiguousarray(picture[..., :3]), window, low[..., :3], low[..., 3]

    def _warped(self, plate: Plate, here: _Here) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        box = (0, 0, here.crop.shape[1], here.crop.shape[0])
        grid = backward_grid(here.wanted[:SURFACE], plate.points[:SURFACE], self._triangles, box, QUARTER)
        places = np.asarray((grid.places() + 0.5) / QUARTER - 0.5, np.float32)
        return warp(plate.picture, grid.maps()), sample(plate.low, places)

    def _softness(self, index: int, patch: Frame, crop: Frame, alpha: NDArray[np.float32]) -> float:
        """Blur that matches this shot's sharpness, judged once on its first frame."""
        shot = max(start for start in self.track.shots if start <= index)
        if shot not in self._sigma:
            self._sigma[shot] = blur_to_match(patch, crop, alpha)
        return self._sigma[shot]


def _skin_and_cover(
    here: _Here, covered: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Skin probability and what lies before the face, both at quarter size."""
    if not covered.any():
        return skin_probability(here.small, here.quarter), np.zeros(here.small.shape[:2], np.float32)
    rough = cover_mask(covered, here.quarter, here.small.shape[:2])
    skin = skin_probability(here.small, here.quarter, rough)
    return skin, sharpened(rough, skin, here.quarter)
