"""Recording, proving, deciding and revoking a consent in the browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Consent, Likeness, Variant
from campaigns.services.consent_texts import suggested_text
from tests import factories
from tests.worlds import World, finish

PERSON = {"kind": "self", "display_name": "Rui Costa", "birth_date": "1988-02-03", "voice": "m"}


@pytest.fixture
def marketer(world: World, client: Client, sent: Any) -> Client:
    client.force_login(world.marketer)
    return client


@pytest.fixture
def admin(world: World, sent: Any) -> Client:
    client = Client()
    client.force_login(world.consent_admin)
    return client


def at(name: str, row: Any) -> str:
    return reverse(name, args=[row.public_id])


def scope(**changes: Any) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "uses": ["face_substitution", "lip_sync", "voice_preset"], "advertiser": "Brisa Coffee",
        "categories": ["beverages"], "locales": ["es-MX"], "channels": ["social"], "territories": ["MX"],
        "starts_at": today.isoformat(), "ends_at": (today + timedelta(days=30)).isoformat(),
        "banned_words": "sugar free, diet", **changes,
    }  # fmt: skip


def submitted(world: World) -> Consent:
    return factories.ConsentFactory(
        likeness=world.likeness, submitted=True, papers="signed_form", submitted_by=world.marketer
    )


def test_a_person_and_a_first_likeness(marketer: Client, world: World) -> None:
    answer = marketer.post(f"{reverse('person-new')}?campaign={world.campaign.public_id}", PERSON)
    made = Likeness.objects.get(name="Rui Costa")
    assert answer["Location"] == f"{at('likeness', made)}?campaign={world.campaign.public_id}"
    assert made.person.birth_date.year == 1988


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"birth_date": ""}, "needs a birth date"),
        ({"kind": "estate", "birth_date": "", "died_on": "2001-01-01"}, "needs a birth date"),
        ({"kind": "estate"}, "needs the date of death"),
        ({"kind": "ghost"}, "Select a valid choice"),
        ({"display_name": ""}, "This field is required"),
    ],
)
def test_what_a_person_needs(marketer: Client, wrong: dict[str, str], said: str) -> None:
    assert said in marketer.post(reverse("person-new"), PERSON | wrong).content.decode()
    assert not Likeness.objects.filter(name="Rui Costa").exists()


def test_hidden_dates_do_not_count(marketer: Client) -> None:
    marketer.post(reverse("person-new"), PERSON | {"kind": "synthetic", "died_on": "2001-01-01"})
    person = Likeness.objects.get(name="Rui Costa").person
    assert (person.birth_date, person.died_on) == (None, None)


def test_the_scope_is_proposed_from_the_campaign(marketer: Client, world: World) -> None:
    address = f"{at('consent-new', world.likeness)}?campaign={world.campaign.public_id}"
    page = marketer.get(address).content.decode()
    assert 'value="Brisa Coffee"' in page
    assert page.count("checked") >= 8
    elsewhere = marketer.get(f"{at('consent-new', world.likeness)}?campaign=nonsense")
    assert elsewhere.status_code == 200


def test_a_draft_keeps_the_scope_to_the_last_moment_of_its_days(marketer: Client, world: World) -> None:
    marketer.post(at("consent-new", world.likeness), scope())
    draft = Consent.objects.get(status="draft")
    assert (draft.territories, draft.banned_words) == (["MX"], ["sugar free", "diet"])
    assert (timezone.localtime(draft.starts_at).hour, timezone.localtime(draft.ends_at).hour) == (0, 23)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"territories": []}, "Choose at least one"),
        ({"locales": []}, "Choose at least one"),
        ({"uses": []}, "This field is required"),
        ({"ends_at": "2020-01-01"}, "The end lies before the start"),
    ],
)
def test_an_empty_scope_is_not_taken(
    marketer: Client, world: World, wrong: dict[str, Any], said: str
) -> None:
    assert said in marketer.post(at("consent-new", world.likeness), scope(**wrong)).content.decode()
    assert not Consent.objects.filter(status="draft").exists()


def test_everywhere_has_to_be_ticked(marketer: Client, world: World) -> None:
    marketer.post(at("consent-new", world.likeness), scope(territories=[], any_territory="on"))
    draft = Consent.objects.get(status="draft")
    assert draft.territories == ["*"]
    page = marketer.get(at("consent-edit", draft)).content.decode()
    assert 'id="id_any_territory" checked' in page


def test_the_text_is_drafted_from_the_scope_and_frozen(marketer: Client, world: World) -> None:
    draft = factories.ConsentFactory(likeness=world.likeness, papers="signed_form", signed_text="")
    assert "Mexico" in suggested_text(draft)
    assert "Brisa Coffee and nobody else" in marketer.get(at("consent", draft)).content.decode()
    marketer.post(at("consent-submit", draft), {"signed_text": "Yes, I agree."})
    draft.refresh_from_db()
    assert (draft.status, draft.signed_text, len(draft.signed_text_sha256)) == (
        "submitted",
        "Yes, I agree.",
        64,
    )


def test_without_proof_nothing_is_submitted(marketer: Client, world: World) -> None:
    draft = factories.ConsentFactory(likeness=world.likeness)
    answer = marketer.post(at("consent-submit", draft), {"signed_text": "Yes."}, follow=True)
    assert "CONSENT_INCOMPLETE" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_the_inbox_leads_to_a_decision(admin: Client, world: World) -> None:
    waiting = submitted(world)
    assert at("consent", waiting) in admin.get(reverse("consents")).content.decode()
    admin.post(at("consent-approve", waiting))
    waiting.refresh_from_db()
    assert waiting.status == "granted"


def test_a_rejection_owes_a_reason(admin: Client, world: World) -> None:
    waiting = submitted(world)
    answer = admin.post(at("consent-reject", waiting), {"reason": ""}, follow=True)
    assert "REASON_MISSING" in answer.content.decode()
    admin.post(at("consent-reject", waiting), {"reason": "The signature is missing."})
    waiting.refresh_from_db()
    assert waiting.status == "rejected"
    assert "The signature is missing." in admin.get(at("consent", waiting)).content.decode()


def test_nobody_approves_what_they_entered(admin: Client, world: World) -> None:
    own = factories.ConsentFactory(
        likeness=world.likeness, submitted=True, papers="signed_form", created_by=world.consent_admin
    )
    assert "somebody else has to approve" in admin.get(at("consent", own)).content.decode()
    answer = admin.post(at("consent-approve", own), follow=True)
    assert "SELF_APPROVAL" in answer.content.decode()


def test_evidence_is_for_those_who_decide(marketer: Client, admin: Client, world: World) -> None:
    proof = at("evidence-file", world.consent.evidence.get())
    assert proof not in marketer.get(at("consent", world.consent)).content.decode()
    assert "1 file on record" in marketer.get(at("consent", world.consent)).content.decode()
    assert proof in admin.get(at("consent", world.consent)).content.decode()


def test_a_revocation_says_what_it_stops_before_the_button(admin: Client, world: World) -> None:
    finish(world.request())
    page = admin.get(at("consent", world.consent)).content.decode()
    assert "<b>1</b><small>ready, taken offline</small>" in page
    assert page.index("ready, taken offline") < page.index("Revoke now, for ever")


@pytest.mark.parametrize(
    "wrong", [{"typed_name": "Somebody Else"}, {"typed_name": ""}, {"reason": ""}, {"reason": "ok"}]
)
def test_a_revocation_needs_a_reason_and_the_name(admin: Client, world: World, wrong: dict[str, str]) -> None:
    answer = admin.post(
        at("consent-revoke", world.consent), {"reason": "She asked.", "typed_name": "Ana Prado"} | wrong
    )
    assert answer.status_code == 400
    world.consent.refresh_from_db()
    assert world.consent.status == "granted"


def test_a_revocation_stops_what_is_made(admin: Client, world: World) -> None:
    variant = finish(world.request())
    answer = admin.post(
        at("consent-revoke", world.consent), {"reason": "She asked.", "typed_name": "ana prado"}, follow=True
    )
    assert "1 taken offline" in answer.content.decode()
    assert Variant.objects.get(pk=variant.pk).status == "withdrawn"


def test_a_new_version_begins_as_a_draft(admin: Client, world: World) -> None:
    admin.post(at("consent-version", world.consent))
    assert Consent.objects.get(status="draft").version == 2


def test_the_library_says_who_is_blocked(marketer: Client, world: World) -> None:
    factories.LikenessFactory(person__organisation=world.organisation, name="Nobody asked")
    page = marketer.get(reverse("likenesses")).content.decode()
    assert "No consent yet" in page
    assert "Consent granted" in page


@pytest.mark.parametrize(("status", "polls"), [("checking", True), ("ready", False), ("rejected", False)])
def test_material_is_polled_while_it_is_checked(
    marketer: Client, world: World, status: str, polls: bool
) -> None:
    world.likeness.takes.update(status=status, error_code="NO_FACE" if status == "rejected" else "")
    page = marketer.get(at("likeness-takes", world.likeness)).content.decode()
    assert ("every 2s" in page) == polls
    assert ("NO_FACE" in page) == (status == "rejected")
    assert 'hx-swap-oob="true"' in page
