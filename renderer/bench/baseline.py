"""What the machine needs to decode and encode the same clip and nothing else: the yardstick of every render."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from renderer.media import ffmpeg

if TYPE_CHECKING:
    from pathlib import Path

    from renderer.types import OutputProfile

TIMEOUT_S = 3600.0


def reencode_seconds(clip: Path, profile: OutputProfile, workdir: Path) -> float:
    """Wall seconds of a plain ffmpeg re-encode with the encoder settings of the render.

    Raises:
        EngineError: ``FFMPEG_FAILED``.
    """
    target = workdir / "reencoded.mp4"
    video: list[str | Path] = ["-i", clip, "-vf", "format=yuv420p", "-c:v", "libx264"]
    settings = ["-preset", profile.preset, "-crf", str(profile.crf)]
    sound = ["-c:a", "aac", "-b:a", f"{profile.audio_kbps}k", "-ar", str(profile.audio_rate)]
    began = time.perf_counter()
    ffmpeg.run([*video, *settings, *sound, "-movflags", "+faststart", target], timeout=TIMEOUT_S)
    seconds = time.perf_counter() - began
    target.unlink()
    return seconds
