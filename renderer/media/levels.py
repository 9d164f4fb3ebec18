"""Levels of sound in memory: fades, a look-ahead limiter, ducking and integrated loudness (ITU-R BS.1770-4)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, minimum_filter1d, uniform_filter1d
from scipy.signal import lfilter, resample_poly

from renderer.types import Sound

FADE = 0.005
LOOKAHEAD = 0.005
OVERSAMPLING = 4
"""True peaks are measured on a signal of four times the rate, as BS.1770 annex 2 does at 48 kHz."""

_BLOCK, _STEP = 0.4, 0.1
_ABSOLUTE_GATE, _RELATIVE_GATE = -70.0, -10.0
_VOICED_BELOW_PEAK = 10 ** (-38 / 20)
_HOLD, _GLIDE = 0.35, 0.30


def fade(samples: Sound, rate: int, seconds: float = FADE) -> Sound:
    """A copy with both ends faded over ``seconds``, so that a cut does not click."""
    length = min(round(seconds * rate), len(samples) // 2)
    ramp = np.linspace(0.0, 1.0, length, endpoint=False, dtype=np.float32)
    faded = samples.copy()
    faded[:length] *= ramp
    faded[len(samples) - length :] *= ramp[::-1]
    return faded


def limit(samples: Sound, rate: int, ceiling: float, *, true_peak: bool = False) -> Sound:
    """A copy that stays within ±``ceiling``, between the samples too with ``true_peak``.

    The gain looks ahead and recovers over a few milliseconds, so peaks are turned down rather than cut off.
    """
    magnitude = peaks(samples) if true_peak else np.abs(samples)
    if magnitude.max(initial=0.0) <= ceiling:
        return samples.copy()
    reach = 2 * round(LOOKAHEAD * rate) + 1
    wanted = ceiling / np.maximum(magnitude, ceiling)
    # The mean of a window of minima never exceeds the wanted gain at the window's centre.
    gain = uniform_filter1d(minimum_filter1d(wanted, reach), reach)
    limited: Sound = np.clip(samples * gain, -ceiling, ceiling).astype(np.float32)
    return limited


def peaks(samples: Sound) -> Sound:
    """The largest magnitude on and right beside every sample of the oversampled signal."""
    fine = np.abs(resample_poly(samples, OVERSAMPLING, 1)).reshape(-1, OVERSAMPLING)
    beside: Sound = maximum_filter1d(fine.max(axis=1), 3).astype(np.float32)
    return beside


def loudness(samples: Sound, rate: int) -> float:
    """Integrated loudness of mono sound in LUFS; -inf for silence and for less than one 400 ms block."""
    power = np.concatenate(([0.0], np.cumsum(np.square(_weighted(samples, rate)))))
    block, step = round(_BLOCK * rate), round(_STEP * rate)
    starts = np.arange(0, len(samples) - block + 1, step)
    blocks = (power[starts + block] - power[starts]) / block
    loud = blocks[_lufs(blocks) > _ABSOLUTE_GATE]
    if not loud.size:
        return -math.inf
    gate = float(_lufs(loud.mean())) + _RELATIVE_GATE
    return float(_lufs(loud[_lufs(loud) > gate].mean()))


def ducking(voice: Sound, rate: int, duck_db: float) -> Sound:
    """Gain per sample for what plays under ``voice``: ``duck_db`` while it speaks, 1 in longer rests.

    The gain moves before a word begins and stays down over the short pauses inside a sentence.
    """
    level = uniform_filter1d(np.abs(voice), max(1, round(0.02 * rate)))
    voiced = (level > level.max(initial=0.0) * _VOICED_BELOW_PEAK).astype(np.float32)
    held = maximum_filter1d(voiced, 2 * round(_HOLD * rate) + 1)
    depth = uniform_filter1d(held, round(_GLIDE * rate))
    gain: Sound = np.power(10.0, depth * (duck_db / 20)).astype(np.float32)
    return gain


def decibels(db: float) -> float:
    """A gain in decibels as a factor."""
    return float(10 ** (db / 20))


def _weighted(samples: Sound, rate: int) -> NDArray[np.float64]:
    shelf = lfilter(*_high_shelf(rate), samples.astype(np.float64))
    weighted: NDArray[np.float64] = lfilter(*_high_pass(rate), shelf)
    return weighted


def _high_shelf(rate: int) -> tuple[list[float], list[float]]:
    # BS.1770 prints coefficients for 48 kHz only; these are the analogue prototypes behind them.
    k, q, gain = math.tan(math.pi * 1681.974450955533 / rate), 0.7071752369554196, 3.999843853973347
    high = 10 ** (gain / 20)
    band = high**0.4996667741545416
    norm = 1 + k / q + k * k
    numerator = [high + band * k / q + k * k, 2 * (k * k - high), high - band * k / q + k * k]
    return [x / norm for x in numerator], [1.0, 2 * (k * k - 1) / norm, (1 - k / q + k * k) / norm]


def _high_pass(rate: int) -> tuple[list[float], list[float]]:
    k, q = math.tan(math.pi * 38.13547087602444 / rate), 0.5003270373238773
    norm = 1 + k / q + k * k
    return [1.0, -2.0, 1.0], [1.0, 2 * (k * k - 1) / norm, (1 - k / q + k * k) / norm]


def _lufs(power: NDArray[np.float64]) -> NDArray[np.float64]:
    return -0.691 + 10 * np.log10(np.maximum(power, 1e-20))
