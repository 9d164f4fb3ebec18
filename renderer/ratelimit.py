"""A small fixed-window limit for pages that anybody may call. Counts live in the cache."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

View = Callable[..., HttpResponseBase]


def allowed(name: str, caller: str, *, times: int, seconds: int) -> bool:
    """Count one call; False once ``caller`` used up the window."""
    window = int(time.time()) // seconds
    key = f"limit:{name}:{caller}:{window}"
    cache.add(key, 0, timeout=2 * seconds)
    try:
        return cache.incr(key) <= times
    except ValueError:  # the entry was evicted between the two calls
        return True


def limited(*, times: int, seconds: int) -> Callable[[View], View]:
    """Answer 429 with ``Retry-After`` when one address POSTs too often. Reading is not limited."""

    def wrap(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            caller = request.META.get("REMOTE_ADDR", "")
            if request.method != "POST" or allowed(view.__name__, caller, times=times, seconds=seconds):
                return view(request, *args, **kwargs)
            response = render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
            response["Retry-After"] = str(seconds)
            return response

        return answer

    return wrap
