"""The state tables: only the listed moves, one winner, one audit entry, the right fields."""

from __future__ import annotations

import threading
from itertools import product

import pytest
from django.db import connection

from campaigns import auditing
from campaigns.exceptions import StateConflict
from campaigns.models import AuditEntry, Consent, MasterClip, Take, Upload, Variant
from campaigns.states import TRANSITIONS, transition
from tests import factories
from tests.worlds import World, make_world


def make(model: type, world: World):
    if model is Variant:
        return world.request()
    if model is Upload:
        return Upload.objects.create(
            organisation=world.organisation, purpose="master", filename="a.mp4", size=1, part_bytes=1
        )
    return {MasterClip: world.master, Take: world.likeness.takes.get(), Consent: world.consent}[model]


@pytest.mark.parametrize("model", TRANSITIONS, ids=lambda model: model.__name__)
def test_the_table_decides(world: World, model: type) -> None:
    row = make(model, world)
    for old, new in product(model.Status.values, repeat=2):
        model.objects.filter(pk=row.pk).update(status=old)
        row.refresh_from_db()
        before = AuditEntry.objects.count()
        if new in TRANSITIONS[model].get(old, ()):
            transition(row, new, actor=world.owner)
            entry = AuditEntry.objects.last()
            assert (entry.action, entry.data["old"]) == (f"{model._meta.model_name}.{new}", old)
            assert (row.status, model.objects.get(pk=row.pk).status) == (new, new)
        else:
            with pytest.raises(StateConflict):
                transition(row, new, actor=world.owner)
            assert (AuditEntry.objects.count(), row.status) == (before, old)


def test_every_transition_has_its_audit_action() -> None:
    names = {
        f"{model._meta.model_name}.{new}"
        for model, table in TRANSITIONS.items()
        for new in set().union(*table.values())
    }
    assert names <= auditing.ACTIONS


def test_a_row_that_moved_meanwhile_is_a_conflict(world: World) -> None:
    variant = world.request()
    stale = Variant.objects.get(pk=variant.pk)
    transition(variant, "rendering")
    with pytest.raises(StateConflict):
        transition(stale, "rendering")
    assert AuditEntry.objects.filter(action="variant.rendering").count() == 1


def test_times_and_errors_follow_the_state(world: World) -> None:
    variant = world.request()
    assert variant.queued_at is not None
    transition(variant, "rendering")
    transition(variant, "failed", code="NO_FACE", message="Ana's face was not found.", stage="face")
    stored = Variant.objects.get(pk=variant.pk)
    assert (stored.error_code, stored.error_stage) == ("NO_FACE", "face")
    assert stored.error_message == "Ana's face was not found."
    assert stored.finished_at is not None
    data = AuditEntry.objects.get(action="variant.failed").data
    assert data == {"old": "rendering", "code": "NO_FACE", "stage": "face"}


def test_queueing_again_forgets_the_last_attempt(world: World) -> None:
    variant = world.request()
    transition(variant, "rendering")
    Variant.objects.filter(pk=variant.pk).update(stage="face", progress=0.5)
    transition(variant, "blocked", code="LAPSED", message="Ended.")
    transition(variant, "queued")
    stored = Variant.objects.get(pk=variant.pk)
    assert (stored.block_code, stored.error_message, stored.stage, stored.progress) == ("", "", "", 0.0)
    assert (stored.started_at, stored.finished_at) == (None, None)


def test_a_rejected_clip_keeps_the_reason(world: World) -> None:
    master = factories.MasterClipFactory(campaign=world.campaign)
    transition(master, "probing")
    transition(master, "rejected", code="NO_FACE", message="No face was found.")
    assert MasterClip.objects.get(pk=master.pk).error_code == "NO_FACE"


@pytest.mark.django_db(transaction=True)
def test_of_many_threads_one_wins() -> None:
    variant = make_world().request()
    wins: list[int] = []
    start = threading.Barrier(8)

    def claim(number: int) -> None:
        mine = Variant.objects.get(pk=variant.pk)
        start.wait()
        try:
            transition(mine, "rendering", worker=number)
            wins.append(number)
        except StateConflict:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=claim, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(wins) == 1
    assert AuditEntry.objects.get(action="variant.rendering").data["worker"] == wins[0]
    assert auditing.verify_chain().broken is None
