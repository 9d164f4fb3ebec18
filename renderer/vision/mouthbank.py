"""Recorded mouths of one clip: what each looks like, how well it can be used, and its pixels in little space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.vision.landmarks import LIP_CORNERS, LIP_MIDDLE, LOWER_RING, iod

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from renderer.types import FaceTrack, Frame, Points

CHIP = 128
CHIP_REACH = 0.9  # width of the chip in eye distances
LOOK_SIZE = (24, 16)
LOOK_PARTS = 8
MARGIN = 0.10  # eye distances kept round the mouth's ring
JPEG = [cv2.IMWRITE_JPEG_QUALITY, 96, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
BLOCK_S = 2.0
SMALLEST = 8  # pixels


@dataclass(frozen=True, slots=True)
class Crop:
    """Pixels round one recorded mouth as JPEG (4:4:4), and where they lie: crop = (clip - corner) * scale."""

    jpeg: bytes
    corner: tuple[int, int]
    scale: float

    def picture(self) -> Frame:
        """The (h, w, 3) pixels."""
        return np.asarray(cv2.imdecode(np.frombuffer(self.jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)

    def place(self, points: Points) -> Points:
        """Points of the clip in the crop's pixels, (N, 2)."""
        return np.asarray((points[:, :2] - np.array(self.corner, np.float32)) * self.scale, np.float32)


@dataclass(frozen=True, slots=True)
class MouthBank:
    """The recorded mouths (units) of a clip, N of its T frames in order.

    Attributes:
        frames: (N,) index of the unit's frame in its clip.
        crops: (N) pixels.
        sharpness: (N,) Laplacian variance of the mouth at ``CHIP`` pixels.
        light: (N, 3) mean Lab round the lips.
        look: (N, P) the picture of mouth and teeth in principal components, unit variance of the first.
    """

    frames: NDArray[np.intp]
    crops: tuple[Crop, ...]
    sharpness: NDArray[np.float32]
    light: NDArray[np.float32]
    look: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.frames)


def build_bank(
    frames: Iterable[Frame], track: FaceTrack, wanted: NDArray[np.bool_], max_iod: float
) -> MouthBank:
    """Collect the wanted frames' mouths in one pass over the clip.

    Args:
        frames: the clip's frames in order, all of them.
        wanted: (T,) frames to keep.
        max_iod: crops are made smaller where the clip's eye distance in pixels is above this.
    """
    scale = min(1.0, max_iod / float(np.median(iod(track.points[track.present]))))
    kept, crops, chips = [], [], []
    for index, frame in enumerate(frames):
        box = _box(frame, track.points[index]) if index < len(wanted) and wanted[index] else None
        if box is None:
            continue
        pixels = _shrunk(frame[box[1] : box[3], box[0] : box[2]], scale)
        kept.append(index)
        crops.append(Crop(cv2.imencode(".jpg", pixels, JPEG)[1].tobytes(), box[:2], scale))
        # At the size it will be shown at: a larger picture would look sharper than it is going to be.
        chips.append(mouth_chip(pixels, (track.points[index] - (*box[:2], 0)) * np.float32(scale)))
    return _bank(kept, crops, chips)


def choose_frames(usable: NDArray[np.bool_], fps: float, stride: int, limit: int) -> NDArray[np.bool_]:
    """At most ``limit`` of the usable frames: every ``stride``-th, in blocks spread over the clip so that
    natural runs stay whole."""
    chosen = usable.copy()
    chosen[np.arange(len(chosen)) % stride != 0] = False
    share = limit / max(1, int(chosen.sum()))
    if share < 1:
        block = np.arange(len(chosen)) // max(1, round(BLOCK_S * fps))
        chosen &= np.floor((block + 1) * share) > np.floor(block * share)
    return chosen


def mouth_chip(frame: Frame, points: Points) -> Frame:
    """Upright (128, 128, 3) picture of the mouth, ``CHIP_REACH`` eye distances wide."""
    corners = points[list(LIP_CORNERS), :2]
    middle = (corners.mean(0) + points[list(LIP_MIDDLE), :2].mean(0)) / 2
    across = points[263, :2] - points[33, :2]
    step = across / np.linalg.norm(across) * float(iod(points)) * CHIP_REACH / CHIP
    turn = np.array([[step[0], -step[1]], [step[1], step[0]]], np.float32)
    shift = middle - turn @ np.full(2, (CHIP - 1) / 2, np.float32)
    matrix = np.c_[turn, shift].astype(np.float32)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(frame, matrix, (CHIP, CHIP), flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def sharpness(chip: Frame) -> float:
    """Laplacian variance of a chip's grey picture."""
    return float(cv2.Laplacian(cv2.cvtColor(chip, cv2.COLOR_BGR2GRAY), cv2.CV_32F).var())


def _box(frame: Frame, points: Points) -> tuple[int, int, int, int] | None:
    ring = points[list(LOWER_RING), :2]
    margin = MARGIN * float(iod(points))
    low, high = np.floor(ring.min(0) - margin), np.ceil(ring.max(0) + margin)
    x0, y0 = (int(v) for v in np.maximum(low, 0))
    x1, y1 = (int(v) for v in np.minimum(high, (frame.shape[1], frame.shape[0])))
    return (x0, y0, x1, y1) if x1 - x0 >= SMALLEST and y1 - y0 >= SMALLEST else None


def _shrunk(pixels: Frame, scale: float) -> Frame:
    if scale >= 1:
        return pixels
    return np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def _bank(kept: list[int], crops: list[Crop], chips: list[Frame]) -> MouthBank:
    blur = np.array([sharpness(chip) for chip in chips], np.float32)
    light = np.array([_light(chip) for chip in chips], np.float32).reshape(-1, 3)
    return MouthBank(np.array(kept, np.intp), tuple(crops), blur, light, _looks(chips))


def _light(chip: Frame) -> NDArray[np.float32]:
    """Mean Lab of the chip's rim, which is skin at any opening."""
    small = cv2.resize(chip, (16, 16), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    rim = np.concatenate([lab[:3].reshape(-1, 3), lab[:, :2].reshape(-1, 3), lab[:, -2:].reshape(-1, 3)])
    return np.asarray(rim.mean(0), np.float32)


def _looks(chips: list[Frame]) -> NDArray[np.float32]:
    rows = [cv2.resize(chip[32:112, 16:112], LOOK_SIZE, interpolation=cv2.INTER_AREA) for chip in chips]
    grey = np.array([cv2.cvtColor(row, cv2.COLOR_BGR2GRAY).ravel() for row in rows], np.float32)
    if len(grey) < 2:
        return np.zeros((len(grey), LOOK_PARTS), np.float32)
    apart = grey - grey.mean(0)
    u, s, _ = np.linalg.svd(apart, full_matrices=False)
    parts = (u * s)[:, :LOOK_PARTS]
    return np.asarray(parts / max(float(parts[:, 0].std()), 1e-6), np.float32)
