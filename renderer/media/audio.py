"""Sound files: reading at any rate, writing, mixing speech over a bed, and a set loudness."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import av
import numpy as np
import soundfile
from scipy.signal import resample_poly

from renderer.errors import EngineError, InputError, ResourceError
from renderer.media import ffmpeg
from renderer.media.levels import decibels, ducking, fade, limit, loudness
from renderer.types import Sound

REFERENCE_LUFS = -16.0
BED_BELOW = 6.0
"""Loudness units a bed lies at least below the speech, even where nobody speaks."""

CEILING_DBTP = -1.5
"""Half a decibel under the promise of -1 dBTP: the AAC encoder overshoots a little."""

_BED_FADE = 0.4
_ROUNDS = 6
_NEAR_ENOUGH = 0.1
_MEASURE_TIMEOUT = 600.0
_SUMMARY = re.compile(r"Integrated loudness:\s+I:\s+(\S+) LUFS.*True peak:\s+Peak:\s+(\S+) dBFS", re.DOTALL)


def read_sound(path: Path, rate: int) -> Sound:
    """The first sound stream of a file as mono at ``rate``; empty when the file has none.

    Raises:
        InputError: UNREADABLE_FILE.
    """
    try:
        with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
            if not container.streams.audio:
                return np.zeros(0, np.float32)
            parts = list(_mono(container, rate))
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise InputError(
            "UNREADABLE_FILE", "The sound of the file could not be read; export it again."
        ) from error
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def write_wav(path: Path, samples: Sound, rate: int) -> None:
    """Write mono sound as a 32-bit float WAV file, which keeps peaks above 1 until they are levelled.

    Raises:
        ResourceError: DISK_FULL.
    """
    try:
        soundfile.write(path, samples, rate, subtype="FLOAT", format="WAV")
    except (soundfile.LibsndfileError, OSError) as error:
        raise ResourceError(
            "DISK_FULL", "The sound could not be written; free some space and retry."
        ) from error


def resample(samples: Sound, rate: int, wanted: int) -> Sound:
    """The same sound at another rate, band-limited."""
    if rate == wanted:
        return samples.copy()
    shared = math.gcd(rate, wanted)
    changed: Sound = resample_poly(samples, wanted // shared, rate // shared).astype(np.float32)
    return changed


def mix(voice: Sound, bed: Sound | None, duck_db: float, rate: int = 48_000) -> Sound:
    """Speech over a bed of music and effects, as long as the speech track.

    Both are mono at ``rate``. Speech is brought to the reference loudness first, because voices differ by up to
    8 LU; the bed is only ever turned down: below the speech level, and by ``duck_db`` more while someone speaks.
    """
    spoken: Sound = voice * np.float32(_gain_to(voice, rate, REFERENCE_LUFS))
    if bed is None or not bed.size:
        return spoken
    under = np.zeros_like(spoken)
    length = min(len(bed), len(under))
    under[:length] = fade(bed[:length], rate, _BED_FADE)
    under *= min(1.0, _gain_to(under, rate, REFERENCE_LUFS - BED_BELOW))
    return spoken + under * ducking(voice, rate, duck_db)


def normalise_loudness(source: Path, target: Path, lufs: float, rate: int) -> float:
    """Write ``source`` to ``target`` at an integrated loudness of ``lufs`` and a true peak under -1 dBTP.

    Limiting takes loudness away, so gain and limiter are repeated until both hold. Silence is copied.

    Returns:
        the loudness reached, in LUFS.

    Raises:
        InputError: UNREADABLE_FILE. ResourceError: DISK_FULL.
    """
    original = read_sound(source, rate)
    gain, ceiling = 1.0, decibels(CEILING_DBTP)
    for _ in range(_ROUNDS):
        levelled = limit(original * np.float32(gain), rate, ceiling, true_peak=True)
        reached = loudness(levelled, rate)
        if not math.isfinite(reached) or abs(reached - lufs) < _NEAR_ENOUGH:
            break
        gain *= decibels(lufs - reached)
    write_wav(target, levelled, rate)
    return reached


def measure_lufs(path: Path) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBTP of a file, by ffmpeg's EBU R 128 meter.

    Raises:
        EngineError: FFMPEG_FAILED, also when the file has no sound.
    """
    meter: list[str | Path] = [
        "-i",
        path,
        "-map",
        "0:a:0",
        "-af",
        "ebur128=peak=true:framelog=quiet",
        "-f",
        "null",
        "-",
    ]
    found = _SUMMARY.search(ffmpeg.run(meter, timeout=_MEASURE_TIMEOUT))
    if found is None:
        raise EngineError("FFMPEG_FAILED", "The loudness meter gave no result.")
    return float(found[1]), float(found[2])


def _mono(container: av.container.InputContainer, rate: int) -> Iterator[Sound]:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
    for frame in chain(container.decode(audio=0), (None,)):
        for part in resampler.resample(frame):
            yield np.asarray(part.to_ndarray(), np.float32).ravel()


def _gain_to(samples: Sound, rate: int, lufs: float) -> float:
    measured = loudness(samples, rate)
    return decibels(lufs - measured) if math.isfinite(measured) else 1.0
