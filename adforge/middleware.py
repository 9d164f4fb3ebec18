"""Request ids for the log, and response headers that no view has to remember."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from uuid import uuid4

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse

from adforge import correlation

Respond = Callable[[HttpRequest], HttpResponse]

PERMISSIONS_POLICY: Final = "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()"
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class CorrelationMiddleware:
    """Binds a request id to the log lines of one request and returns it in ``X-Request-ID``.

    A caller's own id is kept when it is harmless, so that a proxy's log and ours can be joined.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        with correlation.bound(correlation.request_id, request_id):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


class HeadersMiddleware:
    """Permissions policy everywhere; a looser script policy for the staff admin only.

    The admin theme is built on Alpine, which evaluates expressions in attributes.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Permissions-Policy"] = PERMISSIONS_POLICY
        if request.path.startswith("/admin/"):
            loosened = {"script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE], "style-src": [SELF, UNSAFE_INLINE]}
            response._csp_replace = loosened  # type: ignore[attr-defined]
        return response
