"""Reads from the database what the gate has to know of a likeness, a master's performer and their consents."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from typing import TYPE_CHECKING, Final

from django.core.exceptions import ValidationError
from django.db.models import Count, Q

from campaigns.models import Consent, ConsentEvidence, Likeness, PerformerRelease, Variant
from campaigns.types import ConsentFacts, GateFacts, UseRequest

if TYPE_CHECKING:
    from django.db.models import QuerySet

LIVE: Final = (Variant.Status.QUEUED, Variant.Status.RENDERING, Variant.Status.READY)


def load_facts(use: UseRequest) -> GateFacts | None:
    """Read what ``decide`` needs; None when there is no such likeness."""
    try:
        likeness = Likeness.objects.select_related("person").filter(public_id=use.likeness_ref).first()
        released = _performer_released(use.master_ref)
    except (ValidationError, ValueError):
        return None
    if likeness is None:
        return None
    person = likeness.person
    return GateFacts(
        person_kind=person.kind,
        birth_date=person.birth_date,
        died_on=person.died_on,
        retired=likeness.retired or person.erased_at is not None,
        performer_released=released,
        consents=tuple(_consent_facts(consent) for consent in _decided(likeness, use.variant_ref)),
    )


def _performer_released(master_ref: str) -> bool:
    allowed = PerformerRelease.objects.filter(allows_face_replacement=True)
    return bool(master_ref) and allowed.filter(master__public_id=master_ref).exists()


def _decided(likeness: Likeness, variant_ref: str) -> QuerySet[Consent]:
    live = Q(variants__status__in=LIVE)
    if variant_ref:
        live &= ~Q(variants__public_id=variant_ref)
    papers = Q(evidence__kind=ConsentEvidence.Kind.ESTATE_PAPERS)
    return (
        likeness.consents.filter(status__in=[Consent.Status.GRANTED, Consent.Status.REVOKED])
        .annotate(
            used=Count("variants", filter=live, distinct=True),
            papers=Count("evidence", filter=papers, distinct=True),
        )
        .order_by("-version")
    )


def _consent_facts(consent: Consent) -> ConsentFacts:
    return ConsentFacts(
        ref=str(consent.public_id),
        version=consent.version,
        revoked=consent.status == Consent.Status.REVOKED,
        advertiser=consent.advertiser,
        uses=tuple(consent.uses),
        territories=tuple(consent.territories),
        locales=tuple(consent.locales),
        channels=tuple(consent.channels),
        categories=tuple(consent.categories),
        starts_at=consent.starts_at,
        ends_at=consent.ends_at,
        max_variants=consent.max_variants,
        variants_used=consent.used,  # type: ignore[attr-defined]
        banned_words=tuple(consent.banned_words),
        political=consent.political,
        estate_papers=consent.papers > 0,  # type: ignore[attr-defined]
        commitment=commitment(consent),
    )


def commitment(consent: Consent) -> str:
    """Salted SHA-256 of the consent record: proves which record was meant without saying what is in it."""
    window = [at.astimezone(UTC).isoformat() if at else "" for at in (consent.starts_at, consent.ends_at)]
    record = {
        "ref": str(consent.public_id),
        "version": consent.version,
        "text": consent.signed_text_sha256,
        "advertiser": consent.advertiser,
        "scope": [consent.uses, consent.territories, consent.locales, consent.channels, consent.categories],
        "limits": [consent.max_variants, consent.banned_words, consent.political],
        "window": window,
    }
    return hashlib.sha256((consent.salt + json.dumps(record, sort_keys=True)).encode()).hexdigest()
