"""Brightness planes with their times: all that the watermark detector needs of a video."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import av
import cv2
import numpy as np

from renderer.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from renderer.types import Frame

EIGHT_BIT_PLANAR = frozenset(
    {"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "gray"}
)


class Timed(NamedTuple):
    """A (H, W) uint8 brightness plane and its presentation time in seconds."""

    seconds: float
    plane: Frame


def read_luma(path: Path) -> Iterator[Timed]:
    """Yield the brightness planes of a file, upright, at the times its container gives.

    Raises:
        InputError: ``UNREADABLE_FILE`` when the file does not open or breaks off while decoding.
    """
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            for index, frame in enumerate(container.decode(stream)):
                seconds = frame.time if frame.time is not None else index / float(stream.average_rate or 25)
                yield Timed(seconds, np.rot90(_plane(frame), (frame.rotation // 90) % 4))
    except (av.error.FFmpegError, IndexError) as error:
        raise InputError(
            "UNREADABLE_FILE", "The video does not decode to its end; export it again."
        ) from error


def _plane(frame: av.VideoFrame) -> Frame:
    if frame.format.name not in EIGHT_BIT_PLANAR:
        return np.asarray(frame.to_ndarray(format="gray"), np.uint8)
    first = frame.planes[0]
    rows: Frame = np.frombuffer(memoryview(first), np.uint8).reshape(-1, first.line_size)
    return rows[: frame.height, : frame.width]


def timed(frames: Iterable[Frame], fps: float) -> Iterator[Timed]:
    """Give BGR or grey frames of constant rate their times."""
    for index, frame in enumerate(frames):
        plane = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY) if frame.ndim == 3 else frame
        yield Timed(index / fps, np.asarray(plane, np.uint8))
