"""Which plate is shown when: few changes, none without need, and a cross-fade where one is needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SWITCH_COST = 90.0  # degrees x frames that another plate must save before it is worth a change
FADE = 8  # frames


@dataclass(frozen=True, slots=True)
class Showing:
    """Plate ``first`` mixed with ``second``, whose share is ``share`` (0: only the first)."""

    first: int
    second: int
    share: float


def schedule(head: NDArray[np.floating], plates: NDArray[np.floating], shots: Sequence[int]) -> list[Showing]:
    """Choose plates for a whole clip.

    Args:
        head: (T, 2) yaw and pitch of the performer; plates: (K, 2) of the plates, degrees.
        shots: first frame of every shot; a change at a cut costs nothing and is not faded.
    """
    cost = np.linalg.norm(head[:, None] - plates[None], axis=2)
    return _faded(_cheapest(cost, set(shots)), set(shots))


def _cheapest(cost: NDArray[np.floating], cuts: set[int]) -> list[int]:
    """Viterbi over plates with a constant price for a change inside a shot."""
    total, back = cost[0].astype(float), np.zeros(cost.shape, int)
    for frame in range(1, len(cost)):
        price = 0.0 if frame in cuts else SWITCH_COST
        best = int(total.argmin())
        stay = total <= total[best] + price
        back[frame] = np.where(stay, np.arange(len(total)), best)
        total = np.where(stay, total, total[best] + price) + cost[frame]
    path = [int(total.argmin())]
    for frame in range(len(cost) - 1, 0, -1):
        path.append(int(back[frame, path[-1]]))
    return path[::-1]


def _faded(path: Sequence[int], cuts: set[int]) -> list[Showing]:
    shot = np.cumsum([frame in cuts for frame in range(len(path))])
    shown = [Showing(plate, plate, 0.0) for plate in path]
    for frame in range(1, len(path)):
        if path[frame] == path[frame - 1] or frame in cuts:
            continue
        for step, place in enumerate(range(frame - FADE // 2, frame + FADE // 2)):
            if 0 <= place < len(path) and shot[place] == shot[frame]:
                shown[place] = Showing(path[frame - 1], path[frame], (step + 1) / (FADE + 1))
    return shown
