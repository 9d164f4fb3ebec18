"""From a demodulated window to symbols: fold into one tile, find the sync, read sixteen symbols."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.provenance.watermark_code import (
    ALPHABET,
    CHIP_PX,
    CHIPS,
    GRID,
    REFERENCE_LINES,
    SYMBOLS,
    FloatArray,
    WatermarkKeys,
    alphabet,
    decode,
    encode,
    spread,
)
from renderer.provenance.watermark_windows import LINES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    ComplexArray = NDArray[np.complex64]

SYNC_GATE = 6.5
CANDIDATES = 3
CHIP = CHIP_PX * LINES // REFERENCE_LINES
TILE = GRID * CHIP
# Crops and their enlargements, and the upright cut-out of a wide picture (9/16 of the short side is left).
SEARCH_SCALES = tuple(1 + step / 400 for step in range(-80, 21)) + tuple(
    0.5625 + step / 400 for step in range(-4, 5)
)
TINY = 1e-12


@dataclass(frozen=True, slots=True)
class View:
    """How a copy may have been changed: size factor at equal short sides, and flip."""

    scale: float = 1.0
    mirrored: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """One attempt with one key. ``payload_id`` is None unless all gates were passed."""

    z: float
    key_id: str
    view: View
    payload_id: int | None = None
    symbols_right: int = 0


def readings(swing: FloatArray, view: View, keys: WatermarkKeys) -> Iterator[Reading]:
    """Try every key on a demodulated picture (h, w, 2)."""
    spectrum = _whitened(fold(swing, view))
    for key_id, secret in keys.secrets.items():
        z, place, phase = _sync(spectrum, secret)
        if z <= SYNC_GATE:
            yield Reading(z, key_id, view)
            continue
        ranked, confidence = _symbols(spectrum, secret, place, phase)
        payload_id = decode(secret, ranked, confidence)
        right = 0 if payload_id is None else int((ranked[:, 0] == np.array(encode(secret, payload_id))).sum())
        yield Reading(z, key_id, view, payload_id, right)


def likely_views(swing: FloatArray, keys: WatermarkKeys) -> list[View]:
    """The views with the strongest sync over all sizes and both directions, best first."""
    ranked: list[tuple[float, View]] = []
    for mirrored in (False, True):
        for scale in SEARCH_SCALES:
            view = View(scale, mirrored)
            spectrum = _whitened(fold(swing, view))
            ranked.append((max(_sync(spectrum, secret)[0] for secret in keys.secrets.values()), view))
    ranked.sort(key=lambda item: item[0], reverse=True)
    return [view for _, view in ranked[:CANDIDATES]]


def fold(swing: FloatArray, view: View) -> ComplexArray:
    """Lay all tiles of a demodulated picture on top of each other: (TILE, TILE), the same noise everywhere."""
    seen = np.ascontiguousarray(swing[:, ::-1]) if view.mirrored else swing
    if view.scale != 1.0:
        seen = np.asarray(cv2.resize(seen, None, fx=view.scale, fy=view.scale), np.float32)
    height, width = seen.shape[:2]
    rows, columns = -(-height // TILE), -(-width // TILE)
    padded = np.zeros((rows * TILE, columns * TILE, 2), np.float32)
    padded[:height, :width] = seen
    tile = padded.reshape(rows, TILE, columns, TILE, 2).sum(axis=(0, 2))
    down = -(-(height - np.arange(TILE)) // TILE)
    across = -(-(width - np.arange(TILE)) // TILE)
    count = np.maximum(1, down[:, None] * across[None, :])
    return np.asarray((tile[..., 0] + 1j * tile[..., 1]) / np.sqrt(count), np.complex64)


def _whitened(tile: ComplexArray) -> ComplexArray:
    """Spectrum of a tile divided by its own radial power, without the lowest frequencies."""
    spectrum = np.fft.fft2(tile)
    radius = _radius()
    power = np.bincount(radius.ravel(), (np.abs(spectrum) ** 2).ravel()) / np.bincount(radius.ravel())
    power = np.convolve(np.pad(power, 2, mode="edge"), np.full(5, 0.2), mode="valid")
    spectrum /= power[radius] + TINY
    spectrum[radius < 2] = 0
    return np.asarray(spectrum, np.complex64)


@cache
def _radius() -> NDArray[np.int64]:
    line = np.fft.fftfreq(TILE) * TILE
    return np.asarray(np.round(np.hypot(line[:, None], line[None, :])), np.int64)


@lru_cache(maxsize=4)
def _sync_spectrum(secret: bytes) -> ComplexArray:
    return _template(alphabet(secret).sync.reshape(GRID, GRID))


@cache
def _pulse_spectrum() -> ComplexArray:
    return _template(np.eye(1, CHIPS, dtype=np.float32).reshape(GRID, GRID))


def _template(grid: FloatArray) -> ComplexArray:
    return np.conj(np.fft.fft2(spread(grid, CHIP, (TILE, TILE)))).astype(np.complex64)


def _sync(spectrum: ComplexArray, secret: bytes) -> tuple[float, tuple[int, int], complex]:
    """z-score, place and phase of the strongest sync match. The place absorbs any crop."""
    match = np.fft.ifft2(spectrum * _sync_spectrum(secret))
    strength = np.abs(match)
    down, right = divmod(int(strength.argmax()), TILE)
    top = float(strength[down, right])
    deviation = math.sqrt(float(np.square(strength).mean()) / 2)
    return top / (deviation + TINY), (down, right), complex(match[down, right]) / (top + TINY)


def _symbols(
    spectrum: ComplexArray, secret: bytes, place: tuple[int, int], phase: complex
) -> tuple[NDArray[np.uint8], FloatArray]:
    """Best two of 256 sequences for each of the sixteen symbols, (16, 2), and the lead of the first, (16,)."""
    soft = np.real(np.fft.ifft2(spectrum * _pulse_spectrum()) * phase.conjugate())
    chips = np.roll(soft, (-place[0], -place[1]), axis=(0, 1))[::CHIP, ::CHIP].reshape(CHIPS)
    chips = np.asarray(chips / (chips.std() + TINY), np.float32)
    scores = (alphabet(secret).words @ chips).reshape(SYMBOLS, ALPHABET) / math.sqrt(CHIPS)
    ranked = np.argsort(scores, axis=1)[:, :-3:-1]
    top = np.take_along_axis(scores, ranked, axis=1)
    return ranked.astype(np.uint8), np.asarray(top[:, 0] - top[:, 1], np.float32)
