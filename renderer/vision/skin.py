"""Where a face is bare skin, and the blurred colours of that skin: what one face takes over from another's light."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.vision.landmarks import (
    BROW_LEFT,
    BROW_RIGHT,
    CHEEK_LEFT,
    CHEEK_RIGHT,
    EYE_LEFT,
    EYE_RIGHT,
    LIPS_OUT,
    NOSTRILS,
    OVAL,
    iod,
)
from renderer.vision.masks import SkinModel, polygon_mask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from renderer.types import Frame, Points

LOW_SIGMA = 0.30  # eye distances: light and tone are matched coarser than a nose, finer than a face
PRIOR = 0.03
# Features that are no plain skin, and how far round them, in eye distances, colours are not to be trusted.
FEATURES: tuple[tuple[Sequence[int], float], ...] = (
    (BROW_LEFT, 0.09), (BROW_RIGHT, 0.09), (EYE_LEFT, 0.10), (EYE_RIGHT, 0.10), (LIPS_OUT, 0.06), (NOSTRILS, 0.03),
)  # fmt: skip


def skin_probability(
    picture: Frame, points: Points, cover: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """(H, W) 0..1 after this face's own cheeks, as far as nothing covers them (``cover`` 0..1).

    All 1 where too little of the cheeks is left to learn from.
    """
    cheeks = cheeks_mask(points, picture.shape[:2])
    model = SkinModel.fit(picture, cheeks if cover is None else cheeks * (1 - cover))
    return np.ones(picture.shape[:2], np.float32) if model is None else model.probability(picture)


def bare_skin(skin: NDArray[np.float32], points: Points) -> NDArray[np.float32]:
    """Weight 0..1 of plain skin inside the outline, from the skin probability of the whole picture."""
    shape = (skin.shape[0], skin.shape[1])
    region = polygon_mask(points[list(OVAL)], shape) * (1 - features_mask(points, shape))
    return np.asarray(region * skin, np.float32)


def blur_skin(picture: Frame, bare: NDArray[np.float32], points: Points) -> NDArray[np.float32]:
    """(H, W, 3) float32 colours of the bare skin, blurred.

    Brows, eyes, lips, beard and hair take the colours of the skin round them, so that one face's dark brows leave
    no shadow on another's forehead. Far from any skin the colours lean to the mean.
    """
    sigma = max(LOW_SIGMA * float(iod(points)), 0.5)
    weight, colours = bare[..., None], picture.astype(np.float32)
    mean = (colours * weight).sum((0, 1)) / max(float(bare.sum()), 1e-3)
    blurred = cv2.GaussianBlur(colours * weight, (0, 0), sigma)
    total = cv2.GaussianBlur(bare, (0, 0), sigma)[..., None]
    return np.asarray((blurred + PRIOR * mean) / (total + PRIOR), np.float32)


def cheeks_mask(points: Points, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Both cheeks, the one place that is skin on every face."""
    return np.maximum(*(_hull_mask(points, side, shape, 0) for side in (CHEEK_LEFT, CHEEK_RIGHT)))


def features_mask(points: Points, shape: tuple[int, int]) -> NDArray[np.float32]:
    """1 over brows, eyes, lips and nostrils with a rim round them, else 0."""
    eyes = float(iod(points))
    masks = [_hull_mask(points, rows, shape, reach * eyes) for rows, reach in FEATURES]
    return np.asarray(np.maximum.reduce(masks), np.float32)


def _hull_mask(
    points: Points, rows: Sequence[int], shape: tuple[int, int], reach: float
) -> NDArray[np.float32]:
    corners = np.ascontiguousarray(points[list(rows), :2], np.float32)
    hull = np.asarray(cv2.convexHull(corners), np.float32).reshape(-1, 2)
    mask = polygon_mask(hull, shape)
    if reach:
        outline = np.round(hull * 16).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(mask, [outline], isClosed=True, color=1.0, thickness=max(1, round(2 * reach)), shift=4)
    return mask
