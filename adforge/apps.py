"""The project itself as an app, so that its system checks are found."""

from __future__ import annotations

from django.apps import AppConfig


class AdforgeConfig(AppConfig):
    name = "adforge"
    label = "project"

    def ready(self) -> None:
        from adforge import checks  # noqa: F401
