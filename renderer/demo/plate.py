"""The presenter cut out: the sharp portrait for head and chest, the standing picture for arms and below."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.demo.matte import cut_out
from renderer.demo.numbers import f32, smoothstep
from renderer.demo.people import Unit, asset, flat_fit, one_face
from renderer.demo.wardrobe import dress
from renderer.vision.landmarks import iod

if TYPE_CHECKING:
    from pathlib import Path

    from renderer.demo.numbers import Image
    from renderer.demo.people import Locate, Person


SIDE, BELOW = 1.35, 1.30  # how far the canvas goes past the portrait, in eye distances
FEATHER = 0.22
BODY_CROP = (0.02, 0.30)  # rows of the standing picture that hold the head


def full_figure(root: Path, person: Person, locate: Locate, portrait: Unit) -> Unit:
    """Lay the portrait over the same person's standing picture, cut both out and dress the result.

    Returns:
        a unit on the enlarged canvas whose picture is (H, W, 4): BGR premultiplied, and alpha.
    """
    eyes = float(iod(portrait.points))
    side, below = int(SIDE * eyes) // 8 * 8, int(BELOW * eyes) // 8 * 8
    height, width = portrait.image.shape[:2]
    canvas = (width + 2 * side, height + below)
    points = portrait.points + np.array((side, 0, 0), np.float32)
    body = _body(root, person, locate, points, canvas)
    head = cut_out(portrait.image)
    share = _share(head.shape, int(FEATHER * eyes))[..., None]
    body = _legal(_shoulders(body, head, side, eyes))
    window = body[:height, side : side + width]
    gain = _gain(head, window, share)
    body[..., :3] *= gain
    window[:] = window + share * (head - window)
    dressed = dress(body, (float(points[152, 0]), float(points[152, 1])), eyes)
    dressed[..., 3] *= 255
    return Unit(np.clip(dressed + 0.5, 0, 255).astype(np.uint8), points)


def _body(root: Path, person: Person, locate: Locate, points: Image, canvas: tuple[int, int]) -> Image:
    standing = asset(root, person.code, "studio_posture")
    top, bottom = (int(share * standing.shape[0]) for share in BODY_CROP)
    found = one_face(locate, standing[top:bottom]) + np.array((0, top, 0), np.float32)
    cut = cut_out(np.ascontiguousarray(standing[: int(0.62 * standing.shape[0])]))
    matrix = flat_fit(found, points)[0]
    return np.asarray(cv2.warpAffine(cut, matrix, canvas, flags=cv2.INTER_CUBIC), np.float32)


def _shoulders(body: Image, head: Image, side: int, eyes: float) -> Image:
    """Lift the standing picture's shoulders until their outline meets the portrait's at its left and right border."""
    height, width = body.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    lift = np.zeros((height, width), np.float32)
    inset = int(FEATHER * eyes / 2)
    for column in (inset, head.shape[1] - 1 - inset):
        ours, theirs = _top(head[:, column, 3]), _top(body[:, side + column, 3])
        near = np.exp(-(((x - side - column) / (0.75 * eyes)) ** 2) - ((y - ours) / (0.55 * eyes)) ** 2)
        lift += near * (theirs - ours)
    return np.asarray(
        cv2.remap(body, x, y + lift, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.float32
    )


def _legal(person: Image) -> Image:
    """Undo what bicubic sampling overshoots: alpha stays in 0..1 and no colour is brighter than its alpha allows."""
    alpha = np.clip(person[..., 3:], 0, 1)
    return f32(np.concatenate([np.clip(person[..., :3], 0, 255 * alpha), alpha], axis=2))


def _top(alpha: Image) -> float:
    return float(np.argmax(alpha > 0.5))


def _share(shape: tuple[int, ...], feather: int) -> Image:
    """1 where the portrait is used, fading to 0 at its left, right and lower border."""
    height, width = shape[:2]
    x = np.minimum(np.arange(width), np.arange(width)[::-1])[None, :]
    y = np.arange(height)[::-1][:, None]
    return smoothstep(np.minimum(x, y) / feather)


def _gain(head: Image, body: Image, share: Image) -> Image:
    """Makes the standing picture as bright as the portrait where they overlap."""
    rim = (share[..., 0] < 0.9) & (head[..., 3] > 0.99) & (body[..., 3] > 0.99)
    return np.asarray(head[rim, :3].mean(0) / body[rim, :3].mean(0), np.float32)
