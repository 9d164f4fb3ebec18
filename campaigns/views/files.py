"""Source material for the people who may look at it: masters, takes and, behind its own role, evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from campaigns import access
from campaigns.services import material
from campaigns.views.deliveries import POSTER_SECONDS, gated
from campaigns.views.streaming import send

if TYPE_CHECKING:
    from campaigns.services.material import Material

# Anything else is offered as a file: a document that runs scripts must not run them on our origin.
SHOWN = ("image/", "video/", "audio/", "application/pdf")


def _sent(request: HttpRequest, found: Material, name: str, max_age: int = 0) -> HttpResponseBase:
    inline = found.content_type.startswith(SHOWN)
    return send(
        request,
        found.file,
        size=found.bytes,
        content_type=found.content_type,
        filename=name,
        attachment=not inline,
        max_age=max_age,
    )


@login_required
@require_safe
@gated
def master(request: HttpRequest, master_id: UUID) -> HttpResponseBase:
    found = access.get_master_or_404(request.user, master_id)
    return _sent(request, material.open_master(request.user, found), f"master-{found.public_id}")


@login_required
@require_safe
@gated
def master_poster(request: HttpRequest, master_id: UUID) -> HttpResponseBase:
    found = access.get_master_or_404(request.user, master_id)
    return _sent(
        request,
        material.open_master_poster(request.user, found),
        f"master-{found.public_id}.jpg",
        POSTER_SECONDS,
    )


@login_required
@require_safe
@gated
def take(request: HttpRequest, take_id: UUID) -> HttpResponseBase:
    found = access.get_take_or_404(request.user, take_id)
    return _sent(request, material.open_take(request.user, found), f"take-{found.public_id}", POSTER_SECONDS)


@login_required
@require_safe
@gated
def evidence(request: HttpRequest, evidence_id: UUID) -> HttpResponseBase:
    """Each look at evidence is audited by the service."""
    found = access.get_evidence_or_404(request.user, evidence_id)
    return _sent(request, material.open_evidence(request.user, found), f"evidence-{found.public_id}")
