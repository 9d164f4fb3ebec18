"""What several views need: telling a refusal in plain words, acting once, JSON answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from campaigns import catalogue
from campaigns.exceptions import CodedError, ConsentDenied, StateConflict

Result = TypeVar("Result")


def in_words(error: CodedError) -> str:
    """The message of an expected error with the way out and its code."""
    fix = catalogue.entry(error.code).fix
    return (
        f"{error.message} {fix} ({error.code})"
        if fix and fix != error.message
        else f"{error.message} ({error.code})"
    )


def attempt(request: HttpRequest, action: Callable[[], Result], done: str = "") -> Result | None:
    """Run one service call; an expected refusal becomes a message and None."""
    try:
        result = action()
    except CodedError as error:
        messages.error(request, in_words(error))
        return None
    if done:
        messages.success(request, done)
    return result


def status_of(error: CodedError) -> int:
    """HTTP status of an expected error: 403 for the gate, 409 for a conflict, 400 for anything else."""
    if isinstance(error, ConsentDenied):
        return HTTPStatus.FORBIDDEN
    return HTTPStatus.CONFLICT if isinstance(error, StateConflict) else HTTPStatus.BAD_REQUEST


def as_dict(error: CodedError) -> dict[str, Any]:
    entry = catalogue.entry(error.code)
    return {"code": error.code, "message": error.message, "fix": entry.fix, "who": entry.who}


def coded_json(view: Callable[..., JsonResponse]) -> Callable[..., JsonResponse]:
    """An expected refusal becomes a JSON answer with code, words and the way out."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> JsonResponse:
        try:
            return view(request, *args, **kwargs)
        except CodedError as error:
            return JsonResponse(as_dict(error), status=status_of(error))

    return answer


def refused_page(request: HttpRequest, error: CodedError, status: int = HTTPStatus.FORBIDDEN) -> HttpResponse:
    """The 403 page with code, plain words and what to do. Never cached: the answer may change at any time."""
    context = {"refusal": as_dict(error)}
    response = render(request, "403.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response
