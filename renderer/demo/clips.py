"""Clips put together with moviepy: frames by number, sound, and an encode with the right colour tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from moviepy import AudioFileClip, VideoClip

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from renderer.types import Frame

COLOUR = ("-vf", "scale=out_color_matrix=bt709:out_range=tv", "-colorspace", "bt709", "-color_primaries", "bt709",
          "-color_trc", "bt709", "-color_range", "tv", "-movflags", "+faststart")  # fmt: skip


def write_clip(
    path: Path, frame: Callable[[int], Frame], frames: int, fps: int, sound: Path, crf: int
) -> None:
    """Encode ``frames`` BGR pictures given by number with a sound file, H.264 and AAC.

    One encoder thread keeps the bytes the same on every machine of one kind.
    """

    def at(time: float) -> Frame:
        return np.ascontiguousarray(frame(min(round(time * fps), frames - 1))[..., ::-1])

    clip = VideoClip(at, duration=frames / fps).with_fps(fps)
    with AudioFileClip(str(sound)) as audio:
        clip.with_audio(audio.with_duration(min(audio.duration, frames / fps))).write_videofile(
            str(path),
            codec="libx264",
            audio_codec="aac",
            audio_bitrate="160k",
            audio_fps=48_000,
            preset="slow",
            threads=1,
            pixel_format="yuv420p",
            temp_audiofile=str(path.with_suffix(".sound.m4a")),
            ffmpeg_params=["-crf", str(crf), *COLOUR],
            logger=None,
        )


def write_silent(path: Path, clip: VideoClip, fps: int, crf: int) -> None:
    """Encode a moviepy clip without sound."""
    clip.write_videofile(
        str(path),
        fps=fps,
        codec="libx264",
        audio=False,
        preset="slow",
        threads=1,
        pixel_format="yuv420p",
        ffmpeg_params=["-crf", str(crf), *COLOUR],
        logger=None,
    )
