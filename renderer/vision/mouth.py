"""A face track seen as a moving mouth: shapes free of head motion, opening and width, and the actor's own range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import uniform_filter1d

from renderer.vision.align import head_pose
from renderer.vision.landmarks import LIP_CORNERS, LIP_MIDDLE, SURFACE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from renderer.types import FaceTrack
    from renderer.vision.align import Pose

    Curve = NDArray[np.float32]
    Shapes = NDArray[np.float32]

RANGE_PERCENTILES = (4, 97)
MIN_OPENING, MIN_WIDTH = 0.10, 0.08
"""Smallest range taken as speech, in eye distances: a clip with a resting mouth does not say how far it opens."""
CLOSED_GAP = 0.012
ACTIVE_WINDOW_S = 0.5
ACTIVE_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class MouthTrack:
    """Mouth of a clip, frame by frame.

    Attributes:
        shapes: (T, 468, 3) float32 in eye distances of the frontal face; ``poses`` (T) lay the clip's points there.
        opening: (T,) gap of the inner lips, signed; ``width``: (T,) distance of the lip corners; eye distances.
        present: (T,) bool.
    """

    shapes: Shapes
    poses: tuple[Pose, ...]
    opening: Curve
    width: Curve
    present: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.shapes)


@dataclass(frozen=True, slots=True)
class MouthRange:
    """What 0 and 1 of opening and width mean for one actor, in eye distances."""

    closed: float
    open: float
    narrow: float
    wide: float

    def opening(self, measured: Curve) -> Curve:
        """Measured gap to 0 = closed .. 1 = widest seen (not clipped)."""
        return np.asarray((measured - self.closed) / (self.open - self.closed), np.float32)

    def width(self, measured: Curve) -> Curve:
        """Measured width to 0 = narrowest .. 1 = widest seen (not clipped)."""
        return np.asarray((measured - self.narrow) / (self.wide - self.narrow), np.float32)

    def gap(self, opening: Curve) -> Curve:
        """Inverse of ``opening``."""
        return np.asarray(self.closed + opening * (self.open - self.closed), np.float32)

    def breadth(self, width: Curve) -> Curve:
        """Inverse of ``width``."""
        return np.asarray(self.narrow + width * (self.wide - self.narrow), np.float32)


def follow_mouth(track: FaceTrack) -> MouthTrack:
    """Take the head's motion out of a track."""
    poses = tuple(head_pose(points) for points in track.points)
    shapes = np.stack([pose.apply(mesh[:SURFACE]) for pose, mesh in zip(poses, track.points, strict=True)])
    return MouthTrack(shapes, poses, gap_of(shapes), breadth_of(shapes), track.present)


def gap_of(shapes: Shapes) -> Curve:
    """(..., 468, 3) normalised meshes -> (...) height between the inner lips, below 0 where they overlap."""
    return np.asarray(shapes[..., LIP_MIDDLE[1], 1] - shapes[..., LIP_MIDDLE[0], 1], np.float32)


def breadth_of(shapes: Shapes) -> Curve:
    """(..., 468, 3) normalised meshes -> (...) distance between the lip corners in the picture plane."""
    apart = shapes[..., LIP_CORNERS[0], :2] - shapes[..., LIP_CORNERS[1], :2]
    return np.asarray(np.linalg.norm(apart, axis=-1), np.float32)


def speaking(mouth: MouthTrack, fps: float) -> NDArray[np.bool_]:
    """(T,) True where the mouth moves as in speech: its local spread is a fair share of the clip's."""
    window = max(3, round(ACTIVE_WINDOW_S * fps))
    opening = mouth.opening.astype(np.float64)
    mean = uniform_filter1d(opening, window)
    spread = np.sqrt(np.maximum(uniform_filter1d(opening**2, window) - mean**2, 0))
    return np.asarray(mouth.present & (spread > ACTIVE_SHARE * opening[mouth.present].std()))


def mouth_range(mouth: MouthTrack) -> MouthRange:
    """The actor's own range: 4th to 97th percentile of the frames that show the face.

    A clip that never closes the lips still has 0 at closed lips: what p, b and m need is not a matter of habit.
    """
    low, high = np.percentile(mouth.opening[mouth.present], RANGE_PERCENTILES)
    narrow, wide = np.percentile(mouth.width[mouth.present], RANGE_PERCENTILES)
    closed = min(float(low), CLOSED_GAP)
    slack = max(0.0, MIN_WIDTH - (wide - narrow)) / 2
    return MouthRange(
        closed, max(float(high), closed + MIN_OPENING), float(narrow - slack), float(wide + slack)
    )
