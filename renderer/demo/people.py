"""The demo's people: pictures of the PyPI package ``openpeople`` (MIT), all made by a generator, none real."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.errors import InputError
from renderer.vision.align import fit_points
from renderer.vision.landmarks import STABLE, iod

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from renderer.types import Frame, Points
    from renderer.vision.align import Pose

    Locate = Callable[[Frame], Sequence[Points]]

GRID = 4  # the expression sheet has 4 x 4 cells
HAPPY, SURPRISED, SHOCKED = 1, 4, 13
SHEET_ZOOM = 3
ALIASING = 0.6  # shrinking by more than this needs a low-pass first


@dataclass(frozen=True, slots=True)
class Person:
    """Which pictures of one synthetic person serve as which unit.

    Attributes:
        code: folder of the package.
        grin: cell with a closed-mouth smile.
        lids: cell with closed or nearly closed eyes.
        teeth: "selfie" where that picture smiles with teeth (larger), else the happy cell.
        trim: how far that smile's lower teeth show below the upper ones, in eye distances.
    """

    code: str
    grin: int
    lids: int
    teeth: str = "sheet"
    trim: float = 0.0


PRESENTER = Person("P006", grin=9, lids=12)
LIKENESSES = {
    "maya": Person("P001", grin=8, lids=11, teeth="selfie"),
    "lena": Person("P009", grin=9, lids=12, teeth="selfie", trim=0.037),
}


@dataclass(frozen=True, slots=True)
class Unit:
    """One picture of the person laid on the canonical portrait.

    Attributes:
        image: BGR of the canonical picture's size.
        points: (478, 3) canonical pixels.
    """

    image: Frame
    points: Points


def pictures(folder: Path | None = None) -> Path:
    """Folder that holds the people's folders."""
    if folder is not None:
        return folder
    return resources.files("openpeople") / "data" / "curated"  # type: ignore[return-value]


def asset(root: Path, code: str, name: str) -> Frame:
    """One picture of a person as BGR.

    Raises:
        InputError: ``UNREADABLE_FILE``.
    """
    picture = cv2.imread(str(root / code / "assets" / f"{name}.jpg"))
    if picture is None:
        raise InputError("UNREADABLE_FILE", f"The picture {name} of {code} is missing: install openpeople.")
    return np.asarray(picture, np.uint8)


def sheet_cell(root: Path, code: str, number: int) -> Frame:
    """One cell of the expression sheet, enlarged; the sheet's print raster is smoothed away first."""
    sheet = asset(root, code, "emotions_sheet")
    height, width = sheet.shape[0] // GRID, sheet.shape[1] // GRID
    row, column = divmod(number, GRID)
    cell = sheet[row * height : (row + 1) * height, column * width : (column + 1) * width]
    clean = cv2.fastNlMeansDenoisingColored(cell, None, 3, 5, 5, 15)
    return np.asarray(cv2.resize(clean, None, fx=SHEET_ZOOM, fy=SHEET_ZOOM, interpolation=cv2.INTER_LANCZOS4))


def one_face(locate: Locate, picture: Frame) -> Points:
    """Landmarks of the only face of a picture, (478, 3) in its pixels."""
    found = locate(picture)
    if len(found) != 1:
        raise InputError("NO_FACE", "A demo picture must show exactly one face.")
    return found[0]


def flat_fit(points: Points, reference: Points) -> tuple[NDArray[np.float64], Pose]:
    """In-plane similarity onto a reference face as a 2 x 3 matrix, judged by the points speech does not move."""
    rows = list(STABLE)
    flat = np.c_[points[rows, :2], np.zeros(len(rows))]
    goal = np.c_[reference[rows, :2], np.zeros(len(rows))]
    pose = fit_points(flat, goal)
    return np.c_[pose.scale * pose.rotation.T[:2, :2], pose.shift[:2]], pose


def aligned(picture: Frame, points: Points, reference: Points, size: tuple[int, int]) -> Unit:
    """Lay a picture on the canonical face."""
    matrix, pose = flat_fit(points, reference)
    if pose.scale < ALIASING:
        picture, matrix = shrunk(picture, matrix, pose.scale)
    image = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return Unit(np.asarray(image, np.uint8), pose.apply(points))


def shrunk(picture: Frame, matrix: NDArray[np.float64], scale: float) -> tuple[Frame, NDArray[np.float64]]:
    """The picture reduced towards its final scale first, so that sampling it does not alias."""
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    moved = matrix.copy()
    moved[:, :2] /= scale
    return np.asarray(small, np.uint8), moved


def canonical(root: Path, person: Person, locate: Locate, *, eyes: float = 0.0, width: float = 0.0) -> Unit:
    """The studio portrait at the size of the work: ``eyes`` pixels between the outer eye corners, or ``width``."""
    portrait = asset(root, person.code, "studio_portrait")
    points = one_face(locate, portrait)
    scale = eyes / float(iod(points)) if eyes else width / portrait.shape[1]
    small = cv2.resize(portrait, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return Unit(np.asarray(small, np.uint8), np.asarray(points * scale, np.float32))
