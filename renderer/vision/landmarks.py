"""Face points by name: index sets of the 478-point mesh, simple measures, smoothing and storage.

Numbering is MediaPipe's face mesh (468 points of the surface, 10 of the irises); "left" means the left of
the picture when the face looks into the camera.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from renderer.errors import InputError
from renderer.types import FaceTrack

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from renderer.types import Points

POINTS = 478
SURFACE = 468

# fmt: off
OVAL = (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148,
        176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109)
LIPS_OUT = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185)
LIPS_IN = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191)
# The four rings of the lips between their corners, inner to outer.
UPPER_LIP = (191, 80, 81, 82, 13, 312, 311, 310, 415, 183, 42, 41, 38, 12, 268, 271, 272, 407,
             184, 74, 73, 72, 11, 302, 303, 304, 408, 185, 40, 39, 37, 0, 267, 269, 270, 409)
LOWER_LIP = (95, 88, 178, 87, 14, 317, 402, 318, 324, 96, 89, 179, 86, 15, 316, 403, 319, 325,
             77, 90, 180, 85, 16, 315, 404, 320, 307, 146, 91, 181, 84, 17, 314, 405, 321, 375)
JAW = (152, 148, 377, 176, 400, 172, 397)
STABLE = (10, 67, 297, 109, 338, 151, 9, 8, 168, 6, 197, 195, 33, 133, 362, 263, 130, 359, 143, 372, 116,
          345, 227, 447, 21, 251, 54, 284, 103, 332, 127, 356)
LOWER_RING = (2, 326, 423, 426, 436, 432, 434, 364, 394, 395, 369, 396, 175, 171, 140, 170, 169, 135, 214,
              212, 216, 206, 203, 97)
EYE_LEFT = (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246)
EYE_RIGHT = (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466)
BROW_LEFT = (70, 63, 105, 66, 107, 46, 53, 52, 65, 55)
BROW_RIGHT = (300, 293, 334, 296, 336, 276, 283, 282, 295, 285)
IRIS_LEFT = (468, 469, 470, 471, 472)
IRIS_RIGHT = (473, 474, 475, 476, 477)
LIDS_LEFT = (247, 30, 29, 27, 28, 56, 190, 243, 112, 26, 22, 23, 24, 110, 25, 130)
LIDS_RIGHT = (467, 260, 259, 257, 258, 286, 414, 463, 341, 256, 252, 253, 254, 339, 255, 359)
NOSTRILS = (98, 97, 2, 326, 327, 290, 250, 20, 60)
CHEEK_LEFT = (117, 118, 101, 36, 205, 187, 123)
CHEEK_RIGHT = (346, 347, 330, 266, 425, 411, 352)
# fmt: on
EYE_CORNERS = (33, 263)
LIDS = ((159, 145), (386, 374))
LIP_MIDDLE = (13, 14)
LIP_CORNERS = (61, 291)
SMOOTHING = (0.25, 0.5, 0.25)


def iod(points: Points) -> NDArray[np.float32]:
    """Distance between the outer eye corners in pixels, measured in space so that turning does not shrink it.

    Args:
        points: (..., 478, 3).
    """
    return _distance(points, *EYE_CORNERS)


def mouth_opening(points: Points) -> NDArray[np.float32]:
    """Gap between the inner lips as a share of the eye distance; (..., 478, 3) -> (...)."""
    return _distance(points, *LIP_MIDDLE) / iod(points)


def mouth_width(points: Points) -> NDArray[np.float32]:
    """Distance between the lip corners as a share of the eye distance; (..., 478, 3) -> (...)."""
    return _distance(points, *LIP_CORNERS) / iod(points)


def eye_opening(points: Points) -> NDArray[np.float32]:
    """Mean lid gap as a share of the mean eye width; about 0.3 open, below 0.12 closed."""
    gaps = sum(_distance(points, *pair) for pair in LIDS)
    widths = _distance(points, 33, 133) + _distance(points, 263, 362)
    return np.asarray(gaps / widths, np.float32)


def face_size(points: Points) -> NDArray[np.float32]:
    """Longer side of the face outline's upright box in pixels; (..., 478, 3) -> (...)."""
    outline = points[..., OVAL, :2]
    return np.asarray((outline.max(-2) - outline.min(-2)).max(-1), np.float32)


def five_points(points: Points) -> NDArray[np.float32]:
    """Eye centres, nose tip and lip corners, (5, 2), as face recognition aligns on."""
    flat = points[..., :2]
    rows = (flat[[33, 133]].mean(0), flat[[263, 362]].mean(0), flat[1], flat[61], flat[291])
    return np.asarray(rows, np.float32)


def _distance(points: Points, first: int, second: int) -> NDArray[np.float32]:
    return np.asarray(np.linalg.norm(points[..., first, :] - points[..., second, :], axis=-1), np.float32)


def smooth(points: Points) -> Points:
    """Weigh every frame with its neighbours (¼, ½, ¼) along the first axis; the ends keep themselves."""
    before = np.concatenate([points[:1], points[:-1]])
    after = np.concatenate([points[1:], points[-1:]])
    return np.asarray(SMOOTHING[0] * before + SMOOTHING[1] * points + SMOOTHING[2] * after, np.float32)


def smooth_runs(points: Points, present: NDArray[np.bool_], shots: Sequence[int]) -> Points:
    """Smooth every unbroken run of present frames by itself: never across a cut or a lost face."""
    smoothed = points.copy()
    for start, stop in runs(present, shots):
        smoothed[start:stop] = smooth(points[start:stop])
    return smoothed


def runs(present: NDArray[np.bool_], shots: Sequence[int]) -> list[tuple[int, int]]:
    """Half-open spans of present frames that hold no cut."""
    borders = set(shots)
    found: list[tuple[int, int]] = []
    for index in np.flatnonzero(present).tolist():
        if found and found[-1][1] == index and index not in borders:
            found[-1] = (found[-1][0], index + 1)
        else:
            found.append((index, index + 1))
    return found


def save_track(track: FaceTrack, path: Path) -> None:
    """Write a track as compressed npz; ``load_track`` reads it back unchanged."""
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            points=track.points,
            present=track.present,
            shots=np.asarray(track.shots, np.int64),
            size=np.asarray(track.size, np.int64),
            fps=np.asarray((track.fps.numerator, track.fps.denominator), np.int64),
        )


def load_track(path: Path) -> FaceTrack:
    """Read a stored track.

    Raises:
        InputError: ``UNREADABLE_FILE`` when the file is not a stored track.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            return _track_of(stored)
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
        raise InputError(
            "UNREADABLE_FILE", "The stored face track is damaged; upload the clip again."
        ) from error


def _track_of(stored: np.lib.npyio.NpzFile) -> FaceTrack:
    width, height = (int(side) for side in stored["size"])
    return FaceTrack(
        points=stored["points"].astype(np.float32, copy=False),
        present=stored["present"].astype(np.bool_, copy=False),
        shots=tuple(int(shot) for shot in stored["shots"]),
        size=(width, height),
        fps=Fraction(int(stored["fps"][0]), int(stored["fps"][1])),
    )
