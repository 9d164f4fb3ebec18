"""A finished render into the renditions storage and, in one transaction, into the database."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction

from campaigns.models import Rendition
from renderer.errors import ResourceError
from renderer.material import disk_full_is_coded
from renderer.models import ProvenanceRecord
from renderer.provenance.manifest import manifest_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from renderer.models import RenderJob
    from renderer.types import RenderPlan, RenderResult

    Finish = Callable[[RenderJob, RenderResult], None]

logger = logging.getLogger(__name__)


def store(
    job: RenderJob, plan: RenderPlan, result: RenderResult, *, key_id: str, finish: Finish
) -> Rendition:
    """Publish a rendition: objects first, rows after, and no object left behind when the rows fail.

    Args:
        finish: ends the attempt inside the rows' transaction (``renderer.jobs.finish``).

    Raises:
        ResourceError: ``DISK_FULL`` or ``STORE_FAILED``. LeaseLost: somebody else has the variant now.
    """
    saved: dict[str, str] = {}
    try:
        for kind, path in _files(result).items():
            saved[kind] = _save(job, path)
        with transaction.atomic():
            rendition = _rendition(job, plan, result, saved)
            _record(rendition, plan, result, key_id)
            finish(job, result)
    except BaseException:
        _sweep(saved)
        raise
    return rendition


def _files(result: RenderResult) -> dict[str, Path]:
    names = {"file": result.video, "captions": result.captions}
    return {**names, "poster": result.poster, "thumbnail": result.thumbnail}


def _save(job: RenderJob, path: Path) -> str:
    """Under the attempt's own key, so that two attempts never write the same object."""
    name = f"{job.variant.public_id}/{job.public_id}/{path.name}"
    try:
        with disk_full_is_coded(), path.open("rb") as file:
            return storages["renditions"].save(name, File(file))
    except ResourceError:
        raise
    except Exception as error:
        raise ResourceError(
            "STORE_FAILED", "The file store did not take the video; it is tried again."
        ) from error


def _sweep(saved: dict[str, str]) -> None:
    for name in saved.values():
        try:
            storages["renditions"].delete(name)
        except Exception:
            logger.exception("An orphaned object could not be deleted")


def _rendition(job: RenderJob, plan: RenderPlan, result: RenderResult, saved: dict[str, str]) -> Rendition:
    return Rendition.objects.create(
        variant=job.variant,
        profile=plan.profile.name,
        sha256=result.sha256,
        bytes=result.video.stat().st_size,
        width=result.facts.width,
        height=result.facts.height,
        seconds=result.facts.seconds,
        **saved,
    )


def _record(rendition: Rendition, plan: RenderPlan, result: RenderResult, key_id: str) -> ProvenanceRecord:
    return ProvenanceRecord.objects.create(
        rendition=rendition,
        variant=rendition.variant,
        watermark_id=f"{result.watermark_id:012x}",
        watermark_key_id=key_id,
        watermark_strength=result.watermark_strength,
        manifest_id=manifest_id(result.manifest),
        manifest=result.manifest,
        file_sha256=result.sha256,
        consent_refs=list(plan.manifest.consent_refs),
        locale=plan.locale,
        label_pack_version=plan.label.pack_version,
        engine_versions=dict(result.engine_versions),
        synthetic_parts=synthetic_parts(plan),
        performer_kind=plan.manifest.performer_kind,
    )


def synthetic_parts(plan: RenderPlan) -> list[str]:
    """Which parts a viewer should know to be made by a machine."""
    parts: dict[str, Any] = {
        "face": plan.likeness,
        "lips": plan.voice,
        "voice": plan.voice and plan.voice.kind == "preset",
    }
    return [name for name, present in parts.items() if present]
