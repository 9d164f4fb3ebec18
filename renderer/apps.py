"""The renderer app: jobs, provenance records and public verification."""

from __future__ import annotations

from django.apps import AppConfig


class RendererConfig(AppConfig):
    name = "renderer"
    verbose_name = "Rendering and provenance"
    default_auto_field = "django.db.models.BigAutoField"
