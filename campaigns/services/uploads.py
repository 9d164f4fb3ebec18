"""Resumable uploads: announce a file, send its parts in any order, complete it.

Every part carries its SHA-256; what has arrived is kept, so an interrupted upload goes on where it stopped.
"""

from __future__ import annotations

import errno
import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, Final
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from campaigns import auditing, sniffing
from campaigns.exceptions import CampaignError, StateConflict
from campaigns.models import (
    Campaign,
    ConsentEvidence,
    MasterClip,
    Organisation,
    PerformerRelease,
    SomeUser,
    Take,
    Upload,
    UploadPart,
)
from campaigns.services import intake
from campaigns.services.intake import Arrived, Kept
from campaigns.states import transition

_CHUNK = 1024 * 1024
_RESULTS: Final[Mapping[str, type[Kept]]] = {
    "master": MasterClip, "photo": Take, "clip": Take, "voice": Take,
    "evidence": ConsentEvidence, "release": PerformerRelease, "bed": Campaign,
}  # fmt: skip


def create_upload(
    *,
    user: SomeUser,
    organisation: Organisation,
    purpose: str,
    target: str | UUID,
    filename: str,
    size: int,
    details: Mapping[str, Any] | None = None,
) -> Upload:
    """Announce a file of ``size`` bytes. What can be refused is refused now, before a byte is sent.

    Raises:
        CampaignError: see ``intake.check``. PermissionDenied: the role is missing.
    """
    given = dict(details or {})
    found = intake.check(
        organisation=organisation, user=user, purpose=purpose, target=target,
        filename=filename, size=size, details=given,
    )  # fmt: skip
    with transaction.atomic():
        upload = Upload.objects.create(
            organisation=organisation, created_by_id=user.pk, purpose=purpose, target=found.public_id,
            details=given, filename=filename, size=size, part_bytes=settings.UPLOAD_PART_BYTES,
        )  # fmt: skip
        auditing.record("upload.opened", target=upload, actor=user, purpose=purpose, bytes=size)
    return upload


