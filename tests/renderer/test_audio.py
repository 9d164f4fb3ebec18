"""Sound: reading, resampling, limiting, ducking and loudness, measured with ffmpeg's own meter."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from renderer.errors import InputError
from renderer.media import ffmpeg
from renderer.media.audio import measure_lufs, mix, normalise_loudness, read_sound, resample, write_wav
from renderer.media.levels import decibels, ducking, fade, limit, loudness, peaks
from renderer.types import Sound

RATE = 48_000


def tone(seconds: float, hertz: float = 440.0, level: float = 0.5, rate: int = RATE) -> Sound:
    clock = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * hertz * clock)).astype(np.float32)


def speechlike(seconds: float, level: float = 0.3) -> Sound:
    """Noise in syllables with a rest in the middle and a few sharp peaks."""
    noise = np.random.default_rng(1).normal(0, 1, round(seconds * RATE)).astype(np.float32)
    clock = np.arange(len(noise)) / RATE
    syllables = np.clip(np.sin(2 * np.pi * 3 * clock), 0, 1) * (np.abs(clock - seconds / 2) > seconds / 8)
    return (level * noise * syllables).astype(np.float32)


def test_wav_round_trip_keeps_peaks_above_one(tmp_path: Path) -> None:
    loud = tone(0.5, level=1.4)
    write_wav(tmp_path / "loud.wav", loud, RATE)
    assert np.array_equal(read_sound(tmp_path / "loud.wav", RATE), loud)


@pytest.mark.parametrize(
    "codec", [["-c:a", "aac", "-b:a", "192k"], ["-c:a", "libmp3lame"], ["-c:a", "pcm_s16le"]]
)
def test_any_codec_rate_and_channel_count_is_read_as_mono(tmp_path: Path, codec: list[str]) -> None:
    write_wav(tmp_path / "tone.wav", tone(1.0), RATE)
    target = tmp_path / "tone.mkv"
    ffmpeg.run(["-i", tmp_path / "tone.wav", "-ac", "2", "-ar", "44100", *codec, target], timeout=60)
    sound = read_sound(target, 16_000)
    assert sound.dtype == np.float32 and abs(len(sound) / 16_000 - 1.0) < 0.06
    spectrum = np.abs(np.fft.rfft(sound[4000:12000]))
    assert np.argmax(spectrum) * 16_000 / 8000 == pytest.approx(440, abs=2)


def test_a_file_without_sound_is_empty_and_a_broken_one_an_error(tmp_path: Path) -> None:
    ffmpeg.run(
        ["-f", "lavfi", "-i", "color=s=64x64:d=0.2", "-c:v", "libx264", tmp_path / "mute.mp4"], timeout=60
    )
    assert read_sound(tmp_path / "mute.mp4", RATE).size == 0
    (tmp_path / "no.wav").write_bytes(b"RIFF but not really")
    with pytest.raises(InputError) as refusal:
        read_sound(tmp_path / "no.wav", RATE)
    assert refusal.value.code == "UNREADABLE_FILE"


def test_resampling_keeps_length_and_pitch() -> None:
    up = resample(tone(1.0, 1000, rate=24_000), 24_000, RATE)
    assert len(up) == RATE
    assert np.abs(up[1000:-1000] - tone(1.0, 1000)[1000:-1000]).max() < 0.01


def test_the_limiter_holds_its_ceiling_without_clipping() -> None:
    loud = speechlike(2.0, level=1.0)
    limited = limit(loud, RATE, 0.95)
    assert np.abs(limited).max() <= 0.95
    # Turned down, not cut off: hardly any sample sits on the ceiling itself.
    assert np.mean(np.abs(limited) >= 0.9499) < 1e-3
    quiet = tone(0.2, level=0.5)
    assert np.array_equal(limit(quiet, RATE, 0.95), quiet)


def test_true_peaks_between_samples_are_limited() -> None:
    # A quarter of the rate, 45 degrees off: no sample reaches the crest.
    crest = np.sin(np.pi / 2 * np.arange(4800) + np.pi / 4).astype(np.float32)
    assert np.abs(crest).max() == pytest.approx(0.707, abs=0.001) and peaks(crest).max() > 0.97
    assert peaks(limit(crest, RATE, 0.8, true_peak=True)).max() <= 0.805


def test_fades_start_and_end_at_zero() -> None:
    faded = fade(np.ones(4800, np.float32), RATE)
    assert faded[0] == faded[-1] == 0 and faded[2400] == 1


@pytest.mark.parametrize(
    "sound", [tone(3.0, 1000), speechlike(4.0), np.concatenate((tone(2.0), tone(2.0, level=0.01)))]
)
def test_own_loudness_agrees_with_ffmpeg(tmp_path: Path, sound: Sound) -> None:
    write_wav(tmp_path / "sound.wav", sound, RATE)
    assert loudness(sound, RATE) == pytest.approx(measure_lufs(tmp_path / "sound.wav")[0], abs=0.15)


def test_silence_has_no_loudness() -> None:
    assert loudness(np.zeros(RATE, np.float32), RATE) == -np.inf
    assert loudness(tone(0.3), RATE) == -np.inf


@pytest.mark.parametrize(("level", "target"), [(0.02, -16.0), (0.9, -16.0), (0.3, -14.0), (0.3, -24.0)])
def test_normalised_files_keep_loudness_and_true_peak(tmp_path: Path, level: float, target: float) -> None:
    write_wav(tmp_path / "in.wav", speechlike(5.0, level), RATE)
    reached = normalise_loudness(tmp_path / "in.wav", tmp_path / "out.wav", target, RATE)
    ffmpeg.run(["-i", tmp_path / "out.wav", "-c:a", "aac", "-b:a", "192k", tmp_path / "out.m4a"], timeout=60)
    measured, true_peak = measure_lufs(tmp_path / "out.m4a")
    assert abs(measured - target) < 1.0 and abs(reached - target) < 0.5
    assert true_peak <= -1.0


def test_silence_stays_silence(tmp_path: Path) -> None:
    write_wav(tmp_path / "in.wav", np.zeros(RATE, np.float32), RATE)
    normalise_loudness(tmp_path / "in.wav", tmp_path / "out.wav", -16.0, RATE)
    assert not read_sound(tmp_path / "out.wav", RATE).any()


def test_the_bed_ducks_under_speech_and_returns_in_rests() -> None:
    voice = np.concatenate((np.zeros(2 * RATE, np.float32), speechlike(4.0), np.zeros(2 * RATE, np.float32)))
    gain = ducking(voice, RATE, -12.0)
    assert gain[RATE // 2] == pytest.approx(1.0) and gain[-RATE // 2] == pytest.approx(1.0)
    assert gain[3 * RATE] == pytest.approx(decibels(-12), abs=0.01)
    assert np.abs(np.diff(gain)).max() < 1e-3


def test_the_mix_is_as_long_as_the_voice_and_the_bed_lies_below() -> None:
    voice = np.concatenate((speechlike(4.0), np.zeros(3 * RATE, np.float32)))
    mixed = mix(voice, tone(20.0, 220, level=0.9), -12.0)
    assert len(mixed) == len(voice)
    alone = mix(voice, None, -12.0)
    assert loudness(alone, RATE) == pytest.approx(-16.0, abs=0.2)
    rest = mixed[5 * RATE : 6 * RATE]
    assert loudness(rest, RATE) < -21.0 and np.abs(rest).max() > 0.01


def test_a_short_bed_ends_and_a_quiet_one_is_not_raised() -> None:
    voice = speechlike(4.0)
    quiet = tone(1.0, level=0.001)
    difference = mix(voice, quiet, -12.0) - mix(voice, None, -12.0)
    assert np.abs(difference).max() <= 0.001 + 1e-6
    assert not difference[2 * RATE :].any()
