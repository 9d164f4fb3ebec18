"""What to show in every frame: targets in the actor's manner, recorded mouths along them, meshes that hit them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from scipy.ndimage import binary_opening, uniform_filter1d

from renderer.vision.landmarks import LIPS_IN, LIPS_OUT
from renderer.vision.mouthpath import JoinWeights, cheapest_path, join_costs, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from renderer.vision.align import Pose
    from renderer.vision.mouth import Curve, MouthRange, MouthTrack
    from renderer.vision.mouthbank import MouthBank

    Flags = NDArray[np.bool_]

MANNER_GAIN = (0.6, 2.6)
LEAST_SPREAD = 0.22  # of the range: less does not read as speech
MOST = 1.15  # of the range; the 97th percentile is not the widest a mouth goes
PARTING = 0.7  # share of the fastest change with which shut lips part
FASTEST = 10.0  # ranges per second: between the 99th percentile and the fastest of fluent speakers
REST_OPENING = 0.03
CALM_OPENING, CALM_S = 0.22, 0.24
RAMP_S = 0.12
CANDIDATES = 60
MOUTH_SCALE = 10.0  # eye distances to join-cost units
LOOK_WEIGHT, LIGHT_WEIGHT = 0.5, 0.1  # of a look component and of a Lab unit in a join
CHUNK = 512
FADE_APART = 0.15
SHUT = 0.05


@dataclass(frozen=True, slots=True)
class TargetWeights:
    """Price of a recorded mouth that differs from the wanted one; opening and width in shares of the range."""

    opening: float = 5.0
    short: float = 5.0  # on top where it is less open than wanted: no teeth can be invented
    width: float = 4.0
    pose: float = 6.0  # per squared radian
    blur: float = 2.0
    speed: float = 1.0
    parted: float = 60.0  # where the lips shall be shut: what shows between them cannot be removed


@dataclass(frozen=True, slots=True)
class Units:
    """The recorded mouths as numbers, N each."""

    opening: Curve
    width: Curve
    turn: NDArray[np.float32]
    blur: Curve
    speed: Curve
    features: NDArray[np.float32]
    follows: Flags


@dataclass(frozen=True, slots=True)
class Wants:
    """The wanted mouth and the head's turn per frame, T each."""

    opening: Curve
    width: Curve
    closed: Flags
    turn: NDArray[np.float32]


def in_manner(
    wanted: Curve, natural: Curve, speech: Flags, closed: Flags, step: float, rounds: int = 1
) -> Curve:
    """Give a table's curve the mean and spread of the actor's own speech.

    Args:
        wanted: (T,) 0..1; only frames of ``speech`` change, ``closed`` ones stay 0 where they are 0.
        natural: the actor's own values while speaking.
        step: fastest change per frame; closures stay, peaks beside them give way.
        rounds: how often the result is smoothed; lips turn round gently, and the corners most of all.
    """
    if speech.sum() < 2 or len(natural) < 2:
        return wanted
    goal = max(float(natural.std()), LEAST_SPREAD)
    free = speech & ~closed
    middle = float(wanted[free].mean()) if free.any() else 0.0

    def at(gain: float) -> Curve:
        changed = np.clip(float(natural.mean()) + gain * (wanted - middle), 0.0, MOST)
        eased = _ease(_slow(np.where(free, changed, wanted).astype(np.float32), step), rounds)
        # From shut lips the way up is slower still, or a tracker's smoothing hides that they were shut.
        shut = np.where(closed, wanted, np.float32(MOST)).astype(np.float32)
        return np.minimum(eased, _slow(shut, PARTING * step))

    gains = np.linspace(*MANNER_GAIN, 15)
    return at(float(min(gains, key=lambda gain: abs(float(at(gain)[speech].std()) - goal))))


def _slow(curve: Curve, step: float) -> Curve:
    """The largest curve below the given one that nowhere changes by more than ``step`` per frame."""
    slope = step * np.arange(len(curve))
    rising = np.minimum.accumulate(curve - slope) + slope
    falling = np.minimum.accumulate((rising + slope)[::-1])[::-1] - slope
    return np.asarray(falling, np.float32)


def _ease(curve: Curve, rounds: int) -> Curve:
    for _ in range(rounds):
        padded = np.pad(curve, 1, mode="edge")
        curve = np.asarray(padded[:-2] / 4 + padded[1:-1] / 2 + padded[2:] / 4, np.float32)
    return curve


def involvement(speech: Flags, own_opening: Curve, fps: float) -> Curve:
    """(T,) 0 where the frame stays as it is, 1 where the mouth is rewritten.

    In a rest the clip's own mouth stays if it is calm there; a mouth that moves on without a voice is closed.
    """
    calm = binary_opening(~speech & (own_opening < CALM_OPENING), np.ones(max(1, round(CALM_S * fps))))
    busy = (~calm).astype(np.float64)
    ramp = max(1, round(RAMP_S * fps))
    # A ramp that starts before the first word: the mouth is ready when the sound comes.
    grown = np.convolve(np.pad(busy, ramp, mode="edge"), np.ones(2 * ramp + 1), "same")[ramp:-ramp] > 0
    soft = uniform_filter1d(grown.astype(np.float64), 2 * ramp + 1, mode="nearest")
    return np.asarray(np.maximum(np.clip(2 * soft - 1, 0, 1), busy), np.float32)


