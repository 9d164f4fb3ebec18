"""Check: look at the encoded file again and compare it with what was wanted. Scores and flags, never a failure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from renderer.errors import RenderError
from renderer.media.audio import measure_lufs
from renderer.media.frames import read_frames
from renderer.provenance.labels import legibility
from renderer.types import QualityScores
from renderer.vision.mouth import follow_mouth
from renderer.vision.mouthscores import correlation, lag_frames

if TYPE_CHECKING:
    from pathlib import Path

    from renderer.engines.base import FaceDetector, LipSession, LipTargets
    from renderer.types import FaceTrack, LabelSpec, RenderPlan

NO_SPEECH = "the variant keeps the master's own speech"
STILL = "too little speech, or the mouth does not move"
NO_FACE = "the face of the finished video was not found again"
NO_SOUND = "the video has no sound"
NO_LABEL = "the label could not be measured"
LABEL_FRAMES, LABEL_STEP = 25, 12
LIP_SCORES = ("lip_open_corr", "lip_open_lag_frames", "lip_width_corr")


@dataclass(frozen=True, slots=True)
class Gates:
    """Scores beyond these are flagged for a person to look at. 4.5 is WCAG's least contrast of small text."""

    open_corr: float = 0.80
    width_corr: float = 0.50
    lag_frames: int = 1
    loudness_lu: float = 1.0
    label_contrast: float = 4.5


@dataclass(frozen=True, slots=True)
class LipScores:
    """The mouth seen against the mouth wanted; ``reason`` says why a score is None."""

    open_corr: float | None = None
    lag: int | None = None
    width_corr: float | None = None
    reason: str = STILL


def measure(
    video: Path, plan: RenderPlan, lips: LipSession | None, detector: FaceDetector, gates: Gates | None = None
) -> QualityScores:
    """Measure a finished, encoded video against its plan.

    Args:
        video: the encoded file, before it is signed.
        lips: the session that moved the mouth; None where nothing was spoken anew.
    """
    mouth = _look(video, lips, detector)
    heard, contrast = _listen(video), _read_label(video, plan.label)
    reasons = {} if mouth.open_corr is not None else dict.fromkeys(LIP_SCORES, mouth.reason)
    if heard is None:
        reasons["loudness_lufs"] = NO_SOUND
    if contrast is None:
        reasons["label_contrast"] = NO_LABEL
    scores = QualityScores(
        lip_open_corr=mouth.open_corr,
        lip_open_lag_frames=mouth.lag,
        lip_width_corr=mouth.width_corr,
        loudness_lufs=heard,
        label_contrast=contrast,
        reasons=reasons,
    )
    return replace(scores, flags=flags(scores, plan.profile.lufs, gates or Gates()))


def flags(scores: QualityScores, lufs: float, gates: Gates) -> tuple[str, ...]:
    """Names of the scores that a person should look at before the variant goes out.

    Args:
        lufs: the loudness that was wanted.
    """
    lag, heard = scores.lip_open_lag_frames, scores.loudness_lufs
    unseen = scores.reasons.get("lip_open_corr") in (STILL, NO_FACE)
    found = {
        "lip_open_corr": unseen or _below(scores.lip_open_corr, gates.open_corr),
        "lip_width_corr": _below(scores.lip_width_corr, gates.width_corr),
        "lip_open_lag_frames": lag is not None and abs(lag) > gates.lag_frames,
        "loudness_lufs": heard is not None and abs(heard - lufs) > gates.loudness_lu,
        "label_contrast": _below(scores.label_contrast, gates.label_contrast),
    }
    return tuple(name for name, wrong in found.items() if wrong)


def _below(score: float | None, least: float) -> bool:
    return score is not None and score < least


def _look(video: Path, lips: LipSession | None, detector: FaceDetector) -> LipScores:
    if lips is None:
        return LipScores(reason=NO_SPEECH)
    try:
        seen = detector.follow(video)
    except RenderError:
        return LipScores(reason=NO_FACE)
    return compare_lips(seen, lips.targets)


def compare_lips(seen: FaceTrack, wanted: LipTargets) -> LipScores:
    """Correlation and lag, over the frames in which somebody speaks."""
    mouth = follow_mouth(seen)
    length = min(len(mouth), len(wanted.opening))
    where = wanted.speech[:length] & mouth.present[:length]
    opening, aim = mouth.opening[:length], wanted.opening[:length]
    return LipScores(
        open_corr=correlation(aim, opening, where),
        lag=lag_frames(aim, opening, where),
        width_corr=correlation(wanted.width[:length], mouth.width[:length], where),
    )


def _listen(video: Path) -> float | None:
    """Integrated loudness; None for a file without sound or with digital silence."""
    try:
        heard = measure_lufs(video)[0]
    except RenderError:
        return None
    return heard if np.isfinite(heard) else None


def _read_label(video: Path, label: LabelSpec) -> float | None:
    """Smallest contrast of the label's letters in a few frames of its first second."""
    try:
        frames = list(islice(read_frames(video, stop=LABEL_FRAMES), 0, None, LABEL_STEP))
        return min((legibility(frame, label) for frame in frames), default=None)
    except RenderError:
        return None
