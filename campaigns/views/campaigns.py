"""Campaign list, the campaign page with its matrix, and what runs in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from campaigns import access, policy, selectors
from campaigns.exceptions import CodedError
from campaigns.services import variants
from campaigns.views import boards, steps
from campaigns.views.shared import in_words

if TYPE_CHECKING:
    from campaigns.models import Campaign

HTMX_STOP = 286
PER_PAGE = 24


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All campaigns; the query is in the address."""
    organisation = access.get_organisation(request.user)
    query = request.GET.get("q", "").strip()
    found = selectors.campaigns.campaigns_for(request.user)
    if query:
        found = found.filter(Q(name__icontains=query) | Q(advertiser__icontains=query))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "campaigns": cards_of(page.object_list),
        "page": page,
        "query": query,
        "can_edit": policy.may(request.user, organisation, "campaign.edit"),
    }
    return render(request, "campaigns/campaign_list.html", context)


def cards_of(campaigns: Iterable[Campaign]) -> list[Campaign]:
    """Campaigns with what their cards draw: ``cover``, ``tally`` and, before the first variant, what is ``missing``."""
    found = list(campaigns)
    for campaign in found:
        rows = selectors.variants.of_campaign(campaign)
        counted = Counter(boards.bucket_of(variant, boards.standing_of(variant)) for variant in rows)
        missing = None if counted else steps.first_missing(campaign)
        campaign.cover = selectors.campaigns.ready_master(campaign)  # type: ignore[attr-defined]
        campaign.tally = boards.tally(counted)  # type: ignore[attr-defined]
        campaign.missing = missing.name if missing else ""  # type: ignore[attr-defined]
        campaign.missing_url = missing.url if missing else ""  # type: ignore[attr-defined]
    return found


@login_required
@require_GET
def campaign(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """The campaign with its matrix."""
    found = access.get_campaign_or_404(request.user, campaign_id)
    return render(request, "campaigns/campaign.html", board(request, found))


@login_required
@require_GET
def progress(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """The matrix alone, polled; 286 ends the polling once everything is final."""
    found = access.get_campaign_or_404(request.user, campaign_id, "variant.view")
    context = board(request, found)
    status = 200 if context["live"] else HTMX_STOP
    return render(request, "campaigns/_progress.html", context, status=status)


def board(request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
    """What the campaign page and its polled part draw."""
    every = boards.rows_of(selectors.variants.of_campaign(campaign))
    newest = boards.newest_only(every)
    chosen = request.GET.get("state", "")
    shown = [row for row in newest if chosen in ("", row.bucket)]
    columns = boards.columns_of(campaign, shown)
    scripts = [] if chosen and not shown else selectors.variants.localized_scripts(campaign)
    return {
        "campaign": campaign,
        "columns": columns,
        "rows": boards.matrix(columns, scripts, shown) if columns else [],
        "tally": boards.tally_of(newest),
        "failures": boards.failures_of(newest),
        "eta": boards.eta(newest),
        "live": any(row.progress and row.progress.live for row in newest),
        "filter": chosen,
        "missing": steps.first_missing(campaign),
        **permissions(request, campaign),
    }


def permissions(request: HttpRequest, campaign: Campaign) -> dict[str, bool]:
    actions = {
        "can_edit": "campaign.edit",
        "can_render": "variant.render",
        "can_download": "delivery.download",
    }
    return {name: policy.may(request.user, campaign.organisation, action) for name, action in actions.items()}


@login_required
@require_POST
def retry(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Ask again for every variant that stopped with one code."""
    found = access.get_campaign_or_404(request.user, campaign_id, "variant.render")
    code = request.POST.get("code", "")
    stopped = selectors.variants.of_campaign(found).filter(status__in=["failed", "blocked"])
    again = 0
    for variant in stopped.filter(Q(error_code=code) | Q(block_code=code)):
        try:
            variants.retry_variant(variant, user=request.user)
            again += 1
        except CodedError as error:
            messages.error(
                request, f"{variant.likeness.name}, {variant.localized_script.locale}: {in_words(error)}"
            )
    if again:
        messages.success(request, f"{again} asked for again.")
    return redirect("campaign", campaign_id)
