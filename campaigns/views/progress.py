"""How far a variant is, in words: what runs, how many frames of how many, how long it may still take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from campaigns import catalogue

if TYPE_CHECKING:
    from campaigns.models import Variant

STALLED_AFTER: Final = timedelta(seconds=60)
LIVE: Final = frozenset({"queued", "rendering"})
STAGES: Final = {
    "claimed": "Starting",
    "fetch": "Fetching the files",
    "voice": "Speaking the lines",
    "prepare": "Preparing face and lips",
    "decode": "Reading the master",
    "face": "Placing the face",
    "lipsync": "Moving the lips",
    "compose": "Sound, label, captions",
    "picture": "Drawing the frames",
    "encode": "Encoding",
    "protect": "Invisible mark",
    "check": "Checking the result",
    "sign": "Signing",
    "store": "Storing",
}
# The order shown on the page of a variant; each is one named stage of the report.
TIMELINE: Final = ("voice", "face", "lipsync", "compose", "protect", "check", "sign", "store")


@dataclass(frozen=True, slots=True)
class Failure:
    """A refusal or failure as the catalogue explains it."""

    code: str
    text: str
    fix: str
    who: str
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """One variant in words. ``status`` is the variant's, or ``stalled`` when its worker fell silent."""

    status: str
    stage: str = ""
    line: str = ""
    share: float = 0.0
    heartbeat: datetime | None = None
    attempt: int = 0
    failure: Failure | None = None

    @property
    def live(self) -> bool:
        return self.status in LIVE or self.status == "stalled"


def of(variant: Variant, job: Any = None) -> Progress:
    """``job`` is the variant's newest render attempt, if there is one."""
    if variant.status == "rendering" and job is not None:
        return _running(job)
    if variant.status in {"failed", "blocked", "withdrawn"}:
        return Progress(variant.status, failure=failure_of(variant))
    return Progress(str(variant.status), attempt=job.attempt if job else 0)


def failure_of(variant: Variant) -> Failure | None:
    code = variant.error_code or variant.block_code
    if not code:
        return None
    entry = catalogue.entry(code)
    stage = STAGES.get(variant.error_stage, "")
    return Failure(code, variant.error_message or entry.text, entry.fix, entry.who, stage)


def _running(job: Any) -> Progress:
    silent = timezone.now() - job.heartbeat_at > STALLED_AFTER
    return Progress(
        status="stalled" if silent else "rendering",
        stage=STAGES.get(job.stage, job.stage),
        line="Worker lost, another one takes over" if silent else line_of(job),
        share=job.done / job.total if job.total else 0.0,
        heartbeat=job.heartbeat_at,
        attempt=job.attempt,
    )


def line_of(job: Any) -> str:
    """``12 of 375 frames, about 40 s``: counted frames and the time the rest takes at the pace so far."""
    if job.total <= 1:
        return str(STAGES.get(job.stage, job.stage))
    counted = f"{job.done} of {job.total} frames"
    left = seconds_left(job)
    return counted if left is None else f"{counted}, about {in_round_seconds(left)}"


def seconds_left(job: Any) -> float | None:
    """Seconds for the frames that are missing; None until enough of them are done to tell."""
    if job.done < max(3, job.total // 50):
        return None
    return float(job.seconds * (job.total - job.done) / job.done)


def in_round_seconds(seconds: float) -> str:
    if seconds < 10:
        return f"{max(1, round(seconds))} s"
    if seconds < 90:
        return f"{5 * round(seconds / 5)} s"
    return f"{round(seconds / 60)} min"
