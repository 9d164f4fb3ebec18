"""Whose face is it? Descriptors of the people involved and the verdict per frame."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from renderer.media.frames import read_frames
from renderer.vision.enrolment import read_picture
from renderer.vision.landmarks import load_track

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from renderer.engines.base import FaceDetector, IdentityModel
    from renderer.types import FaceTrack, Frame, LikenessInput, Points

SAMPLES = 5
SAMPLE_STEP = 12


class KnownFace:
    """A person by mean descriptor, and how often the frames looked at show them, or surely somebody else."""

    def __init__(self, model: IdentityModel, pictures: Iterable[tuple[Frame, Points]]) -> None:
        seen = [model.describe(picture, points) for picture, points in pictures]
        known = [descriptor for descriptor in seen if descriptor is not None]
        self._model = model
        self._mean = np.mean(known, axis=0) if known else None
        self._distances: list[float] = []

    def look(self, frame: Frame, points: Points) -> None:
        """Compare one frame's face with this person."""
        descriptor = self._model.describe(frame, points) if self._mean is not None else None
        if descriptor is not None and self._mean is not None:
            self._distances.append(_distance(descriptor, self._mean))

    @property
    def same(self) -> float | None:
        """Share of frames that show this person; None when nothing could be compared."""
        found = np.array(self._distances)
        return float((found < self._model.same_below).mean()) if len(found) else None

    @property
    def different(self) -> float | None:
        """Share of frames that surely show somebody else."""
        found = np.array(self._distances)
        return float((found > self._model.different_above).mean()) if len(found) else None


def _distance(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    return float(np.linalg.norm(first - second))


def pictures_of_clip(clip: Path, track: FaceTrack) -> Iterator[tuple[Frame, Points]]:
    """A few frames of a clip with its person's mesh."""
    usable = [index for index in range(0, len(track), SAMPLE_STEP) if track.present[index]]
    wanted = set(islice(usable, SAMPLES))
    for index, frame in enumerate(read_frames(clip, stop=max(wanted, default=-1) + 1)):
        if index in wanted:
            yield frame, track.points[index]


def pictures_of_likeness(likeness: LikenessInput, detector: FaceDetector) -> Iterator[tuple[Frame, Points]]:
    """The photos and a few frames of the take."""
    for photo in likeness.photos:
        picture = read_picture(photo.path)
        yield from ((picture, points) for points in detector.locate(picture)[:1])
    if likeness.clip and likeness.clip_track:
        yield from pictures_of_clip(likeness.clip.path, load_track(likeness.clip_track.path))
