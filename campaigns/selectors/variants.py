"""Variants of a campaign, the render queue and what may be delivered."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db.models import Case, F, Q, When

from campaigns import policy
from campaigns.models import Campaign, LocalizedScript, MasterClip, SomeUser, Variant
from campaigns.selectors import reviews

if TYPE_CHECKING:
    from django.db.models import QuerySet

_ON_ITS_WAY = (Variant.Status.QUEUED, Variant.Status.RENDERING)


def variants_for(user: SomeUser) -> QuerySet[Variant]:
    """Every variant the user may see, with what lists need."""
    mine = policy.organisations_where(user, "variant.view")
    return Variant.objects.filter(campaign__organisation__in=mine).select_related(
        "campaign", "likeness__person", "localized_script__script", "master", "requested_by"
    )


def of_campaign(campaign: Campaign) -> QuerySet[Variant]:
    """All variants of a campaign, newest first, each with its review ``standing``."""
    rows = campaign.variants.select_related("likeness__person", "localized_script__script", "master")
    return reviews.with_standing(rows).order_by("-created_at")


def newest_by_cell(campaign: Campaign, master: MasterClip) -> dict[tuple[int, int], Variant]:
    """The newest variant of each (likeness key, localized script key)."""
    rows = of_campaign(campaign).filter(master=master).order_by("created_at")
    return {(variant.likeness_id, variant.localized_script_id): variant for variant in rows}


def localized_scripts(campaign: Campaign) -> QuerySet[LocalizedScript]:
    """The columns of the matrix, the source locale first."""
    own_first = Case(When(locale=campaign.source_locale, then=0), default=1)
    rows = LocalizedScript.objects.filter(script__campaign=campaign)
    return rows.select_related("script", "voice_over__likeness").order_by(
        "script__created_at", own_first, "locale"
    )


def counts(campaign: Campaign) -> dict[str, int]:
    """Variants per status; every status is a key."""
    found = Counter(campaign.variants.values_list("status", flat=True))
    return {str(status): found[status] for status in Variant.Status.values}


def queue(user: SomeUser) -> QuerySet[Variant]:
    """What is waiting or running, in the order it was asked for."""
    waiting = variants_for(user).filter(status__in=_ON_ITS_WAY)
    return waiting.order_by(F("queued_at").asc(nulls_last=True))


def recently_ended(user: SomeUser, limit: int = 20) -> list[Variant]:
    """What ended last, well or not."""
    ended = variants_for(user).filter(finished_at__isnull=False).exclude(status__in=_ON_ITS_WAY)
    return list(ended.order_by("-finished_at")[:limit])


def deliverable(user: SomeUser) -> QuerySet[Variant]:
    """Finished variants with their review ``standing``; whether the gate lets one out is asked at its door."""
    ready = variants_for(user).filter(status=Variant.Status.READY, campaign__archived=False)
    return reviews.with_standing(ready).order_by("-finished_at")


def approved(user: SomeUser) -> QuerySet[Variant]:
    """Those of ``deliverable`` a reviewer has approved as they are now."""
    return deliverable(user).filter(Q(standing="approved"))
