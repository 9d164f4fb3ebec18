"""The history, for auditors, consent admins and owners."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from campaigns import access, selectors

PER_PAGE = 50


@login_required
@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    """Newest first; the filter takes the beginning of an action or a whole id."""
    access.get_organisation(request.user, "audit.view")
    query = request.GET.get("q", "").strip()
    wanted = {"target": query} if len(query) == 36 else {"action": query}
    page = Paginator(selectors.audit.entries_for(request.user, **wanted), PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(
        request, "campaigns/audit.html", {"page": page, "entries": page.object_list, "query": query}
    )
