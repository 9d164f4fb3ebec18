"""The inside of the mouth in layers: a real cavity and tongue, real teeth that stay with the skull, real lips over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.demo.numbers import f32, smoothstep
from renderer.vision.landmarks import LIPS_IN
from renderer.vision.warp import backward_map, warp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from renderer.demo.numbers import Box, Image
    from renderer.demo.people import Unit
    from renderer.demo.teeth import Teeth


SHIFT = 4
TEETH_LIGHT = 0.84  # teeth behind the lips get less light than in a broad smile
FADE_IN = 0.012  # gap, in eye distances, over which the inside appears


@dataclass(frozen=True, slots=True)
class Mouth:
    """What lies behind and around the lips, all on the canonical picture.

    Attributes:
        units: two open mouths, from less to more open.
        teeth: upper row.
        triangles: mesh topology shared by all units.
        eyes: eye distance in pixels.
    """

    units: tuple[Unit, Unit]
    teeth: Teeth
    triangles: NDArray[np.int32]
    eyes: float

    def paint(self, base: Image, points: Image, opening: float, box: Box) -> Image:
        """Put the inside of the mouth between the lips of ``base`` (box crop, float32 BGR)."""
        gap = float(np.max(points[[14, 87, 317], 1] - points[[13, 82, 312], 1]))
        if gap < 0.3:
            return base
        contour = outline(points, LIPS_IN)
        hole = area(contour, box, 0.0042 * self.eyes)
        inside = self._inside(points, opening, box)
        inside *= self._shade(hole)[..., None]
        alpha = (hole * min(gap / (FADE_IN * self.eyes), 1.0))[..., None]
        return base + alpha * (inside - base)

    def _inside(self, points: Image, opening: float, box: Box) -> Image:
        less, more = (self._open(unit, points, box) for unit in self.units)
        share = float(smoothstep(f32((opening - 0.35) / 0.5)))
        cavity = less + share * (more - less)
        rows, columns = slice(box[1], box[3]), slice(box[0], box[2])
        alpha = self.teeth.alpha[rows, columns, None]
        return cavity * 0.9 * (1 - alpha) + TEETH_LIGHT * self.teeth.colour[rows, columns]

    def _open(self, unit: Unit, points: Image, box: Box) -> Image:
        maps = backward_map(points, unit.points[:, :2], self.triangles, box, step=2)
        return warp(unit.image, maps).astype(np.float32)

    def _shade(self, hole: Image) -> Image:
        """Light falls off towards the lips, most under the upper one."""
        reach = 0.035 * self.eyes
        soft = cv2.GaussianBlur(hole, (0, 0), reach)
        drop = f32(((1.0, 0.0, 0.0), (0.0, 1.0, 0.020 * self.eyes)))
        below = cv2.warpAffine(soft, drop, hole.shape[::-1])
        return np.asarray(np.clip(0.36 + 1.00 * np.minimum(soft, below), 0, 1), np.float32)


def outline(points: Image, rows: tuple[int, ...], steps: int = 6) -> Image:
    """A closed contour through mesh points, rounded by a Catmull-Rom spline; (len * steps, 2)."""
    p = points[list(rows), :2]
    before, after, far = np.roll(p, 1, 0), np.roll(p, -1, 0), np.roll(p, -2, 0)
    t = (np.arange(steps) / steps)[:, None, None]
    curve = 0.5 * (
        2 * p
        + (after - before) * t
        + (2 * before - 5 * p + 4 * after - far) * t**2
        + (3 * p - before - 3 * after + far) * t**3
    )
    return np.asarray(curve.transpose(1, 0, 2).reshape(-1, 2), np.float32)


def rounded(points: NDArray[np.float64], steps: int = 12) -> NDArray[np.float64]:
    """An open Catmull-Rom curve through points (N, 2)."""
    padded = np.concatenate([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    parts = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False)
    ]
    return np.concatenate([*parts, points[-1:]])


def area(contour: Image, box: Box, soft: float) -> Image:
    """Mask (H, W) 0..1 of a contour inside a box, with a soft edge of ``soft`` pixels."""
    mask = np.zeros((box[3] - box[1], box[2] - box[0]), np.uint8)
    fixed = np.round((contour - np.array(box[:2], np.float32)) * (1 << SHIFT)).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, SHIFT)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), soft), np.float32) / 255
