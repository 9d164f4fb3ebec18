"""The head in 2.5 D: a depth for every pixel of the canonical picture, turned about the neck, shoulders left behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from scipy.interpolate import LinearNDInterpolator

from renderer.demo.numbers import f32, smoothstep
from renderer.vision.landmarks import OVAL, SURFACE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from renderer.demo.numbers import Image
    from renderer.types import Points


NODE = 8  # canonical pixels per node of the motion field
CAMERA = 9.0  # camera distance in eye distances: a longish lens
EAR_DEPTH, NECK_DEPTH = 0.55, 0.50  # behind the outer eye corners, in eye distances
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Stance:
    """Where head and body are in one frame.

    Attributes:
        yaw, pitch, roll: degrees of the head.
        lean: degrees of the whole body about its foot.
        shift: whole body, in eye distances.
        breath: 0..1 chest raised.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    lean: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    breath: float = 0.0


@dataclass(frozen=True, slots=True)
class Head:
    """Node fields over the canonical picture: place (x, y), depth z, and how far each place follows the head."""

    place: Image
    depth: Image
    follow: Image
    chest: Image
    pivot: tuple[float, float, float]
    foot: tuple[float, float]
    eyes: float

    def motion(self, stance: Stance) -> Image:
        """Displacement (h, w, 2) of every node in canonical pixels."""
        x, y = self.place[..., 0], self.place[..., 1]
        px, py, pz = self.pivot
        local = np.stack([x - px, y - py, self.depth - pz], -1)
        spin = _rotation(stance)
        turned = local @ spin.T.astype(np.float32)
        distance = CAMERA * self.eyes
        flat = turned[..., :2] * (distance / (distance + turned[..., 2:] + pz))
        still = local[..., :2] * (distance / (distance + self.depth))[..., None]
        moved = (flat - still) * self.follow[..., None]
        return np.asarray(moved + self._body(stance), np.float32)

    def _body(self, stance: Stance) -> Image:
        angle = f32(np.radians(stance.lean))
        rel = self.place - f32(self.foot)
        lean = np.stack([-rel[..., 1], rel[..., 0]], -1) * angle
        lift = np.zeros_like(rel)
        lift[..., 1] = -0.030 * self.eyes * stance.breath * self.chest
        lift[..., 0] = 0.010 * stance.breath * rel[..., 0] * self.chest * (1 - self.follow)
        return np.asarray(lean + lift + f32(stance.shift) * self.eyes, np.float32)

    def maps(
        self, stance: Stance, scale: float, origin: tuple[float, float], size: tuple[int, int]
    ) -> tuple[Image, Image]:
        """Backward maps of a (width, height) frame into the canonical picture.

        Args:
            scale: frame pixels per canonical pixel.
            origin: frame place of the canonical picture's corner.
        """
        field = self.motion(stance)
        width, height = size[0] // NODE, size[1] // NODE
        grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), -1).astype(np.float32)
        goal = (grid * NODE + (NODE - 1) / 2 - f32(origin)) / scale
        place = goal.copy()
        for _ in range(ROUNDS):
            nodes = f32((place - (NODE - 1) / 2) / NODE)
            place = goal - cv2.remap(
                field, nodes[..., 0], nodes[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
            )
        full = cv2.resize(f32(place), size, interpolation=cv2.INTER_LINEAR)
        return np.ascontiguousarray(full[..., 0]), np.ascontiguousarray(full[..., 1])


def _rotation(stance: Stance) -> NDArray[np.float64]:
    # Angles as the viewer names them: nose to the picture's right, up, leaning clockwise.
    yaw, pitch, roll = np.radians((stance.yaw, stance.pitch, stance.roll))
    about_y = cv2.Rodrigues(np.array((0.0, -yaw, 0.0)))[0]
    about_x = cv2.Rodrigues(np.array((-pitch, 0.0, 0.0)))[0]
    about_z = cv2.Rodrigues(np.array((0.0, 0.0, roll)))[0]
    return np.asarray(about_z @ about_y @ about_x)


def build_head(points: Points, size: tuple[int, int], eyes: float, collar: float) -> Head:
    """Fields for a portrait.

    Args:
        points: (478, 3) canonical landmarks.
        size: (width, height) of the canonical picture.
        collar: height (canonical y) from which on nothing follows the head.
    """
    width, height = -(-size[0] // NODE), -(-size[1] // NODE)
    grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), -1).astype(np.float32)
    place = grid * NODE + (NODE - 1) / 2
    chin = float(points[152, 1])
    depth = _depth(points, place, eyes)
    follow = 1 - smoothstep((place[..., 1] - (chin - 0.25 * eyes)) / (collar - chin + 0.25 * eyes))
    middle = points[[33, 263]].mean(0)
    pivot = (float(middle[0]), chin - 0.10 * eyes, 0.62 * eyes)
    shoulder = collar + 0.3 * eyes
    chest = 1 - 0.75 * smoothstep((place[..., 1] - shoulder) / (2.2 * eyes))
    return Head(place, depth, follow, chest, pivot, (float(middle[0]), chin + 5 * eyes), eyes)


def _depth(points: Points, place: Image, eyes: float) -> Image:
    """The mesh's own depth inside the face, rounding back to the ears, hair and neck outside."""
    level = float(points[[33, 263], 2].mean())
    inside = LinearNDInterpolator(points[:SURFACE, :2], points[:SURFACE, 2] - level)
    depth = inside(place[..., 0], place[..., 1])
    known = np.isfinite(depth)
    far = np.where(place[..., 1] > points[152, 1], NECK_DEPTH, EAR_DEPTH) * eyes
    start = np.where(known, depth, far).astype(np.float32)
    away = cv2.distanceTransform((~known).astype(np.uint8), cv2.DIST_L2, 5) * NODE / eyes
    edge = _nearest_edge(points, place) - level
    share = smoothstep(away / 0.35)
    start = np.where(known, start, edge + share * (far - edge)).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(start, (0, 0), 0.055 * eyes / NODE), np.float32)


def _nearest_edge(points: Points, place: Image) -> Image:
    rim = points[list(OVAL)]
    apart = np.linalg.norm(place[..., None, :] - rim[:, :2], axis=-1)
    weight = np.exp(-apart / (0.08 * apart.max()))
    return np.asarray((weight * rim[:, 2]).sum(-1) / weight.sum(-1), np.float32)
