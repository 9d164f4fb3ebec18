"""Routes of the public pages."""

from __future__ import annotations

from django.urls import path

from renderer import views

urlpatterns = [
    path("verify/", views.verify, name="verify"),
    path("verify/check/<uuid:token>/", views.check, name="verify-check"),
    path("verify/<uuid:record_id>/", views.record, name="verify-record"),
    path("made/<uuid:variant_id>/", views.made, name="made"),
]
