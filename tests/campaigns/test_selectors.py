"""Lists, inboxes, the matrix and the numbers of the home page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns import selectors
from campaigns.models import Consent, MasterClip
from campaigns.services import campaigns, matrix, reviews, scripts
from campaigns.states import transition
from tests import factories
from tests.worlds import World, finish


def matrix_of(world: World):
    return matrix.matrix_of(world.campaign, master=world.master, likenesses=[world.likeness])


def test_the_matrix_says_what_the_gate_would_say(world: World) -> None:
    factories.LocalizedScriptFactory(script=world.script, locale="fr-FR")
    found = matrix_of(world)
    assert [column.locale for column in found.columns] == ["en-US", "fr-FR"]
    [(likeness, (english, french))] = found.rows
    assert (likeness, english.variant, english.code, french.code) == (world.likeness, None, "", "LOCALE")
    assert "fr" in french.message


def test_the_matrix_shows_the_newest_variant_and_whether_it_is_stale(world: World) -> None:
    old = finish(world.request())
    assert (matrix_of(world).rows[0][1][0].variant, matrix_of(world).rows[0][1][0].stale) == (old, False)
    scripts.localize(world.script, user=world.marketer, locale="en-US", texts=["New.", "Words."])
    assert matrix_of(world).rows[0][1][0].stale
    world.english.refresh_from_db()
    new = world.request()
    assert (matrix_of(world).rows[0][1][0].variant, matrix_of(world).rows[0][1][0].stale) == (new, False)


def test_the_picker_offers_likenesses_with_a_fitting_consent_first(world: World) -> None:
    other = factories.LikenessFactory(person__organisation=world.organisation, name="Aaron")
    factories.LikenessFactory(person__organisation=world.organisation, name="Gone", retired=True)
    assert matrix.offered_likenesses(world.campaign) == [world.likeness, other]


def test_the_steps_say_what_is_missing(world: World) -> None:
    empty = factories.CampaignFactory(organisation=world.organisation)
    missing = {step.key for step in selectors.campaigns.steps_of(empty) if not step.done}
    assert missing == {"master", "release", "script", "variants"}
    assert {step.key for step in selectors.campaigns.steps_of(world.campaign) if not step.done} == {
        "variants"
    }


def test_a_rejected_master_tells_why(world: World) -> None:
    MasterClip.objects.update(status="rejected", error_message="No face was found.")
    step = next(step for step in selectors.campaigns.steps_of(world.campaign) if step.key == "master")
    assert step.missing == "No face was found."


def test_campaign_lists_are_ones_own(world: World) -> None:
    finish(world.request())
    listed = selectors.campaigns.campaigns_for(world.auditor).get()
    assert (listed, listed.variant_count, listed.ready, listed.running) == (world.campaign, 1, 1, 0)
    assert not selectors.campaigns.campaigns_for(world.stranger).exists()
    campaigns.archive_campaign(world.campaign, user=world.marketer)
    assert not selectors.campaigns.campaigns_for(world.auditor).exists()
    assert selectors.campaigns.campaigns_for(world.auditor, archived=True).exists()


def test_the_queue_is_in_order_and_ones_own(world: World) -> None:
    spanish = factories.LocalizedScriptFactory(script=world.script, locale="es-MX")
    first, second = world.request(), world.request(localized_script=spanish)
    transition(second, "rendering")
    assert list(selectors.variants.queue(world.reviewer)) == [first, second]
    assert not selectors.variants.queue(world.stranger).exists()
    finish(first)
    assert selectors.variants.recently_ended(world.reviewer) == [first]
    counts = selectors.variants.counts(world.campaign)
    assert (counts["ready"], counts["rendering"], counts["failed"]) == (1, 1, 0)


def test_the_review_inbox_leaves_out_own_requests_and_seen_ones(world: World) -> None:
    variant = finish(world.request(user=world.owner))
    assert list(selectors.reviews.review_inbox(world.reviewer)) == [variant]
    assert not selectors.reviews.review_inbox(world.owner).exists()
    assert not selectors.reviews.review_inbox(world.marketer).exists()
    reviews.review_variant(variant, user=world.reviewer, decision="approved")
    assert not selectors.reviews.review_inbox(world.reviewer).exists()
    assert selectors.variants.deliverable(world.marketer).get().standing == "approved"
    assert selectors.variants.of_campaign(world.campaign).get().standing == "approved"


def test_the_consent_inbox_starts_with_the_one_that_waits_longest(world: World) -> None:
    now = timezone.now()
    late, early = [
        factories.ConsentFactory(
            likeness=world.likeness, submitted=True, submitted_at=now - timedelta(hours=hours)
        )
        for hours in (1, 5)
    ]
    assert list(selectors.consents.inbox(world.consent_admin)) == [early, late]
    assert not selectors.consents.inbox(world.marketer).exists()
    assert not selectors.consents.inbox(world.stranger).exists()


@pytest.mark.parametrize(
    ("status", "starts", "ends", "expected"),
    [
        ("granted", -1, 1, "granted"),
        ("granted", 1, 2, "not_started"),
        ("granted", -2, -1, "expired"),
        ("granted", -1, 0, "expired"),
        ("revoked", -1, 1, "revoked"),
        ("draft", -2, -1, "draft"),
    ],
)
def test_the_standing_of_a_consent_is_computed(status: str, starts: int, ends: int, expected: str) -> None:
    now = timezone.now()
    consent = Consent(
        status=status, starts_at=now + timedelta(days=starts), ends_at=now + timedelta(days=ends)
    )
    assert selectors.consents.standing(consent, now) == expected


def test_the_best_consent_speaks_for_the_likeness(world: World) -> None:
    factories.ConsentFactory(likeness=world.likeness, revoked=True)
    assert selectors.consents.likeness_standing(world.likeness) == "granted"
    assert selectors.consents.likeness_standing(factories.LikenessFactory()) == "none"


def test_consents_that_end_soon(world: World) -> None:
    assert not selectors.consents.ending_within(world.marketer, 30).exists()
    assert selectors.consents.ending_within(world.marketer, 120).get() == world.consent


def test_home_counts_what_needs_whom(world: World) -> None:
    finish(world.request())
    factories.ConsentFactory(likeness=world.likeness, submitted=True)
    seen = selectors.home.home_counts(world.reviewer)
    assert (seen.campaigns, seen.ready, seen.to_review, seen.to_decide) == (1, 1, 1, 0)
    assert selectors.home.home_counts(world.consent_admin).to_decide == 1
    assert selectors.home.home_counts(world.stranger).campaigns == 0


def test_the_history_is_for_those_who_may_read_it(world: World) -> None:
    variant = world.request()
    found = selectors.audit.entries_for(world.auditor, action="variant.", target=str(variant.public_id))
    assert found.get().action == "variant.queued"
    assert not selectors.audit.entries_for(world.marketer).exists()
    assert not selectors.audit.entries_for(world.stranger).exists()
