"""Cut a person out of a plain studio backdrop: alpha and clean edge colours, no halo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.demo.numbers import smoothstep

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from renderer.demo.numbers import Image
    from renderer.types import Frame


NOISE = 9.0  # backdrop's own variation in grey levels
SURE = 38.0  # further from the backdrop than this is certainly the person
FLOOR, CEILING = 0.07, 0.93


def backdrop(image: Frame) -> Image:
    """The backdrop alone: a cubic surface per channel fitted to what looks like it, starting at the top corners."""
    small = cv2.resize(image, (128, 128 * image.shape[0] // image.shape[1]), interpolation=cv2.INTER_AREA)
    terms = _terms(small.shape[1], small.shape[0])
    values = small.reshape(-1, 3).astype(np.float64)
    rows = np.arange(len(values)) // small.shape[1]
    columns = np.arange(len(values)) % small.shape[1]
    chosen = (rows < small.shape[0] * 0.35) & ((columns < 18) | (columns > 109))
    fit = np.linalg.lstsq(terms[chosen][:, :6], values[chosen], rcond=None)[0]
    surface = terms[:, :6] @ fit
    for _ in range(4):
        chosen = np.abs(values - surface).max(1) < NOISE
        fit = np.linalg.lstsq(terms[chosen], values[chosen], rcond=None)[0]
        surface = terms @ fit
    grid = surface.reshape(small.shape).astype(np.float32)
    return np.asarray(cv2.resize(grid, image.shape[1::-1], interpolation=cv2.INTER_CUBIC))


def _terms(width: int, height: int) -> NDArray[np.float64]:
    y, x = np.mgrid[0:height, 0:width].reshape(2, -1) / max(width, height) - 0.5
    one = np.ones_like(x)
    return np.stack([one, x, y, x * x, x * y, y * y, x**3, x * x * y, x * y * y, y**3], 1)


def cut_out(image: Frame) -> Image:
    """(H, W, 4) float32: BGR of the person premultiplied by alpha, and alpha 0..1."""
    behind = backdrop(image)
    picture = image.astype(np.float32)
    apart = np.linalg.norm(picture - behind, axis=2)
    core = _core(apart)
    front = _front(picture, core)
    towards = front - behind
    alpha = ((picture - behind) * towards).sum(2) / np.maximum((towards**2).sum(2), 400)
    alpha = np.clip((alpha - FLOOR) / (CEILING - FLOOR), 0, 1)
    alpha = np.where(core > 0, 1.0, alpha * _near(core)).astype(np.float32)
    clean = _unmixed(picture, behind, front, alpha)
    return np.dstack([clean * alpha[..., None], alpha]).astype(np.float32)


def _core(apart: Image) -> NDArray[np.uint8]:
    """Surely the person: the largest blob, its holes filled, a little eroded."""
    # Opening first: loops of single hairs would otherwise be filled with backdrop.
    solid = cv2.morphologyEx((apart > SURE).astype(np.uint8), cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    framed = cv2.copyMakeBorder(solid, 1, 0, 1, 1, cv2.BORDER_CONSTANT, value=0)
    framed = cv2.copyMakeBorder(framed, 0, 1, 0, 0, cv2.BORDER_CONSTANT, value=1)
    contours, _ = cv2.findContours(framed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros_like(framed)
    cv2.drawContours(filled, [max(contours, key=cv2.contourArea)], -1, 1, cv2.FILLED)
    return np.asarray(cv2.erode(filled[1:-1, 1:-1], np.ones((7, 7), np.uint8), borderValue=1))


def _front(picture: Image, core: NDArray[np.uint8]) -> Image:
    """The person's colours carried past the edge."""
    weight = core.astype(np.float32)
    total = cv2.GaussianBlur(weight, (0, 0), 5)[..., None]
    wide = cv2.GaussianBlur(weight, (0, 0), 25)[..., None]
    near = cv2.GaussianBlur(picture * weight[..., None], (0, 0), 5) / (total + 1e-4)
    far = cv2.GaussianBlur(picture * weight[..., None], (0, 0), 25) / (wide + 1e-4)
    share = np.minimum(total * 40, 1)
    return np.asarray(far + share * (near - far), np.float32)


def _near(core: NDArray[np.uint8]) -> Image:
    """Only the surroundings of the person may be half transparent: 1 close by, 0 further off."""
    away = cv2.distanceTransform(1 - core, cv2.DIST_L2, 5)
    return 1 - smoothstep((away - 14) / 22)


def _unmixed(picture: Image, behind: Image, front: Image, alpha: Image) -> Image:
    """Edge colours without the backdrop in them; where almost nothing is left, the person's colour near by."""
    share = alpha[..., None]
    solved = (picture - (1 - share) * behind) / np.maximum(share, 0.25)
    trust = smoothstep((share - 0.25) / 0.5)
    return np.asarray(np.clip(front + trust * (solved - front), 0, 255), np.float32)
