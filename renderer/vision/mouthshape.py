"""Mouth shapes as geometry: how this actor's face opens and widens, and the mesh that hits a wanted shape exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from renderer.vision.landmarks import LIPS_IN, LIPS_OUT
from renderer.vision.mouth import breadth_of, gap_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from renderer.vision.mouth import Curve, MouthTrack, Shapes

INNER_PAIRS = (
    (191, 95),
    (80, 88),
    (81, 178),
    (82, 87),
    (13, 14),
    (312, 317),
    (311, 402),
    (310, 318),
    (415, 324),
)
NOSE_BASE, UPPER_LIP = 2, 13
CALM_PERCENTILE = 25
PRIOR_WEIGHT = 0.05  # in squared eye distances: about 20 frames with a spread of 0.05
LOWER_SHARE = 0.8  # of an opening is the lower lip's; the rest lifts the upper lip
CHIN_SHARE = 0.5
SIDE = 0.06  # eye distances over which skin beside the mouth passes from the upper to the lower lip's motion
NEAR, FAR = 0.6, 1.05  # eye distances from the mouth: moves fully, moves no more
SMOOTHING = (0.2, 0.6, 0.2)


@dataclass(frozen=True, slots=True)
class MouthBasis:
    """One actor's way of speaking in eye distances.

    Attributes:
        neutral: (468, 3) calm face.
        opening, width: (468, 3) how all points move per unit of gap and of lip-corner distance.
        reach: (468,) 0..1, how far a point may leave the picture it is in; 0 above the nose base.
    """

    neutral: Shapes
    opening: Shapes
    width: Shapes
    reach: Curve


def learn_basis(mouth: MouthTrack) -> MouthBasis:
    """Ridge regression of the shapes on opening and width, towards a plain jaw drop where the clip shows little."""
    shapes = mouth.shapes[mouth.present]
    gap, breadth = gap_of(shapes), breadth_of(shapes)
    neutral = shapes[gap <= np.percentile(gap, CALM_PERCENTILE)].mean(0)
    drive = np.stack([gap - gap.mean(), breadth - breadth.mean()], axis=1).astype(np.float64)
    moves = (shapes - shapes.mean(0)).reshape(len(shapes), -1).astype(np.float64)
    prior = np.stack([_jaw_drop(neutral), _stretch(neutral)]).reshape(2, -1)
    solved = np.linalg.solve(
        drive.T @ drive + PRIOR_WEIGHT * np.eye(2), drive.T @ moves + PRIOR_WEIGHT * prior
    ).reshape(2, -1, 3)
    opening, width = solved.astype(np.float32)
    return MouthBasis(neutral, opening, width, _reach(neutral))


def _centre(neutral: Shapes) -> NDArray[np.float32]:
    return np.asarray((neutral[13] + neutral[14]) / 2, np.float32)


def _jaw_drop(neutral: Shapes) -> Shapes:
    """Points per unit of gap in a plain face: lower lip down, chin after it, upper lip a little up."""
    away = neutral - _centre(neutral)
    below = np.clip(0.5 + away[:, 1] / SIDE, 0, 1)
    below[list(LIPS_OUT[1:9] + LIPS_IN[1:10])], below[list(LIPS_OUT[11:] + LIPS_IN[11:])] = 1.0, 0.0
    drop = LOWER_SHARE - (LOWER_SHARE - CHIN_SHARE) * np.clip(away[:, 1] / 0.5, 0, 1)
    lift = (1 - LOWER_SHARE) * np.exp(-np.abs(away[:, 1]) / 0.12)
    moves = np.zeros_like(neutral)
    moves[:, 1] = (below * drop - (1 - below) * lift) * np.exp(-((away[:, 0] / 0.45) ** 2))
    return moves


def _stretch(neutral: Shapes) -> Shapes:
    """Points per unit of width: the corners apart, everything else less with its distance from the lips."""
    away = neutral - _centre(neutral)
    half = abs(neutral[61, 0] - neutral[291, 0]) / 2
    moves = np.zeros_like(neutral)
    moves[:, 0] = 0.5 * np.clip(away[:, 0] / half, -1, 1) * np.exp(-((away[:, 1] / 0.25) ** 2))
    return moves


def _reach(neutral: Shapes) -> Curve:
    step = neutral[UPPER_LIP, 1] - neutral[NOSE_BASE, 1]
    down = np.clip((neutral[:, 1] - neutral[NOSE_BASE, 1] + step / 4) / (0.8 * step), 0, 1)
    away = np.linalg.norm((neutral - _centre(neutral))[:, :2], axis=1)
    near = np.clip((FAR - away) / (FAR - NEAR), 0, 1)
    return np.asarray(_ease(down) * _ease(near), np.float32)


def _ease(x: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(x * x * (3 - 2 * x), np.float32)


def lend(shapes: Shapes, lender: MouthBasis, wearer: MouthBasis) -> Shapes:
    """Shapes of one actor on another's calm face: the movement is lent, the proportions stay."""
    size = float(breadth_of(wearer.neutral) / breadth_of(lender.neutral))
    return np.asarray(wearer.neutral + size * (shapes - lender.neutral), np.float32)


def calm_down(shapes: Shapes) -> Shapes:
    """Smooth a run of shapes over time (0.2, 0.6, 0.2): a cut between two units must not snap."""
    before = np.concatenate([shapes[:1], shapes[:-1]])
    after = np.concatenate([shapes[1:], shapes[-1:]])
    return np.asarray(SMOOTHING[0] * before + SMOOTHING[1] * shapes + SMOOTHING[2] * after, np.float32)


def correct(shapes: Shapes, gap: Curve, breadth: Curve, basis: MouthBasis) -> Shapes:
    """Move along the actor's own basis until gap and breadth are as wanted.

    Args:
        shapes: (T, 468, 3); gap, breadth: (T,) wanted, eye distances.
    """
    moves = np.stack([basis.opening, basis.width])
    shapes = shapes.copy()
    for _ in range(2):  # breadth is a length, not linear in the points: the second round takes the rest
        missing = np.stack([gap - gap_of(shapes), breadth - breadth_of(shapes)], axis=1)
        response = np.stack([gap_of(moves), moves[:, 291, 0] - moves[:, 61, 0]])
        steps = np.linalg.solve(response.astype(np.float64), missing.T.astype(np.float64)).T
        shapes += np.einsum("tk,kvc->tvc", steps.astype(np.float32), moves)
    return np.asarray(shapes, np.float32)


def part_lips(shapes: Shapes, closed: NDArray[np.bool_]) -> Shapes:
    """Let no inner lip cross the other; on closed frames lay both on the line between them."""
    shapes = shapes.copy()
    for upper, lower in INNER_PAIRS:
        middle = (shapes[:, upper, 1] + shapes[:, lower, 1]) / 2
        touch = closed | (shapes[:, lower, 1] < shapes[:, upper, 1])
        for lip in (upper, lower):
            shapes[:, lip, 1] = np.where(touch, middle, shapes[:, lip, 1])
    return shapes
