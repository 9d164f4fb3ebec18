"""Public questions: what is this file, what do we know of this variant, how does its consent stand now.

Answers hold no personal data; the standing of the consent is read live on every call.
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.core.files.storage import storages
from django.db.models import Q
from django.utils import timezone

from campaigns import dispatch
from campaigns.models import Consent
from renderer.errors import InputError, RenderError
from renderer.material import disk_full_is_coded, scratch
from renderer.models import ProvenanceRecord, VerifyCheck
from renderer.provenance.verifier import RecordFacts, Verdict, verify
from renderer.toolbox import trust_pem, watermark_keys

if TYPE_CHECKING:
    from pathlib import Path

    from django.core.files.base import File

logger = logging.getLogger(__name__)

State = VerifyCheck.State
KEEP = timedelta(days=1)
CHUNK = 1 << 20


def start_check(file: File[bytes]) -> str:
    """Take an upload for examination and return the token to ask for its result.

    Raises:
        ResourceError: ``DISK_FULL``.
    """
    token = uuid4()
    with disk_full_is_coded():
        name = storages["uploads"].save(f"verify/{token.hex}", file)
    VerifyCheck.objects.create(token=token, upload=name)
    dispatch.verify_upload(token)
    return str(token)


def check_result(token: str) -> dict[str, Any] | None:
    """State and verdict of a check; None for an unknown or forgotten token."""
    check = VerifyCheck.objects.filter(token=token).first()
    if check is None:
        return None
    verdict = dict(check.verdict)
    if ref := verdict.pop("record_ref", None):
        verdict["record"] = public_record(ref)
    error = {"code": check.error_code, "message": check.error_message} if check.error_code else None
    return {"token": str(check.token), "state": check.state, "verdict": verdict or None, "error": error}


def examine(token: str) -> None:
    """Examine one upload and delete it, whatever comes out."""
    taken = VerifyCheck.objects.filter(token=token, state__in=(State.WAITING, State.RUNNING))
    if not taken.update(state=State.RUNNING):
        return
    check = VerifyCheck.objects.get(token=token)
    try:
        verdict = _verdict(check)
        VerifyCheck.objects.filter(pk=check.pk).update(state=State.DONE, verdict=verdict)
    except RenderError as error:
        _failed(check, error.code, error.message)
    except Exception:
        logger.exception("Check %s failed", token)
        _failed(check, "INTERNAL", "The file could not be examined; try again later.")
    storages["uploads"].delete(check.upload)


def _failed(check: VerifyCheck, code: str, message: str) -> None:
    failed = VerifyCheck.objects.filter(pk=check.pk)
    failed.update(state=State.FAILED, error_code=code, error_message=message)


def _verdict(check: VerifyCheck) -> dict[str, Any]:
    with scratch() as folder:
        path = folder / "upload.mp4"
        _download(check.upload, path)
        return as_json(verify_file(path))


def _download(name: str, path: Path) -> None:
    with disk_full_is_coded(), storages["uploads"].open(name, "rb") as source, path.open("wb") as target:
        for chunk in iter(lambda: source.read(CHUNK), b""):
            target.write(chunk)
    if not path.stat().st_size:
        raise InputError("UNREADABLE_FILE", "The file is empty.")


def verify_file(path: Path) -> Verdict:
    """The verdict on a file on disk, with this deployment's trust and registry."""
    return verify(path, trust_pem=trust_pem(), keys=watermark_keys(), lookup=find)


def as_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict as plain values."""
    facts = asdict(verdict)
    facts["watermark_ids"] = sorted(facts["watermark_ids"])
    return facts


def find(kind: str, value: str) -> RecordFacts | None:
    """The registry's answer to a watermark id (12 hex digits) or a manifest id."""
    field = {"watermark": "watermark_id", "manifest": "manifest_id"}[kind]
    record = ProvenanceRecord.objects.filter(**{field: value}).first()
    if record is None:
        return None
    marks = frozenset({record.watermark_id})
    return RecordFacts(str(record.public_id), record.manifest_id, marks, record.file_sha256)


def public_record(public_id: str) -> dict[str, Any] | None:
    """What anybody may know of a variant, by its public id or by the id of its provenance record."""
    try:
        wanted = UUID(str(public_id))
    except ValueError:
        return None
    known = ProvenanceRecord.objects.filter(Q(public_id=wanted) | Q(variant__public_id=wanted)).first()
    return _facts(known) if known else None


def _facts(record: ProvenanceRecord) -> dict[str, Any]:
    return {
        "record": str(record.public_id),
        "variant": str(record.variant.public_id) if record.variant else None,
        "watermark_id": record.watermark_id,
        "manifest_id": record.manifest_id,
        "file_sha256": record.file_sha256,
        "rendered_at": record.rendered_at.isoformat(),
        "locale": record.locale,
        "synthetic_parts": record.synthetic_parts,
        "performer_kind": record.performer_kind,
        "label_pack": record.label_pack_version,
        "engines": record.engine_versions,
        "consent": consent_standing(record.consent_refs),
    }


def consent_standing(refs: list[str]) -> dict[str, Any]:
    """How the consents behind a rendition stand now: ``valid``, ``expired``, ``revoked`` or ``unknown``."""
    ids = [ref.removeprefix("urn:uuid:") for ref in refs]
    consents = list(Consent.objects.filter(public_id__in=ids))
    if not consents or len(consents) < len(ids):
        return {"state": "unknown", "at": None}
    revoked = [consent.revoked_at for consent in consents if consent.status == Consent.Status.REVOKED]
    if revoked:
        return {"state": "revoked", "at": min(filter(None, revoked)).isoformat()}
    ends = min(consent.ends_at for consent in consents if consent.ends_at)
    state = "valid" if timezone.now() < ends else "expired"
    return {"state": state, "at": ends.isoformat()}


def purge() -> None:
    """Forget checks after a day, and uploads that were never examined with them."""
    for check in VerifyCheck.objects.filter(created_at__lt=timezone.now() - KEEP):
        storages["uploads"].delete(check.upload)
        check.delete()
