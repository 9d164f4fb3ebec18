"""One actor's mouth as a whole: how it moves, how far it goes, and how its movement looks on another face."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from renderer.vision.landmarks import iod
from renderer.vision.mouth import MouthRange, breadth_of, follow_mouth, mouth_range, speaking
from renderer.vision.mouthshape import learn_basis

if TYPE_CHECKING:
    from renderer.types import FaceTrack
    from renderer.vision.mouth import Curve, MouthTrack
    from renderer.vision.mouthshape import MouthBasis


@dataclass(frozen=True, slots=True)
class Actor:
    """The person of one clip, as lender or bearer of mouths."""

    track: FaceTrack
    mouth: MouthTrack
    basis: MouthBasis
    range: MouthRange

    @property
    def fps(self) -> float:
        return float(self.track.fps)

    @property
    def eyes(self) -> float:
        """Usual eye distance in pixels."""
        return float(np.median(iod(self.track.points[self.mouth.present])))

    @property
    def seconds(self) -> float:
        """How long the clip shows the face."""
        return float(self.mouth.present.sum()) / self.fps

    def speech(self) -> tuple[Curve, Curve]:
        """Opening and width, in the own range, of the frames in which the actor speaks."""
        active = speaking(self.mouth, self.fps)
        return self.range.opening(self.mouth.opening[active]), self.range.width(self.mouth.width[active])


def study(track: FaceTrack) -> Actor:
    """Learn an actor's mouth from a track."""
    mouth = follow_mouth(track)
    return Actor(track, mouth, learn_basis(mouth), mouth_range(mouth))


def worn_range(bearer: Actor, lender: Actor) -> MouthRange:
    """The lender's range on the bearer's face: the same movement from the bearer's closed lips and calm width."""
    calm, lent = float(breadth_of(bearer.basis.neutral)), float(breadth_of(lender.basis.neutral))
    size = calm / lent
    return MouthRange(
        closed=bearer.range.closed,
        open=bearer.range.closed + size * (lender.range.open - lender.range.closed),
        narrow=calm + size * (lender.range.narrow - lent),
        wide=calm + size * (lender.range.wide - lent),
    )
