"""Small numeric helpers that all parts of the demo share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Image = NDArray[np.floating[Any]]

Box = tuple[int, int, int, int]
"""(x0, y0, x1, y1) in pixels, the right and lower side excluded."""


def f32(values: ArrayLike) -> NDArray[np.float32]:
    """The values as a float32 array."""
    return np.asarray(values, np.float32)


def smoothstep(x: ArrayLike) -> NDArray[np.float32]:
    """0 below 0, 1 above 1, with a soft start and end between."""
    t = np.clip(f32(x), 0, 1)
    return f32(t * t * (3 - 2 * t))
