"""One real render of six seconds through every stage with the real engines, and what must be true of its file."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from renderer import pipeline
from renderer.engines import registry
from renderer.errors import Cancelled, InputError
from renderer.media import audio
from renderer.media.fonts import FONTS
from renderer.media.frames import FrameWriter, read_frames
from renderer.provenance import keys
from renderer.provenance.labels import label_text, legibility
from renderer.provenance.manifest import manifest_id, read_detached
from renderer.provenance.verifier import RecordFacts, VerdictCode, verify
from renderer.types import (
    InputFile,
    LabelSpec,
    LikenessInput,
    ManifestSpec,
    OutputProfile,
    RenderPlan,
    RenderResult,
    SpokenLine,
    VoiceSpec,
    WatermarkSpec,
)
from renderer.vision.landmarks import load_track, save_track

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

DEMO = Path(pipeline.__file__).parent / "data" / "demo"
MODELS = Path(pipeline.__file__).parent.parent / "var" / "models"
LOCALE, SECONDS, TAKE_SECONDS = "es-MX", 6, 8
TEXT = "Algunas mañanas necesitan algo más que un despertador."
PAYLOAD = 0xA1B2C3D4E5F6


@dataclass(frozen=True)
class Rendered:
    """The plan, its result, and the progress and gate calls that were seen."""

    plan: RenderPlan
    result: RenderResult
    toolbox: pipeline.Toolbox
    folder: Path
    stages_seen: tuple[str, ...]
    asked: int

    def verdict(self, path: Path | None = None) -> str:
        known = RecordFacts("r", manifest_id(self.result.manifest), frozenset({f"{PAYLOAD:012x}"}))
        lookup = {("manifest", known.manifest_id): known, ("watermark", f"{PAYLOAD:012x}"): known}
        trust = keys.trust_pem(self.folder / "keys")
        return verify(
            path or self.result.video,
            trust_pem=trust,
            keys=self.toolbox.keys,
            lookup=lambda *question: lookup.get(question),
        ).code


def cut(source: Path, target: Path, seconds: int) -> InputFile:
    frames = read_frames(source, stop=25 * seconds)
    first = next(frames)
    profile = OutputProfile(crf=16)
    with FrameWriter(target, (first.shape[1], first.shape[0]), Fraction(25), profile=profile) as writer:
        writer.write(first)
        for frame in frames:
            writer.write(frame)
    return given(target)


def given(path: Path) -> InputFile:
    return InputFile(path, hashlib.sha256(path.read_bytes()).hexdigest())


def tracked(clip: InputFile, toolbox: pipeline.Toolbox) -> InputFile:
    path = clip.path.with_suffix(".npz")
    save_track(toolbox.detector.track(clip.path), path)
    return given(path)


def make_toolbox(folder: Path) -> pipeline.Toolbox:
    keys.ensure(folder)
    create = registry.create
    return pipeline.Toolbox(
        detector=create("detect", "mediapipe", MODELS),
        synthesizer=create("voice", "kokoro", MODELS),
        transcriber=lambda: create("transcribe", "whisper", MODELS),
        substituter=create("face", "mesh", MODELS),
        lip_syncer=create("lipsync", "rewrite", MODELS),
        signer=keys.load_signer(folder),
        keys=keys.load_watermark_keys(folder),
        fonts=FONTS,
        engine_versions={"voice": "kokoro"},
    )


def make_plan(folder: Path, toolbox: pipeline.Toolbox) -> RenderPlan:
    person = next(item for item in json.loads((DEMO / "manifest.json").read_text())["likenesses"])
    master = cut(DEMO / "master.mp4", folder / "master.mp4", SECONDS)
    clip = cut(DEMO / person["clip"], folder / "take.mp4", TAKE_SECONDS)
    statement = ManifestSpec(
        variant_ref="11111111-2222-4333-8444-555555555555",
        title="AdForge variant",
        consent_refs=("urn:uuid:99999999-2222-4333-8444-555555555555",),
        consent_commitments=("ab" * 32,),
        territories=("MX",),
        valid_until="2027-01-01T00:00:00+00:00",
        status_url="https://ads.example/verify/",
        source_locale="en-US",
        locale=LOCALE,
        performer_kind="synthetic_performer",
        generator_version="0.1.0",
    )
    return RenderPlan(
        variant_ref=statement.variant_ref,
        job_ref="job",
        master=master,
        track=tracked(master, toolbox),
        likeness=LikenessInput((given(DEMO / person["photo"]),), clip, tracked(clip, toolbox)),
        locale=LOCALE,
        lines=(SpokenLine(TEXT, 0.5, 5.5),),
        voice=VoiceSpec("preset", "ef_dora"),
        bed=given(DEMO / "bed.m4a"),
        label=LabelSpec(label_text(LOCALE), "EU-1"),
        profile=OutputProfile(burn_captions=True),
        watermark=WatermarkSpec(PAYLOAD),
        manifest=statement,
        engines=dict(registry.DEFAULTS),
    )


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rendered]:
    folder = tmp_path_factory.mktemp("render")
    toolbox = make_toolbox(folder / "keys")
    plan = make_plan(folder, toolbox)
    seen: list[str] = []
    asked: list[int] = []
    result = pipeline.render(
        plan,
        toolbox,
        folder,
        on_progress=lambda stage, done, total: seen.append(stage),
        checkpoint=lambda: asked.append(1),
    )
    yield Rendered(plan, result, toolbox, folder, tuple(dict.fromkeys(seen)), len(asked))


def test_shape_and_length_are_the_masters(rendered: Rendered) -> None:
    facts = rendered.result.facts
    assert (facts.width, facts.height, facts.fps, facts.frames) == (1920, 1080, 25, 25 * SECONDS)
    assert (facts.video_codec, facts.audio_codec, facts.audio_rate) == ("h264", "aac", 48_000)


def test_every_stage_was_shown_and_timed(rendered: Rendered) -> None:
    assert rendered.stages_seen == ("voice", "prepare", "compose", "picture", "protect", "check", "sign")
    timed = {report.name: report.frames for report in rendered.result.stages}
    assert {name: timed[name] for name in ("face", "lipsync", "compose", "protect")} == dict.fromkeys(
        ("face", "lipsync", "compose", "protect"), 25 * SECONDS
    )


def test_gate_is_asked_before_signing(rendered: Rendered) -> None:
    assert rendered.asked == 1


def test_words_of_the_script_are_heard_in_the_file(rendered: Rendered) -> None:
    samples = audio.read_sound(rendered.result.video, 16_000)
    heard = rendered.toolbox.transcriber().words(samples, 16_000, LOCALE)
    said = {re.sub(r"\W", "", word.lower()) for word, _, _ in heard}
    assert {"mañanas", "necesitan", "despertador"} <= said


def test_loudness_is_on_target(rendered: Rendered) -> None:
    lufs, peak = audio.measure_lufs(rendered.result.video)
    assert abs(lufs + 16) <= 1
    assert peak <= -0.5


def test_lips_follow_the_new_words(rendered: Rendered) -> None:
    scores = rendered.result.quality
    assert scores.lip_open_corr is not None and scores.lip_open_corr > 0.8
    assert scores.lip_open_lag_frames is not None and abs(scores.lip_open_lag_frames) <= 1


def test_face_is_the_likeness_and_no_longer_the_performer(rendered: Rendered) -> None:
    identity = registry.create("identity", "dlib", MODELS)
    track = load_track(rendered.plan.track.path)
    likeness = rendered.plan.likeness
    assert likeness is not None and likeness.clip is not None and likeness.clip_track is not None
    take_track = load_track(likeness.clip_track.path)
    wanted = identity.describe(next(read_frames(likeness.clip.path)), take_track.points[0])
    performer = identity.describe(next(read_frames(rendered.plan.master.path)), track.points[0])
    for index in (20, 70, 120):
        frame = next(read_frames(rendered.result.video, start=index, stop=index + 1))
        seen = identity.describe(frame, track.points[index])
        assert np.linalg.norm(seen - wanted) < np.linalg.norm(seen - performer)


def test_label_is_readable_in_first_and_last_frame(rendered: Rendered) -> None:
    frames = list(read_frames(rendered.result.video))
    for frame in (frames[0], frames[-1]):
        assert legibility(frame, rendered.plan.label) > 4.5


def test_thumbnail_is_the_poster_at_list_size(rendered: Rendered) -> None:
    picture = cv2.imread(str(rendered.result.thumbnail))
    assert picture.shape == (360, 640, 3)
    poster = cv2.resize(cv2.imread(str(rendered.result.poster)), (640, 360), interpolation=cv2.INTER_AREA)
    assert np.abs(picture.astype(int) - poster).mean() < 3


def test_captions_name_the_words_with_times(rendered: Rendered) -> None:
    text = rendered.result.captions.read_text(encoding="utf-8")
    assert text.startswith("WEBVTT")
    assert "-->" in text and "despertador" in text


def test_verdict_of_the_file_and_of_one_changed_byte(rendered: Rendered, tmp_path: Path) -> None:
    assert rendered.verdict() == VerdictCode.SIGNED_UNCHANGED
    data = bytearray(rendered.result.video.read_bytes())
    data[len(data) // 2] ^= 1
    changed = tmp_path / "changed.mp4"
    changed.write_bytes(data)
    assert rendered.verdict(changed) == VerdictCode.SIGNED_ALTERED


def test_manifest_states_what_was_done_and_names_nobody(rendered: Rendered) -> None:
    store = read_detached(rendered.result.manifest)
    text = json.dumps(store)
    done = [
        action["action"]
        for item in store["manifests"][store["active_manifest"]]["assertions"]
        if item["label"] == "c2pa.actions.v2"
        for action in item["data"]["actions"]
    ]
    assert done == [
        "c2pa.opened",
        "c2pa.placed",
        "c2pa.placed",
        "c2pa.translated",
        "c2pa.dubbed",
        "c2pa.edited",
        "c2pa.watermarked.bound",
    ]
    people = json.loads((DEMO / "manifest.json").read_text())["likenesses"]
    assert not any(part in text for person in people for part in person["name"].split())
    assert rendered.plan.likeness is not None
    assert rendered.plan.likeness.photos[0].sha256 not in text


def test_a_line_too_long_is_refused_before_any_frame(rendered: Rendered, tmp_path: Path) -> None:
    hasty = replace(rendered.plan, lines=(SpokenLine(TEXT * 3, 0.5, 2.0),))
    with pytest.raises(InputError) as caught:
        pipeline.render(
            hasty, rendered.toolbox, tmp_path, on_progress=lambda *_: None, checkpoint=lambda: None
        )
    assert caught.value.code == "TEXT_TOO_LONG"
    assert not list(tmp_path.glob("*.mp4"))


def test_a_taken_away_render_stops_and_signs_nothing(rendered: Rendered, tmp_path: Path) -> None:
    def stop(stage: str, done: int, total: int) -> None:
        if stage == "picture" and done == 5:
            raise Cancelled("CANCELLED", "taken away")

    with pytest.raises(Cancelled):
        pipeline.render(rendered.plan, rendered.toolbox, tmp_path, on_progress=stop, checkpoint=lambda: None)
    assert not (tmp_path / "variant.mp4").exists()


def test_a_gate_that_says_no_leaves_no_signed_file(rendered: Rendered, tmp_path: Path) -> None:
    class Refused(Exception):
        pass

    def refuse() -> None:
        raise Refused

    short = replace(rendered.plan, likeness=None)
    with pytest.raises(Refused):
        pipeline.render(short, rendered.toolbox, tmp_path, on_progress=lambda *_: None, checkpoint=refuse)
    assert not (tmp_path / "variant.mp4").exists()
