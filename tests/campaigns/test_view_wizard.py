"""From the brief to the dry run: every step saves, every gap is named, nothing blocked can be ticked."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns import voices
from campaigns.models import Campaign, LocalizedScript, MasterClip, Variant
from campaigns.services import campaigns
from tests import factories
from tests.worlds import World, finish

BRIEF = {
    "name": "Spring", "advertiser": "Brisa Coffee", "product_category": "beverages", "source_locale": "en-US",
    "channels": ["social"], "territories": ["MX", "BR"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def speakers() -> Any:
    supply = voices.Supply(
        ("af_heart", "ef_dora"), (("en-US", None), ("es-MX", None), ("fr-FR", "Install a tool."))
    )
    before = voices._supply
    voices.provide(lambda: supply)
    yield
    voices.provide(before)


@pytest.fixture
def marketer(world: World, client: Client, sent: Any) -> Client:
    client.force_login(world.marketer)
    return client


def to(name: str, campaign: Campaign) -> str:
    return reverse(name, args=[campaign.public_id])


def test_a_brief_becomes_a_campaign(marketer: Client, world: World) -> None:
    answer = marketer.post(reverse("campaign-new"), BRIEF)
    made = Campaign.objects.get(name="Spring")
    assert answer["Location"] == to("campaign-master", made)
    assert (made.organisation, made.territories) == (world.organisation, ["MX", "BR"])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"territories": []}, "This field is required"),
        ({"territories": ["XX"]}, "Select a valid choice"),
        ({"channels": []}, "This field is required"),
        ({"starts_on": "2026-05-02", "ends_on": "2026-05-01"}, "The end lies before the start"),
    ],
)
def test_a_gap_in_the_brief_is_marked(marketer: Client, wrong: dict[str, Any], said: str) -> None:
    answer = marketer.post(reverse("campaign-new"), BRIEF | wrong)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Campaign.objects.filter(name="Spring").exists()


def test_the_brief_can_be_changed(marketer: Client, world: World) -> None:
    marketer.post(to("campaign-brief", world.campaign), BRIEF | {"name": "Autumn"})
    world.campaign.refresh_from_db()
    assert world.campaign.name == "Autumn"


@pytest.mark.parametrize(
    ("status", "http", "words"),
    [
        ("uploaded", 200, "Examining"),
        ("probing", 200, "Every frame is decoded"),
        ("rejected", 286, "NO_FACE"),
        ("ready", 286, "Performer release"),
    ],
)
def test_the_examined_clip_is_polled_until_it_is_final(
    marketer: Client, world: World, status: str, http: int, words: str
) -> None:
    code = "NO_FACE" if status == "rejected" else ""
    MasterClip.objects.filter(pk=world.master.pk).update(
        status=status, error_code=code, summary={"shots": 2, "face_share": 0.97, "box": [0.4, 0.2, 0.1, 0.2]}
    )
    answer = marketer.get(to("master-state", world.campaign))
    page = answer.content.decode()
    assert (answer.status_code, words in page) == (http, True)
    assert ("every 2s" in page) == (http == 200)
    assert ('<rect x="0.4"' in page) == (status == "ready")


def test_only_people_with_a_standing_consent_can_be_picked(marketer: Client, world: World) -> None:
    blocked = factories.LikenessFactory(person__organisation=world.organisation, name="Nobody asked")
    factories.TakeFactory(likeness=blocked, ready=True)
    address = to("campaign-likenesses", world.campaign)
    page = marketer.get(address).content.decode()
    assert "Blocked:" in page
    assert "NO_CONSENT" in page
    marketer.post(address, {"likeness": [str(blocked.public_id), str(world.likeness.public_id)]})
    assert list(world.campaign.likenesses.all()) == [world.likeness]


def test_a_consent_for_somebody_else_blocks_with_the_reason(marketer: Client, world: World) -> None:
    campaigns.edit_campaign(world.campaign, user=world.marketer, advertiser="Other Coffee")
    page = marketer.get(to("campaign-likenesses", world.campaign)).content.decode()
    assert "ADVERTISER" in page


def lines(**changes: str) -> dict[str, Any]:
    return {
        "locale": ["en-US", "es-MX"], "start-0": "0.5", "end-0": "3,5", "text-0-en-US": "Good morning.",
        "text-0-es-MX": "Buenos días.", "voice-en-US": "preset:af_heart", "voice-es-MX": "preset:",
        "captions-es-MX": "on", **changes,
    }  # fmt: skip


def test_scripts_are_saved_side_by_side(marketer: Client, world: World) -> None:
    answer = marketer.post(to("campaign-scripts", world.campaign), lines())
    assert answer["Location"] == to("campaign-matrix", world.campaign)
    spanish = LocalizedScript.objects.get(script=world.script, locale="es-MX")
    assert [line.text for line in spanish.lines.all()] == ["Buenos días."]
    assert (spanish.voice_name, spanish.burn_captions) == ("", True)
    assert world.script.lines.get().end == 3.5


def test_an_unticked_language_goes_again(marketer: Client, world: World) -> None:
    marketer.post(to("campaign-scripts", world.campaign), lines())
    only = lines() | {"locale": ["en-US"]}
    marketer.post(to("campaign-scripts", world.campaign), only)
    assert list(world.script.localizations.values_list("locale", flat=True)) == ["en-US"]


def test_a_language_with_variants_stays(marketer: Client, world: World) -> None:
    world.request()
    answer = marketer.post(to("campaign-scripts", world.campaign), lines() | {"locale": ["es-MX"]})
    assert "LOCALE_IN_USE" in answer.content.decode()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"end-0": "400"}, "LINE_OUTSIDE_CLIP"),
        ({"text-0-es-MX": " "}, "SCRIPT_INCOMPLETE"),
        ({"start-0": "soon", "end-0": "0"}, "FIELD_INVALID"),
        ({"start-1": "2", "end-1": "5", "text-1-en-US": "x", "text-1-es-MX": "y"}, "LINE_OVERLAP"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_lost(
    marketer: Client, world: World, wrong: dict[str, str], code: str
) -> None:
    page = marketer.post(to("campaign-scripts", world.campaign), lines(**wrong)).content.decode()
    assert code in page
    assert "Good morning." in page
    assert world.script.lines.count() == 2


def test_the_form_is_redrawn_from_what_was_typed(marketer: Client, world: World) -> None:
    address = to("campaign-scripts-draft", world.campaign)
    more = marketer.post(f"{address}?add=1", lines()).content.decode()
    assert 'name="text-1-es-MX"' in more
    assert 'name="start-1" value="3.5"' in more
    fewer = marketer.post(
        f"{address}?remove=0", lines(**{"start-1": "4", "end-1": "6", "text-1-en-US": "Bye."})
    )
    assert "Bye." in fewer.content.decode()
    assert "Good morning." not in fewer.content.decode()
    assert world.script.lines.count() == 2


def test_only_voices_of_the_language_are_offered(marketer: Client, world: World) -> None:
    page = marketer.post(
        to("campaign-scripts-draft", world.campaign), lines() | {"locale": ["es-MX", "fr-FR"]}
    ).content.decode()
    assert "preset:ef_dora" in page
    assert "preset:af_heart" not in page
    assert "Install a tool." in page


def test_recordings_of_the_chosen_people_can_speak(marketer: Client, world: World) -> None:
    world.campaign.likenesses.add(world.likeness)
    take = factories.TakeFactory(likeness=world.likeness, kind="voice", ready=True, filename="voice.wav")
    value = f"take:{take.public_id}"
    assert value in marketer.get(to("campaign-scripts", world.campaign)).content.decode()
    marketer.post(to("campaign-scripts", world.campaign), lines(**{"voice-es-MX": value}))
    assert LocalizedScript.objects.get(locale="es-MX").voice_over == take
    assert (
        marketer.post(to("campaign-scripts", world.campaign), lines(**{"voice-es-MX": "take:7"})).status_code
        == 404
    )


def test_the_dry_run_names_what_is_free_blocked_and_made(marketer: Client, world: World) -> None:
    marketer.post(to("campaign-scripts", world.campaign), lines())
    blocked = factories.LikenessFactory(person__organisation=world.organisation, name="Nobody asked")
    world.campaign.likenesses.set([world.likeness, blocked])
    finish(world.request(localized_script=LocalizedScript.objects.get(locale="en-US")))
    page = marketer.get(to("campaign-matrix", world.campaign)).content.decode()
    assert "<b>1</b> can be made, <b>2</b> blocked, <b>1</b> made" in page
    assert page.count('name="cell"') == 1


def test_the_dry_run_names_missing_material(marketer: Client, world: World) -> None:
    world.campaign.likenesses.set([world.likeness])
    world.likeness.takes.update(status="rejected")
    page = marketer.get(to("campaign-matrix", world.campaign)).content.decode()
    assert "LIKENESS_NOT_READY" in page
    assert 'name="cell"' not in page


def test_ticked_cells_are_asked_for_once(marketer: Client, world: World, sent: Any, committing: Any) -> None:
    world.campaign.likenesses.set([world.likeness])
    key = f"{world.english.public_id}:{world.likeness.public_id}"
    for _ in range(2):
        with committing():
            answer = marketer.post(to("campaign-render", world.campaign), {"cell": [key]})
        assert answer["Location"] == to("campaign", world.campaign)
    assert Variant.objects.get().status == "queued"
    assert [name for name, _ in sent] == ["renderer.tasks.render_variant"]


def test_nothing_ticked_changes_nothing(marketer: Client, world: World) -> None:
    answer = marketer.post(to("campaign-render", world.campaign), {"cell": ["made:up"]}, follow=True)
    assert "Nothing was ticked." in answer.content.decode()
    assert not Variant.objects.exists()


def test_the_list_shows_what_is_missing(marketer: Client, world: World) -> None:
    factories.CampaignFactory(organisation=world.organisation, name="Half done")
    page = marketer.get(reverse("campaigns")).content.decode()
    assert "Next: Master" in page
    assert "Half done" in marketer.get(reverse("campaigns"), {"q": "half"}).content.decode()
    assert "No campaign matches" in marketer.get(reverse("campaigns"), {"q": "zzz"}).content.decode()
