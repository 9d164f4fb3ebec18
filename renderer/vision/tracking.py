"""From faces seen frame by frame to one face track: limits, cuts, and the reasons to refuse a clip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.errors import InputError
from renderer.types import FaceTrack
from renderer.vision.align import fit_residual, head_angles
from renderer.vision.landmarks import POINTS, face_size, smooth_runs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from numpy.typing import NDArray

    from renderer.types import Frame, Points

CUT_SIZE = (64, 36)
CUT_STEP = 22.0  # mean grey-level change of a cut; a nodding head or a pan stays below 10
CUT_RATIO = 3.0  # ... and against the change of the frame before, so that a fast pan is no cut


@dataclass(frozen=True, slots=True)
class FaceLimits:
    """What the engines can replace well.

    Attributes:
        min_face: shortest face (longer side of its outline) in pixels; measuring on small clips lowers it.
        max_yaw: degrees; beyond it the face counts as absent, and too much of it refuses the clip.
        max_profile_share: share of seen faces that may be beyond ``max_yaw``.
        min_present_share: share of frames that must show the face; an ad also has product shots.
        rival_size: a second face at least this large, relative to the first, makes the choice ambiguous.
        rival_share: share of looks that must see such a rival.
        max_residual: eye distances; a mesh further from every face shape is a hand or a blur.
    """

    min_face: float = 120.0
    max_yaw: float = 35.0
    max_profile_share: float = 0.2
    min_present_share: float = 0.1
    rival_size: float = 0.6
    rival_share: float = 0.15
    max_residual: float = 0.12


@dataclass(frozen=True, slots=True)
class Sightings:
    """Raw result of one pass: a mesh or None per frame, cuts, and how many looks saw a rival."""

    meshes: tuple[Points | None, ...]
    shots: tuple[int, ...]
    looks: int
    rivals: int


class CutFinder:
    """Finds hard cuts from small grey pictures, one frame at a time."""

    def __init__(self) -> None:
        self._last: NDArray[np.float32] | None = None
        self._change = 0.0

    def is_cut(self, frame: Frame) -> bool:
        """True when ``frame`` starts a new shot; the first frame does not count."""
        small = cv2.cvtColor(cv2.resize(frame, CUT_SIZE, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
        grey = small.astype(np.float32)
        change = float(np.abs(grey - self._last).mean()) if self._last is not None else 0.0
        cut = change > CUT_STEP and change > CUT_RATIO * self._change
        self._last, self._change = grey, change
        return cut


def make_track(seen: Sightings, size: tuple[int, int], fps: Fraction, limits: FaceLimits) -> FaceTrack:
    """Check the sightings against the limits and smooth them into a track.

    Raises:
        InputError: ``MANY_FACES``, ``NO_FACE``, ``PROFILE_FACE``, ``FACE_TOO_SMALL``.
    """
    found = np.array([mesh is not None for mesh in seen.meshes], bool)
    _refuse_rivals(seen, limits)
    if found.sum() < max(1, limits.min_present_share * len(found)):
        raise InputError(
            "NO_FACE", "No face was found in this clip; show the presenter's face from the front."
        )
    points, usable = _gather(seen.meshes, limits)
    _refuse_profiles(points[found], usable[found], limits)
    refuse_small(float(np.median(face_size(points[usable]))), limits)
    smoothed = smooth_runs(_fill(points, usable), usable, seen.shots)
    return FaceTrack(_fill(smoothed, usable), usable, seen.shots, size, fps)


def refuse_small(size: float, limits: FaceLimits) -> None:
    """Raise ``FACE_TOO_SMALL`` for a face of ``size`` pixels below the limit."""
    if size < limits.min_face:
        raise InputError(
            "FACE_TOO_SMALL",
            f"The face is {size:.0f} pixels high; at least {limits.min_face:.0f} are needed.",
        )


def _refuse_rivals(seen: Sightings, limits: FaceLimits) -> None:
    # One look alone may be a poster or a misfire, unless the clip is too short for a second one.
    if seen.rivals >= min(2, seen.looks) and seen.rivals > limits.rival_share * seen.looks:
        raise InputError(
            "MANY_FACES", "Two faces of similar size are in this clip; only a clip with one presenter works."
        )


def _gather(meshes: Sequence[Points | None], limits: FaceLimits) -> tuple[Points, NDArray[np.bool_]]:
    """All meshes as one array and which of them an engine can use."""
    points = np.zeros((len(meshes), POINTS, 3), np.float32)
    usable = np.zeros(len(meshes), bool)
    for index, mesh in enumerate(meshes):
        if mesh is not None:
            points[index] = mesh
            usable[index] = _is_usable(mesh, limits)
    return points, usable


def _is_usable(mesh: Points, limits: FaceLimits) -> bool:
    return abs(head_angles(mesh)[0]) <= limits.max_yaw and fit_residual(mesh) <= limits.max_residual


def _refuse_profiles(points: Points, usable: NDArray[np.bool_], limits: FaceLimits) -> None:
    turned = np.array([abs(head_angles(mesh)[0]) > limits.max_yaw for mesh in points])
    if turned.mean() > limits.max_profile_share:
        raise InputError(
            "PROFILE_FACE", f"The face is turned away by more than {limits.max_yaw:.0f}° for too long."
        )
    if not usable.any():
        raise InputError("NO_FACE", "The face in this clip is never clear enough to follow.")


def _fill(points: Points, usable: NDArray[np.bool_]) -> Points:
    """Give unusable rows the mesh of the nearest usable frame."""
    good = np.flatnonzero(usable)
    after = np.clip(np.searchsorted(good, np.arange(len(points))), 0, len(good) - 1)
    before = np.maximum(after - 1, 0)
    rows = np.arange(len(points))
    nearer = np.abs(good[before] - rows) <= np.abs(good[after] - rows)
    return np.asarray(points[np.where(nearer, good[before], good[after])], np.float32)
