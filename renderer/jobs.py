"""Every database write of a render: claim, heartbeat, finish, fail, reap.

The row is the lease (``RenderJob``); the broker only carries ids. A lost message costs a delay, a double one is a
no-op, and a worker that lost its lease can no longer write anything.
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from campaigns import dispatch
from campaigns.exceptions import StateConflict
from campaigns.models import Variant
from campaigns.states import transition
from renderer.models import RenderJob

if TYPE_CHECKING:
    from datetime import datetime

    from renderer.errors import RenderError
    from renderer.types import RenderResult

logger = logging.getLogger(__name__)

State = RenderJob.State
RETRY_SECONDS = 5


class LeaseLost(Exception):
    """Somebody else has the variant now, or it was cancelled, blocked or withdrawn."""


def _lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.RENDER_LEASE_SECONDS)


def claim(variant_id: str, *, worker: str) -> RenderJob | None:
    """Take a queued variant. None when somebody else has it or it needs nothing (a duplicate message)."""
    variant = Variant.objects.filter(public_id=variant_id).first()
    if variant is None or variant.status != Variant.Status.QUEUED:
        return None
    try:
        with transaction.atomic():
            transition(variant, Variant.Status.RENDERING, actor=None)
            return _open(variant, worker)
    except (StateConflict, IntegrityError):
        return None


def _open(variant: Variant, worker: str) -> RenderJob:
    # A cancelled attempt may still be running; from here on it is fenced off.
    variant.jobs.filter(state=State.STARTED).update(state=State.ABANDONED, finished_at=timezone.now())
    last = variant.jobs.order_by("-attempt").first()
    return RenderJob.objects.create(
        variant=variant,
        attempt=last.attempt + 1 if last else 1,
        tries=last.tries + 1 if last and last.again else 1,
        worker=worker,
        lease_until=_lease_end(),
    )


def beat(job: RenderJob) -> None:
    """Renew the lease.

    Raises:
        LeaseLost: the attempt was abandoned, or the variant is no longer to be rendered.
    """
    now = timezone.now()
    mine = RenderJob.objects.filter(pk=job.pk, state=State.STARTED, variant__status=Variant.Status.RENDERING)
    if not mine.update(lease_until=_lease_end(), heartbeat_at=now):
        raise LeaseLost(str(job.public_id))
    Variant.objects.filter(pk=job.variant_id).update(heartbeat_at=now)


def progress(job: RenderJob, stage: str, done: int, total: int) -> None:
    """Note where the attempt is; silently nothing when the lease is gone (``beat`` reports that)."""
    mine = RenderJob.objects.filter(pk=job.pk, state=State.STARTED)
    if mine.update(stage=stage, done=done, total=total):
        Variant.objects.filter(pk=job.variant_id).update(stage=stage, progress=done / max(total, 1))


def close(job: RenderJob, state: RenderJob.State, **fields: object) -> None:
    """End the attempt, only while it is still ours.

    Raises:
        LeaseLost: the reaper gave the variant to somebody else meanwhile.
    """
    mine = RenderJob.objects.filter(pk=job.pk, state=State.STARTED)
    if mine.update(state=state, finished_at=timezone.now(), **fields) != 1:
        raise LeaseLost(str(job.public_id))


def finish(job: RenderJob, result: RenderResult) -> None:
    """Mark attempt and variant as done. Call inside the transaction that stores the rendition's rows."""
    close(
        job,
        State.SUCCEEDED,
        stage="done",
        stage_seconds={report.name: asdict(report) for report in result.stages},
        quality={**asdict(result.quality), "reasons": dict(result.quality.reasons)},
        engine_versions=dict(result.engine_versions),
    )
    transition(job.variant, Variant.Status.READY, actor=None, job=str(job.public_id))


def block(job: RenderJob, code: str, message: str) -> None:
    """The gate said no while the variant was waiting or rendering."""
    with transaction.atomic():
        close(job, State.BLOCKED, error_code=code, error_message=message)
        transition(job.variant, Variant.Status.BLOCKED, actor=None, code=code, message=message)


def fail(job: RenderJob, error: RenderError) -> None:
    """End the attempt with an error; queue another one where that can help and the cap allows it."""
    again = not error.permanent and job.tries < settings.RENDER_MAX_ATTEMPTS
    with transaction.atomic():
        close(job, State.FAILED, error_code=error.code, error_message=error.message, again=again)
        if again:
            requeue(job.variant)
        else:
            _give_up(job, error.code, error.message)


def _give_up(job: RenderJob, code: str, message: str) -> None:
    to = Variant.Status.FAILED
    transition(job.variant, to, actor=None, code=code, message=message, stage=job.stage)


def requeue(variant: Variant) -> None:
    """Give the variant back to the queue and send its id again once the transaction is through."""
    transition(variant, Variant.Status.QUEUED, actor=None)
    dispatch.render_variant(variant, delay=RETRY_SECONDS)


def reap_stalled() -> int:
    """Take over attempts whose worker fell silent; returns how many."""
    stalled = RenderJob.objects.filter(state=State.STARTED, lease_until__lt=timezone.now())
    return sum(_abandon(job) for job in stalled.select_related("variant"))


def _abandon(job: RenderJob) -> int:
    again = job.tries < settings.RENDER_MAX_ATTEMPTS
    text = "The worker stopped answering."
    try:
        with transaction.atomic():
            close(job, State.ABANDONED, error_code="WORKER_LOST", error_message=text, again=again)
            _after_loss(job, again=again)
    except (LeaseLost, StateConflict):
        return 0
    logger.warning("Attempt %s of variant %s was abandoned", job.attempt, job.variant.public_id)
    return 1


def _after_loss(job: RenderJob, *, again: bool) -> None:
    if job.variant.status != Variant.Status.RENDERING:
        return
    if again:
        requeue(job.variant)
    else:
        text = "Every worker that tried this variant died; look at the worker's log and memory."
        _give_up(job, "WORKER_LOST", text)


def note_plan(job: RenderJob, digest: str) -> None:
    """Keep the digest of the plan with the attempt."""
    RenderJob.objects.filter(pk=job.pk).update(plan_digest=digest)
