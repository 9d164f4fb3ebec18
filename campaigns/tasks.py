"""Clockwork: send again what waits for too long, drop uploads nobody finished, walk the audit chain."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from celery import shared_task
from django.utils import timezone

from campaigns import auditing, dispatch
from campaigns.models import MasterClip, Take, Variant
from campaigns.services import uploads

logger = logging.getLogger(__name__)

# A message can be lost, a row cannot. Sending twice is harmless, so this may be shorter than a long queue.
RESEND_AFTER: Final = timedelta(minutes=10)


@shared_task(name="campaigns.tasks.resend_waiting")
def resend_waiting() -> None:
    """Send the ids of rows that have waited too long for their worker once more."""
    for model, statuses, send in _WAITING:
        for row in model._default_manager.filter(status__in=statuses):
            if _take_turn(row):
                send(row)


@shared_task(name="campaigns.tasks.purge_uploads")
def purge_uploads() -> None:
    """Delete the parts of uploads nobody went on with."""
    uploads.purge_stale()


@shared_task(name="campaigns.tasks.check_audit_chain")
def check_audit_chain() -> None:
    """Raise an alarm in the log when the history was tampered with."""
    report = auditing.verify_chain()
    if report.broken is not None:
        logger.critical("Audit entry %s %s", report.broken, report.reason)


_WAITING: Final[tuple[tuple[type[Any], tuple[str, ...], Callable[[Any], None]], ...]] = (
    (MasterClip, ("uploaded", "probing"), dispatch.probe_master),
    (Take, ("uploaded", "checking"), dispatch.check_take),
    (Variant, ("queued",), dispatch.render_variant),
)


def _take_turn(row: MasterClip | Take | Variant) -> bool:
    """True for one caller per period: the conditional UPDATE moves the row's clock."""
    now = timezone.now()
    due = type(row)._default_manager.filter(pk=row.pk, status=row.status, updated_at__lt=now - RESEND_AFTER)
    return due.update(updated_at=now) == 1
