"""Turns a file that has arrived into the row it belongs to: master, take, evidence, release or bed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import models, transaction

from campaigns import auditing, dispatch, policy, sniffing
from campaigns.exceptions import CampaignError
from campaigns.models import (
    Campaign,
    Consent,
    ConsentEvidence,
    Likeness,
    MasterClip,
    Organisation,
    PerformerRelease,
    SomeUser,
    Take,
)
from campaigns.services import values

Target = Campaign | MasterClip | Likeness | Consent
Kept = Campaign | MasterClip | Take | ConsentEvidence | PerformerRelease


@dataclass(frozen=True, slots=True)
class Arrived:
    """A complete file with its name as the user gave it and its hash as we counted it."""

    file: File[bytes]
    filename: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a purpose belongs to, who may bring it and which kinds of file are taken."""

    target: type[Target]
    path: str
    action: str
    kinds: frozenset[str]


PURPOSES: Final[Mapping[str, Purpose]] = {
    "master": Purpose(Campaign, "organisation", "campaign.edit", sniffing.VIDEO),
    "bed": Purpose(Campaign, "organisation", "campaign.edit", sniffing.SOUND),
    "release": Purpose(MasterClip, "campaign__organisation", "campaign.edit", sniffing.PAPER),
    "photo": Purpose(Likeness, "person__organisation", "likeness.edit", sniffing.PICTURE),
    "clip": Purpose(Likeness, "person__organisation", "likeness.edit", sniffing.VIDEO),
    "voice": Purpose(Likeness, "person__organisation", "likeness.edit", sniffing.SOUND),
    "evidence": Purpose(
        Consent, "likeness__person__organisation", "consent.edit", sniffing.PAPER | sniffing.VIDEO
    ),
}


def check(
    *,
    organisation: Organisation,
    user: SomeUser,
    purpose: str,
    target: str | UUID,
    filename: str,
    size: int,
    details: Mapping[str, Any],
) -> Target:
    """Everything that can be refused before a byte is sent; returns the row the file will belong to.

    Raises:
        CampaignError: ``FIELD_INVALID``, ``FOREIGN_OBJECT``, ``UPLOAD_EMPTY``, ``UPLOAD_TOO_LARGE``,
            ``CONSENT_LOCKED``. PermissionDenied: the role is missing.
    """
    if purpose not in PURPOSES:
        raise values.invalid("Purpose", f"{purpose!r} is not known.")
    policy.require(user, organisation, PURPOSES[purpose].action)
    found = _target(PURPOSES[purpose], organisation, target)
    values.text("File name", filename, limit=255)
    _check_size(purpose, size)
    if isinstance(found, Consent):
        _check_evidence(found, details)
    if purpose == "release":
        _release_terms(details)
    return found


def check_kind(purpose: str, head: bytes) -> None:
    """Look at the first bytes.

    Raises:
        CampaignError: ``UPLOAD_TYPE``.
    """
    allowed = PURPOSES[purpose].kinds
    if sniffing.kind_of(head) not in allowed:
        raise CampaignError("UPLOAD_TYPE", f"This is not one of: {', '.join(sorted(allowed))}.")


def keep(
    *,
    purpose: str,
    target: Target,
    arrived: Arrived,
    user: SomeUser,
    details: Mapping[str, Any],
    also: Callable[[Kept], None] = lambda row: None,
) -> Kept:
    """Store the file and its row; ``also`` runs in the row's transaction.

    The file goes first and outside the transaction: a row never points at nothing, and a large file does
    not keep the database locked.
    """
    row, field, after = _KEEPERS[purpose](target, arrived, user, details)
    stored = getattr(row, field)
    stored.save(arrived.filename, arrived.file, save=False)
    try:
        with transaction.atomic():
            after(row)
            also(row)
    except BaseException:
        stored.storage.delete(stored.name)
        raise
    return row


def _target(purpose: Purpose, organisation: Organisation, target: str | UUID) -> Target:
    try:
        rows = purpose.target._default_manager.filter(**{purpose.path: organisation})
        found = rows.filter(public_id=target).first()
    except (ValidationError, ValueError):
        found = None
    if found is None:
        raise CampaignError("FOREIGN_OBJECT", "There is nothing here this file could belong to.")
    return found


