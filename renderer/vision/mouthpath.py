"""Which recorded mouth to show in which frame: unit selection by dynamic programming.

After Bregler, Covell, Slaney, "Video Rewrite" (1997): a target cost says how well a recorded frame fits, a join
cost how well it follows the one before; long natural runs win because following one's own successor is free.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Costs = NDArray[np.float32]
Indices = NDArray[np.intp]
Join = Callable[[Indices, Indices], Costs]


@dataclass(frozen=True, slots=True)
class JoinWeights:
    """Price of leaving the natural order: ``jump`` for any cut, a quarter of it for a repeated or skipped frame,
    ``bounce`` on top for going back to one of the last ``memory`` frames (the eye sees the ping-pong)."""

    jump: float = 2.0
    bounce: float = 1.0
    memory: int = 12
    distance: float = 3.0


def nearest(costs: Costs, count: int) -> Indices:
    """Columns of the ``count`` lowest costs in every row: (T, N) -> (T, min(count, N)), unordered."""
    if count >= costs.shape[1]:
        return np.broadcast_to(np.arange(costs.shape[1]), costs.shape).copy()
    return np.argpartition(costs, count, axis=1)[:, :count]


def join_costs(features: Costs, follows: NDArray[np.bool_], weights: JoinWeights) -> Join:
    """Cost of showing unit j after unit i.

    Args:
        features: (N, D) what the eye compares: mouth shape and look, comparable units.
        follows: (N,) False where frame i + 1 does not continue frame i (end, cut, lost face).
        weights: prices.
    """
    successor = np.minimum(np.arange(len(features)) + follows, len(features) - 1)

    def join(before: Indices, after: Indices) -> Costs:
        gap = features[successor[before]][:, None] - features[after][None]
        step = after[None, :] - before[:, None]
        natural = (step == 1) & follows[before][:, None]
        stretched = ((step == 0) | (step == 2)) & follows[before][:, None]
        price = np.where(natural, 0.0, np.where(stretched, weights.jump / 4, weights.jump))
        price += weights.bounce * ((step < 0) & (step >= -weights.memory))
        distance = weights.distance * np.einsum("ijd,ijd->ij", gap, gap)
        return np.where(natural, 0.0, price + distance).astype(np.float32)

    return join


def cheapest_path(candidates: Indices, costs: Costs, join: Join) -> Indices:
    """Viterbi: the unit for every frame with the lowest sum of target and join costs.

    Args:
        candidates: (T, K) unit of each candidate.
        costs: (T, K) target cost of each candidate.
        join: cost matrix (K, K) between two rows of candidates.

    Returns:
        (T,) chosen units.
    """
    total = costs[0].astype(np.float64)
    back = np.zeros(costs.shape, np.intp)
    for frame in range(1, len(costs)):
        reach = total[:, None] + join(candidates[frame - 1], candidates[frame])
        back[frame] = reach.argmin(axis=0)
        total = reach.min(axis=0) + costs[frame]
    chosen = np.empty(len(costs), np.intp)
    chosen[-1] = total.argmin()
    for frame in range(len(costs) - 1, 0, -1):
        chosen[frame - 1] = back[frame, chosen[frame]]
    return np.take_along_axis(candidates, chosen[:, None], axis=1)[:, 0]
