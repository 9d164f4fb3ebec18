"""Gate 4: every file of a variant leaves through here, and the consent is asked each time.

A revocation or the end of a window therefore works at once, on every process, without any job.
"""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from typing import IO, Any, Final

from django.db.models.fields.files import FieldFile
from django.utils.text import slugify

from campaigns import auditing, catalogue, policy
from campaigns.consent import require_grants
from campaigns.exceptions import CampaignError, CodedError, ConsentDenied, DenialCode
from campaigns.models import Campaign, Rendition, SomeUser, Variant
from campaigns.selectors import reviews
from campaigns.services import variants

_TYPES: Final = {"mp4": "video/mp4", "vtt": "text/vtt", "jpg": "image/jpeg", "png": "image/png"}
_COLUMNS: Final = (
    "file",
    "variant",
    "likeness",
    "locale",
    "seconds",
    "width",
    "height",
    "sha256",
    "label_pack",
)
_CHUNK: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Delivery:
    """An open private file, and what an answer has to say about it. The caller closes ``file``."""

    file: IO[bytes]
    filename: str
    bytes: int
    sha256: str
    content_type: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A variant that was not let into the ZIP, and why."""

    variant: Variant
    code: str
    message: str


def open_rendition(user: SomeUser, variant: Variant, *, purpose: str = "stream") -> Delivery:
    """Open the video.

    ``stream`` is for looking at it in the house, ``download`` takes it out of the house: that needs an
    approved review and leaves an audit entry.

    Raises:
        ConsentDenied: the gate says no now. CampaignError: ``NOT_READY``, ``REVIEW_MISSING``.
        PermissionDenied: the role is missing.
    """
    if purpose not in ("stream", "download"):
        raise ValueError(f"unknown purpose {purpose}")
    try:
        rendition = _released(user, variant, "delivery.download" if purpose == "download" else "variant.view")
        if purpose == "download":
            _must_be_approved(variant)
    except CodedError as refused:
        auditing.record(
            "delivery.refused", target=variant, actor=user, code=str(refused.code), purpose=purpose
        )
        raise
    if purpose == "download":
        auditing.record("delivery.downloaded", target=variant, actor=user, sha256=rendition.sha256)
    return _open(rendition.file, filename_of(variant, "mp4"), rendition.sha256)


def open_poster(user: SomeUser, variant: Variant) -> Delivery:
    """Open the poster, under the same conditions as playing the video."""
    rendition = _released(user, variant, "variant.view")
    return _open(rendition.poster, filename_of(variant, "jpg"))


def open_thumbnail(user: SomeUser, variant: Variant) -> Delivery:
    """Open the small poster for lists, under the same conditions as playing the video."""
    rendition = _released(user, variant, "variant.view")
    return _open(rendition.thumbnail or rendition.poster, filename_of(variant, "jpg"))


def open_captions(user: SomeUser, variant: Variant) -> Delivery:
    """Open the WebVTT captions, under the same conditions as playing the video."""
    rendition = _released(user, variant, "variant.view")
    return _open(rendition.captions, filename_of(variant, "vtt"))


def zip_ready(user: SomeUser, campaign: Campaign, target: IO[bytes]) -> list[LeftOut]:
    """Write every variant that may leave, and ``manifest.csv``, as a ZIP; returns what had to stay.

    Raises:
        PermissionDenied: the role is missing.
    """
    policy.require(user, campaign.organisation, "delivery.download")
    rows: list[dict[str, Any]] = []
    left_out: list[LeftOut] = []
    # The videos are compressed already.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as bundle:
        for variant in campaign.variants.filter(status=Variant.Status.READY):
            try:
                rows.append(_add(bundle, user, variant))
            except CodedError as refused:
                left_out.append(LeftOut(variant, str(refused.code), refused.message))
        bundle.writestr("manifest.csv", _table(rows))
    return left_out


def filename_of(variant: Variant, ending: str) -> str:
    """A name for the outside: campaign, locale and the first digits of the id; never a person's name."""
    campaign = slugify(variant.campaign.name)[:40] or "campaign"
    return f"{campaign}_{variant.localized_script.locale}_{str(variant.public_id)[:8]}.{ending}"


def _released(user: SomeUser, variant: Variant, action: str) -> Rendition:
    policy.require(user, variant.campaign.organisation, action)
    variant.refresh_from_db(fields=["status", "block_code"])
    if variant.status == Variant.Status.WITHDRAWN:
        code = variant.block_code or DenialCode.REVOKED.value
        raise ConsentDenied(code, catalogue.entry(code).text)
    rendition = variant.renditions.first() if variant.status == Variant.Status.READY else None
    if rendition is None:
        raise CampaignError("NOT_READY", "There is no finished file yet.")
    require_grants(variants.uses_of(variant))
    return rendition


def _must_be_approved(variant: Variant) -> None:
    if reviews.standing(variant) != "approved":
        raise CampaignError("REVIEW_MISSING", "A reviewer has to approve this variant first.")


def _open(stored: FieldFile, filename: str, sha256: str = "") -> Delivery:
    if not stored:
        raise CampaignError("NOT_READY", "There is no such file for this variant.")
    kind = _TYPES.get(filename.rpartition(".")[2], "application/octet-stream")
    return Delivery(stored.storage.open(stored.name or ""), filename, stored.size, sha256, kind)


def _add(bundle: zipfile.ZipFile, user: SomeUser, variant: Variant) -> dict[str, Any]:
    delivery = open_rendition(user, variant, purpose="download")
    with delivery.file as source, bundle.open(delivery.filename, "w", force_zip64=True) as entry:
        while chunk := source.read(_CHUNK):
            entry.write(chunk)
    return _row(variant, delivery)


def _row(variant: Variant, delivery: Delivery) -> dict[str, Any]:
    rendition = variant.renditions.get(sha256=delivery.sha256)
    values = (
        delivery.filename, variant.public_id, variant.likeness.name, variant.localized_script.locale,
        round(rendition.seconds, 2), rendition.width, rendition.height, delivery.sha256,
        variant.label_pack_version,
    )  # fmt: skip
    return dict(zip(_COLUMNS, values, strict=True))


def _table(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
