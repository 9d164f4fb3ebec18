"""Measures of the picture itself: mouth texture, what changed elsewhere, and whose face it is."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.vision.landmarks import OVAL, iod
from renderer.vision.masks import polygon_mask
from renderer.vision.mouthbank import mouth_chip, sharpness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from renderer.bench.faces import KnownFace
    from renderer.types import FaceTrack, Frame, Points

SSIM_EVERY = 5
CHANGED_MARGIN = 0.25  # eye distances round the face outline that may change: skin edge and jaw
WINDOW = (11, 11)
SIGMA = 1.5
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


@dataclass(slots=True)
class Ripple:
    """Mean absolute second difference over time of a sequence of chips: how much a mouth trembles."""

    last: deque[NDArray[np.float32]] = field(default_factory=lambda: deque(maxlen=2))
    found: list[float] = field(default_factory=list)

    def take(self, chip: Frame | None) -> None:
        """The next frame's chip; None breaks the sequence."""
        if chip is None:
            return self.last.clear()
        grey = cv2.cvtColor(chip, cv2.COLOR_BGR2GRAY).astype(np.float32)
        if len(self.last) == 2:
            self.found.append(float(np.abs(grey - 2 * self.last[1] + self.last[0]).mean()))
        return self.last.append(grey)

    @property
    def mean(self) -> float | None:
        return float(np.mean(self.found)) if self.found else None


class PictureScores:
    """Compares the master's frames with the rendered ones, before label, watermark and encoder.

    Args:
        track: the master's face.
        speech: (T,) frames with new speech; None where nothing was spoken.
        natural: (T,) frames in which the master's actor speaks: the yardstick for jitter.
        faces: whom the result is compared with, by name.
    """

    def __init__(
        self,
        track: FaceTrack,
        speech: NDArray[np.bool_] | None,
        natural: NDArray[np.bool_],
        faces: Sequence[KnownFace],
    ) -> None:
        self._track, self._speech, self._natural, self.faces = track, speech, natural, faces
        self._sharp: tuple[list[float], list[float]] = ([], [])
        self._made, self._own = Ripple(), Ripple()
        self._alike: list[float] = []

    def take(self, index: int, before: Frame, after: Frame) -> None:
        """Frame ``index`` of the master and of the result."""
        if index >= len(self._track) or not self._track.present[index]:
            return
        points = self._track.points[index]
        if self._speech is not None:
            self._take_mouth(index, before, after, points, spoken=bool(self._speech[index]))
        if index % SSIM_EVERY == 0:
            self._alike.append(ssim_outside(before, after, points))
            for face in self.faces:
                face.look(after, points)

    def _take_mouth(self, index: int, before: Frame, after: Frame, points: Points, *, spoken: bool) -> None:
        own, made = mouth_chip(before, points), mouth_chip(after, points)
        self._own.take(own if self._natural[index] else None)
        self._made.take(made if spoken else None)
        if spoken:
            self._sharp[0].append(sharpness(own))
            self._sharp[1].append(sharpness(made))

    @property
    def sharpness_ratio(self) -> float | None:
        own, made = self._sharp
        return float(np.mean(made) / max(float(np.mean(own)), 1e-6)) if own else None

    @property
    def jitter_ratio(self) -> float | None:
        own, made = self._own.mean, self._made.mean
        return made / own if own and made is not None else None

    @property
    def ssim_outside(self) -> float | None:
        return float(np.mean(self._alike)) if self._alike else None


def ssim_outside(before: Frame, after: Frame, points: Points) -> float:
    """Mean structural similarity (Wang et al. 2004, luma) of all pixels outside the face and a margin round it."""
    reach = max(1, round(CHANGED_MARGIN * float(iod(points))))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    face = cv2.dilate(polygon_mask(points[list(OVAL)], before.shape[:2]), kernel)
    outside = face == 0
    return float(_ssim_map(_grey(before), _grey(after))[outside].mean()) if outside.any() else 1.0


def _grey(frame: Frame) -> NDArray[np.float32]:
    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), np.float32)


def _ssim_map(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    def mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.GaussianBlur(values, WINDOW, SIGMA), np.float32)

    m1, m2 = mean(first), mean(second)
    v1, v2 = mean(first * first) - m1 * m1, mean(second * second) - m2 * m2
    both = mean(first * second) - m1 * m2
    alike = (2 * m1 * m2 + C1) * (2 * both + C2)
    return np.asarray(alike / ((m1 * m1 + m2 * m2 + C1) * (v1 + v2 + C2)), np.float32)
