"""While it renders, when it stopped, when it is done: what the pages say and what they offer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Review, Variant
from campaigns.states import transition
from campaigns.views import boards, progress, reports
from renderer.models import RenderJob
from tests import factories
from tests.worlds import World, finish


@pytest.fixture
def marketer(world: World, client: Client, sent: Any) -> Client:
    client.force_login(world.marketer)
    return client


@pytest.fixture
def reviewer(world: World, sent: Any) -> Client:
    client = Client()
    client.force_login(world.reviewer)
    return client


def rendering(world: World, **facts: Any) -> Variant:
    variant = world.request()
    transition(variant, "rendering")
    now = timezone.now()
    RenderJob.objects.create(
        variant=variant, attempt=1, worker="w", lease_until=now, started_at=now - timedelta(seconds=10),
        **({"stage": "picture", "done": 100, "total": 400} | facts),
    )  # fmt: skip
    return variant


def failed(world: World, code: str = "TEXT_TOO_LONG") -> Variant:
    variant = rendering(world, stage="voice")
    RenderJob.objects.update(state="failed")
    transition(variant, "failed", code=code, message="Line 1 needs 6 s but has 4 s.", stage="voice")
    return variant


def test_frames_and_the_time_left_are_told(marketer: Client, world: World) -> None:
    rendering(world)
    answer = marketer.get(reverse("campaign-progress", args=[world.campaign.public_id]))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "100 of 400 frames, about 30 s" in page
    assert "data-ago" in page
    assert "every 2s" in page


@pytest.mark.parametrize(
    ("done", "seconds", "words"),
    [
        (0, 1, "0 of 400 frames"),
        (2, 1, "2 of 400 frames"),
        (200, 3, "200 of 400 frames, about 3 s"),
        (200, 62, "200 of 400 frames, about 60 s"),
        (40, 60, "40 of 400 frames, about 9 min"),
    ],
)
def test_the_estimate_waits_until_it_can_know(done: int, seconds: float, words: str) -> None:
    started = timezone.now() - timedelta(seconds=seconds)
    assert progress.line_of(RenderJob(stage="picture", done=done, total=400, started_at=started)) == words


def test_a_stage_without_frames_is_named(world: World, sent: Any) -> None:
    variant = rendering(world, stage="voice", done=0, total=1)
    assert boards.row_of(variant).progress.line == "Speaking the lines"  # type: ignore[union-attr]


def test_a_silent_worker_is_said_to_be_lost(marketer: Client, world: World) -> None:
    rendering(world, heartbeat_at=timezone.now() - timedelta(seconds=61))
    page = marketer.get(reverse("queue")).content.decode()
    assert "Stalled" in page
    assert "Worker lost, another one takes over" in page


def test_the_polling_ends_with_the_work(marketer: Client, world: World) -> None:
    variant = rendering(world)
    address = reverse("variant-progress", args=[variant.public_id])
    assert marketer.get(address).status_code == 200
    RenderJob.objects.update(state="succeeded")
    Variant.objects.update(status="ready")
    answer = marketer.get(address)
    assert (answer.status_code, answer["HX-Refresh"]) == (286, "true")


def test_a_failure_shows_code_words_and_the_way_out(marketer: Client, world: World) -> None:
    variant = failed(world)
    page = marketer.get(reverse("variant", args=[variant.public_id])).content.decode()
    assert "TEXT_TOO_LONG" in page
    assert "Line 1 needs 6 s but has 4 s." in page
    assert "Shorten" in page
    assert reverse("variant-retry", args=[variant.public_id]) in page


def test_failures_are_grouped_and_tried_again_together(
    marketer: Client, world: World, sent: Any, committing: Any
) -> None:
    failed(world)
    page = marketer.get(reverse("campaign", args=[world.campaign.public_id])).content.decode()
    assert "Try 1 again" in page
    with committing():
        marketer.post(reverse("campaign-retry", args=[world.campaign.public_id]), {"code": "TEXT_TOO_LONG"})
    assert Variant.objects.get().status == "queued"
    assert len(sent) == 1


def test_withdrawn_work_offers_no_second_try(marketer: Client, world: World) -> None:
    variant = finish(world.request())
    transition(variant, "withdrawn", code="REVOKED", message="Taken back.")
    page = marketer.get(reverse("campaign", args=[world.campaign.public_id])).content.decode()
    assert "Withdrawn" in page
    assert "Try 1 again" not in page


def test_cancel_and_ask_again(marketer: Client, world: World) -> None:
    variant = world.request()
    marketer.post(reverse("variant-cancel", args=[variant.public_id]))
    variant.refresh_from_db()
    assert variant.status == "draft"
    answer = marketer.post(reverse("variant-retry", args=[variant.public_id]), {"next": "queue"})
    variant.refresh_from_db()
    assert (variant.status, answer["Location"]) == ("queued", reverse("queue"))


def test_cancelling_too_late_is_told(marketer: Client, world: World) -> None:
    variant = finish(world.request())
    page = marketer.post(reverse("variant-cancel", args=[variant.public_id]), follow=True).content.decode()
    assert "STATE_CONFLICT" in page


def test_each_variant_counts_once(world: World, sent: Any) -> None:
    rows = boards.rows_of([world.approved()])
    rows[0] = boards.row_of(Variant.objects.get())
    tally = boards.tally_of(rows)
    assert (tally.total, tally.ready, tally.deliverable) == (1, 1, 0)
    assert [(part.key, part.count, part.width) for part in tally.parts] == [("review", 1, 100.0)]


def test_parts_of_the_bar_are_links_to_their_rows(marketer: Client, world: World) -> None:
    failed(world)
    address = reverse("campaign", args=[world.campaign.public_id])
    assert "?state=failed" in marketer.get(address).content.decode()
    assert "Speaking" not in marketer.get(address, {"state": "ready"}).content.decode()


def test_a_reviewer_decides_and_the_inbox_empties(reviewer: Client, world: World) -> None:
    variant = finish(world.request())
    assert str(variant.public_id) in reviewer.get(reverse("reviews")).content.decode()
    reviewer.post(reverse("variant-review", args=[variant.public_id]), {"decision": "approved"})
    assert Review.objects.get().decision == "approved"
    assert "All reviewed" in reviewer.get(reverse("reviews")).content.decode()


@pytest.mark.parametrize("decision", ["changes", "rejected"])
def test_a_no_owes_a_note(reviewer: Client, world: World, decision: str) -> None:
    variant = finish(world.request())
    address = reverse("variant-review", args=[variant.public_id])
    page = reviewer.post(address, {"decision": decision}, follow=True).content.decode()
    assert "Say what is wrong" in page
    assert not Review.objects.exists()


def test_an_owner_does_not_review_an_own_request(world: World, client: Client, sent: Any) -> None:
    variant = finish(world.request(user=world.owner))
    client.force_login(world.owner)
    assert (
        "somebody else reviews it"
        in client.get(reverse("variant", args=[variant.public_id])).content.decode()
    )
    page = client.post(
        reverse("variant-review", args=[variant.public_id]), {"decision": "approved"}, follow=True
    ).content.decode()
    assert "SELF_REVIEW" in page


def test_the_page_of_a_finished_variant(marketer: Client, world: World) -> None:
    variant = world.approved()
    RenderJob.objects.create(
        variant=variant, attempt=1, worker="w", state="succeeded", lease_until=timezone.now(),
        stage_seconds={"voice": {"seconds": 2.1, "frames": 0}, "face": {"seconds": 4.0, "frames": 400}},
        quality={"lip_open_corr": 0.31, "lip_open_lag_frames": 3, "loudness_lufs": -16.2},
    )  # fmt: skip
    page = marketer.get(reverse("variant", args=[variant.public_id]), {"compare": "1"}).content.decode()
    assert "4.0 s, 10 ms a frame" in page
    assert 'data-follows="player"' in page
    assert "+3 frames" in page
    assert reverse("variant-download", args=[variant.public_id]) in page
    assert "A fresh cup, part 0." in page


def test_measures_out_of_bounds_are_marked() -> None:
    quality = {
        "lip_open_corr": 0.31,
        "lip_open_lag_frames": 0,
        "loudness_lufs": -12.0,
        "label_contrast": None,
    }
    marked = {measure.label: measure.bad for measure in reports.quality_of(RenderJob(quality=quality))}
    assert marked == {"Lips follow the words": True, "Lips against sound": False, "Loudness": True}


@pytest.mark.parametrize(
    ("stage", "status", "looks"),
    [
        ("fetch", "rendering", [""] * 8),
        ("voice", "rendering", ["now"] + [""] * 7),
        ("picture", "rendering", ["done", "now", "now", "now", "now", "", "", ""]),
        ("sign", "rendering", ["done"] * 6 + ["now", ""]),
        ("check", "failed", ["done"] * 5 + ["bad", "", ""]),
    ],
)
def test_the_line_of_stages(stage: str, status: str, looks: list[str]) -> None:
    job = RenderJob(stage=stage, stage_seconds={})
    assert [line.look for line in reports.stages_of(Variant(status=status), job)] == looks


def test_home_puts_decisions_first(world: World, client: Client, sent: Any) -> None:
    factories.ConsentFactory(likeness=world.likeness, submitted=True)
    finish(world.request())
    failed_elsewhere = factories.LikenessFactory(person__organisation=world.organisation)
    assert failed_elsewhere
    client.force_login(world.owner)
    page = client.get(reverse("home")).content.decode()
    assert page.index("1 consent to decide") < page.index("1 variant to review")


def test_home_polls_only_while_something_runs(marketer: Client, world: World) -> None:
    assert marketer.get(reverse("home-running")).status_code == 286
    rendering(world)
    answer = marketer.get(reverse("home-running"))
    assert answer.status_code == 200
    assert "100 of 400 frames" in answer.content.decode()


def test_team_gives_and_takes_roles(world: World, client: Client) -> None:
    client.force_login(world.owner)
    client.post(reverse("team"), {"email": world.stranger.email, "role": "auditor"})
    membership = world.organisation.memberships.get(user=world.stranger)
    client.post(reverse("member-remove", args=[membership.public_id]))
    assert not world.organisation.memberships.filter(user=world.stranger).exists()
    unknown = client.post(reverse("team"), {"email": "nobody@example.org", "role": "auditor"})
    assert "Nobody with this address" in unknown.content.decode()
    last = world.organisation.memberships.get(role="owner")
    kept = client.post(reverse("member-remove", args=[last.public_id]), follow=True).content.decode()
    assert "needs an owner" in kept


def test_history_is_filtered_by_action_and_id(world: World, client: Client, sent: Any) -> None:
    variant = world.request()
    client.force_login(world.auditor)
    assert "variant.queued" in client.get(reverse("audit"), {"q": "variant."}).content.decode()
    assert "variant.queued" in client.get(reverse("audit"), {"q": str(variant.public_id)}).content.decode()
    assert "Nothing matches" in client.get(reverse("audit"), {"q": "consent.revoked"}).content.decode()
