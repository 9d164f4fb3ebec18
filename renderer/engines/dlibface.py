"""Face comparison by dlib's ResNet (weights: CC0), on chips aligned by our own landmarks.

The 68-point predictor that usually goes with it is trained on iBUG 300-W, which is not free for commercial use;
five points of the face mesh put the chip where dlib's own five-point alignment puts it.
"""

from __future__ import annotations

import importlib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from renderer.engines.base import EngineInfo
from renderer.errors import EngineError
from renderer.vision.align import fit_points
from renderer.weights import ensure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from renderer.types import Frame, Points

WEIGHTS = "dlib-face-resnet"
CHIP = 150
PADDING = 0.25
# Outer and inner corner of the right eye of the picture, of the left one, nose base; their places in dlib's mean
# face (dlib/image_transforms/interpolation.h, get_face_chip_details).
ROWS = (263, 362, 33, 133, 2)
PLACES = (
    (0.8595674595992, 0.2134981538014),
    (0.6460604764104, 0.2289674387677),
    (0.1205750620789, 0.2137274526848),
    (0.3340850613712, 0.2290642403242),
    (0.4901123135679, 0.6277975316475),
)


class DlibIdentity:
    """IdentityModel: 128 numbers per face, compared by distance.

    Gates measured on 28 clips of different people: at 0.48 both errors are 0.67 %; between the gates a person decides.
    """

    info = EngineInfo(
        name="dlib",
        version="20.0.1",
        stage="identity",
        licence="BSL-1.0 (weights: CC0-1.0)",
        licence_url="https://github.com/davisking/dlib-models/blob/master/LICENSE",
        commercial_use=True,
        weights=(WEIGHTS,),
    )
    same_below = 0.43
    different_above = 0.50

    def describe(self, picture: Frame, points: Points) -> NDArray[np.float32] | None:
        """Descriptor (128,) of the face with this mesh; None where the face lies mostly outside the picture."""
        chip = face_chip(picture, points)
        if chip is None:
            return None
        rgb = np.ascontiguousarray(chip[..., ::-1])
        return np.asarray(self._network.compute_face_descriptor(rgb), np.float32)

    @staticmethod
    def distance(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
        """Euclidean distance of two descriptors: 0 the same picture, about 0.8 unlike people."""
        return float(np.linalg.norm(first - second))

    @cached_property
    def _network(self) -> Any:
        try:
            dlib = importlib.import_module("dlib")
        except ImportError as error:
            raise EngineError("ENGINE_MISSING", "dlib is not installed; run ./run again.") from error
        return dlib.face_recognition_model_v1(str(ensure(WEIGHTS, Path())))


def face_chip(picture: Frame, points: Points) -> Frame | None:
    """The upright 150 x 150 BGR chip that the network was trained on."""
    wanted = (np.asarray(PLACES) + PADDING) / (2 * PADDING + 1) * CHIP
    corners = points[list(ROWS), :2]
    inside = (corners >= 0) & (corners < (picture.shape[1], picture.shape[0]))
    if not inside.all(axis=1).sum() >= len(ROWS) - 1:
        return None
    fit = fit_points(corners, wanted)
    shrink = min(1.0, 2 * fit.scale)
    if shrink < 1:
        # The warp does not average: a large face is reduced first, or its pores turn into noise.
        picture = np.asarray(
            cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8
        )
    matrix = np.c_[fit.scale / shrink * fit.rotation.T, fit.shift]
    chip = cv2.warpAffine(
        picture, matrix, (CHIP, CHIP), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(chip, np.uint8)
