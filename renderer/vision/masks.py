"""Soft regions of a face: polygons, feathered edges and a model of this face's skin colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from renderer.types import Frame

SHIFT = 4
MIN_SKIN_PIXELS = 30
SKIN_NEAR, SKIN_FAR = 2.5, 5.0  # Mahalanobis distances: surely skin below, surely not above
LUMA_WEIGHT = 0.35  # light varies over one face far more than its hue does


def polygon_mask(
    points: NDArray[np.float32], shape: tuple[int, int], offset: tuple[float, float] = (0.0, 0.0)
) -> NDArray[np.float32]:
    """Filled polygon as float32 0..1.

    Args:
        points: (N, 2 or 3) corners in order, in pixels; ``offset`` (x, y) is subtracted (the box's corner).
        shape: (height, width) of the mask.
    """
    mask = np.zeros(shape, np.uint8)
    fixed = np.round((points[:, :2] - np.asarray(offset, np.float32)) * (1 << SHIFT)).astype(np.int32)
    cv2.fillPoly(mask, [fixed.reshape(-1, 1, 2)], 1, shift=SHIFT)
    return mask.astype(np.float32)


def feather(mask: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """Soft edge that lies wholly inside the mask: eroded by 3 sigma, then blurred, so that the border gets 0.

    A smaller erosion leaves some per cent on the border, which shows as a thin line round the face.
    """
    reach = int(np.ceil(3 * sigma))
    if reach < 1:
        return mask
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    core = cv2.erode(mask, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    soft = cv2.GaussianBlur(core, (2 * reach + 1, 2 * reach + 1), sigma, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(soft * (mask > 0), np.float32)


@dataclass(frozen=True, slots=True)
class SkinModel:
    """Gaussian of one face's skin in YCrCb: ``mean`` (3,) and ``inverse`` covariance (3, 3)."""

    mean: NDArray[np.float32]
    inverse: NDArray[np.float32]

    @classmethod
    def fit(cls, picture: Frame, region: NDArray[np.float32]) -> Self | None:
        """Learn from the pixels that ``region`` (H, W, 0..1) covers; None where it covers too few."""
        colours = _ycrcb(picture)[region > 0.5]
        if len(colours) < MIN_SKIN_PIXELS:
            return None
        spread = np.cov(colours.T) + np.diag((16.0, 6.0, 6.0))
        return cls(np.median(colours, axis=0).astype(np.float32), np.linalg.inv(spread).astype(np.float32))

    def probability(self, picture: Frame) -> NDArray[np.float32]:
        """(H, W) float32: 1 skin, 0 surely something else, linear in between."""
        apart = _ycrcb(picture) - self.mean
        apart[..., 0] *= LUMA_WEIGHT
        distance = np.sqrt(np.einsum("hwi,ij,hwj->hw", apart, self.inverse, apart, optimize=True))
        return np.asarray(np.clip((SKIN_FAR - distance) / (SKIN_FAR - SKIN_NEAR), 0, 1), np.float32)


def _ycrcb(picture: Frame) -> NDArray[np.float32]:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YCrCb), np.float32)
