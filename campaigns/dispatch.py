"""Hands work to the queue: by task name, with a public id, once the transaction is through.

Tasks are named, not imported, because this app knows nothing of the renderer. ``signature`` is used instead
of ``send_task``, which would ignore eager mode. A broker that is down costs a delay, not the request: the
rows say what is waiting, and ``campaigns.tasks.resend_waiting`` sends it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from celery import current_app
from django.db import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from campaigns.models import MasterClip, Take, Variant

RENDER_VARIANT: Final = "renderer.tasks.render_variant"
PROBE_MASTER: Final = "renderer.tasks.probe_master"
CHECK_TAKE: Final = "renderer.tasks.check_take"
VERIFY_UPLOAD: Final = "renderer.tasks.verify_upload"


def render_variant(variant: Variant, *, delay: float = 0) -> None:
    enqueue(RENDER_VARIANT, variant.public_id, delay=delay)


def probe_master(master: MasterClip) -> None:
    enqueue(PROBE_MASTER, master.public_id)


def check_take(take: Take) -> None:
    enqueue(CHECK_TAKE, take.public_id)


def verify_upload(public_id: UUID) -> None:
    enqueue(VERIFY_UPLOAD, public_id)


def enqueue(name: str, public_id: UUID, *, delay: float = 0) -> None:
    """Send one id to one task after commit; ``delay`` in seconds."""

    # A named function: a robust hook that fails is logged by its name, which a partial does not have.
    def send() -> None:
        _send(name, str(public_id), delay)

    transaction.on_commit(send, robust=True)


def _send(name: str, public_id: str, delay: float) -> None:
    current_app.signature(name, args=[public_id]).apply_async(countdown=delay or None)
