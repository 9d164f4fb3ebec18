"""The consented pictures of a likeness: what is accepted, and which frames of an enrolment clip serve as plates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.errors import InputError
from renderer.vision.align import head_angles
from renderer.vision.landmarks import eye_opening, face_size, mouth_opening
from renderer.vision.tracking import FaceLimits, refuse_small

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from renderer.types import FaceTrack, Frame, Points

CLIP_YAWS = (0.0, -14.0, 14.0, -26.0, 26.0)
YAW_REACH = 7.0
YAW_STEP = 0.02  # how much mouth opening one degree from the wanted yaw weighs
PITCH_STEP = 0.004
SHUT_EYES = 0.75  # share of the person's usual eye opening


def read_picture(path: Path) -> Frame:
    """Decode a photo to BGR, upright.

    Raises:
        InputError: ``UNREADABLE_FILE``.
    """
    data = np.fromfile(path, np.uint8)
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if picture is None:
        raise InputError("UNREADABLE_FILE", "This file is not a picture; upload a JPEG or PNG.")
    return np.asarray(picture, np.uint8)


def only_face(meshes: Sequence[Points], limits: FaceLimits) -> Points:
    """The one face of a photo; smaller faces in its background are ignored.

    Args:
        meshes: all faces found, largest first.

    Raises:
        InputError: ``NO_FACE``, ``MANY_FACES``, ``FACE_TOO_SMALL``, ``PROFILE_FACE``.
    """
    if not meshes:
        raise InputError(
            "NO_FACE", "No face was found; use a photo of the face from the front in even light."
        )
    sizes = [float(face_size(mesh)) for mesh in meshes]
    if len(sizes) > 1 and sizes[1] >= limits.rival_size * sizes[0]:
        raise InputError("MANY_FACES", "More than one face was found; crop the photo to one person.")
    refuse_small(sizes[0], limits)
    if abs(head_angles(meshes[0])[0]) > limits.max_yaw:
        raise InputError("PROFILE_FACE", "The face is turned away; use a photo taken from the front.")
    return meshes[0]


def plate_frames(track: FaceTrack) -> list[int]:
    """Frames of an enrolment clip worth being plates: eyes open, mouth at rest, one per head turn it shows.

    The frame nearest to the front comes first.
    """
    rows = np.flatnonzero(track.present)
    points = track.points[rows]
    angles = np.array([head_angles(mesh) for mesh in points])
    awake = eye_opening(points)
    usable = awake >= SHUT_EYES * np.quantile(awake, 0.8)
    cost = mouth_opening(points) + PITCH_STEP * np.abs(angles[:, 1])
    chosen = [_best(cost, angles[:, 0], usable, yaw) for yaw in CLIP_YAWS]
    found = [int(rows[index]) for index in chosen if index is not None]
    return list(dict.fromkeys(found)) or [int(rows[np.abs(angles[:, 0]).argmin()])]


def _best(
    cost: NDArray[np.float32], yaws: NDArray[np.float64], usable: NDArray[np.bool_], yaw: float
) -> int | None:
    away = np.abs(yaws - yaw)
    total = np.where(usable & (away <= YAW_REACH), cost + YAW_STEP * away, np.inf)
    best = int(total.argmin())
    return best if np.isfinite(total[best]) else None
