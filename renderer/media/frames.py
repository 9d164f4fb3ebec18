"""Frames in and out as streams: memory stays the same however long the clip is."""

from __future__ import annotations

import queue
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TypeVar

import av
import numpy as np

from renderer.errors import InputError
from renderer.media.ffmpeg import failure, ffmpeg_path, filter_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction
    from pathlib import Path
    from types import TracebackType

    from renderer.types import Frame, OutputProfile

T = TypeVar("T")
QUEUE_FRAMES = 6
POLL_SECONDS = 0.2
CLOSE_SECONDS = 300


def read_frames(path: Path, *, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
    """Yield frames ``start`` (included) to ``stop`` (excluded) as BGR arrays, upright.

    Raises:
        InputError: ``UNREADABLE_FILE`` when the file does not open or breaks off while decoding.
    """
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            for index, frame in enumerate(container.decode(stream)):
                if stop is not None and index >= stop:
                    return
                if index >= start:
                    picture = np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
                    yield upright(picture, frame.rotation)
    except (av.error.FFmpegError, IndexError) as error:
        raise InputError(
            "UNREADABLE_FILE", "The video does not decode to its end; export it again."
        ) from error


def upright(picture: Frame, rotation: int) -> Frame:
    """Turn a picture by its container's rotation (degrees counter-clockwise, multiples of 90)."""
    turns = (rotation // 90) % 4
    return np.ascontiguousarray(np.rot90(picture, turns)) if turns else picture


class _Failure:
    """Carries an exception of the producing thread to the consuming one."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


def ahead(items: Iterator[T]) -> Iterator[T]:
    """Produce ``items`` in a thread at most QUEUE_FRAMES ahead; the producer's errors are raised here."""
    slots: queue.Queue[T | _Failure | None] = queue.Queue(QUEUE_FRAMES)
    stopped = threading.Event()
    thread = threading.Thread(target=_produce, args=(items, slots, stopped), daemon=True)
    thread.start()
    try:
        while (item := slots.get()) is not None:
            if isinstance(item, _Failure):
                raise item.error
            yield item
    finally:
        stopped.set()
        thread.join(timeout=CLOSE_SECONDS)


def _produce(items: Iterator[T], slots: queue.Queue[T | _Failure | None], stopped: threading.Event) -> None:
    last: _Failure | None = None
    try:
        for item in items:
            if not _put(slots, item, stopped):
                return
    except BaseException as error:  # noqa: BLE001 - handed over to the consuming thread
        last = _Failure(error)
    if last is not None:
        _put(slots, last, stopped)
    _put(slots, None, stopped)


def _put(
    slots: queue.Queue[T | _Failure | None], item: T | _Failure | None, stopped: threading.Event
) -> bool:
    while not stopped.is_set():
        try:
            slots.put(item, timeout=POLL_SECONDS)
        except queue.Full:
            continue
        return True
    return False


@dataclass(frozen=True, slots=True)
class Subtitles:
    """Captions to burn in: an ASS file and the folder with its fonts (ffmpeg's libass shapes every script)."""

    file: Path
    fonts: Path


class FrameWriter:
    """Encodes BGR frames to H.264/AAC MP4 with the index in front (faststart).

    The frames go to ffmpeg through a pipe from a thread of their own, so the caller works on the next frame
    meanwhile. Leaving the context closes the file; leaving it by an exception kills the encoder.

    Raises:
        ResourceError: ``DISK_FULL``. EngineError: ``FFMPEG_FAILED``.
    """

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        fps: Fraction,
        *,
        profile: OutputProfile,
        audio: Path | None = None,
        subtitles: Subtitles | None = None,
    ) -> None:
        self.busy_seconds = 0.0
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the encoder
        argv = [ffmpeg_path(), *_encode_arguments(path, size, fps, profile, audio, subtitles)]
        self._process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=self._log
        )
        self._slots: queue.Queue[Frame | None] = queue.Queue(QUEUE_FRAMES)
        self._broken = threading.Event()
        self._thread = threading.Thread(target=self._pump, daemon=True)
        self._thread.start()

    def write(self, frame: Frame) -> None:
        """Hand one frame over; the array must not be changed afterwards."""
        self._offer(frame)
        if self._broken.is_set():
            self._abort()
            raise failure(self._read_log())

    def _offer(self, frame: Frame | None) -> None:
        while not self._broken.is_set():
            try:
                return self._slots.put(frame, timeout=POLL_SECONDS)
            except queue.Full:
                continue
        return None

    def _pump(self) -> None:
        pipe = self._process.stdin
        if pipe is None:
            return
        try:
            while (frame := self._slots.get()) is not None:
                began = time.perf_counter()
                pipe.write(np.ascontiguousarray(frame).data)
                self.busy_seconds += time.perf_counter() - began
            pipe.close()
        except (OSError, ValueError):
            self._broken.set()

    def _abort(self) -> None:
        self._broken.set()
        self._process.kill()
        self._process.wait()

    def _read_log(self) -> str:
        self._log.seek(0)
        return self._log.read().decode("utf-8", "replace")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is not None:
                self._abort()
                return
            self._offer(None)
            self._thread.join(timeout=CLOSE_SECONDS)
            if self._process.wait(timeout=CLOSE_SECONDS) or self._broken.is_set():
                raise failure(self._read_log())
        finally:
            self._log.close()


def _encode_arguments(
    path: Path,
    size: tuple[int, int],
    fps: Fraction,
    profile: OutputProfile,
    audio: Path | None,
    subtitles: Subtitles | None,
) -> list[str]:
    picture = ["-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{size[0]}x{size[1]}", "-r", str(fps), "-i", "-"]
    sound = ["-i", str(audio), "-map", "0:v", "-map", "1:a"] if audio else ["-an"]
    burn = f"ass={filter_path(subtitles.file)}:fontsdir={filter_path(subtitles.fonts)}," if subtitles else ""
    even = "crop=trunc(iw/2)*2:trunc(ih/2)*2,"  # 4:2:0 needs even sides
    colour = f"{even}{burn}scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"
    video = ["-vf", colour, "-c:v", "libx264", "-preset", profile.preset, "-crf", str(profile.crf)]
    tags = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"]
    aac = (
        ["-c:a", "aac", "-b:a", f"{profile.audio_kbps}k", "-ar", str(profile.audio_rate), "-ac", "2"]
        if audio
        else []
    )
    head = ["-hide_banner", "-loglevel", "error", "-y"]
    return [*head, *picture, *sound, *video, *tags, *aac, "-movflags", "+faststart", str(path)]
