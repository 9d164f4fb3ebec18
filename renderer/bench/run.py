"""One measurement from end to end: the stages of a production render, timed, then everything that can be measured."""

from __future__ import annotations

import platform
import resource
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from renderer.bench.band import write_banded
from renderer.bench.baseline import reencode_seconds
from renderer.bench.cases import open_case
from renderer.bench.faces import KnownFace, pictures_of_clip, pictures_of_likeness
from renderer.bench.lips import mouth_scores
from renderer.bench.quality import PictureScores
from renderer.media.frames import read_frames
from renderer.pipeline import Run
from renderer.stages import check, compose, protect
from renderer.types import SpokenLine
from renderer.vision.mouth import follow_mouth, speaking

if TYPE_CHECKING:
    from pathlib import Path

    from renderer.bench.cases import Case, OpenCase
    from renderer.engines.base import IdentityModel
    from renderer.pipeline import Prepared, Toolbox

QUALITY = (
    "lip_open_corr",
    "lip_open_lag_frames",
    "lip_width_corr",
    "open_std_ratio",
    "bilabial_closed",
    "mouth_sharpness_ratio",
    "mouth_jitter_ratio",
    "ssim_outside",
    "id_likeness_same",
    "id_actor_different",
)
NO_TEXT = "no text was given, the mouth is the master's own"
NO_LIKENESS = "no likeness was given, the face is the actor's own"
NOT_COMPARABLE = "no frame could be compared"
WARM_UP = SpokenLine("Ready.", 0.0, 2.0)
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Bench:
    """The tools of a measurement: the deployment's, with the production limit on face size lifted."""

    tools: Toolbox
    identity: IdentityModel


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished but unsigned render and what it cost."""

    video: Path
    prepared: Prepared
    sound: bool
    seconds: float
    stages: dict[str, float]
    notes: dict[str, str]


def measure(case: Case, bench: Bench, workdir: Path, out: Path | None = None) -> dict[str, Any]:
    """Render one case and measure it.

    Args:
        workdir: scratch folder; out: where a copy with the measurement band goes.

    Returns:
        the report; its keys stay the same from release to release.

    Raises:
        RenderError: the material does not work, or an engine failed.
    """
    opened = open_case(case, bench.tools.detector, bench.tools.synthesizer, workdir)
    loading = _load(opened, bench.tools)
    baseline = reencode_seconds(case.master, opened.plan.profile, workdir)
    rendered = _render(opened, bench.tools, workdir)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    values, reasons = _quality(opened, rendered, bench)
    if out is not None:
        size, fps = opened.track.size, opened.track.fps
        write_banded(rendered.video, out, size, fps, opened.plan.profile, sound=rendered.sound)
    return {
        "stages": rendered.stages,
        "frames": opened.facts.frames,
        "wall_s": round(rendered.seconds, 3),
        "clip_s": round(opened.facts.seconds, 3),
        "x_realtime": round(rendered.seconds / opened.facts.seconds, 3),
        "x_reencode": round(rendered.seconds / baseline, 3),
        "peak_rss_mb": round(memory, 1),
        "quality": {name: _short(values.get(name)) for name in QUALITY},
        "reasons": {**reasons, **rendered.notes},
        "reencode_s": round(baseline, 3),
        "load_s": round(loading, 3),
        "engines": dict(bench.tools.engine_versions),
        "machine": f"{platform.machine()} {platform.system()}, Python {platform.python_version()}",
    }


def _load(opened: OpenCase, tools: Toolbox) -> float:
    """Seconds to load the voice model, which a worker does once and not once per variant."""
    began = time.perf_counter()
    if opened.plan.voice is not None:
        tools.synthesizer.speak([WARM_UP], opened.plan.locale, opened.plan.voice.name, WARM_UP.end)
    return time.perf_counter() - began


def _render(opened: OpenCase, tools: Toolbox, workdir: Path) -> Rendered:
    run = Run(opened.plan, tools, workdir, lambda _stage, _done, _total: None)
    began = time.perf_counter()
    prepared = run.prepare()
    with run.stage("compose"):
        audio = compose.sound(opened.plan, prepared.speech, workdir)
    video = run.picture(prepared, audio, opened.plan.watermark.strength)
    with run.stage("protect"):
        readable = protect.read_back(video, opened.plan, tools.keys)
    with run.stage("check"):
        check.measure(video, opened.plan, prepared.lips, tools.detector)
    seconds = time.perf_counter() - began
    notes = {} if readable else {"watermark": "the test mark does not read back from so little picture"}
    stages = {
        report.name: round(1000 * report.seconds / opened.facts.frames, 3) for report in run.clock.reports()
    }
    return Rendered(video, prepared, audio is not None, seconds, stages, notes)


def _quality(
    opened: OpenCase, rendered: Rendered, bench: Bench
) -> tuple[dict[str, float | int | None], dict[str, str]]:
    lips = rendered.prepared.lips
    values: dict[str, float | int | None] = dict.fromkeys(QUALITY)
    reasons: dict[str, str] = {}
    if lips is not None:
        found = mouth_scores(rendered.video, lips.targets, opened.track, opened.take, bench.tools.detector)
        values |= found.values
        reasons |= found.reasons
    values |= _picture(opened, rendered, bench)
    for name in QUALITY:
        if values[name] is None and name not in reasons:
            reasons[name] = _reason(name, opened)
    return values, reasons


def _reason(name: str, opened: OpenCase) -> str:
    if name.startswith("id_"):
        return NOT_COMPARABLE if opened.plan.likeness else NO_LIKENESS
    return NOT_COMPARABLE if opened.plan.lines else NO_TEXT


def _picture(opened: OpenCase, rendered: Rendered, bench: Bench) -> dict[str, float | int | None]:
    """Run the picture steps once more without label, mark and encoder, and look at every frame."""
    prepared, plan = rendered.prepared, opened.plan
    mouth = follow_mouth(opened.track)
    faces = []
    if plan.likeness is not None:
        wanted = pictures_of_likeness(plan.likeness, bench.tools.detector)
        actor = pictures_of_clip(plan.master.path, opened.track)
        faces = [KnownFace(bench.identity, wanted), KnownFace(bench.identity, actor)]
    speech = prepared.lips.targets.speech if prepared.lips else None
    scores = PictureScores(opened.track, speech, speaking(mouth, float(opened.track.fps)), faces)
    for index, frame in enumerate(read_frames(plan.master.path)):
        changed = prepared.face.render(index, frame) if prepared.face else frame
        changed = prepared.lips.render(index, changed) if prepared.lips else changed
        scores.take(index, frame, changed)
    return {
        "mouth_sharpness_ratio": scores.sharpness_ratio,
        "mouth_jitter_ratio": scores.jitter_ratio,
        "ssim_outside": scores.ssim_outside,
        "id_likeness_same": faces[0].same if faces else None,
        "id_actor_different": faces[1].different if faces else None,
    }


def _short(value: float | int | None) -> float | int | None:
    return round(value, DIGITS) if isinstance(value, float | np.floating) else value
