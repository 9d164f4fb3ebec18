"""Piecewise-affine warps between two point sets, as smooth backward maps for ``cv2.remap``.

A coarse raster of triangle numbers replaces the usual loop over triangles and their pixels: all affine maps
are solved at once, looked up per grid node and interpolated between the nodes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from scipy.spatial import Delaunay

from renderer.vision.align import head_pose
from renderer.vision.landmarks import LIP_MIDDLE, LOWER_LIP, SURFACE, UPPER_LIP

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from renderer.types import Frame, Points

Box = tuple[int, int, int, int]
Maps = tuple["NDArray[np.float32]", "NDArray[np.float32]"]
SHIFT = 4  # fractional bits of the polygon raster
NEAR, FAR = 2.0, 10.0  # reach, in nodes, of the fill past the hull
MIN_HEIGHT = 0.3  # pixels; a flatter triangle has no usable affine map and shows nothing
HELD_OPEN = 0.15  # eye distances


def mesh_triangles(points2d: NDArray[np.float32]) -> NDArray[np.int32]:
    """Delaunay triangles (M, 3) of 2-D points; made once, the topology then stays for all frames."""
    return np.ascontiguousarray(Delaunay(np.asarray(points2d, np.float64)[:, :2]).simplices, np.int32)


def face_triangles(points: Points) -> NDArray[np.int32]:
    """Triangles of a whole face mesh (478, 3) that stay right whether its mouth is open or shut.

    On a closed mouth the inner lip lines coincide or even cross, so its own Delaunay triangles would tie the upper
    lip to the lower one in the wrong order and fold when the mouth opens. They are made with the mouth held open.
    """
    flat = head_pose(points).apply(points)[:SURFACE, :2]
    lower = list(LOWER_LIP)
    below = flat[:, 1] > flat[LIP_MIDDLE[1], 1] + 0.02
    below[lower] = True
    below[list(UPPER_LIP)] = False
    flat[below, 1] += HELD_OPEN
    return mesh_triangles(flat)


def face_box(
    points2d: NDArray[np.float32], margin: float, size: tuple[int, int], step: int = 4
) -> Box | None:
    """Box (x0, y0, x1, y1) round the points, widened by ``margin`` pixels, inside a (width, height) picture.

    Its sides are multiples of ``step``. None when nothing of it lies in the picture.
    """
    low = np.floor((points2d[:, :2].min(0) - margin) / step) * step
    high = np.ceil((points2d[:, :2].max(0) + margin) / step) * step
    limit = np.array(size) // step * step
    x0, y0 = (int(v) for v in np.clip(low, 0, limit))
    x1, y1 = (int(v) for v in np.clip(high, 0, limit))
    return (x0, y0, x1, y1) if x1 - x0 >= 2 * step and y1 - y0 >= 2 * step else None


@dataclass(frozen=True, slots=True)
class Grid:
    """A backward map on coarse nodes: global affine part and local offsets.

    Attributes:
        base: (3, 2) affine map from (x, y, 1) in box pixels to the source.
        offsets: (H, W, 2) source pixels on top of it, at the centres of step x step cells.
        inside: (H, W) bool, nodes that lie on the mesh.
    """

    base: NDArray[np.float32]
    offsets: NDArray[np.float32]
    inside: NDArray[np.bool_]
    step: int

    def places(self) -> NDArray[np.float32]:
        """(H, W, 2) source places of the nodes."""
        height, width = self.inside.shape[:2]
        return np.asarray(self.offsets + _nodes(height, width, self.step) @ self.base, np.float32)

    def maps(self) -> Maps:
        """(map_x, map_y) for every pixel of the box."""
        return _upsample(self.offsets, self.base, self.step)


def backward_map(
    dst_points: NDArray[np.float32],
    src_points: NDArray[np.float32],
    triangles: NDArray[np.int32],
    box: Box,
    step: int = 4,
) -> Maps:
    """For every pixel of ``box`` of the target the place in the source that it shows.

    Args:
        dst_points, src_points: (N, 2 or 3) pixels of the target and of the source picture.
        triangles: (M, 3) rows of both point sets.
        box: (x0, y0, x1, y1) in the target, sides multiples of ``step``.
        step: node distance in pixels; 4 is within half a pixel of the exact map.

    Returns:
        (map_x, map_y), float32 of the box's size. Outside the triangles the motion goes on smoothly, so that
        a feathered edge never samples an undefined place.
    """
    return backward_grid(dst_points, src_points, triangles, box, step).maps()


def backward_grid(
    dst_points: NDArray[np.float32],
    src_points: NDArray[np.float32],
    triangles: NDArray[np.int32],
    box: Box,
    step: int = 4,
) -> Grid:
    """``backward_map`` before it is spread over the pixels; arguments as there."""
    dst = np.asarray(dst_points[:, :2], np.float32) - np.array(box[:2], np.float32)
    src = np.asarray(src_points[:, :2], np.float32)
    height, width = (box[3] - box[1]) // step, (box[2] - box[0]) // step
    ordered = _far_first(dst_points, triangles)
    ids = _raster(dst, ordered, (height, width), step)
    base = _affine(dst, src)
    offsets = _offsets(dst, src, ordered, base, ids, _nodes(height, width, step))
    return Grid(base, _fill(offsets, ids >= 0), ids >= 0, step)


def warp(image: Frame, maps: Maps) -> Frame:
    """Sample the picture at the map's places, bicubic; past the picture its border repeats."""
    return np.asarray(
        cv2.remap(image, maps[0], maps[1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), image.dtype
    )


def sample(
    image: NDArray[np.uint8] | NDArray[np.float32], places: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Bilinear values of an (h, w, c) image at (H, W, 2) places, as float32; past the picture its border repeats."""
    x, y = np.ascontiguousarray(places[..., 0]), np.ascontiguousarray(places[..., 1])
    return np.asarray(cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _far_first(points: NDArray[np.float32], triangles: NDArray[np.int32]) -> NDArray[np.int32]:
    """Triangles in drawing order: on a turned head the nose must end up over the far cheek."""
    if points.shape[1] < 3:
        return triangles
    return triangles[np.argsort(-points[:, 2][triangles].sum(1), kind="stable")]


def _affine(dst: NDArray[np.float32], src: NDArray[np.float32]) -> NDArray[np.float32]:
    """Least-squares affine map (3, 2) from target to source: what the local offsets are measured against."""
    homogeneous = np.c_[dst, np.ones(len(dst), np.float32)]
    return np.asarray(np.linalg.lstsq(homogeneous, src, rcond=None)[0], np.float32)


def _raster(
    dst: NDArray[np.float32], triangles: NDArray[np.int32], shape: tuple[int, int], step: int
) -> NDArray[np.int32]:
    """Number of the triangle over every node, -1 outside. Triangles seen from behind are left out."""
    corners = dst[triangles]
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    longest = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(1)
    front = np.flatnonzero(area * np.sign(np.median(area)) > MIN_HEIGHT * longest)
    fixed = np.round(((corners - (step - 1) / 2) / step) * (1 << SHIFT)).astype(np.int32)
    ids = np.full(shape, -1, np.int32)
    for index in front.tolist():
        cv2.fillConvexPoly(ids, fixed[index], index, shift=SHIFT)
    return ids


def _nodes(height: int, width: int, step: int) -> NDArray[np.float32]:
    """Node places (H, W, 3) as (x, y, 1) in box pixels: the centres of step x step cells."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) * step + (step - 1) / 2
    return np.stack([x, y, np.ones_like(x)], axis=-1)


def _offsets(
    dst: NDArray[np.float32],
    src: NDArray[np.float32],
    triangles: NDArray[np.int32],
    base: NDArray[np.float32],
    ids: NDArray[np.int32],
    nodes: NDArray[np.float32],
) -> NDArray[np.float32]:
    """(H, W, 2): how far each node's source place is from the global affine map's."""
    rest = src - np.c_[dst, np.ones(len(dst), np.float32)] @ base
    corners = np.concatenate([dst[triangles], np.ones((len(triangles), 3, 1), np.float32)], axis=2)
    used = np.unique(ids[ids >= 0])
    solved = np.zeros((len(triangles), 3, 2), np.float32)
    solved[used] = np.linalg.solve(corners[used].astype(np.float64), rest[triangles[used]].astype(np.float64))
    found = np.einsum("hwi,hwij->hwj", nodes, solved[np.maximum(ids, 0)])
    return np.asarray(found * (ids >= 0)[..., None], np.float32)


def _fill(offsets: NDArray[np.float32], inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Continue the offsets past the hull: close by from close nodes, far away from the wider neighbourhood."""
    weight = inside.astype(np.float32)
    filled = _spread(offsets, weight, FAR)
    close = cv2.GaussianBlur(weight, (0, 0), NEAR)
    share = np.minimum(close * 20, 1)[..., None]
    filled += share * (_spread(offsets, weight, NEAR) - filled)
    return np.where(inside[..., None], offsets, filled)


def _spread(values: NDArray[np.float32], weight: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    total = cv2.GaussianBlur(weight, (0, 0), sigma)[..., None]
    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma) / (total + 1e-4), np.float32)


def _upsample(offsets: NDArray[np.float32], base: NDArray[np.float32], step: int) -> Maps:
    height, width = offsets.shape[0] * step, offsets.shape[1] * step
    local = cv2.resize(offsets, (width, height), interpolation=cv2.INTER_LINEAR)
    x = np.arange(width, dtype=np.float32)[None, :]
    y = np.arange(height, dtype=np.float32)[:, None]
    places = [local[..., k] + (x * base[0, k] + (y * base[1, k] + base[2, k])) for k in (0, 1)]
    return np.ascontiguousarray(places[0], np.float32), np.ascontiguousarray(places[1], np.float32)
