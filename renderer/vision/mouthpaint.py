"""Pixels of a rewritten mouth: two backward warps, light match, feathered paste. Works on the face's box only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.vision.blend import QUARTER, match_low, mix
from renderer.vision.landmarks import LIPS_OUT, LOWER_RING
from renderer.vision.masks import feather, polygon_mask
from renderer.vision.warp import Grid, backward_grid, face_box, mesh_triangles, warp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from renderer.types import Frame, Points
    from renderer.vision.mouthbank import Crop
    from renderer.vision.mouthshape import MouthBasis
    from renderer.vision.warp import Box, Maps

FINE_STEP, COARSE_STEP, COARSE_FROM_IOD = 2, 4, 120
OPEN_FOR_MESH = 0.25  # eye distances: lips are parted before triangulating, else no triangle spans the gap
JAW_REACH, RING_REACH = 1.15, 0.75  # eye distances from the mouth: points that steer each warp
WINDOW_FULL, WINDOW_END = 0.8, 1.2  # eye distances: jaw motion fades out below the chin
EDGE = 0.05  # eye distances, feather sigma
LIP_MARGIN = 0.07
LIGHT_SIGMA = 0.25
LIGHT_GAIN = (0.7, 1.4)
UNSHARP_SIGMA = 0.012
RISE = 0.35
THINNEST = 0.25  # height of a usable triangle in raster steps


@dataclass(frozen=True, slots=True)
class Texture:
    """One recorded mouth to show: its crop, its own mesh (468, 2) in crop pixels, share and unsharp amount."""

    crop: Crop
    points: Points
    share: float
    unsharp: float


@dataclass(frozen=True, slots=True)
class _Mesh:
    rows: NDArray[np.intp]
    triangles: NDArray[np.int32]

    def grid(self, wanted: Points, source: Points, box: Box, step: int) -> Grid:
        """Backward map without the slivers of closed lips: a raster node beside one would be thrown far away."""
        target = wanted[self.rows]
        thick = _heights(target[self.triangles]) >= THINNEST * step
        return backward_grid(target, source[self.rows], self.triangles[thick], box, step)


class MouthPainter:
    """Paints one clip's mouths. Topology is fixed at the start, so neighbouring frames are cut the same way.

    Args:
        basis: of the face in the clip.
    """

    def __init__(self, basis: MouthBasis) -> None:
        self._jaw = _mesh(basis, JAW_REACH)
        self._ring = _mesh(basis, RING_REACH)

    def paint(
        self,
        frame: Frame,
        now: Points,
        wanted: Points,
        eyes: float,
        textures: Sequence[Texture],
        alpha: float,
    ) -> Frame:
        """A copy of the frame with the wanted mouth.

        Args:
            now, wanted: (468, 2) the face's points in this frame and where they shall be.
            eyes: eye distance in pixels.
            textures: recorded mouths whose shares sum to 1.
            alpha: 0..1, how much of the recorded mouth covers the frame's own.
        """
        step = COARSE_STEP if eyes >= COARSE_FROM_IOD else FINE_STEP
        size = (frame.shape[1], frame.shape[0])
        mouth = wanted[list(LIPS_OUT)].mean(0)
        box = face_box(_around(mouth, eyes), 0, size, step)
        inner = face_box(wanted[list(LOWER_RING)], 2, size, step)
        if box is None or inner is None:
            return frame
        result = frame.copy()
        result[box[1] : box[3], box[0] : box[2]] = self._move(frame, now, wanted, eyes, box, step)
        window = result[inner[1] : inner[3], inner[0] : inner[2]]
        window[:] = self._cover(window.copy(), wanted, eyes, inner, step, textures, alpha)
        return result

    def _move(self, frame: Frame, now: Points, wanted: Points, eyes: float, box: Box, step: int) -> Frame:
        """The frame itself with jaw and cheeks where the wanted mesh has them."""
        grid = self._jaw.grid(wanted, now, box, step)
        return warp(frame, _fade(grid, wanted[list(LIPS_OUT)].mean(0), eyes, box))

    def _cover(
        self,
        base: Frame,
        wanted: Points,
        eyes: float,
        box: Box,
        step: int,
        textures: Sequence[Texture],
        alpha: float,
    ) -> Frame:
        skin, cover = _masks(wanted, eyes, box)
        layers = [self._texture(texture, wanted, eyes, box, step) for texture in textures]
        look = layers[0]
        if len(layers) > 1:
            look = cv2.addWeighted(layers[0], textures[0].share, layers[1], textures[1].share, 0).astype(
                np.uint8
            )
        look = match_low(look, base, skin, LIGHT_SIGMA * eyes, LIGHT_GAIN)
        return mix(base, look, cover * np.float32(alpha))

    def _texture(self, texture: Texture, wanted: Points, eyes: float, box: Box, step: int) -> Frame:
        look = warp(texture.crop.picture(), self._ring.grid(wanted, texture.points, box, step).maps())
        if texture.unsharp <= 0:
            return look
        soft = cv2.GaussianBlur(look, (0, 0), max(UNSHARP_SIGMA * eyes, 0.8))
        return cv2.addWeighted(look, 1 + texture.unsharp, soft, -texture.unsharp, 0).astype(np.uint8)


def _masks(wanted: Points, eyes: float, box: Box) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Where both pictures show skin (for the light), and where the recorded mouth covers the frame."""
    shrink = QUARTER if eyes >= COARSE_FROM_IOD else 1
    width, height = box[2] - box[0], box[3] - box[1]
    shape = (max(1, height // shrink), max(1, width // shrink))
    points = np.asarray((wanted - np.array(box[:2], np.float32)) / shrink, np.float32)
    ring = polygon_mask(points[list(LOWER_RING)], shape)
    lips = _grown(polygon_mask(points[list(LIPS_OUT)], shape), LIP_MARGIN * eyes / shrink)
    cover = cv2.resize(feather(ring, EDGE * eyes / shrink), (width, height))
    return cv2.resize(ring * (1 - lips), (width, height)).astype(np.float32), cover.astype(np.float32)


def _mesh(basis: MouthBasis, reach: float) -> _Mesh:
    shape = basis.neutral + OPEN_FOR_MESH * basis.opening
    away = np.linalg.norm((shape - shape[list(LIPS_OUT)].mean(0))[:, :2], axis=1)
    rows = np.flatnonzero(away <= reach)
    return _Mesh(rows, mesh_triangles(shape[rows, :2]))


def _heights(corners: NDArray[np.float32]) -> NDArray[np.float32]:
    """(M, 3, 2) triangles -> (M,) shortest height."""
    edges = corners - np.roll(corners, 1, axis=1)
    area = np.abs(edges[:, 0, 0] * edges[:, 1, 1] - edges[:, 0, 1] * edges[:, 1, 0])
    return np.asarray(area / np.maximum(np.linalg.norm(edges, axis=2).max(axis=1), 1e-6), np.float32)


def _around(mouth: NDArray[np.float32], eyes: float) -> NDArray[np.float32]:
    reach = WINDOW_END * eyes
    return np.array([[mouth[0] - reach, mouth[1] - RISE * 2 * eyes], mouth + reach], np.float32)


def _fade(grid: Grid, mouth: NDArray[np.float32], eyes: float, box: Box) -> Maps:
    """Let the motion end inside the box: full up to the chin, none at the border."""
    height, width = grid.inside.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) * grid.step + np.float32((grid.step - 1) / 2)
    nodes = np.stack([x + box[0], y + box[1]], axis=-1)
    away = np.linalg.norm(nodes - mouth, axis=-1, keepdims=True) / eyes
    full = np.clip((WINDOW_END - away) / (WINDOW_END - WINDOW_FULL), 0, 1).astype(np.float32)
    motion = full * full * (3 - 2 * full) * (grid.places() - nodes)
    still = np.array(((1, 0), (0, 1), box[:2]), np.float32)
    return Grid(still, np.asarray(motion, np.float32), grid.inside, grid.step).maps()


def _grown(mask: NDArray[np.float32], reach: float) -> NDArray[np.float32]:
    side = 2 * max(1, round(reach)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.dilate(mask, kernel), np.float32)
