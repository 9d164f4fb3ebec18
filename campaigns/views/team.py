"""Who may do what: the owner's page."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from campaigns import access
from campaigns.forms import MemberForm
from campaigns.models import Organisation
from campaigns.services import organisations
from campaigns.views.shared import attempt


@login_required
@require_http_methods(["GET", "POST"])
def team(request: HttpRequest) -> HttpResponse:
    organisation = access.get_organisation(request.user, "members.edit")
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _give(request, organisation, form)
        if form.is_valid():
            return redirect("team")
    context = {"organisation": organisation, "members": members_of(organisation), "form": form}
    return render(request, "campaigns/team.html", context)


def _give(request: HttpRequest, organisation: Organisation, form: MemberForm) -> None:
    member = get_user_model().objects.filter(email__iexact=form.cleaned_data["email"], is_active=True).first()
    if member is None:
        form.add_error("email", "Nobody with this address has an account here yet.")
        return
    role = form.cleaned_data["role"]
    attempt(
        request,
        lambda: organisations.add_member(
            organisation=organisation, user=request.user, member=member, role=role
        ),
        "Role given.",
    )


def members_of(organisation: Organisation) -> list[dict[str, Any]]:
    """One entry per person with all of their roles."""
    rows = organisation.memberships.select_related("user").order_by("user__username", "role")
    return [
        {"user": user, "name": user.get_full_name() or user.get_username(), "memberships": list(found)}
        for user, found in groupby(rows, key=lambda row: row.user)
    ]


@login_required
@require_POST
def remove(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    organisation = access.get_organisation(request.user, "members.edit")
    membership = get_object_or_404(organisation.memberships, public_id=membership_id)
    attempt(request, lambda: organisations.remove_member(membership, user=request.user), "Role removed.")
    return redirect("team")
