"""How a person on camera moves: slow sway, nods and brows on stressed words, breath, blinks, steady eyes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from renderer.demo.head import Stance
from renderer.demo.rig import Face
from renderer.speech.trajectory import targets

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from renderer.types import VoiceTrack

    Curve = NDArray[np.float64]

BLINK = (0.45, 0.95, 1.0, 0.80, 0.45, 0.20, 0.06)
EYEBALL = 0.125  # radius of the eyeball in eye distances
BREATH_S = 3.7


@dataclass(frozen=True, slots=True)
class Manner:
    """How lively somebody is: amplitudes of the head in degrees, of brows and smile 0..1, and the random seed."""

    seed: int
    yaw: float = 3.0
    pitch: float = 1.8
    roll: float = 1.6
    smile: float = 0.32
    brows: float = 0.55


@dataclass(frozen=True, slots=True)
class Moment:
    face: Face
    stance: Stance


@dataclass(frozen=True, slots=True)
class _Turns:
    """Head and body over time, degrees; ``sway`` in eye distances."""

    yaw: Curve
    pitch: Curve
    roll: Curve
    lean: Curve
    sway: Curve
    breath: Curve

    def at(self, index: int) -> Stance:
        yaw, pitch, roll, lean, breath = (
            float(curve[index]) for curve in (self.yaw, self.pitch, self.roll, self.lean, self.breath)
        )
        return Stance(
            yaw, pitch, roll, lean, (float(self.sway[0, index]), float(self.sway[1, index])), breath
        )


def perform(voice: VoiceTrack, frames: int, fps: float, manner: Manner) -> list[Moment]:
    """Everything the person does while saying ``voice``, one entry per frame."""
    rng = np.random.default_rng(manner.seed)
    stress = accents(voice, frames, fps)
    turns = _turns(rng, frames, fps, manner, stress)
    faces = _faces(rng, voice, fps, manner, stress, turns)
    return [Moment(face, turns.at(index)) for index, face in enumerate(faces)]


def _turns(rng: np.random.Generator, frames: int, fps: float, manner: Manner, stress: Curve) -> _Turns:
    yaw = manner.yaw * drift(rng, frames, fps, 0.10, 0.38) + 0.5 * drift(rng, frames, fps, 0.5, 1.1)
    pitch = manner.pitch * drift(rng, frames, fps, 0.12, 0.45) - 1.7 * stress
    roll = manner.roll * drift(rng, frames, fps, 0.08, 0.35) - 0.25 * yaw
    side, height = drift(rng, frames, fps, 0.06, 0.22), drift(rng, frames, fps, 0.08, 0.25)
    lean = 0.45 * drift(rng, frames, fps, 0.06, 0.2) + 0.06 * yaw
    breath = 0.5 + 0.5 * np.sin(2 * np.pi * (np.arange(frames) / fps / BREATH_S + rng.uniform()))
    return _Turns(yaw, pitch, roll, lean, np.stack([0.030 * side, 0.014 * height]), breath)


def _faces(
    rng: np.random.Generator, voice: VoiceTrack, fps: float, manner: Manner, stress: Curve, turns: _Turns
) -> list[Face]:
    frames = len(stress)
    opening, width, speech, closed = targets(voice.spans, frames, fps)
    mouth, spread = settle(opening, closed), gaussian_filter1d(width.astype(np.float64), 0.8)
    lively = 0.12 * drift(rng, frames, fps, 0.1, 0.4)
    brows = np.clip(0.12 + manner.brows * gaussian_filter1d(stress, 2) + lively, 0, 1)
    quiet = gaussian_filter1d((~speech).astype(np.float64), 6)
    smile = np.clip(manner.smile + 0.20 * quiet + 0.06 * drift(rng, frames, fps, 0.1, 0.3), 0, 1)
    lids = blinks(rng, frames, fps, quiet)
    side, height = look(rng, turns.yaw, turns.pitch, fps)
    rows = np.stack([mouth, spread, smile, brows, lids, side, height], axis=1).tolist()
    return [Face(o, w, s, b, (lid, lid), (x, y)) for o, w, s, b, lid, x, y in rows]


def settle(opening: NDArray[np.float32], closed: NDArray[np.bool_]) -> Curve:
    """Lips as flesh: the wanted opening lightly smoothed, but p, b and m still close for their frames."""
    soft = gaussian_filter1d(opening.astype(np.float64), 0.6)
    soft = np.clip((soft - 0.035) / 0.965, 0, 1)
    soft[closed] = 0
    return np.asarray(soft)


def drift(rng: np.random.Generator, frames: int, fps: float, low: float, high: float) -> Curve:
    """Slow wandering in about -1..1: a few sines of random phase between two frequencies (Hz)."""
    time = np.arange(frames) / fps
    parts = [np.sin(2 * np.pi * (f * time + rng.uniform())) for f in rng.uniform(low, high, 5)]
    return np.asarray(np.sum(parts, axis=0) / 2.6)


def accents(voice: VoiceTrack, frames: int, fps: float) -> Curve:
    """Stressed syllables 0..1: peaks of the voice's loudness, with a short rise and a longer fall."""
    hop = voice.rate / fps
    edges = (np.arange(frames + 1) * hop).astype(int)
    padded = np.pad(voice.samples, (0, max(edges[-1] - len(voice.samples), 0)))
    power = np.sqrt(np.add.reduceat(padded**2, edges[:-1]) / hop)
    level = gaussian_filter1d(power, 2.5)
    peaks, _ = find_peaks(level, height=0.55 * level.max(), distance=round(0.75 * fps))
    curve = np.zeros(frames)
    for order, peak in enumerate(peaks):
        time = (np.arange(frames) - peak + 1) / fps
        curve += (0.6 + 0.4 * (order % 2)) * np.where(
            time < 0, np.exp(-((time / 0.13) ** 2)), np.exp(-((time / 0.30) ** 2))
        )
    return np.clip(curve, 0, 1.2)


def blinks(rng: np.random.Generator, frames: int, fps: float, quiet: Curve) -> Curve:
    """Lid closure per frame; blinks come every few seconds and rather in pauses."""
    lids = np.zeros(frames)
    at = int(rng.uniform(0.8, 1.6) * fps)
    while at < frames - len(BLINK):
        window = quiet[at : at + int(0.8 * fps)]
        at += int(window.argmax()) if len(window) and window.max() > 0.3 else 0
        stop = min(at + len(BLINK), frames)
        lids[at:stop] = np.maximum(lids[at:stop], BLINK[: stop - at])
        at += int(rng.uniform(1.9, 4.2) * fps)
    return lids


def look(rng: np.random.Generator, yaw: Curve, pitch: Curve, fps: float) -> tuple[Curve, Curve]:
    """Shift of the irises that keeps the eyes on the lens while the head turns, with tiny jumps."""
    frames = len(yaw)
    jumps = np.zeros((2, frames))
    at = 0
    while at < frames:
        end = at + int(rng.uniform(0.5, 1.6) * fps)
        jumps[:, at:end] = rng.normal(0, 0.0035, (2, 1))
        at = end
    side = -EYEBALL * np.sin(np.radians(yaw)) + jumps[0]
    height = EYEBALL * np.sin(np.radians(pitch)) * 0.8 + 0.6 * jumps[1]
    return gaussian_filter1d(side, 0.5), gaussian_filter1d(height, 0.5)
