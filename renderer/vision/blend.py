"""Colour match and paste inside a box, so that only the face's pixels are ever touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from renderer.types import Frame
    from renderer.vision.warp import Box

QUARTER = 4
LIFT = 4.0  # grey levels added before dividing, so that deep shadow cannot blow up
GAIN = (0.4, 2.5)


def low_pass(
    picture: NDArray[np.uint8] | NDArray[np.float32], mask: NDArray[np.float32], sigma: float
) -> NDArray[np.float32]:
    """Blurred colours of what the mask covers: a Gaussian normalised by the mask, at quarter size.

    Args:
        picture: (H, W, 3); mask: (H, W) 0..1; sigma: pixels of the full size.

    Returns:
        (H/4, W/4, 3) float32; outside the mask the colours go on smoothly.
    """
    size = (max(picture.shape[1] // QUARTER, 1), max(picture.shape[0] // QUARTER, 1))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    weight = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)[..., None]
    blurred = cv2.GaussianBlur(small * weight, (0, 0), max(sigma / QUARTER, 0.5))
    total = cv2.GaussianBlur(weight, (0, 0), max(sigma / QUARTER, 0.5))[..., None]
    return np.asarray(blurred / (total + 1e-3), np.float32)


def match_low(
    source: Frame,
    target: Frame,
    mask: NDArray[np.float32],
    sigma: float,
    gain_range: tuple[float, float] = GAIN,
) -> Frame:
    """Give ``source`` the light and tone of ``target``: scale its colours by the ratio of the blurred pictures.

    Args:
        source, target: (H, W, 3) of the same size; mask: (H, W) float32 0..1, where both show skin.
        sigma: blur in pixels; coarser than the features that must survive.
        gain_range: smallest and largest factor.
    """
    gain = (low_pass(target, mask, sigma) + LIFT) / (low_pass(source, mask, sigma) + LIFT)
    gain = np.clip(gain, *gain_range)
    full = cv2.resize(gain, (source.shape[1], source.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.multiply(source, full, dtype=cv2.CV_8U), np.uint8)


def paste(
    base: Frame, patch: NDArray[np.uint8] | NDArray[np.float32], alpha: NDArray[np.float32], box: Box
) -> Frame:
    """A copy of ``base`` with ``patch`` laid over ``box``; pixels outside the box stay bit for bit.

    Args:
        patch: (h, w, 3) and alpha: (h, w) 0..1, both of the box's size.
    """
    result = base.copy()
    x0, y0, x1, y1 = box
    window = result[y0:y1, x0:x1]
    window[:] = mix(window, patch, alpha)
    return result


def mix(under: Frame, over: NDArray[np.uint8] | NDArray[np.float32], alpha: NDArray[np.float32]) -> Frame:
    """alpha * over + (1 - alpha) * under, rounded; where alpha is 0 ``under`` stays exactly as it is."""
    if over.dtype != np.uint8:
        over = np.rint(np.clip(over, 0, 255)).astype(np.uint8)
    return np.asarray(cv2.blendLinear(over, under, alpha, 1 - alpha), np.uint8)
