"""Organisations, people, likenesses, looking at material, and erasing a person."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command

from campaigns import auditing, policy
from campaigns.consent import first_denial
from campaigns.exceptions import CampaignError, ConsentDenied
from campaigns.models import AuditEntry, Consent, ConsentEvidence, Person, Rendition, Take
from campaigns.services import deliveries, erasure, likenesses, material, organisations, variants
from tests import factories
from tests.worlds import World, member


def test_whoever_makes_an_organisation_owns_it(db: None) -> None:
    user = factories.UserFactory()
    organisation = organisations.create_organisation(name="  New   Agency ", owner=user)
    assert (organisation.name, policy.roles_of(user, organisation)) == ("New Agency", {"owner"})


def test_owners_give_and_take_roles(world: World) -> None:
    newcomer = factories.UserFactory()
    given = {"organisation": world.organisation, "member": newcomer}
    membership = organisations.add_member(user=world.owner, role="reviewer", **given)
    assert organisations.add_member(user=world.owner, role="reviewer", **given) == membership
    with pytest.raises(PermissionDenied):
        organisations.add_member(user=world.marketer, role="owner", **given)
    with pytest.raises(CampaignError, match="FIELD_INVALID"):
        organisations.add_member(user=world.owner, role="king", **given)
    organisations.remove_member(membership, user=world.owner)
    assert not policy.roles_of(newcomer, world.organisation)


def test_the_last_owner_stays(world: World) -> None:
    own = world.organisation.memberships.get(user=world.owner)
    with pytest.raises(CampaignError):
        organisations.remove_member(own, user=world.owner)
    member(world.organisation, "owner")
    organisations.remove_member(own, user=world.owner)
    assert not policy.roles_of(world.owner, world.organisation)


def person(world: World, **changes: object) -> Person:
    given = {"kind": "self", "display_name": "Ana", "birth_date": date(1990, 1, 1)}
    return likenesses.create_person(organisation=world.organisation, user=world.marketer, **(given | changes))


@pytest.mark.parametrize(
    "wrong",
    [
        {"display_name": "  "}, {"kind": "robot"}, {"birth_date": None}, {"died_on": date(2020, 1, 1)},
        {"kind": "estate"}, {"kind": "synthetic", "died_on": date(2020, 1, 1)},
    ],
)  # fmt: skip
def test_a_person_has_to_be_plausible(world: World, wrong: dict) -> None:
    with pytest.raises(CampaignError, match="FIELD_INVALID"):
        person(world, **wrong)


def test_likenesses_are_made_edited_and_retired(world: World) -> None:
    made = likenesses.create_likeness(
        person=person(world), user=world.marketer, name="Studio", voice_preset={"EN-us": "af_heart", "fr": ""}
    )
    assert made.voice_preset == {"en-US": "af_heart"}
    likenesses.edit_likeness(made, user=world.marketer, name="Studio 2")
    with pytest.raises(CampaignError):
        likenesses.edit_likeness(made, user=world.marketer, retired=False)
    likenesses.retire_likeness(made, user=world.marketer)
    made.refresh_from_db()
    assert (made.name, made.retired) == ("Studio 2", True)


def test_a_retired_likeness_makes_nothing(world: World) -> None:
    variant = world.request()
    likenesses.retire_likeness(world.likeness, user=world.marketer)
    denied = first_denial(variants.uses_of(variant))
    assert denied is not None
    assert denied.code == "RETIRED"


def test_editing_a_person_is_checked_and_audited_without_the_values(world: World) -> None:
    target = world.likeness.person
    likenesses.edit_person(target, user=world.marketer, display_name="Ana Maria", notes="Prefers mornings")
    with pytest.raises(CampaignError):
        likenesses.edit_person(target, user=world.marketer, birth_date=None)
    entry = AuditEntry.objects.get(action="person.edited")
    assert entry.data == {"fields": ["display_name", "notes"]}


def test_evidence_is_shown_to_its_keepers_and_each_look_is_written_down(world: World) -> None:
    evidence = ConsentEvidence.objects.get()
    opened = material.open_evidence(world.auditor, evidence)
    assert (opened.file.read(), opened.content_type) == (factories.PDF, "application/pdf")
    assert AuditEntry.objects.get(action="evidence.viewed").actor == f"user:{world.auditor.pk}"
    with pytest.raises(PermissionDenied):
        material.open_evidence(world.marketer, evidence)


def test_members_look_at_masters_and_takes(world: World) -> None:
    assert material.open_master(world.reviewer, world.master).content_type == "video/mp4"
    assert material.open_master_poster(world.reviewer, world.master).content_type == "image/jpeg"
    assert material.open_take(world.reviewer, Take.objects.get()).content_type == "image/jpeg"
    assert material.open_release(world.auditor, world.master.release).content_type == "application/pdf"
    with pytest.raises(PermissionDenied):
        material.open_take(world.stranger, Take.objects.get())
    with pytest.raises(CampaignError, match="FILE_MISSING"):
        material.open_master_poster(world.owner, factories.MasterClipFactory(campaign=world.campaign))


def stored_files(world: World) -> list[tuple[object, str]]:
    rows = [
        (row.file.storage, row.file.name) for row in [*Take.objects.all(), *ConsentEvidence.objects.all()]
    ]
    for rendition in Rendition.objects.all():
        files = (rendition.file, rendition.poster, rendition.thumbnail, rendition.captions)
        rows += [(file.storage, file.name) for file in files]
    return rows


def test_erasing_removes_the_body_and_keeps_the_history(world: World) -> None:
    variant = world.approved()
    target, files = world.likeness.person, stored_files(world)
    history = AuditEntry.objects.count()
    removed = erasure.erase_person(target)
    assert len(removed) == len(files) == 6
    assert not [name for storage, name in files if storage.exists(name)]
    target.refresh_from_db()
    consent, take = Consent.objects.get(), Take.objects.get()
    assert (target.display_name, consent.salt, consent.signed_text, take.quality) == (
        "erased person",
        "",
        "",
        {},
    )
    assert (AuditEntry.objects.count() > history, auditing.verify_chain().broken) == (True, None)
    variant.refresh_from_db()
    assert (variant.status, variant.block_code) == ("withdrawn", "RETIRED")
    with pytest.raises(ConsentDenied):
        deliveries.open_rendition(world.marketer, variant)


def test_erasing_again_finds_nothing_left(world: World) -> None:
    erasure.erase_person(world.likeness.person)
    assert erasure.erase_person(world.likeness.person) == []


def test_the_command_lists_first_and_erases_on_demand(world: World) -> None:
    target, out = world.likeness.person, io.StringIO()
    call_command("erase_subject", str(target.public_id), stdout=out)
    assert "2 files would be removed" in out.getvalue()
    assert Take.objects.get().file
    call_command("erase_subject", str(target.public_id), "--yes", stdout=out)
    assert "2 files removed" in out.getvalue()
    assert not Take.objects.get().file
    with pytest.raises(CommandError):
        call_command("erase_subject", "00000000-0000-0000-0000-000000000000")
