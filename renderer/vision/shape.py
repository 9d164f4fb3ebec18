"""What moves where: a calmer copy of the track, and the likeness's proportions within the performer's outline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from renderer.vision.align import Pose, head_pose
from renderer.vision.landmarks import (
    BROW_LEFT,
    BROW_RIGHT,
    EYE_LEFT,
    EYE_RIGHT,
    LIP_MIDDLE,
    LIPS_IN,
    LIPS_OUT,
    LOWER_LIP,
    OVAL,
    POINTS,
    UPPER_LIP,
    mouth_opening,
    runs,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from renderer.types import FaceTrack, Points

CAP = 0.06  # eye distances a point may be moved by another face's proportions
CALM_SIGMA = 1.6  # frames: skin over bone does not tremble, what the tracker sees trembling is noise
CALM_REACH = 5
EDGE_REACH = 0.30


def poses(track: FaceTrack) -> list[Pose]:
    """Head pose of every frame."""
    return [head_pose(points) for points in track.points]


def fronts(track: FaceTrack, heads: Sequence[Pose]) -> Points:
    """All meshes turned to the front, in eye distances: (T, 478, 3)."""
    return np.stack([pose.apply(points) for pose, points in zip(heads, track.points, strict=True)])


def calm(front: Points, track: FaceTrack) -> Points:
    """Smooth turned meshes over time where the face is bone, and not where it acts (lids, lips, brows)."""
    slow = front.copy()
    for start, stop in runs(track.present, track.shots):
        slow[start:stop] = _gaussian(front[start:stop])
    acting = acting_weight(front.mean(0))[:, None]
    return np.asarray(acting * front + (1 - acting) * slow, np.float32)


def _gaussian(values: Points) -> Points:
    offsets = np.arange(-CALM_REACH, CALM_REACH + 1)
    weights = np.exp(-0.5 * (offsets / CALM_SIGMA) ** 2)
    rows = np.clip(np.arange(len(values))[:, None] + offsets, 0, len(values) - 1)
    total = np.zeros_like(values)
    for column, weight in enumerate(weights / weights.sum()):
        total += np.float32(weight) * values[rows[:, column]]
    return total


def acting_weight(front: Points) -> NDArray[np.float32]:
    """(478,) 1 at lids, lips and irises, 0 where the face only follows the skull."""
    movers = [*EYE_LEFT, *EYE_RIGHT, *LIPS_IN, *LIPS_OUT, *BROW_LEFT, *BROW_RIGHT, *range(468, POINTS)]
    return 1 - _smoothstep(_distance(front, movers) / 0.15)


def placed(front: Points, heads: Sequence[Pose]) -> Points:
    """Turned meshes back in the clip's pixels: the inverse of ``fronts``."""
    return np.stack([pose.invert(points) for pose, points in zip(heads, front, strict=True)])


def neutral(front: Points, present: NDArray[np.bool_]) -> Points:
    """The performer's own face at rest: the median of the frames with the mouth least open."""
    seen = front[present]
    gaps = mouth_opening(seen)
    return np.asarray(np.median(seen[gaps <= np.quantile(gaps, 0.4)], axis=0), np.float32)


def proportions(likeness: Points, performer: Points) -> Points:
    """How far every point moves to give the performer's mesh the likeness's proportions, (478, 3).

    Both are turned meshes in eye distances. The outline stays: it is the performer's silhouette. So does the opening
    of the mouth. Moves are capped.
    """
    apart = np.asarray(_parted_like(likeness, performer) - performer, np.float32)
    length = np.linalg.norm(apart, axis=1, keepdims=True)
    apart *= CAP * np.tanh(length / CAP) / np.maximum(length, 1e-6)
    return np.asarray(apart * _freedom(performer)[:, None], np.float32)


def _parted_like(likeness: Points, performer: Points) -> Points:
    """The likeness with its lips as far apart as the performer's: an open mouth is an expression, no proportion."""
    upper, lower = LIP_MIDDLE
    excess = (likeness[lower, 1] - likeness[upper, 1]) - (performer[lower, 1] - performer[upper, 1])
    parted = likeness.copy()
    parted[list(UPPER_LIP), 1] += excess / 2
    parted[list(LOWER_LIP), 1] -= excess / 2
    return parted


def _freedom(front: Points) -> NDArray[np.float32]:
    """(478,) 0 on the outline, 1 a little inside it."""
    return _smoothstep(_distance(front, OVAL) / EDGE_REACH)


def _distance(front: Points, rows: Sequence[int]) -> NDArray[np.float32]:
    """From every point to the nearest of ``rows``, seen from the front."""
    apart = front[:, None, :2] - front[None, list(rows), :2]
    return np.asarray(np.sqrt((apart**2).sum(-1)).min(1), np.float32)


def _smoothstep(value: NDArray[np.float32]) -> NDArray[np.float32]:
    clipped = np.clip(value, 0, 1)
    return np.asarray(clipped * clipped * (3 - 2 * clipped), np.float32)
