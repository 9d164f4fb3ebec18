"""Face detection and landmarks by MediaPipe 0.10.21 (Apache-2.0), whose model files are inside the package.

The detector looks at the whole picture now and then; the mesh network follows one face inside a square crop
round it, which keeps a small face in a wide picture as precise as a close-up.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import sys
import types
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Self

import av
import cv2
import numpy as np

from renderer.engines.base import EngineInfo
from renderer.errors import EngineError, InputError
from renderer.media.frames import read_frames
from renderer.vision.landmarks import face_size
from renderer.vision.tracking import CutFinder, FaceLimits, Sightings, make_track

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import ModuleType, TracebackType

    from renderer.types import FaceTrack, Frame, Points

DETECT_SIDE = 720  # longest side of the picture given to the detector
CROP_SIDE = 640  # largest crop given to the mesh network, which looks at 192 x 192 of it
CROP_FACES = 3.2  # crop side in widths of the detector's box
LOOK_EVERY = 12  # frames between looks at the whole picture
NEAR_SCORE = 0.5
RIVAL_SCORE = 0.6
KNOWN_FACE = FaceLimits(min_face=0, max_yaw=90, max_profile_share=1, min_present_share=0, rival_share=1)
SETTLE = 3  # passes over one photo, each starting from the last one's landmarks


@dataclass(frozen=True, slots=True)
class Seen:
    """One detected face: centre and width of its box in pixels, and the detector's score."""

    x: float
    y: float
    width: float
    score: float


def load_mediapipe() -> ModuleType:
    """Import mediapipe without matplotlib, which it only needs for drawing helpers.

    Raises:
        EngineError: ``ENGINE_MISSING`` when the package is not installed.
    """
    added = [name for name in ("matplotlib", "matplotlib.pyplot") if name not in sys.modules]
    for name in added:
        stub = types.ModuleType(name)
        stub.__spec__ = importlib.machinery.ModuleSpec(name, None)
        sys.modules[name] = stub
    try:
        return importlib.import_module("mediapipe")
    except ImportError as error:
        raise EngineError("ENGINE_MISSING", "mediapipe is not installed; run ./run again.") from error
    finally:
        for name in added:
            sys.modules.pop(name, None)


class FaceMeshDetector:
    """FaceDetector: one face per clip, all faces of a photo."""

    info = EngineInfo(
        name="mediapipe",
        version="0.10.21",
        stage="detect",
        licence="Apache-2.0",
        licence_url="https://github.com/google-ai-edge/mediapipe/blob/v0.10.21/LICENSE",
        commercial_use=True,
        weights=("mediapipe-face-landmark", "mediapipe-face-near", "mediapipe-face-far"),
    )

    def __init__(self, limits: FaceLimits | None = None) -> None:
        self.limits = limits or FaceLimits()

    def track(self, path: Path) -> FaceTrack:
        """Follow the one face of a clip.

        Raises:
            InputError: ``UNREADABLE_FILE``, ``NO_FACE``, ``MANY_FACES``, ``PROFILE_FACE``, ``FACE_TOO_SMALL``.
        """
        return self.track_frames(read_frames(path), frame_rate(path))

    def follow(self, path: Path) -> FaceTrack:
        """Find a face again that is known to be there: what looks like a second one is no reason to refuse.

        Raises:
            InputError: ``UNREADABLE_FILE``, ``NO_FACE``.
        """
        return self.track_frames(read_frames(path), frame_rate(path), KNOWN_FACE)

    def track_frames(
        self, frames: Iterable[Frame], fps: Fraction, limits: FaceLimits | None = None
    ) -> FaceTrack:
        """``track`` for frames already decoded; they are taken one at a time."""
        allowed = limits or self.limits
        with _ClipTracker(allowed) as tracker:
            for frame in frames:
                tracker.take(frame)
            return make_track(tracker.sightings(), tracker.size, fps, allowed)

    def locate(self, picture: Frame) -> list[Points]:
        """Meshes (478, 3) of all faces of a photo in its pixels, largest first."""
        with _Networks() as networks:
            seen = networks.detect(picture)
            meshes = [networks.settle(picture, face) for face in seen]
        found = [mesh for mesh in meshes if mesh is not None]
        return sorted(found, key=lambda mesh: -float(face_size(mesh)))


def frame_rate(path: Path) -> Fraction:
    """Average frame rate that the container names; 25 where it names none."""
    try:
        with av.open(str(path)) as container:
            return Fraction(container.streams.video[0].average_rate or 25)
    except (av.error.FFmpegError, IndexError) as error:
        raise InputError("UNREADABLE_FILE", "This file is not a video.") from error


