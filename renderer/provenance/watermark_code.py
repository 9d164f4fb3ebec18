"""Code of the watermark ``org.adforge.wm.v1``: what is written and how it is spread.

A mark is 48 random bits plus a 16 bit MAC, protected by Reed-Solomon (16, 8) over GF(256). Symbol ``k`` of
value ``v`` picks one of 256 keyed +-1 sequences of 1024 chips; the sixteen picks and one keyed sync sequence are
summed into a 32 x 32 chip grid that tiles the picture. Chips are 8 px wide on a picture of 720 lines and grow with it.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, combinations
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray
from reedsolo import ReedSolomonError, RSCodec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ALGORITHM = "org.adforge.wm.v1"
ID_BITS = 48
MAC_BYTES = 2
SYMBOLS = 16
PARITY = 8
ALPHABET = 256
GRID = 32
CHIPS = GRID * GRID
CHIP_PX = 8
REFERENCE_LINES = 720
# 24 % of the energy: a stronger sync finds the tile more often but leaves fewer symbols readable.
SYNC_AMPLITUDE = 2.232
# The code could repair 8; stopping at 6 is what keeps damaged marks from turning into somebody else's id.
REPAIR_LIMIT = 6
SWAP_POOL = 6
WAVE_PERIOD = 0.96
WAVE_RAMP = 0.16
SHORTEST_SECRET = 16

FloatArray = NDArray[np.float32]
_CODEC = RSCodec(PARITY)


@dataclass(frozen=True, slots=True)
class WatermarkKeys:
    """The deployment's watermark secrets by key id; new marks take ``current_id``, reading tries every one.

    Raises:
        ValueError: the current key is missing or a secret is shorter than 16 bytes.
    """

    current_id: str
    secrets: Mapping[str, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        if self.current_id not in self.secrets:
            raise ValueError("the current watermark key is not among the secrets")
        if any(len(secret) < SHORTEST_SECRET for secret in self.secrets.values()):
            raise ValueError(f"a watermark secret needs at least {SHORTEST_SECRET} bytes")

    @property
    def current(self) -> bytes:
        return self.secrets[self.current_id]


@dataclass(frozen=True, slots=True)
class Alphabet:
    """Keyed sequences: ``words`` (4096, 1024) and ``sync`` (1024,), both float32 of +-1."""

    words: FloatArray
    sync: FloatArray


def mac(secret: bytes, payload_id: int) -> bytes:
    """First 16 bits of HMAC-SHA256 over the id: an id that nobody with the key wrote does not pass."""
    message = b"org.adforge.wm.v1 mac" + payload_id.to_bytes(ID_BITS // 8, "big")
    return hmac.digest(secret, message, "sha256")[:MAC_BYTES]


def encode(secret: bytes, payload_id: int) -> tuple[int, ...]:
    """The sixteen code symbols of an id.

    Raises:
        ValueError: the id does not fit 48 bits.
    """
    if not 0 <= payload_id < 1 << ID_BITS:
        raise ValueError("a watermark id has 48 bits")
    return tuple(_CODEC.encode(payload_id.to_bytes(ID_BITS // 8, "big") + mac(secret, payload_id)))


def decode(secret: bytes, ranked: NDArray[np.uint8], confidence: FloatArray) -> int | None:
    """The id behind sixteen read symbols, or None.

    Args:
        ranked: (16, 2) best and second best value of every symbol.
        confidence: (16,) lead of the best over the second.
    """
    for symbols, lost in _attempts(ranked, [int(place) for place in np.argsort(confidence)]):
        message = _repair(symbols, lost)
        if message is None:
            continue
        payload_id = int.from_bytes(message[:-MAC_BYTES], "big")
        if hmac.compare_digest(mac(secret, payload_id), message[-MAC_BYTES:]):
            return payload_id
    return None


def _attempts(ranked: NDArray[np.uint8], weakest: list[int]) -> Iterator[tuple[bytes, list[int]]]:
    """Symbols to try and the places taken as lost: 0, 2, 4 of the least sure, then second choices for up to two.

    A random word passes all attempts together, MAC included, with about 2e-11.
    """
    best = ranked[:, 0]
    for count in (0, 2, 4):
        yield bytes(best), sorted(weakest[:count])
    unsure = weakest[:SWAP_POOL]
    for places in chain(combinations(unsure, 1), combinations(unsure, 2)):
        swapped = best.copy()
        swapped[[*places]] = ranked[[*places], 1]
        others = [place for place in weakest if place not in places]
        for count in (0, 2):
            yield bytes(swapped), sorted(others[:count])


def _repair(symbols: bytes, lost: list[int]) -> bytes | None:
    try:
        message = bytes(_CODEC.decode(symbols, erase_pos=lost)[0])
    except ReedSolomonError:
        return None
    pairs = enumerate(zip(symbols, _CODEC.encode(message), strict=True))
    errors = sum(read != true for place, (read, true) in pairs if place not in lost)
    return message if 2 * errors + len(lost) <= REPAIR_LIMIT else None


@lru_cache(maxsize=4)
def alphabet(secret: bytes) -> Alphabet:
    """Expand a secret into its sequences with HMAC-SHA256 and SHAKE-256, so no library version can change them."""
    seed = hmac.digest(secret, b"org.adforge.wm.v1 chips", "sha256")
    rows = SYMBOLS * ALPHABET + 1
    stream = np.frombuffer(hashlib.shake_256(seed).digest(rows * CHIPS // 8), np.uint8)
    chips = np.unpackbits(stream).reshape(rows, CHIPS).astype(np.float32) * 2 - 1
    return Alphabet(words=chips[:-1], sync=chips[-1])


def chip_grid(secret: bytes, payload_id: int) -> FloatArray:
    """The (32, 32) chip sums of one id, unit deviation once spread."""
    letters = alphabet(secret)
    rows = np.arange(SYMBOLS) * ALPHABET + np.array(encode(secret, payload_id))
    chips = letters.words[rows].sum(axis=0) + np.float32(SYNC_AMPLITUDE) * letters.sync
    return np.asarray(chips.reshape(GRID, GRID), np.float32)


def spread(grid: FloatArray, chip_px: float, size: tuple[int, int]) -> FloatArray:
    """Tile a chip grid over a picture of ``size`` (width, height), cubic between chips, wrapped at the seams."""
    step = 1 / chip_px
    matrix = np.array([[step, 0, step / 2 - 0.5], [0, step, step / 2 - 0.5]])
    # OpenCV's BORDER_WRAP wraps once only, so the grid is repeated first.
    repeats = [math.ceil(length / (chip_px * GRID)) for length in reversed(size)]
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    plane = cv2.warpAffine(np.tile(grid, repeats), matrix, size, flags=flags, borderMode=cv2.BORDER_WRAP)
    return np.asarray(plane, np.float32)


def wave(seconds: float) -> float:
    """Sign of the mark at a presentation time: +-1 in turns of 0.48 s with linear ramps of 0.16 s.

    The turns cancel the picture itself in the detector, and averaging many frames wins an attacker nothing.
    """
    half = WAVE_PERIOD / 2
    place = seconds % WAVE_PERIOD
    sign = 1.0 if place < half else -1.0
    inside = place % half
    return sign * min(1.0, 2 * min(inside, half - inside) / WAVE_RAMP)
