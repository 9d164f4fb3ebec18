"""The error pages: a code, plain words, what to do next."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 for a missing role; refusals of the gate bring their own text (``shared.refused_page``)."""
    refusal = {
        "code": "ROLE_MISSING",
        "message": str(exception) or "Your role does not allow this.",
        "fix": "",
        "who": "owner",
    }
    return render(request, "403.html", {"refusal": refusal}, status=HTTPStatus.FORBIDDEN)
