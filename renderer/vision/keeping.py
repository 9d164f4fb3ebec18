"""What stays the performer's own inside the replaced face: the living eyes and the inside of the mouth.

They are moved with the reshaped face, each by one affine map: the likeness's eyes may sit a little elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.vision.blend import mix
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
from renderer.vision.warp import face_box

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from renderer.types import FaceTrack, Frame, Points

BLINK_FROM, BLINK_TO = 0.72, 0.42  # of the usual lid gap: the lids begin to count as shutting, and are shut
TEETH_FROM, TEETH_TO = 0.02, 0.05  # mouth opening in eye distances
EYE_FEATHER, LID_FEATHER = 0.016, 0.05  # eye distances


def blinks(track: FaceTrack) -> NDArray[np.float32]:
    """(T,) 0 eyes open as usual, 1 shut. A still picture has no lids to shut, so they come from the performer."""
    gaps = eye_opening(track.points)
    usual = float(np.quantile(gaps[track.present], 0.7))
    return np.asarray(np.clip((BLINK_FROM - gaps / usual) / (BLINK_FROM - BLINK_TO), 0, 1), np.float32)


def keep_living(replaced: Frame, crop: Frame, own: Points, wanted: Points, blink: float) -> None:
    """Bring the performer's eyes, lids while they blink, and open mouth back into ``replaced``, in place.

    Args:
        replaced, crop: (H, W, 3) with and without the likeness; own, wanted: (478, 3) performer's mesh and the mesh
            the likeness is drawn on, in their pixels; blink: 0..1, how far the lids are shut.
    """
    teeth = float(np.clip((mouth_opening(own) - TEETH_FROM) / (TEETH_TO - TEETH_FROM), 0, 1))
    for rows, feather, weight in (
        (LIPS_IN, EYE_FEATHER, teeth),
        (EYE_LEFT, EYE_FEATHER, 1.0),
        (EYE_RIGHT, EYE_FEATHER, 1.0),
        (LIDS_LEFT, LID_FEATHER, blink),
        (LIDS_RIGHT, LID_FEATHER, blink),
    ):
        if weight > 0:
            _keep(
                replaced, crop, own[list(rows), :2], wanted[list(rows), :2], feather * float(iod(own)), weight
            )


def _keep(
    replaced: Frame,
    crop: Frame,
    own: NDArray[np.float32],
    wanted: NDArray[np.float32],
    feather: float,
    weight: float,
) -> None:
    sigma = max(feather, 0.6)
    box = face_box(wanted, 3 * sigma + 1, (crop.shape[1], crop.shape[0]), 1)
    if box is None:
        return
    x0, y0, x1, y1 = box
    size, corner = (x1 - x0, y1 - y0), np.array((x0, y0), np.float32)
    back = _affine(wanted - corner, own)
    moved = cv2.warpAffine(
        crop, back, size, flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    mask = _soft(wanted - corner, (size[1], size[0]), sigma) * np.float32(weight)
    window = replaced[y0:y1, x0:x1]
    window[:] = mix(window, np.asarray(moved, np.uint8), mask)


def _affine(source: NDArray[np.float32], target: NDArray[np.float32]) -> NDArray[np.float64]:
    """(2, 3) shift and stretch along both axes that takes ``source`` to ``target``; no shear, lids may be a line."""
    middle, goal = source.mean(0), target.mean(0)
    spread, wanted = source.std(0) + 1.0, target.std(0) + 1.0
    scale = np.clip(wanted / spread, 0.7, 1.4)
    return np.array(
        ((scale[0], 0, goal[0] - scale[0] * middle[0]), (0, scale[1], goal[1] - scale[1] * middle[1]))
    )


def _soft(polygon: NDArray[np.float32], shape: tuple[int, int], sigma: float) -> NDArray[np.float32]:
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [np.round(polygon * 16).astype(np.int32)], 255, shift=4)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), sigma) * np.float32(1 / 255), np.float32)
