"""The error pages: a code, plain words, what to do next."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

MISSING_ROLE = (
    "You are signed in, but this page needs another role. An owner of your organisation can give it to you."
)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 for a missing role; refusals of the gate bring their own text (``shared.refused_page``)."""
    refusal = {"code": "ROLE_MISSING", "message": MISSING_ROLE, "fix": "", "who": "owner"}
    return render(request, "403.html", {"refusal": refusal}, status=HTTPStatus.FORBIDDEN)
