"""The top of the URL tree."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, JsonResponse
from django.urls import include, path


def healthz(request: HttpRequest) -> JsonResponse:
    """Answers as long as the process can answer; says nothing about the database or the broker."""
    return JsonResponse({"status": "ok"})


handler403 = "campaigns.views.errors.forbidden"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("renderer.urls")),
    path("", include("campaigns.urls")),
]
