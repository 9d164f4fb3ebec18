"""Sound files and levels: reading at any rate, writing, limiting, loudness (ITU-R BS.1770) and mixing."""

from __future__ import annotations

import numpy as np

from renderer.types import Sound

_FADE = 0.005
_LOOKAHEAD = 0.005


def fade(samples: Sound, rate: int, seconds: float = _FADE) -> Sound:
    """A copy with both ends faded over ``seconds``, so that a cut does not click."""
    length = min(round(seconds * rate), len(samples) // 2)
    ramp = np.linspace(0.0, 1.0, length, endpoint=False, dtype=np.float32)
    faded = samples.copy()
    faded[:length] *= ramp
    faded[len(samples) - length :] *= ramp[::-1]
    return faded


def limit(samples: Sound, rate: int, ceiling: float) -> Sound:
    """A copy whose samples stay within ±``ceiling``.

    The gain looks ahead and recovers over a few milliseconds, so peaks are turned down rather than cut off.
    """
    from scipy.ndimage import minimum_filter1d, uniform_filter1d

    magnitude: Sound = np.abs(samples)
    if magnitude.max(initial=0.0) <= ceiling:
        return samples.copy()
    reach = 2 * round(_LOOKAHEAD * rate) + 1
    wanted = ceiling / np.maximum(magnitude, ceiling)
    # The mean of a window of minima never exceeds the wanted gain at the window's centre.
    gain = uniform_filter1d(minimum_filter1d(wanted, reach), reach)
    limited: Sound = np.clip(samples * gain, -ceiling, ceiling).astype(np.float32)
    return limited
