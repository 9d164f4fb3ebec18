"""Lets the right people look at source material: masters, takes and, behind its own role, evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, Final

from django.db.models.fields.files import FieldFile

from campaigns import auditing, policy, sniffing
from campaigns.exceptions import CampaignError
from campaigns.models import ConsentEvidence, MasterClip, PerformerRelease, SomeUser, Take

_TYPES: Final = {
    "mp4": "video/mp4", "mov": "video/quicktime", "webm": "video/webm", "mpeg": "video/mpeg",
    "avi": "video/x-msvideo", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp",
    "pdf": "application/pdf", "wav": "audio/wav", "flac": "audio/flac", "ogg": "audio/ogg",
    "mp3": "audio/mpeg", "aac": "audio/aac", "m4a": "audio/mp4",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Material:
    """An open private file. The caller closes ``file``; the kind is read from the bytes, not from the name."""

    file: IO[bytes]
    bytes: int
    content_type: str


def open_master(user: SomeUser, master: MasterClip) -> Material:
    policy.require(user, master.campaign.organisation, "campaign.view")
    return _open(master.file)


def open_master_poster(user: SomeUser, master: MasterClip) -> Material:
    policy.require(user, master.campaign.organisation, "campaign.view")
    return _open(master.poster)


def open_take(user: SomeUser, take: Take) -> Material:
    policy.require(user, take.likeness.person.organisation, "likeness.view")
    return _open(take.file)


def open_evidence(user: SomeUser, evidence: ConsentEvidence) -> Material:
    """Evidence is not for marketers; each look at it is audited."""
    policy.require(user, evidence.consent.likeness.person.organisation, "evidence.view")
    opened = _open(evidence.file)
    auditing.record("evidence.viewed", target=evidence, actor=user)
    return opened


def open_release(user: SomeUser, release: PerformerRelease) -> Material:
    policy.require(user, release.master.campaign.organisation, "evidence.view")
    opened = _open(release.document)
    auditing.record("evidence.viewed", target=release, actor=user)
    return opened


def _open(stored: FieldFile) -> Material:
    if not stored:
        raise CampaignError("FILE_MISSING", "There is no such file.")
    try:
        file = stored.storage.open(stored.name or "")
    except FileNotFoundError:
        raise CampaignError("FILE_MISSING", "This file is gone.") from None
    kind = sniffing.kind_of(file.read(sniffing.HEAD_BYTES))
    file.seek(0)
    return Material(file, stored.size, _TYPES.get(kind, "application/octet-stream"))
