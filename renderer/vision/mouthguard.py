"""What is held before the mouth stays before it: a cup or a hand is never painted over with lips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.vision.blend import QUARTER, mix
from renderer.vision.landmarks import LIPS_OUT, LOWER_RING, OVAL, SURFACE, iod
from renderer.vision.occlusion import OcclusionWatch, cover_mask, is_lost
from renderer.vision.warp import face_box

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from renderer.types import FaceTrack, Frame
    from renderer.vision.warp import Box

MARGIN = 0.45  # eye distances round the face outline: where the painter may have changed a pixel
NEAR_MOUTH = 0.45  # eye distances from the lips: only what is held there matters


@dataclass(frozen=True, slots=True)
class Cover:
    """Something before the mouth: (h, w) 0..1 over ``box``; ``mask`` is None where the mouth is free."""

    box: Box
    mask: NDArray[np.float32] | None

    def keep(self, before: Frame, painted: Frame) -> Frame:
        """The painted frame with the frame's own pixels where they are covered."""
        if self.mask is None or painted is before:
            return painted
        x0, y0, x1, y1 = self.box
        window = painted[y0:y1, x0:x1]
        window[:] = mix(window, before[y0:y1, x0:x1], self.mask)
        return painted


class MouthGuard:
    """Watches one face for things held before its mouth. Ask in frame order; a jump back starts afresh."""

    def __init__(self, track: FaceTrack) -> None:
        self._track, self._watch, self._last = track, OcclusionWatch(), -1

    def cover(self, index: int, frame: Frame) -> Cover | None:
        """What covers the mouth in this frame; None where too little of the face is seen to repaint it."""
        points = self._track.points[index]
        box = face_box(points[list(OVAL)], MARGIN * float(iod(points)), self._track.size)
        if box is None:
            return None
        if index in self._track.shots or index <= self._last:
            self._watch.forget()
        self._last = index
        return self._look(index, frame, box)

    def _look(self, index: int, frame: Frame, box: Box) -> Cover | None:
        x0, y0, x1, y1 = box
        size = ((x1 - x0) // QUARTER, (y1 - y0) // QUARTER)
        small = cv2.resize(frame[y0:y1, x0:x1], size, interpolation=cv2.INTER_AREA)
        points = np.asarray((self._track.points[index] - (x0, y0, 0)) / QUARTER, np.float32)
        covered = self._watch.covered(np.asarray(small, np.uint8), points)
        if is_lost(covered):
            return None
        if not covered[_near_mouth(points[:SURFACE])].any():
            return Cover(box, None)
        mask = cover_mask(covered, points, (size[1], size[0]))
        return Cover(box, np.asarray(cv2.resize(mask, (x1 - x0, y1 - y0)), np.float32))


def _near_mouth(points: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(468,) points on the lips and the skin round them."""
    away = np.linalg.norm(points[:, :2] - points[list(LIPS_OUT), :2].mean(0), axis=1)
    near = np.asarray(away < NEAR_MOUTH * np.linalg.norm(points[33] - points[263]), bool)
    near[list(LOWER_RING)] = True
    return near
