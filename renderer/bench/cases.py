"""What is measured: a master, maybe a likeness, maybe words, turned into the plan a production render would get."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from renderer.errors import InputError
from renderer.media.probe import probe
from renderer.provenance.labels import label_text
from renderer.types import (
    InputFile,
    LabelSpec,
    LikenessInput,
    ManifestSpec,
    OutputProfile,
    RenderPlan,
    SpokenLine,
    VoiceSpec,
    WatermarkSpec,
)
from renderer.vision.landmarks import load_track, save_track

if TYPE_CHECKING:
    from pathlib import Path

    from renderer.engines.base import FaceDetector, VoiceSynthesizer
    from renderer.types import ClipFacts, FaceTrack

TEST_MARK = 0x7E57_7E57_7E57
"""Watermark payload of every measurement; no variant has it, so no file made here verifies as one."""
LEAD_IN, LEAD_OUT = 0.3, 0.2
PHOTOS = frozenset((".jpg", ".jpeg", ".png", ".webp"))
NO_MANIFEST = ManifestSpec(
    variant_ref="measurement",
    title="Measurement, not for use",
    consent_refs=(),
    consent_commitments=(),
    territories=(),
    valid_until="",
    status_url="",
    source_locale="",
    locale="",
    performer_kind="digital_replica",
    generator_version="bench",
)


@dataclass(frozen=True, slots=True)
class Case:
    """One measurement. Without ``likeness`` only the lips change, without ``text`` only the face."""

    master: Path
    likeness: Path | None = None
    text: str = ""
    locale: str = "en-US"
    voice: str = ""


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case whose files are read and tracked, as they would be after upload."""

    plan: RenderPlan
    facts: ClipFacts
    track: FaceTrack
    take: FaceTrack | None


def open_case(case: Case, detector: FaceDetector, synthesizer: VoiceSynthesizer, workdir: Path) -> OpenCase:
    """Probe and track the material and freeze the plan.

    Raises:
        InputError: codes of the probe and the tracker; ``NOTHING_TO_DO`` without likeness and text,
            ``LOCALE_UNAVAILABLE`` when the synthesiser has no voice for the locale.
    """
    if case.likeness is None and not case.text:
        raise InputError("NOTHING_TO_DO", "Give a likeness, a text, or both.")
    facts = probe(case.master)
    track = detector.track(case.master)
    likeness, take = _likeness(case.likeness, detector, workdir)
    stored = workdir / "master.track.npz"
    save_track(track, stored)
    plan = RenderPlan(
        variant_ref="measurement",
        job_ref="measurement",
        master=_file(case.master),
        track=_file(stored),
        likeness=likeness,
        locale=case.locale,
        lines=_lines(case.text, facts.seconds),
        voice=_voice(case, synthesizer),
        bed=None,
        label=LabelSpec(text=label_text(case.locale), pack_version="bench"),
        profile=OutputProfile(),
        watermark=WatermarkSpec(payload_id=TEST_MARK),
        manifest=NO_MANIFEST,
        engines={},
    )
    return OpenCase(plan, facts, track, take)


def _lines(text: str, seconds: float) -> tuple[SpokenLine, ...]:
    return (SpokenLine(text, LEAD_IN, max(seconds - LEAD_OUT, LEAD_IN)),) if text else ()


def _voice(case: Case, synthesizer: VoiceSynthesizer) -> VoiceSpec | None:
    if not case.text:
        return None
    names = [case.voice] if case.voice else list(synthesizer.voices(case.locale))
    if not names:
        raise InputError("LOCALE_UNAVAILABLE", f"There is no voice for {case.locale}.")
    return VoiceSpec("preset", names[0])


def _likeness(
    path: Path | None, detector: FaceDetector, workdir: Path
) -> tuple[LikenessInput | None, FaceTrack | None]:
    """A photo, a clip, or a folder with photos and at most one clip."""
    if path is None:
        return None, None
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    photos = tuple(_file(file) for file in files if file.suffix.lower() in PHOTOS)
    clips = [file for file in files if file.is_file() and file.suffix.lower() not in PHOTOS]
    if not clips:
        return LikenessInput(photos=photos), None
    stored = workdir / "take.track.npz"
    save_track(detector.track(clips[0]), stored)
    return LikenessInput(photos, _file(clips[0]), _file(stored)), load_track(stored)


def _file(path: Path) -> InputFile:
    with path.open("rb") as file:
        return InputFile(path, hashlib.file_digest(file, "sha256").hexdigest())
