"""The door: foreign objects do not exist, a missing role is refused."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from campaigns import access, policy
from campaigns.models import ConsentEvidence, Role, Take
from campaigns.services import uploads
from tests import factories
from tests.worlds import World

ROLES = ("owner", "marketer", "reviewer", "consent_admin", "auditor")
GETTERS = {
    "campaign": access.get_campaign_or_404,
    "master": access.get_master_or_404,
    "script": access.get_script_or_404,
    "localized_script": access.get_localized_script_or_404,
    "person": access.get_person_or_404,
    "likeness": access.get_likeness_or_404,
    "take": access.get_take_or_404,
    "consent": access.get_consent_or_404,
    "evidence": access.get_evidence_or_404,
    "variant": access.get_variant_or_404,
}


def rows(world: World) -> dict[str, object]:
    return {
        "campaign": world.campaign, "master": world.master, "script": world.script,
        "localized_script": world.english, "person": world.likeness.person, "likeness": world.likeness,
        "take": Take.objects.get(), "consent": world.consent, "evidence": ConsentEvidence.objects.get(),
        "variant": world.request(),
    }  # fmt: skip


@pytest.mark.parametrize("noun", GETTERS)
def test_members_find_it_and_strangers_do_not(world: World, noun: str) -> None:
    row = rows(world)[noun]
    find = GETTERS[noun]
    assert find(world.owner, row.public_id) == row
    with pytest.raises(Http404):
        find(world.stranger, row.public_id)
    with pytest.raises(Http404):
        find(world.owner, uuid4())


def test_evidence_is_not_for_marketers_and_reviewers(world: World) -> None:
    evidence = ConsentEvidence.objects.get()
    for role in ROLES:
        user = getattr(world, role)
        if role in ("marketer", "reviewer"):
            with pytest.raises(PermissionDenied):
                access.get_evidence_or_404(user, evidence.public_id)
        else:
            assert access.get_evidence_or_404(user, evidence.public_id) == evidence


ALLOWED = {
    "campaign.edit": {"marketer", "owner"},
    "likeness.edit": {"marketer", "consent_admin", "owner"},
    "consent.edit": {"marketer", "consent_admin", "owner"},
    "consent.decide": {"consent_admin", "owner"},
    "evidence.view": {"consent_admin", "auditor", "owner"},
    "variant.render": {"marketer", "owner"},
    "review.decide": {"reviewer", "owner"},
    "delivery.download": {"marketer", "owner"},
    "audit.view": {"consent_admin", "auditor", "owner"},
    "members.edit": {"owner"},
}


def test_the_table_of_roles(world: World) -> None:
    for action in policy.PERMISSIONS:
        able = {role for role in ROLES if policy.may(getattr(world, role), world.organisation, action)}
        assert (action, able) == (action, ALLOWED.get(action, set(ROLES)))
        assert not policy.may(world.stranger, world.organisation, action)


def test_an_auditor_may_change_nothing() -> None:
    writing = [action for action in policy.PERMISSIONS if not action.endswith(".view")]
    assert not [action for action in writing if Role.AUDITOR in policy.PERMISSIONS[action]]


def test_a_removed_role_stops_at_once(world: World) -> None:
    world.organisation.memberships.filter(user=world.marketer).delete()
    with pytest.raises(Http404):
        access.get_campaign_or_404(world.marketer, world.campaign.public_id)


def test_somebody_switched_off_has_no_roles(world: World) -> None:
    world.owner.is_active = False
    assert not policy.roles_of(world.owner, world.organisation)
    with pytest.raises(PermissionDenied):
        access.get_organisation(world.owner)


def test_without_an_organisation_there_is_no_work(db: None) -> None:
    with pytest.raises(PermissionDenied, match="do not belong"):
        access.get_organisation(factories.UserFactory())


def test_an_upload_belongs_to_who_started_it(world: World) -> None:
    upload = uploads.create_upload(
        user=world.marketer, organisation=world.organisation, purpose="photo",
        target=world.likeness.public_id, filename="a.jpg", size=10,
    )  # fmt: skip
    assert access.get_upload_or_404(world.marketer, upload.public_id) == upload
    with pytest.raises(Http404):
        access.get_upload_or_404(world.teammate, upload.public_id)
