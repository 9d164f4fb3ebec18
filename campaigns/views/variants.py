"""One variant: player, stages, what is said, review; and the render queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from campaigns import access, policy, selectors
from campaigns.services import variants as service
from campaigns.views import boards, progress, reports
from campaigns.views.shared import attempt

if TYPE_CHECKING:
    from campaigns.models import SomeUser, Variant

HTMX_STOP = 286


@login_required
@require_GET
def variant(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    found = access.get_variant_or_404(request.user, variant_id)
    may = permissions(request.user, found)
    context = {
        **_state(found),
        **may,
        "compare": bool(request.GET.get("compare")),
        "lines": [
            {"start": start, "end": end, "text": text} for start, end, text in found.spec.get("lines", [])
        ],
        "rendition": found.renditions.first(),
        "standing": selectors.reviews.standing(found),
        "reviews": found.reviews.select_related("reviewer")[:5],
        "own_request": found.requested_by_id == request.user.pk,
        "record_url": reverse("made", args=[found.public_id]) if found.status == "ready" else "",
    }
    return render(request, "campaigns/variant.html", context)


@login_required
@require_GET
def state(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """The render panel alone, polled; the last answer reloads the page, so that the player appears."""
    found = access.get_variant_or_404(request.user, variant_id)
    context = {**_state(found), **permissions(request.user, found)}
    live = context["progress"].live
    response = render(request, "campaigns/_variant_state.html", context, status=200 if live else HTMX_STOP)
    if not live:
        response["HX-Refresh"] = "true"
    return response


def _state(variant: Variant) -> dict[str, Any]:
    job = variant.jobs.order_by("-attempt").first()
    ahead = 0
    if variant.status == "queued" and variant.queued_at:
        ahead = type(variant).objects.filter(status="queued", queued_at__lt=variant.queued_at).count()
    return {
        "variant": variant,
        "progress": progress.of(variant, job),
        "stages": reports.stages_of(variant, job),
        "quality": reports.quality_of(job) if variant.status == "ready" else [],
        "ahead": ahead,
    }


def permissions(user: SomeUser, variant: Variant) -> dict[str, bool]:
    actions = {
        "can_render": "variant.render",
        "can_review": "review.decide",
        "can_download": "delivery.download",
    }
    return {name: policy.may(user, variant.campaign.organisation, action) for name, action in actions.items()}


@login_required
@require_POST
def cancel(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    found = access.get_variant_or_404(request.user, variant_id, "variant.render")
    attempt(request, lambda: service.cancel_variant(found, user=request.user), "Cancelled.")
    return _back(request, found)


@login_required
@require_POST
def retry(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Ask again; changed material makes a new variant, which is then shown."""
    found = access.get_variant_or_404(request.user, variant_id, "variant.render")
    made = attempt(request, lambda: service.retry_variant(found, user=request.user))
    return _back(request, made or found)


def _back(request: HttpRequest, variant: Variant) -> HttpResponse:
    return (
        redirect("queue") if request.POST.get("next") == "queue" else redirect("variant", variant.public_id)
    )


@login_required
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    access.get_organisation(request.user, "variant.view")
    return render(request, "campaigns/queue.html", _queue(request))


@login_required
@require_GET
def queue_rows(request: HttpRequest) -> HttpResponse:
    """The table alone, polled for as long as the page is open: others may ask for something at any time."""
    access.get_organisation(request.user, "variant.view")
    return render(request, "campaigns/_queue.html", _queue(request))


def _queue(request: HttpRequest) -> dict[str, Any]:
    organisation = access.get_organisation(request.user, "variant.view")
    waiting = boards.rows_of(selectors.variants.queue(request.user))
    waiting.sort(key=lambda row: row.bucket != "running")
    ended = boards.rows_of(selectors.variants.recently_ended(request.user))
    can_render = policy.may(request.user, organisation, "variant.render")
    return {"rows": [*waiting, *ended], "live": bool(waiting), "can_render": can_render}