def part_count(upload: Upload) -> int:
    """How many parts the file has; numbers start at 0."""
    return -(-upload.size // upload.part_bytes)


def received(upload: Upload) -> list[int]:
    """Numbers of the parts that need not be sent again."""
    return list(upload.parts.values_list("number", flat=True))


def put_part(upload: Upload, *, number: int, data: bytes, sha256: str) -> UploadPart:
    """Take one part; sending it again changes nothing.

    Raises:
        CampaignError: ``UPLOAD_PART``, ``UPLOAD_TYPE``. StateConflict: the upload is no longer open.
    """
    _must_be_open(upload)
    if len(data) != _part_size(upload, number) or hashlib.sha256(data).hexdigest() != sha256.lower():
        raise CampaignError("UPLOAD_PART", f"Part {number} arrived damaged; send it again.")
    if number == 0:
        intake.check_kind(upload.purpose, data[: sniffing.HEAD_BYTES])
    known = upload.parts.filter(number=number, sha256=sha256.lower()).first()
    return known or _store_part(upload, number, data, sha256.lower())


def complete_upload(upload: Upload, *, user: SomeUser, sha256: str = "") -> Kept:
    """Put the parts together and store the result; completing twice returns the same row.

    Raises:
        CampaignError: ``UPLOAD_INCOMPLETE``, ``UPLOAD_CHANGED``, ``UPLOAD_TYPE``. StateConflict: aborted meanwhile.
    """
    if upload.status == Upload.Status.COMPLETE:
        return _result(upload)
    _must_be_open(upload)
    if received(upload) != list(range(part_count(upload))):
        raise CampaignError("UPLOAD_INCOMPLETE", "Parts of the file are missing; resume the upload.")
    with _room_is_coded(), _scratch() as whole:
        digest = _join(upload, whole)
        if sha256 and sha256.lower() != digest:
            raise CampaignError("UPLOAD_CHANGED", "The file is not the one that was announced.")
        arrived = Arrived(File(whole, upload.filename), upload.filename, digest, upload.size)
        kept = _finish(upload, arrived, user)
    _drop_parts(upload)
    return kept


def abort_upload(upload: Upload, *, user: SomeUser | None) -> None:
    """Give an upload up and delete what has arrived."""
    transition(upload, Upload.Status.ABORTED, actor=user)
    _drop_parts(upload)


def store_file(
    *,
    user: SomeUser,
    organisation: Organisation,
    purpose: str,
    target: str | UUID,
    filename: str,
    file: IO[bytes],
    details: Mapping[str, Any] | None = None,
) -> Kept:
    """The same for a file that is here already: checked, hashed and stored in one go."""
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    given = dict(details or {})
    found = intake.check(
        organisation=organisation, user=user, purpose=purpose, target=target,
        filename=filename, size=size, details=given,
    )  # fmt: skip
    file.seek(0)
    intake.check_kind(purpose, file.read(sniffing.HEAD_BYTES))
    file.seek(0)
    arrived = Arrived(File(file, filename), filename, digest.hexdigest(), size)
    return intake.keep(purpose=purpose, target=found, arrived=arrived, user=user, details=given)


def purge_stale() -> int:
    """Abort uploads nobody went on with; returns how many."""
    oldest = timezone.now() - timedelta(hours=settings.UPLOAD_LIFETIME_HOURS)
    stale = list(Upload.objects.filter(status=Upload.Status.OPEN, updated_at__lt=oldest))
    for upload in stale:
        abort_upload(upload, user=None)
    return len(stale)


def _must_be_open(upload: Upload) -> None:
    if upload.status != Upload.Status.OPEN:
        raise StateConflict("STATE_CONFLICT", "This upload has ended.")


def _part_size(upload: Upload, number: int) -> int:
    if not 0 <= number < part_count(upload):
        return -1
    return min(upload.part_bytes, upload.size - number * upload.part_bytes)


def _store_part(upload: Upload, number: int, data: bytes, sha256: str) -> UploadPart:
    part = UploadPart(upload=upload, number=number, sha256=sha256, bytes=len(data))
    with _room_is_coded():
        part.file.save(f"{number}.part", ContentFile(data), save=False)
    try:
        with transaction.atomic():
            part.save()
    except IntegrityError:
        part.file.storage.delete(part.file.name)
        return upload.parts.get(number=number)
    Upload.objects.filter(pk=upload.pk).update(updated_at=timezone.now())
    return part


def _scratch() -> IO[bytes]:
    folder = Path(settings.WORK_DIR)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return tempfile.TemporaryFile(dir=folder)


def _join(upload: Upload, whole: IO[bytes]) -> str:
    digest = hashlib.sha256()
    for part in upload.parts.order_by("number"):
        with part.file.open("rb") as source:
            for chunk in source.chunks(_CHUNK):
                digest.update(chunk)
                whole.write(chunk)
    whole.seek(0)
    return digest.hexdigest()


def _finish(upload: Upload, arrived: Arrived, user: SomeUser) -> Kept:
    """The target is checked again: a consent may have been submitted while its evidence was on the way."""
    target = intake.check(
        organisation=upload.organisation, user=user, purpose=upload.purpose, target=upload.target or "",
        filename=upload.filename, size=upload.size, details=upload.details,
    )  # fmt: skip

    def close(kept: Kept) -> None:
        transition(upload, Upload.Status.COMPLETE, actor=user, sha256=arrived.sha256)
        upload.sha256, upload.result = arrived.sha256, kept.public_id
        upload.save(update_fields=["sha256", "result", "updated_at"])

    return intake.keep(
        purpose=upload.purpose, target=target, arrived=arrived, user=user, details=upload.details, also=close
    )


def _result(upload: Upload) -> Kept:
    return _RESULTS[upload.purpose]._default_manager.get(public_id=upload.result or "")


@contextmanager
def _room_is_coded() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise CampaignError("DISK_FULL", "There is no room for this file; nothing was lost.") from error
        raise


def _drop_parts(upload: Upload) -> None:
    for part in upload.parts.all():
        part.file.storage.delete(part.file.name)
        part.delete()
