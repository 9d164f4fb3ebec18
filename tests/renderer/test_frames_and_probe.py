"""Streams of frames and full-decode probing, on clips made here."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest

from renderer.errors import EngineError, InputError
from renderer.media.audio import write_wav
from renderer.media.ffmpeg import run
from renderer.media.frames import FrameWriter, ahead, read_frames
from renderer.media.probe import ClipLimits, probe
from renderer.types import OutputProfile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIZE, FPS = (320, 240), Fraction(25)


def frames(count: int) -> Iterator[np.ndarray]:
    for index in range(count):
        picture = np.full((SIZE[1], SIZE[0], 3), 40, np.uint8)
        picture[:, : 4 * index + 8] = (30, 160, 220)
        yield picture


def write(path: Path, count: int = 30, *, tone: bool = True, fps: Fraction = FPS) -> Path:
    sound = None
    if tone:
        sound = path.with_suffix(".wav")
        seconds = np.arange(int(48_000 * count / float(fps))) / 48_000
        write_wav(sound, (0.3 * np.sin(2 * np.pi * 440 * seconds)).astype(np.float32), 48_000)
    with FrameWriter(path, SIZE, fps, profile=OutputProfile(), audio=sound) as writer:
        for frame in frames(count):
            writer.write(frame)
    return path


def test_what_was_written_comes_back(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4")
    facts = probe(path, ClipLimits(needs_sound=True))
    assert (facts.width, facts.height, facts.fps, facts.frames) == (320, 240, 25, 30)
    assert (facts.video_codec, facts.audio_codec, facts.audio_rate) == ("h264", "aac", 48_000)
    assert 0.15 < facts.audio_peak < 0.4
    for wrote, read in zip(frames(30), read_frames(path), strict=True):
        assert np.abs(wrote.astype(int) - read.astype(int)).mean() < 3


def test_index_is_in_front_for_streaming(tmp_path: Path) -> None:
    data = write(tmp_path / "a.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_only_the_frames_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4", tone=False)
    assert len(list(read_frames(path, start=5, stop=9))) == 4


def test_fractional_rate_does_not_drift(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4", 60, fps=Fraction(30_000, 1001), tone=False)
    assert probe(path).fps == Fraction(30_000, 1001)


def test_odd_sides_are_trimmed_not_refused(tmp_path: Path) -> None:
    path = tmp_path / "odd.mp4"
    with FrameWriter(path, (321, 241), FPS, profile=OutputProfile()) as writer:
        for _ in range(5):
            writer.write(np.full((241, 321, 3), 90, np.uint8))
    assert (probe(path).width, probe(path).height) == (320, 240)


def test_phone_clip_is_turned_upright(tmp_path: Path) -> None:
    source, turned = write(tmp_path / "a.mp4", 10, tone=False), tmp_path / "turned.mp4"
    run(["-display_rotation", "90", "-i", source, "-c", "copy", turned], timeout=30)
    facts = probe(turned)
    assert (facts.width, facts.height) == (240, 320)
    assert next(read_frames(turned)).shape == (320, 240, 3)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_truncated_clip_is_refused(tmp_path: Path, share: float) -> None:
    path = write(tmp_path / "a.mp4", 80)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(InputError) as caught:
        probe(path, ClipLimits())
    assert caught.value.code == "UNREADABLE_FILE"


@pytest.mark.parametrize("data", [b"", b"\0" * 4096, b"not a video at all"])
def test_garbage_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        probe(path, ClipLimits())
    assert caught.value.code == "UNREADABLE_FILE"


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (ClipLimits(max_pixels=1000), "TOO_LARGE"),
        (ClipLimits(max_fps=12), "TOO_LARGE"),
        (ClipLimits(min_side=500), "TOO_SMALL"),
        (ClipLimits(max_seconds=0.5), "TOO_LONG"),
        (ClipLimits(min_seconds=5), "TOO_SHORT"),
        (ClipLimits(needs_sound=True), "SILENT_AUDIO"),
    ],
)
def test_limits_have_their_own_codes(tmp_path: Path, limits: ClipLimits, code: str) -> None:
    path = write(tmp_path / "a.mp4", tone=False)
    with pytest.raises(InputError) as caught:
        probe(path, limits)
    assert caught.value.code == code


def test_encoder_failure_is_an_error_not_a_hang(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        write(tmp_path / "nowhere" / "a.mp4", 200, tone=False)
    assert caught.value.code == "FFMPEG_FAILED"


def test_reading_ahead_keeps_order_and_errors() -> None:
    def numbers() -> Iterator[int]:
        yield from range(20)
        raise ValueError("end")

    seen = []
    with pytest.raises(ValueError, match="end"):
        seen.extend(ahead(numbers()))
    stream = ahead(numbers())
    assert [next(stream) for _ in range(20)] == list(range(20))
    stream.close()
