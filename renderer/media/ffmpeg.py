"""The one place that starts ffmpeg: a separate program with an argument list, never a shell."""

from __future__ import annotations

import subprocess
from functools import cache
from typing import TYPE_CHECKING

import imageio_ffmpeg

from renderer.errors import EngineError, ResourceError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TAIL_LINES = 6


@cache
def ffmpeg_path() -> str:
    """Path of the static ffmpeg inside imageio-ffmpeg."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())


def run(arguments: Sequence[str | Path], *, timeout: float, cwd: Path | None = None) -> str:
    """Run ffmpeg with ``arguments`` and return what it printed on stderr (its log).

    Args:
        arguments: everything after the program's name; input files are read through the file protocol only.
        timeout: seconds until the program is killed.

    Raises:
        ResourceError: ``DISK_FULL`` when the disk ran out.
        EngineError: ``FFMPEG_FAILED`` or ``FFMPEG_TIMEOUT``.
    """
    argv = [ffmpeg_path(), "-hide_banner", "-nostdin", "-y", *(str(part) for part in arguments)]
    try:
        done = subprocess.run(argv, capture_output=True, timeout=timeout, cwd=cwd, check=False)
    except subprocess.TimeoutExpired as error:
        raise EngineError("FFMPEG_TIMEOUT", f"ffmpeg did not finish within {timeout:.0f} s") from error
    log = done.stderr.decode("utf-8", "replace")
    if done.returncode:
        raise failure(log)
    return log


def failure(log: str) -> EngineError | ResourceError:
    """Turn an ffmpeg log into the error it stands for."""
    tail = "\n".join(log.strip().splitlines()[-TAIL_LINES:])
    if "No space left on device" in log:
        return ResourceError("DISK_FULL", "The disk is full; free some space and retry.")
    return EngineError("FFMPEG_FAILED", f"ffmpeg failed: {tail}")


def filter_path(path: Path) -> str:
    """A path as a filter argument: ffmpeg unescapes twice, once for the option and once for the graph."""
    option = str(path).replace("\\", "\\\\").replace(":", "\\:").replace("'", "\\'")
    return "".join(f"\\{letter}" if letter in "\\'[],;" else letter for letter in option)
