"""Head pose: rigid fits of face meshes and coordinates that do not move with the head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.vision.landmarks import STABLE, iod

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from renderer.types import Points

# The STABLE points of a face that looks straight ahead, in eye distances from the middle between the outer eye
# corners (x right, y down, z away from the camera): the mean of symmetrised meshes of frontal portraits of people
# who do not exist (PyPI package openpeople, MIT).
# fmt: off
FRONTAL = np.array((
    (0.000, -0.608, -0.220), (-0.392, -0.569, -0.127), (0.392, -0.569, -0.127), (-0.213, -0.602, -0.201),
    (0.213, -0.602, -0.201), (0.000, -0.421, -0.258), (0.000, -0.218, -0.283), (0.000, -0.121, -0.263),
    (0.000, -0.039, -0.254), (0.000, 0.048, -0.300), (0.000, 0.131, -0.353), (0.000, 0.208, -0.411),
    (-0.500, 0.000, 0.000), (-0.189, 0.024, -0.061), (0.189, 0.024, -0.061), (0.500, 0.000, 0.000),
    (-0.529, 0.004, 0.013), (0.529, 0.004, 0.013), (-0.686, 0.056, 0.162), (0.686, 0.056, 0.162),
    (-0.696, 0.200, 0.146), (0.696, 0.200, 0.146), (-0.754, 0.218, 0.360), (0.754, 0.218, 0.360),
    (-0.721, -0.262, 0.290), (0.721, -0.262, 0.290), (-0.660, -0.394, 0.147), (0.660, -0.394, 0.147),
    (-0.556, -0.499, 0.000), (0.556, -0.499, 0.000), (-0.764, 0.057, 0.565), (0.764, 0.057, 0.565),
), np.float64)
# fmt: on


@dataclass(frozen=True, slots=True)
class Pose:
    """Similarity that lays a mesh on a reference: ``scale * points @ rotation + shift``.

    ``rotation`` (3, 3) is, read as a matrix on column vectors, also how the head is turned away from the reference.
    """

    rotation: NDArray[np.float64]
    scale: float
    shift: NDArray[np.float64]

    def apply(self, points: Points) -> Points:
        """From the picture into the reference; (N, 3) -> (N, 3)."""
        return np.asarray(self.scale * points @ self.rotation + self.shift, np.float32)

    def invert(self, points: Points) -> Points:
        """From the reference back into the picture; (N, 3) -> (N, 3)."""
        return np.asarray((points - self.shift) @ self.rotation.T / self.scale, np.float32)


def rigid_fit(points: Points, reference: Points) -> Pose:
    """Rotation, scale and shift that lay a (478, 3) mesh on another, judged by the points speech does not move.

    Orthogonal Procrustes with a determinant check (Umeyama 1991).
    """
    return fit_points(points[list(STABLE)], reference[list(STABLE)])


def fit_points(source: NDArray[np.floating], target: NDArray[np.floating]) -> Pose:
    """The same for any two (N, 2) or (N, 3) sets in matching order."""
    first, second = np.asarray(source, np.float64), np.asarray(target, np.float64)
    middle, goal = first.mean(0), second.mean(0)
    u, s, vt = np.linalg.svd((first - middle).T @ (second - goal))
    sign = np.ones(len(s))
    sign[-1] = np.sign(np.linalg.det(u @ vt))
    rotation = (u * sign) @ vt
    scale = float((s * sign).sum() / ((first - middle) ** 2).sum())
    return Pose(rotation, scale, goal - scale * middle @ rotation)


def normalise(points: Points, reference: Points) -> Points:
    """The mesh in the reference's pose, in eye distances of the reference, centred between its eyes.

    Args:
        points, reference: (478, 3) pixels.
    """
    middle = (reference[33] + reference[263]) / 2
    return np.asarray((rigid_fit(points, reference).apply(points) - middle) / iod(reference), np.float32)


def head_pose(points: Points) -> Pose:
    """Similarity from a (478, 3) mesh to the frontal face of unit eye distance."""
    return fit_points(points[list(STABLE)], FRONTAL)


def head_angles(points: Points) -> tuple[float, float, float]:
    """(yaw, pitch, roll) in degrees against a face that looks into the camera.

    Yaw > 0: the nose points to the picture's right. Pitch > 0: it points up. Roll > 0: the head leans clockwise.
    """
    turn = np.degrees(cv2.Rodrigues(head_pose(points).rotation)[0].ravel())
    return -float(turn[1]), -float(turn[0]), float(turn[2])


def fit_residual(points: Points) -> float:
    """Root mean square distance, in eye distances, of the stable points to a posed average face.

    People stay below about 0.04; a mesh torn by a hand or a cut is well above.
    """
    apart = head_pose(points).apply(points[list(STABLE)]) - FRONTAL
    return float(np.sqrt((apart**2).sum(-1).mean()))
