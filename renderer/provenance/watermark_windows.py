"""From frames to windows: what swings with the sign of the watermark, freed from the picture under it.

Each frame is high-passed and flattened, then summed with the cosine and the sine of the sign wave as weights: the
picture stands still and cancels, the mark adds up whatever the phase of the copy is.
"""

from __future__ import annotations

import math
from collections import deque
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from renderer.provenance.watermark_code import WAVE_PERIOD, FloatArray

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from renderer.provenance.luma import Timed
    from renderer.types import Frame

# The mark keeps below 1/16 cycle per pixel of 720 lines, so half of the lines lose nothing of it.
LINES = 360
BLUR_PX = 4
DEVIATION_PX = 9
POWER_PX = 15
POWER_FLOOR = 0.1
CLIP = 3.0
WINDOW_HALVES = 9
STEP_HALVES = 2
LONG_HALVES = 14
TAPER = (0.25, 0.5, 0.25)
TINY = 1e-12


class Window(NamedTuple):
    """A demodulated picture (h, w, 2) of 4.3 s, or of the whole clip. ``start`` in seconds."""

    start: float
    whole: bool
    swing: FloatArray


def windows(planes: Iterator[Timed]) -> Iterator[Window]:
    """Windows one second apart, then one of the whole clip where that is much longer or shorter than a window."""
    recent: deque[_Half] = deque(maxlen=WINDOW_HALVES)
    earlier: _Half | None = None
    count = 0
    for count, half in enumerate(_halves(planes), start=1):
        if len(recent) == WINDOW_HALVES:
            earlier = recent[0] if earlier is None else earlier + recent[0]
        recent.append(half)
        start = count - WINDOW_HALVES
        if start >= 0 and start % STEP_HALVES == 0:
            yield Window(start * WAVE_PERIOD / 2, whole=False, swing=_demodulated([*recent]))
    if earlier is None and 0 < count < WINDOW_HALVES:
        yield Window(0.0, whole=True, swing=_demodulated([*recent]))
    elif earlier is not None and count >= LONG_HALVES:
        yield Window(0.0, whole=True, swing=_demodulated([sum(recent, earlier)]))


class _Half:
    """Half a period of the sign wave: residuals (3, h, w) summed with weights cosine, sine, one, and those sums."""

    def __init__(self, pictures: FloatArray, weights: NDArray[np.float64]) -> None:
        self.pictures = pictures
        self.weights = weights

    def __add__(self, other: _Half) -> _Half:
        return _Half(self.pictures + other.pictures, self.weights + other.weights)

    def __mul__(self, share: float) -> _Half:
        return _Half(self.pictures * np.float32(share), self.weights * share)


def _halves(planes: Iterator[Timed]) -> Iterator[_Half]:
    for _, group in groupby(planes, key=lambda timed: int(timed.seconds / (WAVE_PERIOD / 2))):
        total: _Half | None = None
        for seconds, plane in group:
            left = residual(plane)
            if total is None:
                total = _Half(np.zeros((3, *left.shape), np.float32), np.zeros(3))
            angle = 2 * math.pi * seconds / WAVE_PERIOD
            for place, weight in enumerate((math.cos(angle), math.sin(angle), 1.0)):
                total.weights[place] += weight
                cv2.scaleAdd(left, weight, total.pictures[place], dst=total.pictures[place])
        if total is not None:
            yield total


def _demodulated(halves: list[_Half]) -> FloatArray:
    """What swings with the sign wave, (h, w, 2), each place divided by the power around it.

    The ends are tapered and the mean is taken out, because a picture that stands still or drifts is a hundred times
    stronger than the mark. The division weighs every place by how little else moves there.
    """
    total = halves[0]
    if len(halves) > 2:
        shares = np.convolve(np.ones(len(halves) - 2), TAPER)
        total = halves[0] * float(shares[0])
        for half, share in zip(halves[1:], shares[1:], strict=True):
            total += half * float(share)
    cosine, sine, still = total.pictures
    mean = still / np.float32(total.weights[2])
    swing = np.dstack(
        [cosine - mean * np.float32(total.weights[0]), sine - mean * np.float32(total.weights[1])]
    )
    power = cv2.boxFilter(np.square(swing).sum(axis=2), cv2.CV_32F, (POWER_PX, POWER_PX))
    weight = np.maximum(power, 0) + np.float32(POWER_FLOOR * power.mean() + TINY)
    return np.asarray(swing / weight[..., None], np.float32)


def residual(plane: Frame) -> FloatArray:
    """What a brightness plane shows above its surroundings, at ``LINES``, flattened where the picture is busy.

    High pass of sigma 8 px on 720 lines, clipped at three local deviations, divided by (deviation + 1) ** 0.75.
    """
    height, width = plane.shape
    factor = LINES / min(height, width)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    smooth = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    luma = np.asarray(cv2.resize(plane, size, interpolation=smooth), np.float32)
    high = luma - cv2.GaussianBlur(luma, (0, 0), BLUR_PX)
    deviation = np.sqrt(cv2.boxFilter(high * high, cv2.CV_32F, (DEVIATION_PX, DEVIATION_PX)))
    limit = deviation * np.float32(CLIP)
    flat = np.minimum(np.maximum(high, -limit), limit)
    root = np.sqrt(deviation + 1)
    return np.asarray(flat / (root * np.sqrt(root)), np.float32)
