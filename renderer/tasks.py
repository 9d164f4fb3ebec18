"""Celery's door: ids in, nothing out. Every task may be started twice and then does nothing."""

from __future__ import annotations

import logging
import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import close_old_connections, connection

from campaigns.exceptions import ConsentDenied
from campaigns.models import MasterClip, Take
from renderer import jobs, lookups, planning, probing, storing
from renderer.errors import Cancelled, RenderError
from renderer.material import scratch
from renderer.pipeline import render
from renderer.toolbox import toolbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from renderer.models import RenderJob

logger = logging.getLogger(__name__)

PROGRESS_SECONDS = 1.0
BEATS_PER_LEASE = 5


@shared_task(name="renderer.tasks.render_variant", throws=(RenderError, ConsentDenied))
def render_variant(variant_id: str) -> None:
    """Render one variant, if it still waits."""
    job = jobs.claim(variant_id, worker=f"{socket.gethostname()}:{threading.get_native_id()}")
    if job is None:
        return
    try:
        _render(job)
    except (jobs.LeaseLost, Cancelled):
        logger.info("Attempt %s was taken away", job.public_id)


def _render(job: RenderJob) -> None:
    try:
        with scratch() as folder, _kept_alive(job) as lost:
            tools = toolbox()
            jobs.progress(job, "fetch", 0, 1)
            plan = planning.build_plan(job, folder)
            jobs.note_plan(job, planning.plan_digest(plan))
            result = render(
                plan,
                tools,
                folder,
                on_progress=_Reporter(job, lost),
                checkpoint=lambda: _ask_again(job),
            )
            jobs.progress(job, "store", 0, 1)
            _ask_again(job)
            storing.store(job, plan, result, key_id=tools.keys.current_id, finish=jobs.finish)
    except ConsentDenied as denial:
        jobs.block(job, denial.code, denial.message)
    except RenderError as error:
        if isinstance(error, Cancelled):
            raise
        jobs.fail(job, error)
    except MemoryError:
        jobs.fail(job, RenderError("OUT_OF_MEMORY", "The worker ran out of memory.", permanent=False))
    except SoftTimeLimitExceeded:
        jobs.fail(job, RenderError("TIME_LIMIT", "The render took longer than allowed.", permanent=True))
    except jobs.LeaseLost:
        raise
    except Exception:
        logger.exception("Attempt %s failed", job.public_id)
        text = f"An unexpected error; tell the operator this id: {job.public_id}"
        jobs.fail(job, RenderError("INTERNAL", text, permanent=False))


def _ask_again(job: RenderJob) -> None:
    """Gate 3: the consent may have gone while we rendered."""
    jobs.beat(job)
    planning.grants_for(job.variant)


class _Reporter:
    """Writes progress at most once a second, and stops the render once the lease is gone."""

    def __init__(self, job: RenderJob, lost: threading.Event) -> None:
        self._job = job
        self._lost = lost
        self._stage = ""
        self._next = 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        if self._lost.is_set():
            raise Cancelled("CANCELLED", "The variant was cancelled, blocked or taken over.")
        now = time.monotonic()
        if stage != self._stage or now >= self._next:
            self._stage, self._next = stage, now + PROGRESS_SECONDS
            jobs.progress(self._job, stage, done, total)


@contextmanager
def _kept_alive(job: RenderJob) -> Iterator[threading.Event]:
    """Renew the lease from a thread; the event yielded is set when it is lost."""
    lost, ended = threading.Event(), threading.Event()
    thread = threading.Thread(target=_beat_until, args=(job, lost, ended), daemon=True)
    thread.start()
    try:
        yield lost
    finally:
        ended.set()
        thread.join()


def _beat_until(job: RenderJob, lost: threading.Event, ended: threading.Event) -> None:
    try:
        while not ended.wait(settings.RENDER_LEASE_SECONDS / BEATS_PER_LEASE):
            try:
                jobs.beat(job)
            except jobs.LeaseLost:
                lost.set()
                return
            except Exception:
                logger.exception("A heartbeat failed; the lease covers several of them")
                close_old_connections()
    finally:
        connection.close()


@shared_task(name="renderer.tasks.reap_stalled_jobs")
def reap_stalled_jobs() -> None:
    """Give the work of dead workers to living ones."""
    jobs.reap_stalled()


@shared_task(name="renderer.tasks.probe_master")
def probe_master(master_id: str) -> None:
    """Examine an uploaded master."""
    for master in MasterClip.objects.filter(public_id=master_id):
        probing.probe_master(master)


@shared_task(name="renderer.tasks.check_take")
def check_take(take_id: str) -> None:
    """Examine an uploaded take."""
    for take in Take.objects.filter(public_id=take_id):
        probing.check_take(take)


@shared_task(name="renderer.tasks.verify_upload")
def verify_upload(token: str) -> None:
    """Examine a file of the public verify page."""
    lookups.examine(token)


@shared_task(name="renderer.tasks.purge_checks")
def purge_checks() -> None:
    """Drop verify results after their day."""
    lookups.purge()
