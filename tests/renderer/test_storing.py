"""Storing: all of it or nothing, and a full disk is told as such."""

from __future__ import annotations

import errno
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from django.core.files.storage import FileSystemStorage, storages
from django.db import DatabaseError

from campaigns.models import Rendition, Variant
from renderer import jobs, storing
from renderer.errors import ResourceError
from renderer.media.frames import FrameWriter
from renderer.media.probe import probe
from renderer.models import ProvenanceRecord, RenderJob
from renderer.provenance import keys
from renderer.stages import sign
from renderer.types import (
    InputFile,
    LabelSpec,
    ManifestSpec,
    OutputProfile,
    QualityScores,
    RenderPlan,
    RenderResult,
    VoiceSpec,
    WatermarkSpec,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.worlds import World

PAYLOAD = 0x0000DEADBEEF
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[RenderPlan, RenderResult]:
    """A tiny signed clip and the plan it would belong to."""
    folder = tmp_path_factory.mktemp("made")
    clip = folder / "marked.mp4"
    with FrameWriter(clip, (320, 240), Fraction(25), profile=OutputProfile()) as writer:
        for grey in range(12):
            writer.write(np.full((240, 320, 3), 10 * grey, np.uint8))
    keys.ensure(folder / "keys")
    plan = plan_over(clip)
    signed = sign.sign(plan, clip, folder / "variant.mp4", keys.load_signer(folder / "keys"))
    for name in ("captions.vtt", "poster.jpg"):
        (folder / name).write_bytes(b"WEBVTT\n")
    result = RenderResult(
        video=signed.path, captions=folder / "captions.vtt", poster=folder / "poster.jpg", thumbnail=folder / "poster.jpg", sha256=signed.sha256,
        facts=probe(signed.path), manifest=signed.manifest, watermark_id=PAYLOAD, watermark_strength=1.0,
        quality=QualityScores(), stages=(), engine_versions={"face": "mesh 1"},
    )  # fmt: skip
    return plan, result


def plan_over(clip: Path) -> RenderPlan:
    given = InputFile(clip, "0" * 64)
    statement = ManifestSpec(
        variant_ref="v", title="t", consent_refs=("urn:uuid:c",), consent_commitments=("ab",), territories=("US",),
        valid_until="2027-01-01", status_url="https://x/", source_locale="en-US", locale="en-US",
        performer_kind="synthetic_performer", generator_version="0.1.0",
    )  # fmt: skip
    return RenderPlan(
        variant_ref="v", job_ref="j", master=given, track=given, likeness=None, locale="en-US", lines=(),
        voice=VoiceSpec("preset", "af_heart"), bed=None, label=LabelSpec("AI", "EU-1"), profile=OutputProfile(),
        watermark=WatermarkSpec(PAYLOAD), manifest=statement, engines={},
    )  # fmt: skip


@pytest.fixture
def job(world: World, sent: list[tuple[str, str]]) -> RenderJob:
    job = jobs.claim(str(world.request().public_id), worker="w")
    assert job is not None
    return job


def objects() -> list[str]:
    """Names of everything in the renditions storage."""

    def walk(folder: str) -> list[str]:
        folders, files = storages["renditions"].listdir(folder)
        found = [f"{folder}/{name}" for name in files]
        return found + [name for inner in folders for name in walk(f"{folder}/{inner}".strip("/"))]

    try:
        return walk("")
    except FileNotFoundError:
        return []


def test_ready_with_its_file_and_its_provenance(
    job: RenderJob, made: tuple[RenderPlan, RenderResult]
) -> None:
    rendition = storing.store(job, *made, key_id="wm-1", finish=jobs.finish)
    assert Variant.objects.get().status == Variant.Status.READY
    assert rendition.file.open("rb").read() == made[1].video.read_bytes()
    record = ProvenanceRecord.objects.get()
    assert (record.watermark_id, record.file_sha256) == ("0000deadbeef", made[1].sha256)
    assert record.manifest_id.startswith("urn:c2pa:")
    assert record.synthetic_parts == ["lips", "voice"]


class FullStorage(FileSystemStorage):
    """A storage whose third file meets a full disk; the error is the kernel's own, from /dev/full."""

    saves = 0

    def _save(self, name: str, content: Any) -> str:
        type(self).saves += 1
        if type(self).saves == 3:
            with open("/dev/full", "wb", buffering=0) as full:  # noqa: PTH123
                full.write(b"x")
        return super()._save(name, content)  # type: ignore[no-any-return]


def test_full_disk_is_told_and_leaves_nothing(
    job: RenderJob, made: tuple[RenderPlan, RenderResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = FullStorage(location=tmp_path)
    monkeypatch.setitem(storages._storages, "renditions", full)
    with pytest.raises(ResourceError) as caught:
        storing.store(job, *made, key_id="wm-1", finish=jobs.finish)
    assert caught.value.code == "DISK_FULL"
    assert not caught.value.permanent
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno == errno.ENOSPC
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not Rendition.objects.exists()
    assert Variant.objects.get().status == Variant.Status.RENDERING


def test_a_fenced_worker_publishes_nothing(job: RenderJob, made: tuple[RenderPlan, RenderResult]) -> None:
    before = objects()
    RenderJob.objects.update(state=RenderJob.State.ABANDONED)
    with pytest.raises(jobs.LeaseLost):
        storing.store(job, *made, key_id="wm-1", finish=jobs.finish)
    assert objects() == before
    assert not Rendition.objects.exists()
    assert not ProvenanceRecord.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_rows_that_cannot_be_written_sweep_the_objects(
    job: RenderJob, made: tuple[RenderPlan, RenderResult]
) -> None:
    before, (plan, result) = objects(), made
    too_long = replace(plan, profile=OutputProfile(name=None))  # type: ignore[arg-type]
    with pytest.raises(DatabaseError):
        storing.store(job, too_long, result, key_id="wm-1", finish=jobs.finish)
    assert objects() == before
