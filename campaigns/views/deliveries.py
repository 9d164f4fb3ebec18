"""Files leave here and nowhere else: every request asks the gate, playback with byte ranges included."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import wraps
from itertools import groupby
from typing import IO, TYPE_CHECKING
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_POST, require_safe

from campaigns import access, policy, selectors
from campaigns.exceptions import CodedError
from campaigns.services import deliveries
from campaigns.views import boards
from campaigns.views.shared import refused_page
from campaigns.views.streaming import send

if TYPE_CHECKING:
    from campaigns.models import Campaign
    from campaigns.services.deliveries import Delivery

# Shorter than the minute a revocation may take to be seen everywhere.
POSTER_SECONDS = 30
View = Callable[..., HttpResponseBase]


def gated(view: View) -> View:
    """A refusal of the gate or of a rule becomes a 403 with its code."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except CodedError as error:
            return refused_page(request, error)

    return answer


def _sent(
    request: HttpRequest, delivery: Delivery, *, attachment: bool = False, max_age: int = 0
) -> HttpResponseBase:
    return send(
        request,
        delivery.file,
        size=delivery.bytes,
        content_type=delivery.content_type,
        filename=delivery.filename,
        attachment=attachment,
        max_age=max_age,
    )


@login_required
@require_safe
@gated
def video(request: HttpRequest, variant_id: UUID) -> HttpResponseBase:
    """Playback in the page."""
    variant = access.get_variant_or_404(request.user, variant_id, "variant.view")
    return _sent(request, deliveries.open_rendition(request.user, variant, purpose="stream"))


@login_required
@require_safe
@gated
def download(request: HttpRequest, variant_id: UUID) -> HttpResponseBase:
    variant = access.get_variant_or_404(request.user, variant_id, "delivery.download")
    delivery = deliveries.open_rendition(request.user, variant, purpose="download")
    return _sent(request, delivery, attachment=True)


@login_required
@require_safe
@gated
def poster(request: HttpRequest, variant_id: UUID) -> HttpResponseBase:
    variant = access.get_variant_or_404(request.user, variant_id, "variant.view")
    return _sent(request, deliveries.open_poster(request.user, variant), max_age=POSTER_SECONDS)


@login_required
@require_safe
@gated
def thumbnail(request: HttpRequest, variant_id: UUID) -> HttpResponseBase:
    """The small poster of lists."""
    variant = access.get_variant_or_404(request.user, variant_id, "variant.view")
    return _sent(request, deliveries.open_thumbnail(request.user, variant), max_age=POSTER_SECONDS)


@login_required
@require_safe
@gated
def captions(request: HttpRequest, variant_id: UUID) -> HttpResponseBase:
    variant = access.get_variant_or_404(request.user, variant_id, "variant.view")
    return _sent(request, deliveries.open_captions(request.user, variant))


@login_required
@require_POST
@gated
def archive(request: HttpRequest, campaign_id: UUID) -> HttpResponseBase:
    """All approved variants that the gate lets out, with a manifest.csv. POST, because it is audited per file."""
    campaign = access.get_campaign_or_404(request.user, campaign_id, "delivery.download")
    bundle = _scratch()
    deliveries.zip_ready(request.user, campaign, bundle)
    size = bundle.tell()
    bundle.seek(0)
    name = f"{slugify(campaign.name) or 'campaign'}.zip"
    return send(request, bundle, size=size, content_type="application/zip", filename=name, attachment=True)


def _scratch() -> IO[bytes]:
    """Unlinked at once: the bundle is gone with the answer."""
    return tempfile.TemporaryFile()


@login_required
@require_GET
def delivered(request: HttpRequest) -> HttpResponseBase:
    """Approved variants by campaign. Whether the gate lets one out is asked at the download."""
    organisation = access.get_organisation(request.user, "variant.view")
    rows = boards.rows_of(selectors.variants.approved(request.user))
    groups = [
        {"campaign": campaign, "rows": list(found)}
        for campaign, found in groupby(sorted(rows, key=_campaign_key), key=_campaign)
    ]
    may = policy.may(request.user, organisation, "delivery.download")
    return render(request, "campaigns/delivered.html", {"groups": groups, "can_download": may})


def _campaign(row: boards.Row) -> Campaign:
    assert row.variant  # noqa: S101
    return row.variant.campaign


def _campaign_key(row: boards.Row) -> int:
    return -_campaign(row).pk
