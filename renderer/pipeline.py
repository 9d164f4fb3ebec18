"""One render as a visible list of stages: voice, picture (face, lipsync, compose, protect), check, sign.

The picture stages run fused in one streaming pass (``renderer.stages.picture``): nothing lossy lies between them
and memory does not grow with the clip. No byte changes after ``sign``.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from renderer.media.frames import FrameWriter
from renderer.media.probe import probe
from renderer.stages import check, compose, face, lipsync, protect, sign, voice
from renderer.stages.picture import Clock, Step, encode, frames_through
from renderer.types import RenderResult
from renderer.vision.landmarks import load_track

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from renderer.engines.base import (
        FaceDetector,
        FaceSession,
        FaceSubstituter,
        LipSession,
        LipSyncer,
        Transcriber,
        VoiceSynthesizer,
    )
    from renderer.provenance.signer import Signer
    from renderer.provenance.watermark import WatermarkKeys
    from renderer.stages.sign import SignedFile
    from renderer.types import FaceTrack, QualityScores, RenderPlan, VoiceTrack

    Progress = Callable[[str, int, int], None]

STAGES = ("voice", "face", "lipsync", "compose", "protect", "check", "sign", "store")
STRENGTH_STEP = 0.2


@dataclass(frozen=True, slots=True)
class Toolbox:
    """The engines and secrets of this deployment; ``engine_versions`` goes into the record."""

    detector: FaceDetector
    synthesizer: VoiceSynthesizer
    transcriber: Callable[[], Transcriber]
    substituter: FaceSubstituter
    lip_syncer: LipSyncer
    signer: Signer
    keys: WatermarkKeys
    fonts: Path
    engine_versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the picture pass needs, made once per render."""

    track: FaceTrack
    speech: VoiceTrack | None
    face: FaceSession | None
    lips: LipSession | None


class Run:
    """One execution of a plan in a work folder."""

    def __init__(self, plan: RenderPlan, toolbox: Toolbox, workdir: Path, on_progress: Progress) -> None:
        self.plan = plan
        self.toolbox = toolbox
        self.workdir = workdir
        self.on_progress = on_progress
        self.clock = Clock()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self.on_progress(name, 0, 1)
        began = time.perf_counter()
        yield
        self.clock.add(name, time.perf_counter() - began)

    def prepare(self) -> Prepared:
        """Speak the lines and set up the engines.

        Raises:
            InputError: ``TEXT_TOO_LONG``, ``LOCALE_UNAVAILABLE``, ``DB_TOO_SHORT``, ``NO_FACE`` and others.
        """
        plan, tools = self.plan, self.toolbox
        track = load_track(plan.track.path)
        with self.stage("voice"):
            speech = voice.speak(plan, tools.synthesizer, tools.transcriber, len(track) / float(track.fps))
        with self.stage("prepare"):
            substituted = face.prepare(plan, tools.substituter, track)
            lips = lipsync.prepare(plan, tools.lip_syncer, track, speech, substituted)
        return Prepared(track, speech, substituted, lips)

    def steps(self, prepared: Prepared, strength: float) -> list[Step]:
        """The per-frame steps in their fixed order; label and watermark are always there."""
        size, fps = prepared.track.size, prepared.track.fps
        steps = [Step("face", prepared.face.render)] if prepared.face else []
        if prepared.lips:
            steps.append(Step("lipsync", prepared.lips.render))
        steps.append(Step("compose", compose.labeller(self.plan, size, fps)))
        marker = protect.embedder(self.plan, self.toolbox.keys, size, fps, strength)
        return [*steps, Step("protect", marker.apply)]

    def picture(self, prepared: Prepared, audio: Path | None, strength: float) -> Path:
        """Stream the master through all steps into an encoded, marked, unsigned file."""
        path = self.workdir / "marked.mp4"
        track, plan = prepared.track, self.plan
        words = prepared.speech.words if prepared.speech else ()
        captions = compose.burnt_captions(plan, words, track.size, self.workdir, self.toolbox.fonts)
        writer = FrameWriter(
            path, track.size, track.fps, profile=plan.profile, audio=audio, subtitles=captions
        )
        frames = frames_through(plan.master.path, self.steps(prepared, strength), self.clock)
        encode(frames, writer, len(track), self.clock, self.on_progress)
        return path

    def protected(self, prepared: Prepared, audio: Path | None) -> tuple[Path, float]:
        """Encode, read our own mark back from the encoded file, and go stronger only where that failed.

        Raises:
            ProvenanceError: ``MARK_UNREADABLE`` when even the strongest mark does not read.
        """
        mark = self.plan.watermark
        strength = mark.strength
        while True:
            path = self.picture(prepared, audio, strength)
            with self.stage("protect"):
                if protect.read_back(path, self.plan, self.toolbox.keys):
                    return path, strength
            if strength >= mark.max_strength:
                raise protect.unreadable()
            strength = min(strength + STRENGTH_STEP, mark.max_strength)


def render(
    plan: RenderPlan,
    toolbox: Toolbox,
    workdir: Path,
    *,
    on_progress: Progress,
    checkpoint: Callable[[], None],
) -> RenderResult:
    """Render one variant.

    Args:
        on_progress: called with (stage, done, total); may raise ``Cancelled`` to stop the render.
        checkpoint: asks the consent gate again right before signing; raises when the answer is no.

    Raises:
        RenderError: with a catalogue code; ``permanent`` says whether a retry can help.
    """
    run = Run(plan, toolbox, workdir, on_progress)
    prepared = run.prepare()
    with run.stage("compose"):
        audio = compose.sound(plan, prepared.speech, workdir)
    marked, strength = run.protected(prepared, audio)
    with run.stage("check"):
        quality = check.measure(marked, plan, prepared.lips, toolbox.detector)
    with run.stage("sign"):
        checkpoint()
        signed = sign.sign(plan, marked, workdir / "variant.mp4", toolbox.signer)
    return _result(run, prepared, signed, quality, strength)


def _result(
    run: Run, prepared: Prepared, signed: SignedFile, quality: QualityScores, strength: float
) -> RenderResult:
    words = prepared.speech.words if prepared.speech else ()
    poster = compose.poster(signed.path, run.workdir)
    return RenderResult(
        video=signed.path,
        captions=compose.caption_file(words, run.workdir),
        poster=poster,
        thumbnail=compose.thumbnail(poster, run.workdir),
        sha256=signed.sha256,
        facts=probe(signed.path),
        manifest=signed.manifest,
        watermark_id=run.plan.watermark.payload_id,
        watermark_strength=strength,
        quality=quality,
        stages=run.clock.reports(),
        engine_versions=run.toolbox.engine_versions,
    )
