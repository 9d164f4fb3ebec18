"""What reviewers see and say."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from campaigns import access, selectors
from campaigns.forms import ReviewForm
from campaigns.services import reviews as service
from campaigns.views import boards
from campaigns.views.shared import attempt


@login_required
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    access.get_organisation(request.user, "variant.view")
    rows = boards.rows_of(selectors.reviews.review_inbox(request.user))
    return render(request, "campaigns/review_inbox.html", {"rows": rows})


@login_required
@require_POST
def review(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Approve, ask for changes or reject."""
    found = access.get_variant_or_404(request.user, variant_id, "review.decide")
    form = ReviewForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("variant", found.public_id)
    word = form.cleaned_data
    attempt(
        request, lambda: service.review_variant(found, user=request.user, **word), "Your word is on record."
    )
    return redirect("variant", found.public_id)
