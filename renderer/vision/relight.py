"""Lay one face's detail on another's light: tone, contrast and sharpness of the texture follow the performer's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from renderer.types import Frame

LIFT = 4.0  # grey levels added before dividing, so that deep shadow cannot blow up
GAIN = (0.3, 4.0)
# Exponents of the gain for detail brighter and darker than the skin, where the gain is above 1: dark skin shines
# and folds with more contrast than light skin, so brightening it as a whole would turn pores into scars.
BRIGHT, DARK = -0.5, 0.6
FINE, COARSE = 1.0, 2.5
BLURS = (0.0, 0.5, 0.7, 0.9, 1.2, 1.6, 2.2)


def relight(texture: Frame, skin_there: NDArray[np.float32], skin_here: NDArray[np.float32]) -> Frame:
    """The texture in the light of the place it is shown at.

    Args:
        texture: (H, W, 3) warped likeness.
        skin_there: (h, w, 3) float32 blurred skin colours of the likeness, warped alike, at any smaller size.
        skin_here: the same of the performer.

    Returns:
        ``skin_here`` plus the texture's differences from ``skin_there``, scaled by the ratio of both.
    """
    gain = np.clip((skin_here + LIFT) / (skin_there + LIFT), *GAIN)
    size = (texture.shape[1], texture.shape[0])
    if gain.max() <= 1:
        return np.asarray(cv2.multiply(texture, cv2.resize(gain, size), dtype=cv2.CV_8U), np.uint8)
    lit = cv2.multiply(texture, cv2.resize(gain, size), dtype=cv2.CV_32F)
    smooth = np.asarray(cv2.resize(skin_there.astype(np.uint8), size), np.uint8)
    over = np.maximum(gain, 1)
    bright, dark = (cv2.resize(over - over**exponent, size) for exponent in (BRIGHT, DARK))
    # Unsigned subtraction stops at zero, which parts the detail into what is brighter and what is darker.
    lit = cv2.subtract(lit, cv2.multiply(cv2.subtract(texture, smooth), bright, dtype=cv2.CV_32F))
    lit = cv2.add(lit, cv2.multiply(cv2.subtract(smooth, texture), dark, dtype=cv2.CV_32F), dtype=cv2.CV_8U)
    return np.asarray(lit, np.uint8)


def blur_to_match(texture: Frame, target: Frame, weight: NDArray[np.float32]) -> float:
    """Sigma of the Gaussian, in pixels, that makes ``texture`` no sharper than ``target`` where ``weight`` counts.

    Sharpness is the share of the finest band in the fine detail, so contrast does not matter.
    """
    wanted = sharpness(target, weight)
    for sigma in BLURS:
        if sharpness(soften(texture, sigma), weight) <= 1.05 * wanted:
            return sigma
    return BLURS[-1]


def sharpness(picture: Frame, weight: NDArray[np.float32]) -> float:
    """Energy of the finest band over that of the next coarser one."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    fine = cv2.GaussianBlur(grey, (0, 0), FINE)
    coarse = cv2.GaussianBlur(grey, (0, 0), COARSE)
    top = float((weight * (grey - fine) ** 2).sum())
    next_band = float((weight * (fine - coarse) ** 2).sum())
    return top / max(next_band, 1e-6)


def soften(picture: Frame, sigma: float) -> Frame:
    """Gaussian blur; sigma 0 changes nothing."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8) if sigma else picture