def _check_size(purpose: str, size: int) -> None:
    limit = settings.UPLOAD_LIMIT_MB[purpose]
    if size <= 0:
        raise CampaignError("UPLOAD_EMPTY", "The file is empty.")
    if size > limit * 1024 * 1024:
        raise CampaignError("UPLOAD_TOO_LARGE", f"The file is larger than {limit} MB.")


def _check_evidence(consent: Consent, details: Mapping[str, Any]) -> None:
    if consent.status != Consent.Status.DRAFT:
        raise CampaignError(
            "CONSENT_LOCKED", "Evidence belongs to a draft; make a new version of the consent."
        )
    if details.get("kind") not in ConsentEvidence.Kind.values:
        raise values.invalid("Kind of evidence", f"{details.get('kind')!r} is not known.")


def _release_terms(details: Mapping[str, Any]) -> dict[str, Any]:
    try:
        signed_on = date.fromisoformat(str(details.get("signed_on", "")))
    except ValueError:
        raise values.invalid("Signed on", "a date is needed.") from None
    return {
        "performer_ref": values.text("Performer", str(details.get("performer_ref", "")), limit=100),
        "signed_on": signed_on,
        "allows_face_replacement": details.get("allows_face_replacement") is True,
    }


Plan = tuple[Kept, str, Callable[[Any], None]]


def _facts(arrived: Arrived, user: SomeUser) -> dict[str, Any]:
    return {
        "filename": arrived.filename,
        "sha256": arrived.sha256,
        "bytes": arrived.size,
        "uploaded_by_id": user.pk,
    }


def _keep_master(target: Target, arrived: Arrived, user: SomeUser, _: Mapping[str, Any]) -> Plan:
    def after(master: MasterClip) -> None:
        _saved("masterclip.uploaded", master, user, arrived)
        dispatch.probe_master(master)

    return MasterClip(campaign_id=target.pk, **_facts(arrived, user)), "file", after


def _keep_take(kind: str) -> Callable[[Target, Arrived, SomeUser, Mapping[str, Any]], Plan]:
    def plan(target: Target, arrived: Arrived, user: SomeUser, _: Mapping[str, Any]) -> Plan:
        def after(take: Take) -> None:
            _saved("take.uploaded", take, user, arrived)
            dispatch.check_take(take)

        return Take(likeness_id=target.pk, kind=kind, **_facts(arrived, user)), "file", after

    return plan


def _keep_evidence(target: Target, arrived: Arrived, user: SomeUser, details: Mapping[str, Any]) -> Plan:
    row = ConsentEvidence(consent_id=target.pk, kind=details["kind"], **_facts(arrived, user))
    return row, "file", lambda evidence: _saved("evidence.recorded", evidence, user, arrived)


def _keep_release(target: Target, arrived: Arrived, user: SomeUser, details: Mapping[str, Any]) -> Plan:
    row = PerformerRelease.objects.filter(master_id=target.pk).first()
    row = row or PerformerRelease(master_id=target.pk)
    for name, value in _release_terms(details).items():
        setattr(row, name, value)
    row.document_sha256 = arrived.sha256
    return row, "document", lambda release: _saved("performerrelease.recorded", release, user, arrived)


def _keep_bed(target: Target, arrived: Arrived, user: SomeUser, _: Mapping[str, Any]) -> Plan:
    assert isinstance(target, Campaign)  # noqa: S101
    target.bed_sha256 = arrived.sha256

    def after(campaign: Campaign) -> None:
        campaign.save(update_fields=["bed", "bed_sha256", "updated_at"])
        auditing.record("bed.recorded", target=campaign, actor=user, sha256=arrived.sha256)

    return target, "bed", after


def _saved(action: str, row: models.Model, user: SomeUser, arrived: Arrived) -> None:
    row.save()
    auditing.record(action, target=row, actor=user, sha256=arrived.sha256, bytes=arrived.size)


_KEEPERS: Final = {
    "master": _keep_master,
    "photo": _keep_take(Take.Kind.PHOTO),
    "clip": _keep_take(Take.Kind.CLIP),
    "voice": _keep_take(Take.Kind.VOICE),
    "evidence": _keep_evidence,
    "release": _keep_release,
    "bed": _keep_bed,
}
