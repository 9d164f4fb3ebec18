"""From a performance to frames: actor, head motion, set, light, lens and grain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.demo.numbers import f32

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from renderer.demo.actor import Actor
    from renderer.demo.head import Head
    from renderer.demo.motion import Moment
    from renderer.demo.numbers import Image
    from renderer.types import Frame


GRAIN_TILE = 1024
WRAP = 0.22  # how strongly the set's light spills over the person's edge
QUARTER = 4


@dataclass(frozen=True, slots=True)
class Backing:
    """What is behind a cut-out person.

    Attributes:
        picture: the set, larger than the frame so that the camera may drift.
        glow: the set's broad light at a quarter of the frame's size.
    """

    picture: Frame
    glow: Image


@dataclass(frozen=True, slots=True)
class Shot:
    """Everything one clip is made of; ``frame`` gives any of its frames.

    Attributes:
        scale: frame pixels per canonical pixel. origin: frame place of the canonical corner.
        backing: None keeps the portrait's own plain backdrop.
        tone: (256, 1, 3) lookup table of the final grade.
        grain: standard deviation of the film grain in grey levels.
    """

    actor: Actor
    head: Head
    moments: Sequence[Moment]
    drift: Image
    size: tuple[int, int]
    scale: float
    origin: tuple[float, float]
    backing: Backing | None
    tone: Frame
    noise: NDArray[np.int16]

    def frame(self, index: int) -> Frame:
        """Frame ``index`` as BGR; the same index always gives the same bytes."""
        moment = self.moments[index]
        shift = self.drift[index]
        origin = (self.origin[0] + float(shift[0]), self.origin[1] + float(shift[1]))
        maps = self.head.maps(moment.stance, self.scale, origin, self.size)
        person = cv2.remap(
            self.actor.act(moment.face), *maps, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
        if self.backing is not None:
            person = self._before_set(self.backing, np.asarray(person, np.uint8), shift)
        return self._expose(np.asarray(person, np.uint8), index)

    def _before_set(self, backing: Backing, person: Frame, shift: Image) -> Frame:
        alpha = np.ascontiguousarray(person[..., 3])
        behind = self._behind(backing.picture, shift)
        keep = cv2.cvtColor(255 - alpha, cv2.COLOR_GRAY2BGR)
        merged = cv2.add(np.ascontiguousarray(person[..., :3]), cv2.multiply(behind, keep, scale=1 / 255))
        return np.asarray(cv2.add(merged, self._wrap(backing, alpha)), np.uint8)

    def _behind(self, picture: Frame, shift: Image) -> Frame:
        """The set moves less than the person when the camera drifts: parallax."""
        width, height = self.size
        left = (picture.shape[1] - width) / 2 - 0.45 * float(shift[0])
        top = (picture.shape[0] - height) / 2 - 0.45 * float(shift[1])
        window = f32([[1, 0, left], [0, 1, top]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(picture, window, self.size, flags=flags), np.uint8)

    def _wrap(self, backing: Backing, alpha: NDArray[np.uint8]) -> Frame:
        """Light of the set on the person's rim, computed at a quarter of the size."""
        small = cv2.resize(alpha, None, fx=1 / QUARTER, fy=1 / QUARTER, interpolation=cv2.INTER_AREA)
        inside = small.astype(np.float32) / 255
        rim = inside * (1 - cv2.GaussianBlur(inside, (0, 0), 3.0)) * WRAP
        light = cv2.convertScaleAbs(backing.glow * rim[..., None])
        return np.asarray(cv2.resize(light, self.size, interpolation=cv2.INTER_LINEAR), np.uint8)

    def _expose(self, picture: Frame, index: int) -> Frame:
        rng = np.random.default_rng((7, index))
        width, height = self.size
        x, y = (int(v) for v in rng.integers(0, GRAIN_TILE, 2))
        grain = self.noise[y : y + height, x : x + width]
        toned = cv2.LUT(picture, self.tone)
        return np.asarray(cv2.add(toned, grain, dtype=cv2.CV_8U), np.uint8)


def grain_plate(size: tuple[int, int], strength: float) -> NDArray[np.int16]:
    """Film grain larger than the frame by one tile, so that every frame takes another window of it."""
    rng = np.random.default_rng(11)
    shape = (size[1] + GRAIN_TILE, size[0] + GRAIN_TILE)
    luma = cv2.GaussianBlur(rng.standard_normal(shape, np.float32), (0, 0), 0.7)
    scaled = luma * (strength / float(luma.std()))
    return np.asarray(np.repeat(np.round(scaled)[..., None], 3, axis=2), np.int16)


def tone_table(warmth: float, contrast: float) -> Frame:
    """A gentle S-curve, warmer lights and cooler shadows, as a lookup table (BGR)."""
    level = np.arange(256, dtype=np.float32) / 255
    curve = level + contrast * (level - 0.5) * level * (1 - level) * 4
    split = (level - 0.35) * warmth
    channels = [curve - split, curve, curve + split]
    return np.clip(np.stack(channels, -1) * 255 + 0.5, 0, 255).astype(np.uint8)[:, None, :]


def glow_of(picture: Frame, size: tuple[int, int]) -> Image:
    """Broad light of a set for the rim, a quarter of the frame's size."""
    small = cv2.resize(picture, (size[0] // QUARTER, size[1] // QUARTER), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small.astype(np.float32), (0, 0), 14), np.float32)
