"""Consents and likenesses as lists and inboxes. Expiry is computed here, never stored."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils import timezone

from campaigns import policy
from campaigns.models import Consent, Likeness, SomeUser

if TYPE_CHECKING:
    from django.db.models import QuerySet


def standing(consent: Consent, now: datetime | None = None) -> str:
    """The status with the window applied: ``not_started`` and ``expired`` join the stored ones."""
    at = now or timezone.now()
    if consent.status != Consent.Status.GRANTED:
        return str(consent.status)
    if consent.starts_at is None or at < consent.starts_at:
        return "not_started"
    return "granted" if consent.ends_at is not None and at < consent.ends_at else "expired"


def likeness_standing(likeness: Likeness, now: datetime | None = None) -> str:
    """The best standing of any of its consents; ``none`` when there is no consent at all."""
    found = {standing(consent, now) for consent in likeness.consents.all()}
    order = ("granted", "not_started", "submitted", "draft", "expired", "revoked", "rejected")
    return next((name for name in order if name in found), "none")


def likenesses_for(user: SomeUser) -> QuerySet[Likeness]:
    """The library of the user's organisations."""
    mine = policy.organisations_where(user, "likeness.view")
    rows = Likeness.objects.filter(person__organisation__in=mine, person__erased_at=None)
    return rows.select_related("person__organisation").prefetch_related("consents", "takes").order_by("name")


def consents_for(user: SomeUser) -> QuerySet[Consent]:
    """Every consent the user may see, newest first."""
    mine = policy.organisations_where(user, "consent.view")
    rows = Consent.objects.filter(likeness__person__organisation__in=mine)
    return rows.select_related("likeness__person", "created_by", "submitted_by").order_by("-created_at")


def inbox(user: SomeUser) -> QuerySet[Consent]:
    """What waits for a decision of this user, the one that waits longest first."""
    mine = policy.organisations_where(user, "consent.decide")
    rows = Consent.objects.filter(
        likeness__person__organisation__in=mine, status=Consent.Status.SUBMITTED
    ).select_related("likeness__person", "submitted_by")
    return rows.prefetch_related("evidence", "likeness__takes").order_by(
        F("submitted_at").asc(nulls_last=True)
    )


def ending_within(user: SomeUser, days: int) -> QuerySet[Consent]:
    """Granted consents in force whose window ends soon."""
    now = timezone.now()
    soon = consents_for(user).filter(status=Consent.Status.GRANTED, starts_at__lte=now)
    return soon.filter(ends_at__gt=now, ends_at__lte=now + timedelta(days=days)).order_by("ends_at")
