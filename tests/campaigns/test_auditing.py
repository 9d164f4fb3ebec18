"""The audit chain: append-only by trigger, sealed by hash, free of names."""

from __future__ import annotations

import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from campaigns import auditing
from campaigns.migrations import _audit_triggers
from campaigns.models import AuditEntry
from tests import factories
from tests.worlds import World, finish


@pytest.fixture
def chain(db: None) -> list[AuditEntry]:
    campaign = factories.CampaignFactory()
    return [auditing.record("campaign.edited", target=campaign, fields=[str(number)]) for number in range(5)]


def unguarded(statement: str, *values: object) -> None:
    """What somebody with the database's password could do."""
    _audit_triggers.unguard(connection)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
    _audit_triggers.guard(connection)


def refused(action) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        action()


def test_each_entry_seals_the_one_before(chain: list[AuditEntry]) -> None:
    assert [entry.previous for entry in chain] == [auditing.FIRST, *(entry.digest for entry in chain[:-1])]
    assert auditing.verify_chain() == auditing.ChainReport(5)
    assert auditing.head() == chain[-1].digest


def test_the_database_refuses_every_way_to_change_an_entry(chain: list[AuditEntry]) -> None:
    entry = chain[2]
    rows = AuditEntry.objects.filter(pk=entry.pk)
    refused(lambda: rows.update(action="consent.granted"))
    refused(entry.delete)
    refused(lambda: rows._raw_delete(rows.db))
    entry.action = "consent.granted"
    refused(entry.save)
    refused(
        lambda: AuditEntry.objects.bulk_create(
            [entry], update_conflicts=True, unique_fields=["id"], update_fields=["action"]
        )
    )
    assert auditing.verify_chain().broken is None


def test_a_changed_row_is_named(chain: list[AuditEntry]) -> None:
    unguarded("UPDATE campaigns_auditentry SET action = 'consent.granted' WHERE id = %s", chain[2].pk)
    report = auditing.verify_chain()
    assert (report.checked, report.broken, report.reason) == (
        2,
        chain[2].pk,
        "was changed after it was written",
    )


def test_a_removed_row_is_noticed_at_the_next(chain: list[AuditEntry]) -> None:
    unguarded("DELETE FROM campaigns_auditentry WHERE id = %s", chain[1].pk)
    assert auditing.verify_chain().broken == chain[2].pk


def test_a_resealed_row_breaks_the_next(chain: list[AuditEntry]) -> None:
    forged = chain[2]
    forged.action = "consent.granted"
    digest = auditing.digest_of(forged)
    statement = "UPDATE campaigns_auditentry SET action = 'consent.granted', digest = %s WHERE id = %s"
    unguarded(statement, digest, forged.pk)
    assert auditing.verify_chain().broken == chain[3].pk


def test_verify_audit_exits_with_the_number_of_the_bad_row(chain: list[AuditEntry], capsys) -> None:
    call_command("verify_audit")
    assert "5 entries" in capsys.readouterr().out
    unguarded("UPDATE campaigns_auditentry SET actor = 'user:99' WHERE id = %s", chain[4].pk)
    with pytest.raises(CommandError, match=str(chain[4].pk)) as error:
        call_command("verify_audit")
    assert error.value.returncode == 1


def test_unknown_actions_are_refused(world: World) -> None:
    with pytest.raises(ValueError, match="unknown audit action"):
        auditing.record("campaign.exploded", target=world.campaign)


@pytest.mark.parametrize("value", [1.5, datetime.date(2026, 1, 1), {"deep": [0.1]}, {1, 2}])
def test_data_that_would_not_come_back_the_same_is_refused(world: World, value: object) -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        auditing.record("campaign.edited", target=world.campaign, value=value)


def test_entries_hold_ids_and_no_names(world: World) -> None:
    finish(world.request())
    world.request()
    text = str(list(AuditEntry.objects.values_list("data", "actor", "target")))
    hidden = [
        world.likeness.name,
        world.likeness.person.display_name,
        world.marketer.username,
        "fresh cup",
        "photo",
    ]
    assert not [name for name in hidden if name in text]
    assert set(AuditEntry.objects.values_list("organisation", flat=True)) == {
        str(world.organisation.public_id)
    }


def test_a_change_that_is_rolled_back_leaves_no_entry(world: World) -> None:
    before = AuditEntry.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        world.request()
        raise RuntimeError
    assert AuditEntry.objects.count() == before
