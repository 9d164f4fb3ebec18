"""The person's own expressions as movable shapes: how the mesh of the portrait moves for a mouth, a smile, a brow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from renderer.demo.numbers import f32, smoothstep
from renderer.vision.landmarks import (
    BROW_LEFT,
    BROW_RIGHT,
    LIPS_IN,
    LIPS_OUT,
    STABLE,
    iod,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from renderer.demo.people import Unit
    from renderer.types import Points

GAP = 0.225  # inner lip gap at opening 1, in eye distances: a clearly spoken "ah"
REST_WIDTH = 0.45
SPREAD, ROUND = 0.062, 0.085  # how far the corners go out at width 1 and in at width 0, in eye distances


@dataclass(frozen=True, slots=True)
class Face:
    """What the face does in one frame; all 0 = the portrait.

    Attributes:
        opening, width: mouth as in ``speech.trajectory`` (width .45 = rest).
        smile: 0..1 of the person's own closed smile.
        brows: 0..1 raised.
        lids: left and right, 0 open .. 1 closed.
        gaze: shift of the irises in eye distances.
    """

    opening: float = 0.0
    width: float = REST_WIDTH
    smile: float = 0.0
    brows: float = 0.0
    lids: tuple[float, float] = (0.0, 0.0)
    gaze: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Shapes:
    """Displacement fields of the 478 points in canonical pixels, one per movement."""

    neutral: NDArray[np.float32]
    drop: NDArray[np.float32]
    smile: NDArray[np.float32]
    spread: NDArray[np.float32]
    narrow: NDArray[np.float32]
    brows: NDArray[np.float32]
    eyes: float

    def pose(self, face: Face) -> NDArray[np.float32]:
        """Points (478, 2) of the canonical picture for ``face``."""
        wide = max(face.width - REST_WIDTH, 0) / (1 - REST_WIDTH)
        tight = max(REST_WIDTH - face.width, 0) / REST_WIDTH
        moved = self.neutral + face.opening * self.drop + face.smile * (1 - 0.35 * tight) * self.smile
        return f32(moved + wide * self.spread + tight * self.narrow + face.brows * self.brows)


def shapes(neutral: Unit, opened: list[Unit], grin: Unit) -> Shapes:
    """Build the movements from the person's own cells.

    Args:
        neutral: the portrait.
        opened: cells with a round open mouth; they lend the vertical profile of lips and jaw.
        grin: the cell with a closed smile; it lends corners and cheeks.
    """
    flat = neutral.points[:, :2]
    eyes = float(iod(neutral.points))
    mirror = mirrored(
        opened[0].points
    )  # on closed lips upper and lower points would be mistaken for each other
    lower = lower_face(flat, eyes)
    drop = np.mean([profile(unit, neutral, eyes) for unit in opened], axis=0)
    drop = symmetric(drop, mirror) * lower[:, None]
    smile = symmetric(grin.points[:, :2] - flat, mirror) * smiling(flat, eyes)[:, None]
    return Shapes(
        neutral=flat.copy(),
        drop=drop,
        smile=closed_lips(smile),
        spread=corners(flat, eyes, SPREAD),
        narrow=pursed(flat, eyes),
        brows=raised(flat, eyes),
        eyes=eyes,
    )


def mirrored(points: Points) -> NDArray[np.intp]:
    """For every point the number of its partner on the other side of the face."""
    centre = (points[33, 0] + points[263, 0]) / 2
    other = points.copy()
    other[:, 0] = 2 * centre - other[:, 0]
    apart = np.linalg.norm(points[:, None, :] - other[None, :, :], axis=-1)
    return np.asarray(apart.argmin(axis=0), np.intp)


def symmetric(field: NDArray[np.float32], mirror: NDArray[np.intp]) -> NDArray[np.float32]:
    """The part of a movement that both sides of the face share: cells lean and grimace to one side."""
    other = field[mirror] * np.array((-1, 1), np.float32)
    return ((field + other) / 2).astype(np.float32)


def profile(unit: Unit, neutral: Unit, eyes: float) -> NDArray[np.float32]:
    """How the mesh moves from closed to a gap of ``GAP``: vertical from the cell, sideways only a little."""
    move = unit.points[:, :2] - neutral.points[:, :2]
    gap = (unit.points[14, 1] - unit.points[13, 1]) - (neutral.points[14, 1] - neutral.points[13, 1])
    return f32(move * np.array((0.35, 1.0)) * (GAP * eyes / gap))


def lower_face(flat: NDArray[np.float32], eyes: float) -> NDArray[np.float32]:
    """Weight 0 above the nose base, 1 from the upper lip down."""
    height = (flat[:, 1] - flat[2, 1]) / (0.16 * eyes)
    weight = smoothstep(height)
    weight[list(STABLE)] = 0
    return weight


def smiling(flat: NDArray[np.float32], eyes: float) -> NDArray[np.float32]:
    """Weight of the smile: cheeks and mouth, fading towards lids, nose bridge, chin and outline."""
    up = smoothstep((flat[:, 1] - (flat[145, 1] + flat[374, 1]) / 2) / (0.30 * eyes))
    return up


def closed_lips(field: NDArray[np.float32]) -> NDArray[np.float32]:
    """Make both lips of a movement keep touching: inner points of a pair share their mean."""
    out = field.copy()
    half = len(LIPS_IN) // 2
    for low, high in zip(LIPS_IN[1:half], LIPS_IN[:half:-1], strict=True):
        out[[low, high]] = (field[low] + field[high]) / 2
    return out


def corners(flat: NDArray[np.float32], eyes: float, amount: float) -> NDArray[np.float32]:
    """Stretch the mouth sideways about its middle; the cheeks give way over half an eye distance."""
    middle = flat[[13, 14]].mean(0)
    rel = (flat - middle) / eyes
    half = abs(flat[291, 0] - flat[61, 0]) / 2 / eyes
    side = np.clip(rel[:, 0] / half, -1, 1)
    reach = np.exp(-((np.maximum(np.abs(rel[:, 0]) - half, 0) / 0.16) ** 2) - (rel[:, 1] / 0.22) ** 2)
    out = np.zeros_like(flat)
    out[:, 0] = side * reach * amount * eyes
    out[:, 1] = -0.18 * np.abs(side) ** 2 * reach * amount * eyes
    return out


def pursed(flat: NDArray[np.float32], eyes: float) -> NDArray[np.float32]:
    """Draw the corners in and let the lips swell, as in "oo"."""
    out = corners(flat, eyes, -ROUND)
    out[:, 1] *= 0.2
    middle = flat[[13, 14]].mean(0)
    half = abs(flat[291, 0] - flat[61, 0]) / 2
    inner = np.clip(1 - (np.abs(flat[:, 0] - middle[0]) / half) ** 2, 0, 1)
    rows = list(LIPS_OUT)
    swell = np.zeros(len(flat), np.float32)
    swell[rows] = (flat[rows, 1] - middle[1]) * 0.12 * inner[rows]
    out[:, 1] += swell
    return out


def raised(flat: NDArray[np.float32], eyes: float) -> NDArray[np.float32]:
    """Lift the brows; forehead and upper lid crease follow."""
    out = np.zeros_like(flat)
    for rows, eye in ((BROW_LEFT, (33, 133)), (BROW_RIGHT, (263, 362))):
        brow = flat[list(rows)].mean(0)
        rel = (flat - brow) / eyes
        near = np.exp(-((rel[:, 0] / 0.24) ** 2) - (rel[:, 1] / np.where(rel[:, 1] < 0, 0.22, 0.10)) ** 2)
        out[:, 1] -= 0.05 * eyes * near
        out[list(eye), 1] = 0
    return out
