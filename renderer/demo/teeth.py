"""The upper teeth, cut out of the person's own smile and made ready to sit behind speaking lips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.demo.mouth import area, outline
from renderer.demo.numbers import f32, smoothstep
from renderer.vision.landmarks import LIPS_IN

if TYPE_CHECKING:
    from renderer.demo.numbers import Image
    from renderer.demo.people import Unit

EDGE_BELOW_LIPS = 0.022  # the incisors end this far below the closed lips' line, in eye distances: about 2 mm
ENAMEL = (0.84, 0.94, 1.0)  # BGR of teeth in neutral light
FLATTEN = 0.65  # share of the smile's arc that is taken out of the row
ROW_HALF = 0.20  # half the row's length, in eye distances


@dataclass(frozen=True, slots=True)
class Teeth:
    """Upper teeth on the canonical picture: BGR float32 times alpha, and alpha (H, W)."""

    colour: Image
    alpha: Image


def upper_teeth(smile: Unit, neutral: Image, eyes: float, trim: float = 0.0) -> Teeth:
    """The upper row of a smile, laid where it hides behind closed lips.

    A smile seen from elsewhere shows it too low, too high or too curved, so the row is evened out first.

    Args:
        smile: the smiling unit. neutral: (478, 2 or 3) points of the portrait. eyes: eye distance in pixels.
        trim: how far lower teeth reach below the upper ones, in eye distances.
    """
    clean = f32(cv2.bilateralFilter(cv2.medianBlur(smile.image, 3), 7, 34, 2.5))
    middle = float(smile.points[[13, 14, 0, 17], 0].mean())
    alpha = _enamel_mask(clean, smile, eyes)
    end = _edge(alpha, middle, eyes) - trim * eyes
    alpha = alpha * smoothstep(end + 1 - np.arange(len(alpha)))[:, None]
    row = f32(np.dstack([_neutral_light(clean, alpha) * alpha[..., None], alpha]))
    row = _evened(_both_sides(row, middle, eyes), middle, eyes)
    line = float(neutral[[13, 14], 1].mean()) + EDGE_BELOW_LIPS * eyes
    down, across = line - _edge(row[..., 3], middle, eyes), float(neutral[[13, 14], 0].mean()) - middle
    move = f32(((1.0, 0.0, across), (0.0, 1.0, down)))
    placed = f32(cv2.warpAffine(row, move, (row.shape[1], row.shape[0]), flags=cv2.INTER_CUBIC))
    return Teeth(np.maximum(placed[..., :3], 0), np.clip(placed[..., 3], 0, 1))


def _enamel_mask(picture: Image, smile: Unit, eyes: float) -> Image:
    """What is bright and hardly coloured between the lips."""
    height, width = picture.shape[:2]
    inside = area(outline(smile.points, LIPS_IN), (0, 0, width, height), 0.006 * eyes)
    lab = cv2.cvtColor(f32(picture / 255), cv2.COLOR_BGR2LAB)
    light, red = lab[..., 0], lab[..., 1]
    bright = np.percentile(light[inside > 0.9], 90)
    alpha = smoothstep((light / bright - 0.42) / 0.28) * smoothstep((22 - red) / 10) * inside
    return f32(cv2.GaussianBlur(f32(alpha * main_parts(alpha)), (0, 0), 0.003 * eyes))


def _edge(alpha: Image, middle: float, eyes: float) -> float:
    """Lowest row of the middle incisors."""
    half = int(0.06 * eyes)
    return float(np.flatnonzero(alpha[:, int(middle) - half : int(middle) + half].max(1) > 0.5).max())


def _neutral_light(picture: Image, alpha: Image) -> Image:
    """Teeth in neutral light: a selfie by lamplight would make them yellow beside the studio's skin."""
    colour = picture.astype(np.float32)
    tone = (colour * alpha[..., None]).sum((0, 1)) / alpha.sum()
    wanted = float(tone.max()) * np.array(ENAMEL, np.float32)
    return np.asarray(colour * (wanted / tone), np.float32)


def _both_sides(row: Image, middle: float, eyes: float) -> Image:
    """Side teeth that shade or a turned head hides are taken over from the better lit side."""
    flip = np.array([[-1, 0, 2 * middle], [0, 1, 0]], np.float32)
    away = np.arange(row.shape[1], dtype=np.float32) - middle
    left, right = row[:, away < 0, 1].sum(), row[:, away > 0, 1].sum()
    share = smoothstep((np.where(right > left, -away, away) / eyes - 0.07) / 0.03)[None, :, None]
    other = cv2.warpAffine(row, flip, (row.shape[1], row.shape[0]))
    return np.asarray(row + share * (other - row), np.float32)


def _evened(row: Image, middle: float, eyes: float) -> Image:
    """Take most of the arc out of a row of teeth that smiles towards a high camera."""
    height, width = row.shape[:2]
    columns = np.arange(int(middle - ROW_HALF * eyes), int(middle + ROW_HALF * eyes))
    solid = row[:, columns, 3] > 0.5
    seen = solid.any(0)
    edge = height - 1 - np.argmax(solid[::-1], axis=0)[seen]
    bend = float(np.polyfit(((columns[seen] - middle) / eyes) ** 2, edge, 1)[0])
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    arc = FLATTEN * bend * np.minimum(((x - middle) / eyes) ** 2, (1.3 * ROW_HALF) ** 2)
    return np.asarray(cv2.remap(row, x, y + arc.astype(np.float32), cv2.INTER_CUBIC), np.float32)


def main_parts(alpha: Image) -> Image:
    """1 on the large connected parts: highlights of the lips are bright and pale too, but small."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((alpha > 0.3).astype(np.uint8))
    if count < 2:
        return np.ones_like(alpha)
    areas = stats[1:, cv2.CC_STAT_AREA]
    kept = 1 + np.flatnonzero(areas > 0.06 * areas.max())
    mask = np.isin(labels, kept).astype(np.uint8)
    return cv2.dilate(mask, np.ones((5, 5), np.uint8)).astype(np.float32)
