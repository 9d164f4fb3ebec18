"""The AdForge project: settings, Celery app, middleware and the top of the URL tree."""

from __future__ import annotations

from adforge.celery import app as celery_app

__all__ = ["celery_app"]
