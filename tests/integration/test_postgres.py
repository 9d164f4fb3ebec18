"""What only a real PostgreSQL can show: its own triggers, and races between connections. See ./test."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from campaigns import auditing
from campaigns.exceptions import StateConflict
from campaigns.models import AuditEntry, Campaign, MasterClip, Organisation
from campaigns.states import transition

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

RACERS = 12


def master() -> MasterClip:
    organisation = Organisation.objects.create(name="Brisa Coffee")
    campaign = Campaign.objects.create(organisation=organisation, name="Spring", advertiser="Brisa")
    return MasterClip.objects.create(campaign=campaign, file="m.mp4", filename="m.mp4", sha256="0" * 64)


def write(target: Organisation) -> None:
    auditing.record("organisation.created", target=target)


def race(work: Callable[[int], None]) -> list[BaseException | None]:
    """Runs ``work`` in threads that start together, each with its own connection; what each of them raised."""
    barrier = threading.Barrier(RACERS)
    ends: list[BaseException | None] = [None] * RACERS

    def run(number: int) -> None:
        try:
            barrier.wait()
            work(number)
        except (StateConflict, DatabaseError) as error:
            ends[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(RACERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


def test_this_is_postgresql() -> None:
    assert connection.vendor == "postgresql"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE campaigns_auditentry SET action = 'consent.granted'",
        "DELETE FROM campaigns_auditentry",
        "TRUNCATE campaigns_auditentry",
        "TRUNCATE campaigns_auditentry CASCADE",
        "INSERT INTO campaigns_auditentry SELECT * FROM campaigns_auditentry"
        " ON CONFLICT (id) DO UPDATE SET action = 'x'",
    ],
)
def test_an_audit_entry_cannot_be_changed(statement: str) -> None:
    entry = auditing.record("organisation.created", target=Organisation.objects.create(name="Brisa"))
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert AuditEntry.objects.get().digest == entry.digest


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_gets_the_row() -> None:
    clip = master()
    ends = race(lambda _: transition(MasterClip.objects.get(pk=clip.pk), "probing"))
    assert [type(end) for end in ends if end is not None] == [StateConflict] * (RACERS - 1)
    assert AuditEntry.objects.filter(action="masterclip.probing").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_audit_chain_holds_when_many_write_at_once() -> None:
    organisation = Organisation.objects.create(name="Brisa Coffee")
    ends = race(lambda _: write(organisation))
    assert ends == [None] * RACERS
    assert auditing.verify_chain() == auditing.ChainReport(RACERS)
