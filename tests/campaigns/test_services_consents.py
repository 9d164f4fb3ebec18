"""The life of a consent: draft, submit, four eyes, reject, new version."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from campaigns.exceptions import CampaignError, StateConflict
from campaigns.models import AuditEntry, Consent, ConsentReview
from campaigns.services import consents
from campaigns.services.consent_text import suggested_text
from tests import factories
from tests.worlds import World


def scope() -> dict[str, object]:
    now = timezone.now()
    return {
        "advertiser": "Brisa Coffee", "uses": ["lip_sync"], "territories": ["us", "US", "eu"],
        "locales": ["EN-us", "pt-br"], "channels": ["social"], "categories": ["beverages"],
        "starts_at": now, "ends_at": now + timedelta(days=30), "banned_words": ["  cheap ", ""],
        "signed_text": "I agree.",
    }  # fmt: skip


def draft(world: World, *, by: str = "marketer", papers: str = "signed_form", **changes: object) -> Consent:
    consent = consents.draft_consent(likeness=world.likeness, user=getattr(world, by), **(scope() | changes))
    factories.EvidenceFactory(consent=consent, kind=papers, uploaded_by=getattr(world, by))
    return consent


def submitted(world: World, **changes: object) -> Consent:
    consent = draft(world, **changes)
    consents.submit_consent(consent, user=getattr(world, str(changes.get("by", "marketer"))))
    return consent


def code_of(call, *args: object, **kwargs: object) -> str:
    with pytest.raises(CampaignError) as refused:
        call(*args, **kwargs)
    return refused.value.code


def test_one_person_enters_it_and_another_grants_it(world: World) -> None:
    consent = submitted(world)
    consents.approve_consent(consent, user=world.consent_admin)
    stored = Consent.objects.get(pk=consent.pk)
    assert (stored.status, stored.version, stored.submitted_by) == ("granted", 2, world.marketer)
    assert stored.signed_text_sha256 == hashlib.sha256(b"I agree.").hexdigest()
    assert ConsentReview.objects.get().reviewer == world.consent_admin
    actions = list(AuditEntry.objects.filter(target=str(consent.public_id)).values_list("action", flat=True))
    assert actions == ["consent.drafted", "consent.submitted", "consent.granted"]


def test_values_are_kept_in_one_spelling(world: World) -> None:
    consent = draft(world)
    assert consent.territories == ["US", "EU"]
    assert consent.locales == ["en-US", "pt-BR"]
    assert consent.banned_words == ["cheap"]


@pytest.mark.parametrize("entered", ["created", "submitted", "evidence"])
def test_nobody_approves_what_they_entered(world: World, entered: str) -> None:
    consent = submitted(world)
    if entered == "created":
        Consent.objects.filter(pk=consent.pk).update(created_by=world.consent_admin)
    if entered == "submitted":
        Consent.objects.filter(pk=consent.pk).update(submitted_by=world.consent_admin)
    if entered == "evidence":
        consent.evidence.update(uploaded_by=world.consent_admin)
    consent.refresh_from_db()
    assert code_of(consents.approve_consent, consent, user=world.consent_admin) == "SELF_APPROVAL"
    consent.refresh_from_db()
    assert consent.status == "submitted"


def test_an_owner_cannot_skip_the_second_pair_of_eyes(world: World) -> None:
    consent = submitted(world, by="owner")
    assert code_of(consents.approve_consent, consent, user=world.owner) == "SELF_APPROVAL"


@pytest.mark.parametrize("role", ["marketer", "reviewer", "auditor", "stranger"])
def test_only_consent_admins_decide(world: World, role: str) -> None:
    consent = submitted(world)
    user = getattr(world, role)
    for decide in (consents.approve_consent, consents.reject_consent, consents.revoke_consent):
        with pytest.raises(PermissionDenied):
            decide(consent, user=user, reason="because")


@pytest.mark.parametrize("name", sorted(consents._NEEDED))
def test_an_incomplete_draft_is_not_submitted(world: World, name: str) -> None:
    empty = None if name.endswith("_at") else "" if name == "signed_text" else []
    consent = draft(world, **{name: empty})
    assert code_of(consents.submit_consent, consent, user=world.marketer) == "CONSENT_INCOMPLETE"


def test_evidence_and_a_sane_window_are_needed(world: World) -> None:
    bare = consents.draft_consent(likeness=world.likeness, user=world.marketer, **scope())
    assert code_of(consents.submit_consent, bare, user=world.marketer) == "CONSENT_INCOMPLETE"
    backwards = draft(world, ends_at=timezone.now() - timedelta(days=1))
    assert code_of(consents.submit_consent, backwards, user=world.marketer) == "CONSENT_INCOMPLETE"


@pytest.mark.parametrize(
    ("person", "code"),
    [
        ({"birth_date": date(2015, 1, 1)}, "MINOR"),
        ({"birth_date": None}, "MINOR"),
        ({"died_on": date(2020, 1, 1)}, "ESTATE_PAPERS"),
        ({"kind": "estate", "died_on": date(2020, 1, 1)}, "ESTATE_PAPERS"),
    ],
)
def test_what_no_approval_can_heal_is_said_at_submission(world: World, person: dict, code: str) -> None:
    for name, value in person.items():
        setattr(world.likeness.person, name, value)
    world.likeness.person.save()
    consent = draft(world)
    assert code_of(consents.submit_consent, consent, user=world.marketer) == code


def test_an_estate_with_its_papers_can_be_granted(world: World) -> None:
    person = world.likeness.person
    person.kind, person.died_on = "estate", date(2020, 1, 1)
    person.save()
    consent = submitted(world, papers="estate_papers")
    consents.approve_consent(consent, user=world.consent_admin)
    assert consent.status == "granted"


def test_a_birth_date_corrected_after_submission_still_counts(world: World) -> None:
    consent = submitted(world)
    world.likeness.person.birth_date = date(2015, 1, 1)
    world.likeness.person.save()
    again = Consent.objects.get(pk=consent.pk)
    assert code_of(consents.approve_consent, again, user=world.consent_admin) == "MINOR"


def test_a_submitted_consent_cannot_be_edited(world: World) -> None:
    consent = submitted(world)
    assert code_of(consents.edit_draft, consent, user=world.marketer, territories=["*"]) == "CONSENT_LOCKED"


def test_a_draft_can_be_edited(world: World) -> None:
    consent = consents.edit_draft(draft(world), user=world.marketer, territories=["BR"], max_variants=4)
    assert (consent.territories, consent.max_variants) == (["BR"], 4)


def test_rejecting_needs_a_reason(world: World) -> None:
    consent = submitted(world)
    assert code_of(consents.reject_consent, consent, user=world.consent_admin, reason=" ") == "REASON_MISSING"
    consents.reject_consent(consent, user=world.consent_admin, reason="The signature is missing.")
    assert (consent.status, ConsentReview.objects.get().reason) == ("rejected", "The signature is missing.")


def test_a_decision_is_made_once(world: World) -> None:
    consent = submitted(world)
    stale = Consent.objects.get(pk=consent.pk)
    consents.reject_consent(consent, user=world.consent_admin, reason="No.")
    with pytest.raises(StateConflict):
        consents.approve_consent(stale, user=world.consent_admin)


def test_a_window_that_has_ended_is_not_granted(world: World) -> None:
    consent = submitted(world)
    Consent.objects.filter(pk=consent.pk).update(ends_at=timezone.now() - timedelta(seconds=1))
    consent.refresh_from_db()
    assert code_of(consents.approve_consent, consent, user=world.consent_admin) == "LAPSED"


def test_a_new_version_keeps_the_scope_but_not_the_signature(world: World) -> None:
    newer = consents.new_version(world.consent, user=world.marketer)
    assert (newer.version, newer.status, newer.territories) == (2, "draft", world.consent.territories)
    assert (newer.signed_text, newer.evidence.count(), newer.salt == world.consent.salt) == ("", 0, False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"territories": ["Mexico"]}, {"locales": ["english!"]}, {"channels": ["radio waves"]}, {"uses": ["*"]},
        {"categories": ["Soft Drinks"]}, {"max_variants": 0}, {"advertiser": " "}, {"status": "granted"},
    ],
)  # fmt: skip
def test_wrong_values_are_refused(world: World, wrong: dict) -> None:
    assert code_of(draft, world, **wrong) == "FIELD_INVALID"


def test_the_suggested_text_says_what_the_gate_will_do(world: World) -> None:
    consent = draft(world, max_variants=6)
    text = suggested_text(consent)
    for part in (
        "Brisa Coffee",
        "United States",
        "English (United States)",
        "At most 6",
        "cheap",
        "withdraw",
    ):
        assert part in text
