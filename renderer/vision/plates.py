"""Plates: consented pictures prepared so that every frame only has to warp them.

All that depends on the likeness alone is painted once in the plate's own pixels: the soft window of what is
shown of the face, the blurred skin colours, and where the performer's hair may win over the window's edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.vision.align import head_angles, head_pose
from renderer.vision.blend import QUARTER
from renderer.vision.landmarks import OVAL, iod
from renderer.vision.masks import polygon_mask
from renderer.vision.skin import bare_skin, blur_skin, features_mask, skin_probability
from renderer.vision.warp import face_box

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from renderer.types import Frame, Points

MARGIN = 0.35  # eye distances kept round the face
FOREHEAD_KEPT = 0.85  # share of the forehead, from the brow line up, that the plate covers
TEMPLE_PULL = 0.03
EDGE_LOW, EDGE_TOP = 0.09, 0.15  # feather in eye distances at the jaw and at the forehead
# Where the performer's pixels that are no skin win: hair falls over forehead and temples, and on a turned head the
# background begins right behind the rim.
UPPER_REACH, RIM_REACH = 0.45, 0.16
# How far down the forehead each upper outline point moves (1: all of the uncovered share), and temple points.
TOP_POINTS = {
    10: 1,
    338: 1,
    109: 1,
    297: 1,
    67: 1,
    332: 0.9,
    103: 0.9,
    284: 0.6,
    54: 0.6,
    251: 0.25,
    21: 0.25,
}
TEMPLES = (284, 251, 389, 356, 454, 54, 21, 162, 127, 234)


@dataclass(frozen=True, slots=True)
class Plate:
    """One consented picture of a face, ready to warp.

    Attributes:
        picture: (H, W, 4) uint8, BGR and the window's weight 0..255.
        low: (H/4, W/4, 4) float32, blurred skin colours and the gate 0..1 where the performer's hair wins.
        points: (478, 3) mesh in the picture's pixels.
        shape: (478, 3) mesh turned to the front, in eye distances: the proportions of this face.
        angles: yaw, pitch, roll in degrees.
    """

    picture: NDArray[np.uint8]
    low: NDArray[np.float32]
    points: Points
    shape: Points
    angles: tuple[float, float, float]


def make_plate(picture: Frame, points: Points, eye_distance: float) -> Plate:
    """Cut the face out of a picture and paint its window, colours and gate.

    Args:
        picture: photo or frame; points: its mesh (478, 3).
        eye_distance: pixels that the eyes are apart where the plate will be shown; a larger picture is reduced
            to it, because the warp itself does not average.
    """
    picture, points = _cut(picture, points, eye_distance)
    window, gate = _window(picture, points)
    low = quarter_skin(picture, points)
    small = cv2.resize(gate, (low.shape[1], low.shape[0]), interpolation=cv2.INTER_AREA)
    layers = np.dstack([picture, np.round(255 * window).astype(np.uint8)])
    return Plate(
        picture=np.ascontiguousarray(layers, np.uint8),
        low=np.ascontiguousarray(np.dstack([low, small]), np.float32),
        points=points,
        shape=head_pose(points).apply(points),
        angles=head_angles(points),
    )


def _cut(picture: Frame, points: Points, eye_distance: float) -> tuple[Frame, Points]:
    scale = min(1.0, eye_distance / float(iod(points)))
    if scale < 1:
        picture = np.asarray(
            cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
        )
        points = np.asarray(points * scale, np.float32)
    size = (picture.shape[1], picture.shape[0])
    box = face_box(points[list(OVAL)], MARGIN * float(iod(points)), size) or (0, 0, *size)
    shift = np.array((box[0], box[1], 0), np.float32)
    return picture[box[1] : box[3], box[0] : box[2]], points - shift


def _window(picture: Frame, points: Points) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Soft window of the face that is shown, and the gate."""
    shape, eyes = picture.shape[:2], float(iod(points))
    inside = polygon_mask(_contour(points), shape)
    depth = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5) / eyes
    height = _height(points, shape)
    upper = np.clip(1.2 - depth / UPPER_REACH, 0, 1) * _smoothstep(height / 0.3 + 0.5)
    gate = np.maximum(upper, _smoothstep(np.asarray(1 - depth / RIM_REACH, np.float32))) * (
        1 - features_mask(points, shape)
    )
    depth = depth * (1 - gate * (1 - _skin(picture, points)))
    window = _smoothstep(depth / (EDGE_LOW + (EDGE_TOP - EDGE_LOW) * np.clip(height / 0.4, 0, 1)))
    soft = cv2.GaussianBlur(window, (0, 0), max(0.02 * eyes, 0.5)) * inside
    return np.asarray(soft, np.float32), np.asarray(gate, np.float32)


def _contour(points: Points) -> NDArray[np.float32]:
    """The outline, lowered on the forehead and pulled in at the temples, where hair begins."""
    flat = points[:, :2].copy()
    down, middle = flat[9] - flat[10], flat[168].copy()
    for index, share in TOP_POINTS.items():
        flat[index] += (1 - FOREHEAD_KEPT) * share * down
    across = (flat[454] - flat[234]) / np.linalg.norm(flat[454] - flat[234])
    temples = list(TEMPLES)
    flat[temples] -= TEMPLE_PULL * ((flat[temples] - middle) @ across)[:, None] * across
    return flat[list(OVAL)]


def _height(points: Points, shape: tuple[int, int]) -> NDArray[np.float32]:
    """How far every pixel is above the line between the eyes, in eye distances."""
    eyes = points[[33, 263], :2]
    along = (eyes[1] - eyes[0]) / np.linalg.norm(eyes[1] - eyes[0])
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    middle = eyes.mean(0)
    return np.asarray(((x - middle[0]) * along[1] - (y - middle[1]) * along[0]) / iod(points), np.float32)


def _skin(picture: Frame, points: Points) -> NDArray[np.float32]:
    sigma = max(0.03 * float(iod(points)), 0.5)
    return np.asarray(cv2.GaussianBlur(skin_probability(picture, points), (0, 0), sigma), np.float32)


def _smoothstep(value: NDArray[np.float32]) -> NDArray[np.float32]:
    clipped = np.clip(value, 0, 1)
    return np.asarray(clipped * clipped * (3 - 2 * clipped), np.float32)


def quarter_skin(picture: Frame, points: Points) -> NDArray[np.float32]:
    """Blurred skin colours of a face at quarter size, (H/4, W/4, 3) float32."""
    size = (max(picture.shape[1] // QUARTER, 1), max(picture.shape[0] // QUARTER, 1))
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    reduced = np.asarray(points / QUARTER, np.float32)
    return blur_skin(small, bare_skin(skin_probability(small, reduced), reduced), reduced)
