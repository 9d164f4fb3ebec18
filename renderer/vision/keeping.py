"""What stays the performer's own inside the replaced face: the living eyes and the inside of the mouth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.vision.landmarks import (
    EYE_LEFT,
    EYE_RIGHT,
    LIDS_LEFT,
    LIDS_RIGHT,
    LIPS_IN,
    eye_opening,
    iod,
    mouth_opening,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from renderer.types import FaceTrack, Points

BLINK_FROM, BLINK_TO = 0.72, 0.42  # of the usual lid gap: the lids begin to count as shutting, and are shut
TEETH_FROM, TEETH_TO = 0.02, 0.05  # mouth opening in eye distances
EYE_FEATHER, LID_FEATHER = 0.016, 0.05


def blinks(track: FaceTrack) -> NDArray[np.float32]:
    """(T,) 0 eyes open as usual, 1 shut. A still picture has no lids to shut, so they come from the performer."""
    gaps = eye_opening(track.points)
    usual = float(np.quantile(gaps[track.present], 0.7))
    return np.asarray(np.clip((BLINK_FROM - gaps / usual) / (BLINK_FROM - BLINK_TO), 0, 1), np.float32)


def kept_mask(points: Points, shape: tuple[int, int], blink: float) -> NDArray[np.float32]:
    """(H, W) 0..1 of the performer's pixels to keep.

    Args:
        points: (478, 3) in the mask's pixels; blink: 0..1, how far the lids are shut.
    """
    eyes = float(iod(points))
    mask = _soft(points, (EYE_LEFT, EYE_RIGHT), shape, EYE_FEATHER * eyes, 1.0)
    teeth = float(np.clip((mouth_opening(points) - TEETH_FROM) / (TEETH_TO - TEETH_FROM), 0, 1))
    if teeth:
        mask = np.maximum(mask, _soft(points, (LIPS_IN,), shape, EYE_FEATHER * eyes, teeth))
    if blink:
        mask = np.maximum(mask, _soft(points, (LIDS_LEFT, LIDS_RIGHT), shape, LID_FEATHER * eyes, blink))
    return mask


def _soft(
    points: Points, regions: Sequence[Sequence[int]], shape: tuple[int, int], sigma: float, weight: float
) -> NDArray[np.float32]:
    mask = np.zeros(shape, np.uint8)
    corners = [np.round(points[list(rows), :2] * 16).astype(np.int32) for rows in regions]
    for polygon in corners:
        cv2.fillPoly(mask, [polygon], 255, shift=4)
    soft = cv2.GaussianBlur(mask, (0, 0), max(sigma, 0.6))
    return np.asarray(soft * np.float32(weight / 255), np.float32)
