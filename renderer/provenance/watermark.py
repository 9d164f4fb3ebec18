"""Invisible video watermark: write the variant's id into the brightness of every frame.

Y' = Y + strength * texture * luminance * s(t) * P (``/provenance`` design, section 2.2): busy and bright areas take
more, flat ones less, and the sign swings once per 0.96 s. The same amount is added to blue, green and red, which
moves luma alone.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.provenance.watermark_code import (
    ALGORITHM,
    CHIP_PX,
    REFERENCE_LINES,
    WatermarkKeys,
    chip_grid,
    spread,
    wave,
)
from renderer.provenance.watermark_detect import Detection, detect

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from renderer.provenance.watermark_code import FloatArray
    from renderer.types import Frame

__all__ = ["ALGORITHM", "Detection", "Embedder", "WatermarkKeys", "detect"]

FLOOR = 0.35
GAIN = 0.36
CEILING = 2.2
BUSIEST = 24
# Full-range BGR to the 16..235 luma of the encoded file: strength is counted in grey levels of the file.
LUMA_RANGE = 219 / 255
FRACTION_BITS = 6
DITHER = 0.3
DITHER_MARGIN = 64
FULL_LINES = 1080
SMALL_EXPONENT = 0.45
SMALL_MOST = 1.25
MASK_LINES = 360
PLANE_LINES = 540


class Embedder:
    """Marks frames of one rendition; stateless between frames, so any frame may be marked alone.

    Args:
        keys: the current secret spreads and authenticates the id.
        payload_id: 48 bit id of the variant.
        size: (width, height) of the frames in pixels.
        fps: frames per second of the file; the sign follows ``index / fps``.
        strength: amplitude in grey levels of encoded luma on mid-textured areas of a 1080 line picture; 1.0 is
            hard to see, 1.6 the most. Narrower chips lose more in an encoder, so small pictures take a little more.
    """

    def __init__(
        self,
        keys: WatermarkKeys,
        payload_id: int,
        size: tuple[int, int],
        fps: Fraction | float,
        strength: float,
    ) -> None:
        self.size = size
        self.fps = Fraction(fps)
        short = min(size)
        self._mask_step = max(1, round(short / MASK_LINES))
        # Chips are so wide that their pattern may be made at half size and enlarged; the last pixel is not lost.
        step = max(1, short // PLANE_LINES)
        self._work = (-(-size[0] // step), -(-size[1] // step))
        chip_px = CHIP_PX * min(self._work) / REFERENCE_LINES
        plane = spread(chip_grid(keys.current, payload_id), chip_px, self._work)
        small = min(max(FULL_LINES / short, 1.0) ** SMALL_EXPONENT, SMALL_MOST)
        gain = strength * small / LUMA_RANGE * (1 << FRACTION_BITS)
        self._plane: FloatArray = plane * np.float32(gain / plane.std())
        self._dither = _dither_pool(size)

    def apply(self, index: int, frame: Frame) -> Frame:
        """A marked copy of frame ``index``; input and output are (H, W, 3) uint8 BGR."""
        sign = wave(float(index / self.fps))
        if sign == 0.0:
            return frame
        amount = cv2.resize(self._amplitude(frame), self._work, interpolation=cv2.INTER_LINEAR)
        cv2.multiply(amount, self._plane, dst=amount, scale=sign)
        delta = cv2.resize(amount.astype(np.int16), self.size, interpolation=cv2.INTER_LINEAR)
        np.add(delta, self._dither_of(index), out=delta)
        np.right_shift(delta, FRACTION_BITS, out=delta)
        shift = cv2.cvtColor(delta.astype(np.uint8), cv2.COLOR_GRAY2BGR)
        return np.asarray(cv2.addWeighted(frame, 1.0, shift, 1.0, -128.0), np.uint8)

    def _amplitude(self, frame: Frame) -> FloatArray:
        """Texture and luminance mask at about 360 lines, float32 around 1."""
        step = self._mask_step
        luma = np.ascontiguousarray(frame[::step, ::step, 1])
        box = 2 * round(3.5 * luma.shape[0] / REFERENCE_LINES) + 1
        rough = cv2.min(cv2.absdiff(luma, cv2.blur(luma, (box, box))), np.full_like(luma, BUSIEST))
        wide = 2 * box + 1
        texture = cv2.sqrt(cv2.boxFilter(rough, cv2.CV_32F, (wide, wide)))
        texture = np.minimum(texture * GAIN + FLOOR, CEILING)
        bright = cv2.blur(luma, (wide, wide)).astype(np.float32) * (0.25 / 128) + 0.75
        return np.asarray(texture * np.minimum(bright, 1.15), np.float32)

    def _dither_of(self, index: int) -> NDArray[np.int16]:
        """Another part of the noise pool for each frame, so the grain does not stand still."""
        width, height = self.size
        down, right = (index * 29) % DITHER_MARGIN, (index * 43) % DITHER_MARGIN
        return self._dither[down : down + height, right : right + width]


def _dither_pool(size: tuple[int, int]) -> NDArray[np.int16]:
    """Noise of +-0.3 grey levels plus what makes the following shift round to an unsigned byte around 128."""
    width, height = size
    one = 1 << FRACTION_BITS
    noise = np.random.default_rng(0).uniform(-DITHER, DITHER, (height + DITHER_MARGIN, width + DITHER_MARGIN))
    return np.asarray(np.round(noise * one) + 128 * one + one // 2, np.int16)
