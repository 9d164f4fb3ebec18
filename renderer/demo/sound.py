"""The demo's sound: a warm music bed made from nothing but sines, and the ad's voice mixed over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import butter, fftconvolve, sosfilt

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Wave = NDArray[np.float64]

RATE = 48_000
BEAT = 60 / 92
BED_SECONDS = 18.0
# Dmaj9 - Bm7 - Gmaj9 - A6sus, as MIDI notes; two bars each would be slow, so one bar each, twice.
CHORDS = ((50, 57, 61, 64, 66), (47, 54, 57, 62, 66), (43, 50, 57, 59, 66), (45, 52, 57, 59, 64))
TUNE = (
    (0.0, 78), (1.5, 76), (2.5, 73), (4.0, 74), (5.5, 73), (6.5, 69), (8.0, 71), (9.5, 74), (10.5, 78), (12.0, 76),
    (14.0, 73), (16.0, 81), (17.5, 78), (18.5, 76), (20.0, 78), (22.0, 74), (24.0, 74), (25.5, 71), (26.0, 69),
)  # fmt: skip


def bed(seconds: float = BED_SECONDS) -> NDArray[np.float32]:
    """Plucked chords, a soft bass, brushes and a small bell tune; (n, 2) float32 at ``RATE``, peak about -3 dBFS."""
    total = int(seconds * RATE)
    mix = np.zeros((total + 4 * RATE, 2))
    bar = 4 * BEAT
    for number in range(int(seconds / bar) + 1):
        _bar(mix, number, number * bar, CHORDS[number % len(CHORDS)])
    for beat, note in TUNE:
        _add(mix, beat * BEAT, bell(note), 0.10, 0.62)
    mix = _room(mix)[:total]
    mix *= 0.70 / np.abs(mix).max()
    fade = np.minimum(1, np.minimum(np.arange(total) / (0.25 * RATE), np.arange(total)[::-1] / (1.6 * RATE)))
    return (mix * fade[:, None]).astype(np.float32)


def _bar(mix: Wave, number: int, start: float, chord: tuple[int, ...]) -> None:
    """One bar: bass on one and three, broken chord in eighths, shaker on the off-beats."""
    for beat, strength in ((0.0, 0.34), (2.5, 0.22)):
        _add(mix, start + beat * BEAT, bass(chord[0] - 12), strength, 0.5)
    pattern = (0, 2, 3, 4, 2, 3, 1, 4)
    for eighth, voice in enumerate(pattern):
        late = 0.06 * BEAT if eighth % 2 else 0.0
        level = 0.17 if eighth % 4 == 0 else 0.12
        _add(
            mix, start + eighth * BEAT / 2 + late, pluck(chord[voice] + 12), level, 0.32 + 0.08 * (eighth % 5)
        )
    for beat in range(4):
        _add(mix, start + (beat + 0.53) * BEAT, shaker(number * 4 + beat), 0.035, 0.7)
        _add(mix, start + beat * BEAT, shaker(900 + number * 4 + beat), 0.016, 0.4)
    if number % 2 == 0:
        _add(mix, start, pad(chord), 0.05, 0.5)


def _add(mix: Wave, start: float, wave: Wave, level: float, side: float) -> None:
    first = int(start * RATE)
    part = mix[first : first + len(wave)]
    part += level * wave[: len(part), None] * np.array((np.cos(side * np.pi / 2), np.sin(side * np.pi / 2)))


def _time(seconds: float) -> Wave:
    return np.arange(int(seconds * RATE)) / RATE


def _pitch(note: float) -> float:
    return float(440 * 2 ** ((note - 69) / 12))


def pluck(note: int) -> Wave:
    """A nylon string: harmonics that die the faster the higher they are."""
    time, pitch = _time(1.6), _pitch(note)
    parts = [
        np.sin(2 * np.pi * pitch * k * time) * np.exp(-time * (2.6 + 1.5 * k)) / k**1.3 for k in range(1, 8)
    ]
    return np.asarray(np.sum(parts, axis=0) * np.minimum(1, time / 0.004))


def bass(note: int) -> Wave:
    time, pitch = _time(1.1), _pitch(note)
    tone = np.sin(2 * np.pi * pitch * time) + 0.35 * np.sin(4 * np.pi * pitch * time)
    return np.asarray(tone * np.exp(-2.4 * time) * np.minimum(1, time / 0.012))


def bell(note: int) -> Wave:
    """A soft bell by frequency modulation."""
    time, pitch = _time(2.2), _pitch(note)
    bend = 1.4 * np.exp(-5 * time) * np.sin(2 * np.pi * pitch * 2 * time)
    return np.asarray(
        np.sin(2 * np.pi * pitch * time + bend) * np.exp(-2.2 * time) * np.minimum(1, time / 0.006)
    )


def pad(chord: tuple[int, ...]) -> Wave:
    """A breath of strings under two bars."""
    time = _time(8 * BEAT)
    swell = np.sin(np.pi * time / time[-1]) ** 1.2
    tones = [np.sin(2 * np.pi * _pitch(n + 12) * time * (1 + d)) for n in chord for d in (-0.0012, 0.0012)]
    return np.asarray(np.sum(tones, axis=0) * swell / 4)


def shaker(seed: int) -> Wave:
    time = _time(0.12)
    noise = np.random.default_rng(seed).normal(0, 1, len(time))
    bright = sosfilt(butter(2, 5500, "highpass", fs=RATE, output="sos"), noise)
    return np.asarray(bright * np.exp(-time * 45) * np.minimum(1, time / 0.010))


def _room(dry: Wave) -> Wave:
    """A small warm room: decaying noise as the impulse response, different on both sides."""
    rng = np.random.default_rng(4)
    time = _time(0.9)
    tail = rng.normal(0, 1, (len(time), 2)) * np.exp(-time * 6.5)[:, None]
    tail = sosfilt(butter(2, 4200, "lowpass", fs=RATE, output="sos"), tail, axis=0)
    wet = np.stack([fftconvolve(dry[:, side], tail[:, side])[: len(dry)] for side in (0, 1)], 1)
    return np.asarray(dry + 0.16 * wet / np.abs(wet).max() * np.abs(dry).max())
