"""Dress the presenter: the white T-shirt of the pictures dyed, and the café's apron over it, folds kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.demo.brand import mark
from renderer.demo.mouth import area, rounded
from renderer.demo.numbers import f32, smoothstep

if TYPE_CHECKING:
    from renderer.demo.numbers import Image


SHIRT = (0.80, 0.87, 0.90)  # BGR share of the white shirt's light: unbleached cotton
APRON = (0.235, 0.235, 0.085)  # BGR: deep teal canvas
FOLDS = 1.5  # exponent that brings back the folds a dark cloth would hide
# The apron's outline from the left strap down, right half only, in eye distances from the chin; mirrored.
NECK = ((0.90, 0.00), (0.83, 0.30), (0.75, 0.70), (0.70, 1.05))
BIB = ((0.74, 1.27), (0.86, 1.60), (1.02, 2.05), (1.20, 2.70))
STRAP = 0.15
TIP = 0.12  # parts of the collar's end thinner than this are shaved off, in eye distances
COLLAR = (0.78, 0.15)  # where its ends are: aside and below the chin
LOGO_PLACE, LOGO_SIZE = (0.0, 1.80), 0.60


def dress(person: Image, chin: tuple[float, float], eyes: float) -> Image:
    """Dye and dress a cut-out (H, W, 4) premultiplied person whose shirt is white.

    Args:
        chin: (x, y) of the chin on the canvas. eyes: eye distance in pixels.
    """
    person = _without_tips(person, chin, eyes)
    alpha = np.maximum(person[..., 3:], 1e-3)
    plain = np.clip(person[..., :3] / alpha, 0, 255)
    shirt = shirt_mask(plain, chin[1] + 0.12 * eyes)[..., None]
    light = cv2.cvtColor(plain, cv2.COLOR_BGR2GRAY)[..., None] / 238
    cotton = plain * np.array(SHIRT, np.float32)
    dyed = _apron(plain + shirt * (cotton - plain), np.minimum(light, 1.1), shirt, chin, eyes)
    return np.dstack([dyed * person[..., 3:], person[..., 3]]).astype(np.float32)


def _without_tips(person: Image, chin: tuple[float, float], eyes: float) -> Image:
    """Shave off the thin tips of the back collar that stand out beside the neck."""
    size = int(TIP * eyes) | 1
    round_knife = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    shaved = f32(cv2.morphologyEx(f32(person[..., 3]), cv2.MORPH_OPEN, round_knife))
    y, x = np.mgrid[0 : person.shape[0], 0 : person.shape[1]]
    aside, below = np.abs(x - chin[0]) / eyes, (y - chin[1]) / eyes
    near = smoothstep((0.22 - np.abs(aside - COLLAR[0])) / 0.05) * smoothstep(
        (0.20 - np.abs(below - COLLAR[1])) / 0.05
    )
    kept = person[..., 3] + near * (shaved - person[..., 3])
    return f32(person * (kept / np.maximum(person[..., 3], 1e-3))[..., None])


def shirt_mask(plain: Image, top: float) -> Image:
    """1 on cloth: pale and without colour, below the chin."""
    lab = cv2.cvtColor((plain / 255).astype(np.float32), cv2.COLOR_BGR2LAB)
    colour = np.hypot(lab[..., 1], lab[..., 2])
    below = smoothstep((np.arange(plain.shape[0], dtype=np.float32) - top) / 20)[:, None]
    mask = (1 - smoothstep((colour - 8) / 10)) * smoothstep((lab[..., 0] - 38) / 16) * below
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 0.8), np.float32)


def _apron(cloth: Image, light: Image, shirt: Image, chin: tuple[float, float], eyes: float) -> Image:
    body = _shape(cloth.shape, chin, eyes, 0.0)
    shade = cv2.GaussianBlur(body, (0, 0), 0.035 * eyes)[..., None] * shirt
    under = cloth * (1 - 0.30 * shade * (1 - body[..., None]))
    canvas = 255 * np.array(APRON, np.float32) * light**FOLDS * _weave(cloth.shape, eyes)
    rim = body - _shape(cloth.shape, chin, eyes, 0.022)
    canvas = canvas * (1 + 0.22 * rim[..., None])
    canvas = _logo(canvas, light, chin, eyes)
    return under + body[..., None] * shirt * (canvas - under)


def _shape(shape: tuple[int, ...], chin: tuple[float, float], eyes: float, inset: float) -> Image:
    """Mask of straps and bib, ``inset`` eye distances smaller all round."""
    box = (0, 0, shape[1], shape[0])
    half = STRAP / 2 - inset
    parts = []
    for side in (-1, 1):
        line, across = np.array((*NECK, (0.66, 1.34))), np.array((half, 0.0))
        strap = np.concatenate([line - across, np.flip(line + across, 0)])
        parts.append(strap * (side, 1))
    right = np.array(BIB) - (inset, 0)
    right[0, 1] += inset
    bib = np.concatenate([right * (-1, 1), right[::-1]])
    top = rounded(np.array(((-0.74 + inset, 1.27 + inset), (0, 1.31 + inset), (0.74 - inset, 1.27 + inset))))
    parts += [bib, np.concatenate([top, np.array(((0.74, 1.5), (-0.74, 1.5)))])] if inset == 0 else [bib]
    masks = [area((p * eyes + chin).astype(np.float32), box, 0.8) for p in parts]
    return np.asarray(np.max(masks, axis=0), np.float32)


def _weave(shape: tuple[int, ...], eyes: float) -> Image:
    """Canvas: faint threads both ways and soft upright folds."""
    rng = np.random.default_rng(31)
    noise = rng.normal(0, 1, shape[:2]).astype(np.float32)
    threads = cv2.GaussianBlur(noise, (0, 0), sigmaX=0.6, sigmaY=2.6) + cv2.GaussianBlur(
        noise, (0, 0), sigmaX=2.6, sigmaY=0.6
    )
    folds = cv2.GaussianBlur(noise, (0, 0), sigmaX=0.07 * eyes, sigmaY=0.30 * eyes)
    return f32(1 + 0.16 * threads + 0.09 * folds / folds.std())[..., None]


def _logo(canvas: Image, light: Image, chin: tuple[float, float], eyes: float) -> Image:
    """The mark, embroidered in the middle of the bib."""
    size = int(LOGO_SIZE * eyes)
    sign = mark(size, (240, 228, 206), (232, 128, 88)).astype(np.float32)
    x, y = (int(c + place * eyes - size / 2) for c, place in zip(chin, LOGO_PLACE, strict=True))
    if y + size > canvas.shape[0]:
        return canvas
    out = canvas.copy()
    part = out[y : y + size, x : x + size]
    thread = sign[..., 2::-1] * 0.86 * light[y : y + size, x : x + size]
    part += sign[..., 3:] / 255 * (thread - part)
    return out
