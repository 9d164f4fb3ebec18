"""What a render attempt took and measured, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from campaigns.views.progress import STAGES, TIMELINE

if TYPE_CHECKING:
    from campaigns.models import Variant

REPORTED: Final = (
    "voice", "prepare", "decode", "face", "lipsync", "compose", "protect", "encode", "check", "sign", "store",
)  # fmt: skip
_PICTURE: Final = frozenset({"picture", "encode"})
_FUSED: Final = ("face", "lipsync", "compose", "protect")
LIP_CORRELATION: Final = 0.5
LOUDNESS_WITHIN: Final = 1.0
LOUDNESS_TARGET: Final = -16.0


@dataclass(frozen=True, slots=True)
class StageLine:
    """One stage: ``look`` is done, now, bad or empty."""

    name: str
    look: str
    time: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """One measured figure of the finished file."""

    label: str
    value: str
    bad: bool = False


def stages_of(variant: Variant, job: Any) -> list[StageLine]:
    """The stages of the newest attempt; face, lips, label and mark run together over each frame."""
    if job is None or variant.status == "draft":
        return []
    seconds = dict(job.stage_seconds or {})
    if seconds:
        return [
            StageLine(STAGES.get(name, name.capitalize()), "done", time_of(seconds[name]))
            for name in _known(seconds)
        ]
    reached = _reached(job.stage)
    ended = variant.status in {"failed", "blocked"}
    return [StageLine(STAGES[name], _look(at, reached, ended=ended)) for at, name in enumerate(TIMELINE)]


def _known(seconds: Mapping[str, Any]) -> list[str]:
    ordered = [name for name in REPORTED if name in seconds]
    return [*ordered, *(name for name in seconds if name not in ordered)]


def _reached(stage: str) -> tuple[int, int]:
    """First and last place of the running stage in the timeline."""
    if stage in _PICTURE:
        places = [TIMELINE.index(name) for name in _FUSED]
        return places[0], places[-1]
    at = (
        TIMELINE.index(stage)
        if stage in TIMELINE
        else 0
        if stage == "voice"
        else 1
        if stage == "prepare"
        else -1
    )
    return at, at


def _look(at: int, reached: tuple[int, int], *, ended: bool) -> str:
    first, last = reached
    if at < first:
        return "done"
    return ("bad" if ended else "now") if at <= last else ""


def time_of(report: Any) -> str:
    """``18.2 s`` or, for stages that work frame by frame, ``18.2 s, 48 ms a frame``."""
    facts = report if isinstance(report, dict) else {"seconds": report}
    seconds, frames = float(facts.get("seconds") or 0), int(facts.get("frames") or 0)
    return f"{seconds:.1f} s, {1000 * seconds / frames:.0f} ms a frame" if frames else f"{seconds:.1f} s"


def quality_of(job: Any) -> list[Measure]:
    """The measured figures with what is out of bounds marked; what could not be measured is left out."""
    found: Mapping[str, Any] = job.quality if job is not None else {}
    lips, lag = found.get("lip_open_corr"), found.get("lip_open_lag_frames")
    loud, label = found.get("loudness_lufs"), found.get("label_contrast")
    measures = [
        Measure("Lips follow the words", f"{lips:.2f} of 1", lips < LIP_CORRELATION)
        if lips is not None
        else None,
        Measure("Lips against sound", f"{lag:+d} frames" if lag else "in step", abs(lag) > 1)
        if lag is not None
        else None,
        Measure("Loudness", f"{loud:.1f} LUFS", abs(loud - LOUDNESS_TARGET) > LOUDNESS_WITHIN)
        if loud is not None
        else None,
        Measure("Label contrast", f"{label:.1f} : 1", label < 3) if label is not None else None,
    ]
    return [measure for measure in measures if measure]
