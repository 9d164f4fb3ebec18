"""Campaigns, scripts and reviews."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from campaigns.exceptions import CampaignError
from campaigns.models import AuditEntry, LocalizedLine, Review
from campaigns.selectors import reviews as standings
from campaigns.services import campaigns, reviews, scripts
from campaigns.services.scripts import LineInput
from tests import factories
from tests.worlds import World, finish

BRIEF = {
    "name": "Spring", "advertiser": "Brisa Coffee", "product_category": "Beverages", "channels": ["social"],
    "territories": ["us", "mx"], "source_locale": "en-us",
}  # fmt: skip


def code_of(call, *args: object, **kwargs: object) -> str:
    with pytest.raises(CampaignError) as refused:
        call(*args, **kwargs)
    return refused.value.code


def create(world: World, **changes: object):
    return campaigns.create_campaign(
        organisation=world.organisation, user=world.marketer, **(BRIEF | changes)
    )


def test_a_campaign_is_made_in_one_spelling(world: World) -> None:
    made = create(world)
    assert (made.territories, made.product_category, made.source_locale) == (
        ["US", "MX"],
        "beverages",
        "en-US",
    )
    assert AuditEntry.objects.get(action="campaign.created").actor == f"user:{world.marketer.pk}"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"territories": []}, {"territories": ["Germany"]}, {"channels": []}, {"channels": ["fax"]},
        {"product_category": "?"}, {"source_locale": "!"},
        {"starts_on": date(2026, 2, 1), "ends_on": date(2026, 1, 1)},
    ],
)  # fmt: skip
def test_a_wrong_brief_is_refused(world: World, wrong: dict) -> None:
    assert code_of(create, world, **wrong) == "FIELD_INVALID"


def test_reviewers_and_strangers_make_no_campaigns(world: World) -> None:
    for user in (world.reviewer, world.auditor, world.stranger):
        with pytest.raises(PermissionDenied):
            campaigns.create_campaign(organisation=world.organisation, user=user, **BRIEF)


def test_editing_writes_down_which_fields(world: World) -> None:
    campaigns.edit_campaign(world.campaign, user=world.marketer, territories=["US"], name="Morning cup")
    assert AuditEntry.objects.get(action="campaign.edited").data == {"fields": ["territories"]}
    assert code_of(campaigns.edit_campaign, world.campaign, user=world.marketer, bed="x") == "FIELD_INVALID"
    campaigns.archive_campaign(world.campaign, user=world.marketer)
    world.campaign.refresh_from_db()
    assert (world.campaign.archived, world.campaign.territories) == (True, ["US"])


def save(world: World, *lines: tuple[float, float, str]) -> None:
    scripts.save_lines(world.script, user=world.marketer, lines=[LineInput(*line) for line in lines])


def test_lines_are_sorted_and_translations_stay_with_their_position(world: World) -> None:
    save(world, (6.0, 8.0, "Second."), (0.5, 3.0, " First   line. "))
    rows = list(world.script.lines.values_list("position", "start", "text"))
    assert rows == [(0, 0.5, "First line."), (1, 6.0, "Second.")]
    assert LocalizedLine.objects.count() == 2
    save(world, (0.5, 3.0, "Only one."))
    assert LocalizedLine.objects.count() == 1


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], "SCRIPT_INCOMPLETE"),
        ([(0, 1, "  ")], "SCRIPT_INCOMPLETE"),
        ([(0, 2, "a"), (1.5, 3, "b")], "LINE_OVERLAP"),
        ([(2, 2, "a")], "FIELD_INVALID"),
        ([(-1, 2, "a")], "FIELD_INVALID"),
        ([(float("nan"), 2, "a")], "FIELD_INVALID"),
        ([(10, 12.2, "a")], "LINE_OUTSIDE_CLIP"),
    ],
)
def test_impossible_lines_are_refused(world: World, lines: list, code: str) -> None:
    assert code_of(save, world, *lines) == code


def test_a_line_may_end_with_the_clip(world: World) -> None:
    save(world, (0, 4, "a"), (4, 12.04, "b"))
    assert [line.end for line in world.script.lines.all()] == [4, 12.04]


def localize(world: World, **changes: object):
    given = {"locale": "es-mx", "texts": ["Uno.", "Dos."]}
    return scripts.localize(world.script, user=world.marketer, **(given | changes))


def test_a_locale_is_saved_and_replaced(world: World) -> None:
    first = localize(world)
    again = localize(world, texts=["Tres.", "Cuatro."], burn_captions=True)
    assert (first.pk, first.locale, again.burn_captions) == (again.pk, "es-MX", True)
    assert [line.text for line in again.lines.all()] == ["Tres.", "Cuatro."]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"texts": ["Uno."]}, "SCRIPT_INCOMPLETE"),
        ({"texts": ["Uno.", " "]}, "SCRIPT_INCOMPLETE"),
        ({"voice_kind": "recording"}, "VOICE_MISSING"),
        ({"voice_kind": "opera"}, "FIELD_INVALID"),
        ({"locale": "español"}, "FIELD_INVALID"),
    ],
)
def test_an_incomplete_locale_is_refused(world: World, wrong: dict, code: str) -> None:
    assert code_of(localize, world, **wrong) == code


def test_a_recording_has_to_be_ones_own(world: World) -> None:
    foreign = factories.TakeFactory(kind="voice", ready=True)
    assert code_of(localize, world, voice_kind="recording", voice_over=foreign) == "FOREIGN_OBJECT"
    photo = world.likeness.takes.get()
    assert code_of(localize, world, voice_kind="recording", voice_over=photo) == "VOICE_MISSING"
    own = factories.TakeFactory(likeness=world.likeness, kind="voice", ready=True)
    assert localize(world, voice_kind="recording", voice_over=own).voice_over == own


def test_a_review_is_bound_to_the_picture(world: World) -> None:
    variant = world.approved()
    assert standings.standing(variant) == "approved"
    variant.spec_digest = "0" * 64
    assert standings.standing(variant) == ""


def test_nobody_reviews_what_they_asked_for(world: World) -> None:
    variant = finish(world.request(user=world.owner))
    assert code_of(reviews.review_variant, variant, user=world.owner, decision="approved") == "SELF_REVIEW"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"decision": "changes"}, "REASON_MISSING"),
        ({"decision": "rejected", "note": " "}, "REASON_MISSING"),
        ({"decision": "perfect"}, "FIELD_INVALID"),
    ],
)
def test_a_review_needs_what_it_needs(world: World, given: dict, code: str) -> None:
    variant = finish(world.request())
    assert code_of(reviews.review_variant, variant, user=world.reviewer, **given) == code
    assert not Review.objects.exists()


def test_only_finished_variants_and_only_by_reviewers(world: World) -> None:
    variant = world.request()
    assert code_of(reviews.review_variant, variant, user=world.reviewer, decision="approved") == "NOT_READY"
    with pytest.raises(PermissionDenied):
        reviews.review_variant(finish(variant), user=world.teammate, decision="approved")
