"""Notices a hand, a cup or a microphone in front of the face from the colours at the points of the mesh.

Every skin point remembers what it usually looks like. A patch of points that suddenly looks different is covered
by something, and there the performer's own pixels must stay.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.vision.landmarks import (
    BROW_LEFT,
    BROW_RIGHT,
    EYE_LEFT,
    EYE_RIGHT,
    LIDS_LEFT,
    LIDS_RIGHT,
    LOWER_LIP,
    NOSTRILS,
    OVAL,
    SURFACE,
    UPPER_LIP,
    iod,
)
from renderer.vision.skin import features_mask
from renderer.vision.warp import sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from renderer.types import Frame, Points

WEIGHTS = np.array((0.55, 1.6, 1.6), np.float32)  # luma changes with every shadow, hue does not
STRANGE = 34.0  # weighted YCrCb distance from what a point usually looks like
FOREIGN = 30.0  # chroma distance from the cheeks that no lip, mole or beard reaches
LIGHT = np.array((45.0, 10.0, 10.0), np.float32)  # most that the whole face may change as one
LEARN = 0.06
PATIENCE = 25  # frames after which a face that looks all different is taken as it is: the light has changed
REACH, SPREAD = 0.16, 0.13  # eye distances: neighbours that must agree; how far the cover is drawn
AGREE = 0.6
LEAST, HOLD = 8, 4  # points a cover has at least; frames it is kept
# Skin probability below which a pixel belongs to the thing, away from the covered points and right on them.
SKIN_FAR_OFF, SKIN_CLOSE_BY, SKIN_SLOPE = 0.6, 0.95, 0.3
LIKE_SKIN = 0.4  # a cover whose pixels are this much like skin (a hand) has no outline to find
MOST = 0.5  # share of covered points beyond which the face counts as lost


class OcclusionWatch:
    """Colours of one face over the frames of a clip; feed it in order and tell it of cuts."""

    def __init__(self) -> None:
        self._usual: NDArray[np.float32] | None = None
        self._near: NDArray[np.bool_] | None = None
        self._held = np.zeros(SURFACE, int)
        self._lost = 0

    def forget(self) -> None:
        """Start anew: another shot has other light."""
        self._usual, self._lost = None, 0
        self._held[:] = 0

    def covered(self, picture: Frame, points: Points) -> NDArray[np.bool_]:
        """(468,) True where something lies before the face.

        Args:
            picture: BGR, reduced to about a quarter; points: (478, 3) mesh in its pixels.
        """
        colours = _colours(picture, points)
        if self._usual is None or self._near is None:
            self._usual, self._near = _first_guess(colours), _neighbours(points)
        apart = np.linalg.norm((_levelled(colours, self._usual) - self._usual) * WEIGHTS, axis=1)
        covered = self._hold(_patches(apart > STRANGE, self._near))
        self._usual[~covered] += LEARN * (colours - self._usual)[~covered]
        self._lost = self._lost + 1 if is_lost(covered) else 0
        if self._lost >= PATIENCE:
            self.forget()
        return covered

    def _hold(self, covered: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Ignore specks, and let go of a covered point only after some frames: a flickering cover is worse than none."""
        if covered.sum() >= LEAST:
            self._held[covered] = HOLD
        held = self._held > 0
        self._held = np.maximum(self._held - 1, 0)
        return held


def cover_mask(covered: NDArray[np.bool_], points: Points, shape: tuple[int, int]) -> NDArray[np.float32]:
    """(H, W) 0..1 round the covered points, with a soft rim."""
    mask = np.zeros(shape, np.float32)
    radius = max(2, round(SPREAD * float(iod(points))))
    for x, y in points[:SURFACE][covered, :2].round().astype(int).tolist():
        cv2.circle(mask, (x, y), radius, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), max(radius / 3, 0.8)), np.float32)


def sharpened(cover: NDArray[np.float32], skin: NDArray[np.float32], points: Points) -> NDArray[np.float32]:
    """The cover with the true outline of what lies there, where its colour tells it from skin.

    Args:
        cover: what ``cover_mask`` gave; skin: probability learnt from the uncovered part, both (H, W).
    """
    if float((cover * skin).sum()) > LIKE_SKIN * float(cover.sum()):
        return cover
    reach = 2 * max(1, round(SPREAD * float(iod(points)))) + 1
    wide = cv2.GaussianBlur(cv2.dilate(cover, np.ones((reach, reach), np.uint8)), (0, 0), reach / 6)
    features = features_mask(points, (skin.shape[0], skin.shape[1]))
    # Near the cover the doubt goes to the thing: half-drawn it would look like glass.
    limit = SKIN_FAR_OFF + (SKIN_CLOSE_BY - SKIN_FAR_OFF) * cover
    foreign = np.clip((limit - skin) / SKIN_SLOPE, 0, 1)
    thing = foreign * np.maximum(1 - features, np.minimum(2 * cover, 1))
    return np.asarray(np.minimum(wide, cv2.GaussianBlur(thing, (0, 0), 0.7)), np.float32)


def is_lost(covered: NDArray[np.bool_]) -> bool:
    """True when too little of the face is left to replace."""
    return bool(covered[_skin_points()].mean() > MOST)


@cache
def _skin_points() -> NDArray[np.bool_]:
    """Points that lie on plain skin and neither move by themselves nor see past the outline."""
    skin = np.ones(SURFACE, bool)
    for rows in (BROW_LEFT, BROW_RIGHT, EYE_LEFT, EYE_RIGHT, LIDS_LEFT, LIDS_RIGHT, UPPER_LIP, LOWER_LIP):
        skin[list(rows)] = False
    skin[[*OVAL, *NOSTRILS, 61, 291, 78, 308]] = False
    return skin


def _colours(picture: Frame, points: Points) -> NDArray[np.float32]:
    """(468, 3) YCrCb at the points, blurred a little against noise and pores."""
    soft = cv2.cvtColor(cv2.GaussianBlur(picture, (0, 0), 1.5), cv2.COLOR_BGR2YCrCb)
    return np.asarray(sample(np.asarray(soft, np.uint8), points[None, :SURFACE, :2])[0], np.float32)


def _levelled(colours: NDArray[np.float32], usual: NDArray[np.float32]) -> NDArray[np.float32]:
    """The colours without a change of the whole face's light, as far as light changes from frame to frame."""
    change = np.median((colours - usual)[_skin_points()], axis=0)
    return np.asarray(colours - np.clip(change, -LIGHT, LIGHT), np.float32)


def _first_guess(colours: NDArray[np.float32]) -> NDArray[np.float32]:
    """The first frame is taken as usual, except where its hue cannot belong to a face."""
    typical = np.median(colours[_skin_points()], axis=0)
    foreign = np.linalg.norm((colours - typical)[:, 1:], axis=1) > FOREIGN
    return np.where(foreign[:, None], typical, colours).astype(np.float32)


def _neighbours(points: Points) -> NDArray[np.bool_]:
    """(468, S) which of the S skin points lie near each point; the face hardly changes, so once per shot will do."""
    apart = points[:SURFACE, None, :2] - points[None, :SURFACE, :2][:, _skin_points()]
    return np.asarray((apart**2).sum(-1) < (REACH * float(iod(points))) ** 2, bool)


def _patches(strange: NDArray[np.bool_], near: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Covered points: most skin points near them are strange. Single strange points are shadows or noise."""
    voters = near.sum(1)
    share = near[:, strange[_skin_points()]].sum(1) / np.maximum(voters, 1)
    return np.asarray((share > AGREE) & (voters > 2), bool)
