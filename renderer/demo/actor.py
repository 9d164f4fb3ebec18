"""One synthetic person ready to act: the portrait moved into any expression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.demo.eyes import CREASE, Lids, look, matched
from renderer.demo.mouth import Mouth
from renderer.demo.people import (
    HAPPY,
    SHOCKED,
    SURPRISED,
    Unit,
    aligned,
    asset,
    one_face,
    sheet_cell,
)
from renderer.demo.rig import Face, Shapes, shapes
from renderer.demo.teeth import upper_teeth
from renderer.vision.landmarks import LIPS_IN, SURFACE, iod
from renderer.vision.warp import backward_map, mesh_triangles, warp

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from renderer.demo.numbers import Box, Image
    from renderer.demo.people import Locate, Person
    from renderer.types import Frame


ANCHORS = 9  # still points along each side of the moved box


@dataclass(frozen=True, slots=True)
class Actor:
    """A person's canonical portrait and everything that moves in it."""

    image: Frame
    shapes: Shapes
    anchors: Image
    triangles: NDArray[np.int32]
    box: Box
    mouth_box: Box
    mouth: Mouth
    eye_boxes: tuple[Box, Box]
    lids: Lids

    def act(self, face: Face) -> Frame:
        """The canonical portrait showing ``face``; outside ``box`` it is untouched."""
        points = self.shapes.pose(face)
        out = self.image.copy()
        x0, y0, x1, y1 = self.box
        still = with_anchors(self.shapes.neutral, self.anchors)
        maps = backward_map(with_anchors(points, self.anchors), still, self.triangles, self.box, step=2)
        look(maps, points, face.gaze, self.mouth.eyes, self.box)
        out[y0:y1, x0:x1] = warp(self.image, maps)
        self._repaint(
            out, self.mouth_box, lambda base, box: self.mouth.paint(base, points, face.opening, box)
        )
        for side, closed in enumerate(face.lids):
            self._blink(out, points, side, closed)
        return out

    def _blink(self, out: Frame, points: Image, side: int, closed: float) -> None:
        self._repaint(
            out, self.eye_boxes[side], lambda base, box: self.lids.paint(base, points, side, closed, box)
        )

    def _repaint(self, out: Frame, box: Box, paint: Callable[[Image, Box], Image]) -> None:
        part = out[box[1] : box[3], box[0] : box[2], :3]
        painted = paint(part.astype(np.float32), box)
        part[:] = np.clip(painted + 0.5, 0, 255).astype(np.uint8)


def with_anchors(points: Image, anchors: Image) -> Image:
    return np.concatenate([points[:, :2], anchors])


def border_points(box: Box) -> Image:
    """Points along the box's border that never move."""
    x, y = np.linspace(box[0], box[2], ANCHORS), np.linspace(box[1], box[3], ANCHORS)
    sides = [np.c_[x, np.full(ANCHORS, box[1])], np.c_[x, np.full(ANCHORS, box[3])]]
    sides += [np.c_[np.full(ANCHORS - 2, side), y[1:-1]] for side in (box[0], box[2])]
    return np.concatenate(sides).astype(np.float32)


def hire(root: Path, person: Person, locate: Locate, portrait: Unit) -> Actor:
    """Read a person's expressions and build the actor on their portrait (see ``people.canonical``)."""
    portrait = Unit(portrait.image, meeting_lips(portrait))
    size = (portrait.image.shape[1], portrait.image.shape[0])

    def cell(number: int) -> Unit:
        picture = sheet_cell(root, person.code, number)
        return aligned(picture, one_face(locate, picture), portrait.points, size)

    def smile() -> Unit:
        if person.teeth == "sheet":
            return cell(HAPPY)
        picture = asset(root, person.code, "amateur_selfie")
        return aligned(picture, one_face(locate, picture), portrait.points, size)

    opened = (cell(SURPRISED), cell(SHOCKED))
    return assemble(portrait, opened, cell(person.grin), smile(), cell(person.lids), person.trim)


def assemble(
    portrait: Unit, opened: tuple[Unit, Unit], grin: Unit, smile: Unit, shut: Unit, trim: float = 0.0
) -> Actor:
    """Build the actor from units that are laid on the portrait."""
    eyes, shape = float(iod(portrait.points)), portrait.image.shape
    colour = Unit(np.ascontiguousarray(portrait.image[..., :3]), portrait.points)
    moves = shapes(portrait, list(opened), grin)
    box = around(portrait.points[:, :2], 0.30 * eyes, 0.35 * eyes, shape)
    anchors = border_points(box)
    wide_open = moves.pose(Face(opening=1.0))
    # The topology is drawn on the open mouth: on closed lips the triangles would tie the lips together.
    triangles = mesh_triangles(with_anchors(wide_open, anchors))
    inner = mesh_triangles(wide_open)
    mouth = Mouth(opened, upper_teeth(smile, portrait.points, eyes, trim), inner, eyes)
    lips_box = around(wide_open[list(LIPS_IN)], 0.16 * eyes, 0.16 * eyes, shape)
    sides = [around(portrait.points[list(rows), :2], 0.06 * eyes, 0.10 * eyes, shape) for rows in CREASE]
    lids = Lids(matched(shut, colour, eyes), mesh_triangles(portrait.points[:SURFACE]), eyes)
    return Actor(portrait.image, moves, anchors, triangles, box, lips_box, mouth, (sides[0], sides[1]), lids)


def around(points: Image, side: float, height: float, shape: tuple[int, ...]) -> Box:
    low, high = points.min(0), points.max(0)
    x0, y0 = max(int(low[0] - side) // 4 * 4, 0), max(int(low[1] - height) // 4 * 4, 0)
    x1 = min(int(high[0] + side) // 4 * 4, shape[1] // 4 * 4)
    y1 = min(int(high[1] + height) // 4 * 4, shape[0] // 4 * 4)
    return (x0, y0, x1, y1)


def meeting_lips(portrait: Unit) -> Image:
    """Landmarks with both inner lip lines on the dark line where the closed lips meet."""
    points = portrait.points.copy()
    grey = cv2.GaussianBlur(cv2.cvtColor(portrait.image[..., :3], cv2.COLOR_BGR2GRAY), (0, 0), 1.0)
    reach = max(int(0.016 * float(iod(points))), 2)
    half = len(LIPS_IN) // 2
    for low, high in zip(LIPS_IN[1:half], LIPS_IN[:half:-1], strict=True):
        x, y = points[[low, high], :2].mean(0)
        column = grey[int(y) - reach : int(y) + reach + 1, int(x)]
        points[[low, high], 0] = x
        points[[low, high], 1] = int(y) - reach + int(column.argmin()) + 0.5
    return points
