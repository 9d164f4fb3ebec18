"""How well a mouth seen in a finished video does what it was meant to do. No weights, no sound: two curves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from renderer.vision.mouth import Curve

    Flags = NDArray[np.bool_]

LAG_REACH = 15
MIN_FRAMES = 10
STILL = 1e-4
CLOSED_SHARE = 0.10


def correlation(wanted: Curve, seen: Curve, where: Flags) -> float | None:
    """Pearson correlation over the given frames; None for too few frames or a mouth that never moves."""
    first, second = wanted[where].astype(np.float64), seen[where].astype(np.float64)
    if len(first) < MIN_FRAMES or first.std() < STILL or second.std() < STILL:
        return None
    return float(np.corrcoef(first, second)[0, 1])


def lag_frames(wanted: Curve, seen: Curve, where: Flags, reach: int = LAG_REACH) -> int | None:
    """Shift, within ``reach`` frames, at which the seen curve fits best; above 0 the mouth comes late."""
    fits: dict[int, float] = {}
    for shift in sorted(range(-reach, reach + 1), key=abs):
        moved, valid = np.roll(seen, -shift), np.ones(len(seen), bool)
        if shift:
            valid[-shift:] = False if shift > 0 else valid[-shift:]
            valid[:-shift] = False if shift < 0 else valid[:-shift]
        fit = correlation(wanted, moved, where & valid)
        if fit is not None:
            fits[shift] = fit
    return max(fits, key=lambda shift: fits[shift]) if fits else None


def closure_share(opening: Curve, closed: Flags) -> float | None:
    """Share of the p, b, m whose smallest opening is below a tenth of the actor's range; None without any.

    Args:
        opening: (T,) seen, in the actor's range; closed: (T,) frames of p, b, m.
    """
    numbered, count = label(closed)
    if not count:
        return None
    smallest = [float(opening[numbered == number].min()) for number in range(1, count + 1)]
    return float(np.mean(np.array(smallest) < CLOSED_SHARE))


def spread_ratio(opening: Curve, speech: Flags, natural: Curve) -> float | None:
    """Spread of the seen opening while speaking against the actor's natural one; 1 is as lively as the actor."""
    if speech.sum() < MIN_FRAMES or len(natural) < MIN_FRAMES or natural.std() < STILL:
        return None
    return float(opening[speech].std() / natural.std())