class _Networks:
    """MediaPipe graphs of one thread; closed on leaving the context."""

    def __init__(self) -> None:
        solutions = load_mediapipe().solutions
        self._make_mesh = solutions.face_mesh.FaceMesh
        self._stack = ExitStack()
        self._mesh: Any = None
        detector = solutions.face_detection.FaceDetection
        self._detectors = [
            self._stack.enter_context(detector(model_selection=kind, min_detection_confidence=NEAR_SCORE))
            for kind in (1, 0)
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.forget()
        self._stack.close()

    def detect(self, picture: Frame) -> list[Seen]:
        """Faces of the whole picture, largest first; the close-range model fills in for very large faces."""
        height, width = picture.shape[:2]
        scale = min(1.0, DETECT_SIDE / max(height, width))
        small = _rgb(picture, scale)
        found: list[Seen] = []
        for detector in self._detectors:
            for item in detector.process(small).detections or ():
                box = item.location_data.relative_bounding_box
                x, y = (box.xmin + box.width / 2) * width, (box.ymin + box.height / 2) * height
                found.append(Seen(x, y, box.width * width, float(item.score[0])))
        return _without_doubles(found)

    def forget(self) -> None:
        """Close the mesh tracker: the next mesh starts from a fresh detection."""
        if self._mesh is not None:
            self._mesh.close()
            self._mesh = None

    def mesh(self, picture: Frame, face: Seen) -> Points | None:
        """Mesh of the face inside its crop, in pixels of the picture; follows on from the previous call."""
        if self._mesh is None:
            self._mesh = self._make_mesh(max_num_faces=1, refine_landmarks=True, min_tracking_confidence=0.5)
        crop, corner, scale = _crop(picture, face)
        result = self._mesh.process(crop).multi_face_landmarks
        if not result:
            return None
        side = crop.shape[0] / scale
        points = np.array([(p.x, p.y, p.z) for p in result[0].landmark], np.float32) * np.float32(side)
        points[:, :2] += corner
        return points

    def settle(self, picture: Frame, face: Seen) -> Points | None:
        """Mesh of a photo's face, repeated so that the network's own crop has settled on it."""
        self.forget()
        points = None
        for _ in range(SETTLE):
            points = self.mesh(picture, face)
        self.forget()
        return points


class _ClipTracker(_Networks):
    """Takes a clip's frames in order and remembers where the face was."""

    def __init__(self, limits: FaceLimits) -> None:
        super().__init__()
        self._limits = limits
        self._cuts = CutFinder()
        self._face: Seen | None = None
        self._meshes: list[Points | None] = []
        self._shots = [0]
        self._looks = self._rivals = 0
        self.size = (0, 0)

    def take(self, frame: Frame) -> None:
        """Look at the next frame."""
        index = len(self._meshes)
        self.size = (frame.shape[1], frame.shape[0])
        if self._cuts.is_cut(frame):
            self._shots.append(index)
            self._lose()
        if self._face is None or index % LOOK_EVERY == 0:
            self._look(frame)
        points = self.mesh(frame, self._face) if self._face else None
        self._meshes.append(points)
        self._follow(points)

    def sightings(self) -> Sightings:
        """Everything seen so far."""
        return Sightings(tuple(self._meshes), tuple(self._shots), self._looks, self._rivals)

    def _look(self, frame: Frame) -> None:
        seen = self.detect(frame)
        self._looks += 1
        large = [face for face in seen[1:] if face.width >= self._limits.rival_size * seen[0].width]
        self._rivals += any(face.score >= RIVAL_SCORE for face in large)
        if self._face is None and seen:
            self._face = seen[0]

    def _lose(self) -> None:
        self.forget()
        self._face = None

    def _follow(self, points: Points | None) -> None:
        """Keep the crop still while the face is well inside it: moving it makes the mesh jump a little."""
        if self._face is None:
            return
        if points is None:
            return self._lose()
        now = _seen_of(points)
        moved = np.hypot(now.x - self._face.x, now.y - self._face.y)
        if moved > 0.7 * self._face.width or not 0.6 < now.width / self._face.width < 1.6:
            self._lose()
            self._face = now
        return None


def _seen_of(points: Points) -> Seen:
    """Where the detector would see this mesh: its box spans about the brows to the chin."""
    x, y = points[:, :2].mean(0)
    return Seen(float(x), float(y), 0.85 * float(face_size(points)), 1.0)


def _rgb(picture: Frame, scale: float) -> Frame:
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)
    return np.ascontiguousarray(picture[..., ::-1])


def _crop(picture: Frame, face: Seen) -> tuple[Frame, tuple[int, int], float]:
    """Square RGB crop round a face (black past the picture), its corner in the picture, and its scale."""
    half = max(int(face.width * CROP_FACES / 2), 48)
    x, y = round(face.x) - half, round(face.y) - half
    height, width = picture.shape[:2]
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + 2 * half, width), min(y + 2 * half, height)
    square = np.zeros((2 * half, 2 * half, 3), np.uint8)
    square[y0 - y : y1 - y, x0 - x : x1 - x] = picture[y0:y1, x0:x1]
    scale = min(1.0, CROP_SIDE / (2 * half))
    crop = _rgb(square, scale)
    return crop, (x, y), crop.shape[0] / (2 * half)


def _without_doubles(found: list[Seen]) -> list[Seen]:
    """Largest first; a box whose centre lies inside a larger one is the same face."""
    kept: list[Seen] = []
    for face in sorted(found, key=lambda seen: -seen.width):
        if all(np.hypot(face.x - other.x, face.y - other.y) > 0.5 * other.width for other in kept):
            kept.append(face)
    return kept
