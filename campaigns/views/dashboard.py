"""Home: what needs the user, what runs, what is ready, which consents end soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from campaigns import access, policy, selectors
from campaigns.views import boards
from campaigns.views.campaigns import cards_of

if TYPE_CHECKING:
    from campaigns.models import SomeUser

SHOWN = 5
SOON_DAYS = 30
HTMX_STOP = 286


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that waits for this user, with the place where it is done."""

    title: str
    text: str
    url: str
    icon: str
    tone: str


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    organisation = access.get_organisation(request.user)
    campaigns = cards_of(selectors.campaigns.campaigns_for(request.user)[:6])
    context = {
        "organisation": organisation,
        "greeting": _greeting(request.user),
        "needs": needs_of(request.user, campaigns),
        "campaigns": campaigns,
        "delivered": _delivered(request.user),
        "expiring": _expiring(request.user),
        "can_edit": policy.may(request.user, organisation, "campaign.edit"),
        **_running(request.user),
    }
    return render(request, "campaigns/home.html", context)


@login_required
@require_GET
def running(request: HttpRequest) -> HttpResponse:
    """The running panel alone; 286 ends the polling once nothing runs."""
    access.get_organisation(request.user, "variant.view")
    context = _running(request.user)
    status = 200 if context["running"] else HTMX_STOP
    return render(request, "campaigns/_running.html", context, status=status)


def _running(user: SomeUser) -> dict[str, Any]:
    return {"running": boards.rows_of(selectors.variants.queue(user)[:SHOWN])}


def _delivered(user: SomeUser) -> list[boards.Row]:
    return boards.rows_of(selectors.variants.approved(user)[:SHOWN])


def _expiring(user: SomeUser) -> list[dict[str, Any]]:
    now = timezone.now()
    ending = selectors.consents.ending_within(user, SOON_DAYS)[:SHOWN]
    return [
        {"consent": row, "days": (row.ends_at - now) // timedelta(days=1)} for row in ending if row.ends_at
    ]


def needs_of(user: SomeUser, campaigns: list[Any]) -> list[Need]:
    """Decisions first, then what went wrong, then what is half done."""
    counts = selectors.home.home_counts(user)
    needs = [
        Need(
            f"{counts.to_decide} consent{_s(counts.to_decide)} to decide",
            "Submitted by your colleagues",
            reverse("consents"),
            "signature",
            "need",
        )
        if counts.to_decide
        else None,
        Need(
            f"{counts.to_review} variant{_s(counts.to_review)} to review",
            "Finished, waiting for your word",
            reverse("reviews"),
            "eye",
            "need",
        )
        if counts.to_review
        else None,
        Need(
            f"{counts.failed} variant{_s(counts.failed)} failed",
            "Each says what to do",
            reverse("queue"),
            "alert-triangle",
            "fail",
        )
        if counts.failed
        else None,
    ]
    return [*(need for need in needs if need), *_unfinished(campaigns)]


def _unfinished(campaigns: list[Any]) -> list[Need]:
    return [
        Need(campaign.name, f"Next: {campaign.missing.lower()}", campaign.missing_url, "pencil", "")
        for campaign in campaigns
        if campaign.missing
    ]


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _greeting(user: SomeUser) -> str:
    hour = timezone.localtime().hour
    part = "morning" if hour < 12 else "afternoon" if hour < 18 else "evening"
    first = getattr(user, "first_name", "")
    return f"Good {part}, {first}" if first else f"Good {part}"
