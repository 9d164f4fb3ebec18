"""Blinks with the person's own closed lids, and eyes that keep looking into the camera while the head turns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.demo.mouth import area
from renderer.demo.numbers import f32, smoothstep
from renderer.demo.people import Unit
from renderer.vision.landmarks import SURFACE
from renderer.vision.warp import backward_map, warp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from renderer.demo.numbers import Box, Image


# fmt: off
UPPER = ((33, 246, 161, 160, 159, 158, 157, 173, 133), (263, 466, 388, 387, 386, 385, 384, 398, 362))
LOWER = ((33, 7, 163, 144, 145, 153, 154, 155, 133), (263, 249, 390, 373, 374, 380, 381, 382, 362))
CREASE = ((130, 247, 30, 29, 27, 28, 56, 190, 243), (359, 467, 260, 259, 257, 258, 286, 414, 463))
# fmt: on
IRIS = (468, 473)
LASHES = 0.020  # how far lashes hang below the lid's edge, in eye distances
MEET = 0.82  # the lids meet this far down: the lower one comes up a little


@dataclass(frozen=True, slots=True)
class Lids:
    """Closed lids of a person, colour-matched to the portrait.

    Attributes:
        unit: picture with (nearly) closed eyes.
        triangles: mesh topology.
        eyes: eye distance in pixels.
    """

    unit: Unit
    triangles: NDArray[np.int32]
    eyes: float

    def paint(self, image: Image, points: Image, side: int, closed: float, box: Box) -> Image:
        """Lay the lid of one eye over ``image`` (box crop, float32 BGR); ``closed`` 0..1."""
        if closed < 0.02:
            return image
        upper, lower = points[list(UPPER[side])], points[list(LOWER[side])]
        edge = upper + closed * MEET * (lower - upper)
        moved = points[:SURFACE].copy()
        moved[list(UPPER[side])] = edge
        moved[list(LOWER[side])] = lower + closed * (1 - MEET) * (upper - lower)
        maps = backward_map(moved, self.unit.points[:SURFACE, :2], self.triangles, box, step=2)
        lid = warp(self.unit.image, maps).astype(np.float32)
        alpha = self._cover(points, edge, side, closed, box)[..., None]
        return image + alpha * (lid - image)

    def _cover(self, points: Image, edge: Image, side: int, closed: float, box: Box) -> Image:
        """Where the lid lies: from the crease down to its edge and lashes, fading upwards."""
        crease = points[list(CREASE[side])]
        hang = np.array((0, LASHES * self.eyes * closed), np.float32)
        contour = np.concatenate([crease, (edge + hang)[::-1]])
        soft = area(contour, box, 0.010 * self.eyes)
        return soft * float(smoothstep(f32(closed / 0.3)))


def look(maps: tuple[Image, Image], points: Image, gaze: tuple[float, float], eyes: float, box: Box) -> None:
    """Shift the irises by ``gaze`` (eye distances) inside the lids; changes the maps."""
    for side in (0, 1):
        x, y = points[IRIS[side]]
        reach = 0.11 * eyes
        rows = slice(max(int(y - reach) - box[1], 0), int(y + reach) - box[1])
        columns = slice(max(int(x - reach) - box[0], 0), int(x + reach) - box[0])
        part = (box[0] + columns.start, box[1] + rows.start, box[0] + columns.stop, box[1] + rows.stop)
        contour = np.concatenate([points[list(UPPER[side])], points[list(LOWER[side])][::-1]])
        inside = area(contour, part, 0.006 * eyes)
        maps[0][rows, columns] -= gaze[0] * eyes * inside
        maps[1][rows, columns] -= gaze[1] * eyes * inside


def matched(unit: Unit, portrait: Unit, eyes: float) -> Unit:
    """The unit with the portrait's broad light and colour."""
    sigma = 0.22 * eyes
    ours, theirs = (_broad(f32(picture.image), sigma) for picture in (unit, portrait))
    gain = np.clip((theirs + 4) / (ours + 4), 0.5, 2.0)
    image = np.clip(unit.image * gain + 0.5, 0, 255).astype(np.uint8)
    return Unit(image, unit.points)


def _broad(image: Image, sigma: float) -> Image:
    small = cv2.resize(image, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    low = cv2.GaussianBlur(small.astype(np.float32), (0, 0), sigma / 4)
    return np.asarray(cv2.resize(low, image.shape[1::-1], interpolation=cv2.INTER_LINEAR))
