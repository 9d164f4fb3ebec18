"""Measures of the mouth in the encoded file: does it do what the phonemes wanted, as lively as the actor is?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from renderer.errors import RenderError
from renderer.stages.check import NO_FACE, STILL, compare_lips
from renderer.vision.mouth import follow_mouth
from renderer.vision.mouthactor import study, worn_range
from renderer.vision.mouthscores import closure_share, spread_ratio

if TYPE_CHECKING:
    from pathlib import Path

    from renderer.engines.base import FaceDetector, LipTargets
    from renderer.types import FaceTrack

NAMES = ("lip_open_corr", "lip_open_lag_frames", "lip_width_corr", "open_std_ratio")
NO_BILABIAL = "the text has no p, b or m"


@dataclass(frozen=True, slots=True)
class MouthScores:
    """One value per measure of the mouth's motion; ``reasons`` for those that are None."""

    values: dict[str, float | int | None]
    reasons: dict[str, str]


def mouth_scores(
    video: Path, wanted: LipTargets, track: FaceTrack, take: FaceTrack | None, detector: FaceDetector
) -> MouthScores:
    """Track the encoded file again and compare.

    Args:
        track: the master's face; take: the clip that lent its mouths, None for the master itself.
    """
    try:
        seen = detector.follow(video)
    except RenderError:
        return MouthScores({}, dict.fromkeys((*NAMES, "bilabial_closed"), NO_FACE))
    length = min(len(seen), len(wanted.speech))
    lender = study(take if take is not None else track)
    opening = worn_range(study(track), lender).opening(follow_mouth(seen).opening)[:length]
    compared = compare_lips(seen, wanted)
    spread = spread_ratio(opening, wanted.speech[:length], lender.speech()[0])
    closed = closure_share(opening, wanted.closed[:length])
    found = (compared.open_corr, compared.lag, compared.width_corr, spread)
    reasons = {name: STILL for name, value in zip(NAMES, found, strict=True) if value is None}
    if closed is None:
        reasons["bilabial_closed"] = NO_BILABIAL
    return MouthScores({**dict(zip(NAMES, found, strict=True)), "bilabial_closed": closed}, reasons)
