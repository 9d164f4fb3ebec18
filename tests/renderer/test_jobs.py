"""The lease: one winner, no writes after it is lost, an attempt cap that survives dead workers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from campaigns.models import AuditEntry, Variant
from campaigns.services import consents, variants
from renderer import jobs
from renderer.errors import InputError, ResourceError
from renderer.models import RenderJob

if TYPE_CHECKING:
    from tests.worlds import World

Status, State = Variant.Status, RenderJob.State
pytestmark = pytest.mark.django_db


@pytest.fixture
def variant(world: World, sent: list[tuple[str, str]]) -> Variant:
    return world.request()


def claim(variant: Variant) -> RenderJob:
    job = jobs.claim(str(variant.public_id), worker="w1")
    assert job is not None
    return job


def let_lapse(job: RenderJob) -> None:
    RenderJob.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def status(variant: Variant) -> str:
    return Variant.objects.get(pk=variant.pk).status


def test_second_message_is_a_no_op(variant: Variant) -> None:
    claim(variant)
    assert jobs.claim(str(variant.public_id), worker="w2") is None
    assert RenderJob.objects.count() == 1


def test_unknown_ids_are_ignored() -> None:
    assert jobs.claim("5b3c4b9e-0000-4000-8000-000000000000", worker="w") is None


def test_heartbeat_renews_and_shows_life(variant: Variant) -> None:
    job = claim(variant)
    let_lapse(job)
    jobs.beat(job)
    job.refresh_from_db()
    assert job.lease_until > timezone.now()
    assert Variant.objects.get(pk=variant.pk).heartbeat_at == job.heartbeat_at


def test_progress_is_seen_on_the_variant(variant: Variant) -> None:
    jobs.progress(claim(variant), "picture", 30, 120)
    seen = Variant.objects.get(pk=variant.pk)
    assert (seen.stage, seen.progress) == ("picture", 0.25)


def test_silent_worker_loses_the_variant_to_another_once(
    variant: Variant, sent: list[tuple[str, str]]
) -> None:
    job = claim(variant)
    assert jobs.reap_stalled() == 0
    let_lapse(job)
    assert jobs.reap_stalled() == 1
    assert jobs.reap_stalled() == 0
    assert status(variant) == Status.QUEUED
    second = claim(variant)
    assert (second.attempt, second.tries) == (2, 2)
    with pytest.raises(jobs.LeaseLost):
        jobs.close(job, State.SUCCEEDED)
    with pytest.raises(jobs.LeaseLost):
        jobs.beat(job)


def test_poison_stops_at_the_cap(variant: Variant, settings) -> None:  # type: ignore[no-untyped-def]
    for _ in range(settings.RENDER_MAX_ATTEMPTS):
        let_lapse(claim(variant))
        jobs.reap_stalled()
    dead = Variant.objects.get(pk=variant.pk)
    assert (dead.status, dead.error_code) == (Status.FAILED, "WORKER_LOST")
    assert jobs.claim(str(variant.public_id), worker="w") is None


def test_a_persons_retry_counts_anew(variant: Variant, world: World, settings) -> None:  # type: ignore[no-untyped-def]
    for _ in range(settings.RENDER_MAX_ATTEMPTS):
        let_lapse(claim(variant))
        jobs.reap_stalled()
    variants.retry_variant(Variant.objects.get(pk=variant.pk), user=world.marketer)
    job = claim(variant)
    assert (job.attempt, job.tries) == (settings.RENDER_MAX_ATTEMPTS + 1, 1)


def test_permanent_error_fails_at_once_with_its_code(variant: Variant) -> None:
    jobs.fail(claim(variant), InputError("NO_FACE", "No face was found."))
    failed = Variant.objects.get(pk=variant.pk)
    assert (failed.status, failed.error_code, failed.error_message) == (
        Status.FAILED,
        "NO_FACE",
        "No face was found.",
    )


def test_full_disk_is_tried_again_and_then_told(variant: Variant, settings) -> None:  # type: ignore[no-untyped-def]
    full = ResourceError("DISK_FULL", "The disk is full.")
    for _ in range(settings.RENDER_MAX_ATTEMPTS - 1):
        jobs.fail(claim(variant), full)
        assert status(variant) == Status.QUEUED
    jobs.fail(claim(variant), full)
    assert Variant.objects.get(pk=variant.pk).error_code == "DISK_FULL"


def test_cancel_fences_the_running_worker(variant: Variant, world: World) -> None:
    job = claim(variant)
    variants.cancel_variant(Variant.objects.get(pk=variant.pk), user=world.marketer)
    with pytest.raises(jobs.LeaseLost):
        jobs.beat(job)


def test_new_request_after_cancel_does_not_wait_for_the_old_lease(variant: Variant, world: World) -> None:
    first = claim(variant)
    variants.cancel_variant(Variant.objects.get(pk=variant.pk), user=world.marketer)
    again = world.request()
    assert again.pk == variant.pk
    second = claim(again)
    first.refresh_from_db()
    assert first.state == State.ABANDONED
    assert second.attempt == 2


def test_revocation_blocks_the_running_render(variant: Variant, world: World) -> None:
    job = claim(variant)
    consents.revoke_consent(world.consent, user=world.consent_admin, reason="withdrawn")
    assert status(variant) == Status.BLOCKED
    with pytest.raises(jobs.LeaseLost):
        jobs.beat(job)


def test_gate_refusal_in_the_worker_is_a_block_with_its_code(variant: Variant) -> None:
    jobs.block(claim(variant), "LAPSED", "The consent has ended.")
    blocked = Variant.objects.get(pk=variant.pk)
    assert (blocked.status, blocked.block_code) == (Status.BLOCKED, "LAPSED")
    actions = list(AuditEntry.objects.values_list("action", flat=True))
    assert actions[-1] == "variant.blocked"
