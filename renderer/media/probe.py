"""What an uploaded clip is, found by decoding all of it: a truncated file opens well and breaks off later."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np

from renderer.errors import InputError
from renderer.types import ClipFacts

if TYPE_CHECKING:
    from pathlib import Path

    from av.container import InputContainer
    from av.video.stream import VideoStream

SILENT_PEAK = 10 ** (-60 / 20)
COMPLETE_SHARE = 0.98
CONTAINERS = {"mov", "mp4", "matroska", "webm", "mpeg", "mpegts", "avi"}


@dataclass(frozen=True, slots=True)
class ClipLimits:
    """Largest clip that is accepted."""

    max_pixels: int = 1920 * 1080
    max_seconds: float = 180.0
    min_seconds: float = 1.0
    min_side: int = 240
    max_fps: float = 60.0
    needs_sound: bool = False


def probe(path: Path, limits: ClipLimits | None = None) -> ClipFacts:
    """Decode the whole clip and return its facts.

    Raises:
        InputError: ``UNREADABLE_FILE`` (not a video, empty, truncated), ``TOO_LARGE``, ``TOO_LONG``,
            ``TOO_SHORT``, ``TOO_SMALL``, ``SILENT_AUDIO`` (only where the limits ask for sound).
    """
    try:
        with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
            facts = _decode(container, limits)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise _unreadable() from error
    if limits is not None:
        _check_sound(facts, limits)
    return facts


def _unreadable() -> InputError:
    return InputError(
        "UNREADABLE_FILE", "This is not a video that decodes to its end; export it again as MP4."
    )


def _decode(container: InputContainer, limits: ClipLimits | None) -> ClipFacts:
    if not container.streams.video or not CONTAINERS.intersection(container.format.name.split(",")):
        raise _unreadable()
    video = container.streams.video[0]
    fps = Fraction(video.average_rate or video.guessed_rate or 25)
    if limits is not None:
        _check_header(container, video, float(fps), limits)
    frames, peak, rotation = _count(container, video, limits)
    _check_complete(container, frames, float(fps))
    audio = container.streams.audio[0] if container.streams.audio else None
    width, height = video.width, video.height
    if rotation % 180:
        width, height = height, width
    return ClipFacts(
        width=width, height=height, fps=fps, frames=frames, seconds=frames / float(fps),
        video_codec=video.codec_context.name, audio_codec=audio.codec_context.name if audio else None,
        audio_rate=audio.rate if audio else None, audio_peak=peak, rotation=rotation,
    )  # fmt: skip


def _check_header(container: InputContainer, video: VideoStream, fps: float, limits: ClipLimits) -> None:
    short_side = min(video.width, video.height)
    if video.width * video.height > limits.max_pixels or fps > limits.max_fps:
        text = f"The clip is {video.width}x{video.height} at {fps:.4g} fps"
        raise InputError("TOO_LARGE", f"{text}; export it at 1080p and {limits.max_fps:g} fps or less.")
    if 0 < short_side < limits.min_side:
        raise InputError(
            "TOO_SMALL", f"The clip's short side is {short_side} px; {limits.min_side} are needed."
        )
    seconds = (container.duration or 0) / av.time_base
    if seconds > limits.max_seconds:
        raise InputError(
            "TOO_LONG", f"The clip lasts {seconds:.0f} s; at most {limits.max_seconds:.0f} are taken."
        )


def _count(
    container: InputContainer, video: VideoStream, limits: ClipLimits | None
) -> tuple[int, float, int]:
    video.thread_type = "AUTO"
    frames, peak, rotation = 0, 0.0, 0
    streams = [video, *container.streams.audio[:1]]
    for packet in container.demux(streams):
        for frame in packet.decode():
            if isinstance(frame, av.VideoFrame):
                frames, rotation = frames + 1, int(frame.rotation)
            elif isinstance(frame, av.AudioFrame):
                peak = max(peak, _peak(frame))
        if (
            limits is not None
            and video.average_rate
            and frames > limits.max_seconds * float(video.average_rate) + 1
        ):
            raise InputError("TOO_LONG", f"The clip is longer than {limits.max_seconds:.0f} s.")
    if not frames:
        raise _unreadable()
    if limits is not None and video.average_rate and frames < limits.min_seconds * float(video.average_rate):
        raise InputError("TOO_SHORT", f"The clip is shorter than {limits.min_seconds:g} s.")
    return frames, peak, rotation


def _peak(frame: av.AudioFrame) -> float:
    samples = frame.to_ndarray()
    full = float(2 ** (8 * samples.dtype.itemsize - 1)) if samples.dtype.kind in "iu" else 1.0
    return float(np.abs(samples.astype(np.float32)).max(initial=0.0)) / full


def _check_complete(container: InputContainer, frames: int, fps: float) -> None:
    """A file cut off in the middle decodes cleanly up to the cut: compare with the length the header promises."""
    stream = container.streams.video[0]
    promised = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0
    if promised and frames / fps < promised * COMPLETE_SHARE - 2 / fps:
        raise InputError("UNREADABLE_FILE", "The video breaks off before its end; upload it again in full.")


def _check_sound(facts: ClipFacts, limits: ClipLimits) -> None:
    if limits.needs_sound and facts.audio_peak < SILENT_PEAK:
        raise InputError("SILENT_AUDIO", "The clip has no sound; upload one with speech or add a voice-over.")