def turns(poses: Sequence[Pose]) -> NDArray[np.float32]:
    """(T, 3) rotation vectors of the head in radians."""
    return np.array([cv2.Rodrigues(pose.rotation)[0].ravel() for pose in poses], np.float32).reshape(-1, 3)


def describe_units(bank: MouthBank, mouth: MouthTrack, limits: MouthRange, cuts: Sequence[int]) -> Units:
    """Numbers of the bank's units from the track of their clip; ``cuts`` are its shots' first frames."""
    frames = bank.frames
    lips = mouth.shapes[:, list(LIPS_OUT + LIPS_IN)].reshape(len(mouth), -1)
    rate = np.abs(np.gradient(mouth.opening)) if len(mouth) > 1 else np.zeros(len(mouth))
    fast = max(float(np.percentile(rate[frames], 90)), 1e-6)
    shape = _parts(lips[frames] * MOUTH_SCALE)
    features = np.concatenate([shape, LOOK_WEIGHT * bank.look, LIGHT_WEIGHT * bank.light], axis=1)
    stride = int(np.diff(frames).min()) if len(frames) > 1 else 1
    return Units(
        opening=limits.opening(mouth.opening[frames]),
        width=limits.width(mouth.width[frames]),
        turn=turns([mouth.poses[frame] for frame in frames]),
        blur=np.maximum(0, 1 - bank.sharpness / np.median(bank.sharpness)),
        speed=np.maximum(0, rate[frames] / fast - 1).astype(np.float32),
        features=features.astype(np.float32),
        follows=np.append((np.diff(frames) == stride) & ~_cut_between(frames, cuts), False),
    )


def _cut_between(frames: NDArray[np.intp], cuts: Sequence[int]) -> Flags:
    """(N - 1,) True where a cut lies between a unit and the next."""
    shot = np.searchsorted(np.asarray(cuts), frames, side="right")
    return np.asarray(np.diff(shot) > 0)


def _parts(rows: NDArray[np.float32], count: int = 8) -> NDArray[np.float32]:
    """Principal components in the rows' own units: distances stay, columns get few."""
    u, s, _ = np.linalg.svd(rows - rows.mean(0), full_matrices=False)
    return np.asarray((u * s)[:, :count] / np.sqrt(rows.shape[1] / 3), np.float32)


def target_costs(wants: Wants, units: Units, weights: TargetWeights) -> NDArray[np.float32]:
    """(T, N) how badly each unit serves each frame."""
    short = wants.opening[:, None] - units.opening[None]
    cost = weights.opening * short**2 + weights.short * np.maximum(short, 0) ** 2
    # Of shut lips any width can be made; between open ones the corners decide what shows.
    heed = weights.width * np.clip(0.2 + wants.opening, 0, 1)[:, None]
    cost += heed * (wants.width[:, None] - units.width[None]) ** 2
    cost += weights.pose * _squares(wants.turn, units.turn)
    cost += weights.blur * units.blur**2 + weights.speed * units.speed**2
    shut = wants.closed | (wants.opening < SHUT)
    cost += weights.parted * shut[:, None] * np.maximum(0, units.opening - SHUT)[None] ** 2
    return np.asarray(cost, np.float32)


def _squares(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(((first[:, None] - second[None]) ** 2).sum(-1), np.float32)


def choose_units(
    wants: Wants, units: Units, active: Flags, weights: TargetWeights, joins: JoinWeights
) -> NDArray[np.intp]:
    """(T,) unit of every active frame, -1 elsewhere; every unbroken run is a path of its own."""
    chosen = np.full(len(active), -1, np.intp)
    join = join_costs(units.features, units.follows, joins)
    for start, stop in _spans(active):
        rows, prices = [], []
        for first in range(start, stop, CHUNK):
            part = _part(wants, slice(first, min(first + CHUNK, stop)))
            costs = target_costs(part, units, weights)
            rows.append(nearest(costs, CANDIDATES))
            prices.append(np.take_along_axis(costs, rows[-1], axis=1))
        chosen[start:stop] = cheapest_path(np.concatenate(rows), np.concatenate(prices), join)
    return chosen


def _part(wants: Wants, rows: slice) -> Wants:
    return Wants(wants.opening[rows], wants.width[rows], wants.closed[rows], wants.turn[rows])


def _spans(flags: Flags) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def crossfades(chosen: NDArray[np.intp], units: Units, opening: Curve) -> list[tuple[tuple[int, float], ...]]:
    """Units and shares per frame: at a cut between runs both run on for a frame, two thirds to one.

    A unit much more or less open than the frame wants would be squeezed into a wrong picture: it is left out.
    """
    shares: list[tuple[tuple[int, float], ...]] = [((int(u), 1.0),) if u >= 0 else () for u in chosen]

    def fade(frame: int, main: int, other: int) -> None:
        apart = abs(float(units.opening[other]) - max(float(opening[frame]), 0.0))
        if apart < FADE_APART and len(shares[frame]) == 1 and main != other:
            shares[frame] = ((main, 2 / 3), (other, 1 / 3))

    for frame in range(1, len(chosen)):
        before, after = int(chosen[frame - 1]), int(chosen[frame])
        if before < 0 or after < 0 or 0 <= after - before <= 2:
            continue
        fade(frame, after, before + int(units.follows[before]))
        fade(frame - 1, before, after - int(after > 0 and units.follows[after - 1]))
    return shares
