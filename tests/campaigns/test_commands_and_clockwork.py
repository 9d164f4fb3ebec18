"""Seeding the demo, sending again what waits, and the alarm about a broken chain."""

from __future__ import annotations

import io
import json
import logging
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from campaigns import auditing, dispatch, tasks
from campaigns.models import (
    AuditEntry,
    Campaign,
    Consent,
    ConsentReview,
    LocalizedScript,
    MasterClip,
    Organisation,
    Take,
    Variant,
)
from campaigns.services import demo
from tests import factories
from tests.worlds import World

LINES = [
    {"start": 0.4, "end": 3.0, "text": "Good morning."},
    {"start": 3.4, "end": 6.0, "text": "Take a sip."},
]
SPANISH = [
    {**line, "text": text} for line, text in zip(LINES, ["Buenos días.", "Toma un sorbo."], strict=True)
]
STORY = {
    "organisation": "Brisa (demo)",
    "campaign": {
        "name": "Morning", "advertiser": "Brisa Coffee", "product_category": "beverages",
        "territories": ["US", "MX"], "channels": ["social"], "source_locale": "en-US",
    },
    "master": {"file": "master.mp4", "performer": "P 1"},
    "likenesses": [
        {"name": name, "photo": f"{name}.jpg", "clip": "master.mp4", "voices": {"en": "af_heart", "es": "ef_dora"}}
        for name in ("Maya", "Lena")
    ],
    "script": {"lines": LINES, "locales": {"es-MX": SPANISH}},
}  # fmt: skip


@pytest.fixture
def material(tmp_path: Path, settings, db: None) -> Path:
    (tmp_path / "manifest.json").write_text(json.dumps(STORY), "utf-8")
    (tmp_path / "master.mp4").write_bytes(factories.SHORT_MP4)
    for name, colour in (("Maya", "tan"), ("Lena", "navy")):
        (tmp_path / f"{name}.jpg").write_bytes(factories.jpeg(colour=colour))
    settings.DEMO_DIR = tmp_path
    return tmp_path


def seed(*arguments: str) -> str:
    out = io.StringIO()
    call_command("seed_demo", *arguments, stdout=out, skip_checks=True)
    return out.getvalue()


def examined() -> None:
    """What the prober leaves behind."""
    MasterClip.objects.update(status="ready", seconds=8.0)
    Take.objects.update(status="ready")


def test_the_demo_is_made_by_four_eyes_and_only_once(material: Path) -> None:
    printed = seed()
    counts = [Organisation, Campaign, MasterClip, Take, Consent, LocalizedScript, AuditEntry]
    before = [model.objects.count() for model in counts]
    assert before[:-1] == [1, 1, 1, 4, 2, 2]
    assert seed() == printed
    assert [model.objects.count() for model in counts] == before
    for consent in Consent.objects.all():
        assert consent.status == "granted"
        assert ConsentReview.objects.get(consent=consent).reviewer != consent.submitted_by
        assert consent.evidence.get().file.read(5) == b"%PDF-"


def test_the_printed_passwords_open_the_door(material: Path, client, settings) -> None:
    printed = seed()
    for account in settings.ADFORGE_DEMO_ACCOUNTS:
        assert account["password"] in printed
        assert client.login(username=account["username"], password=account["password"])


def test_the_demo_asks_for_every_likeness_in_every_locale(material: Path) -> None:
    seed()
    examined()
    printed = seed("--render")
    assert printed.count("queued") == 4
    assert Variant.objects.count() == 4
    assert {variant.spec["voice"]["name"] for variant in Variant.objects.all()} == {"af_heart", "ef_dora"}
    seed("--render")
    assert Variant.objects.count() == 4


def test_the_demo_says_what_it_waits_for(material: Path) -> None:
    with pytest.raises(CommandError, match=r"master\.mp4"):
        seed("--render", "--wait", "0")
    examined()
    Take.objects.filter(kind="photo").update(status="rejected", error_code="NO_FACE")
    with pytest.raises(CommandError, match="NO_FACE"):
        seed("--render")


def test_without_demo_mode_there_are_no_demo_accounts(material: Path, settings) -> None:
    settings.ADFORGE_DEMO_ACCOUNTS = []
    with pytest.raises(CommandError, match="ADFORGE_DEMO"):
        seed()
    assert not Organisation.objects.exists()


def test_missing_material_is_named(settings, tmp_path: Path, db: None) -> None:
    settings.DEMO_DIR = tmp_path
    with pytest.raises(CommandError, match="no demo material"):
        seed()


def test_long_lines_of_a_form_are_wrapped() -> None:
    assert max(len(row) for row in demo._wrapped("word " * 100).splitlines()) <= 76


def test_what_waits_too_long_is_sent_again_once(world: World, sent, committing) -> None:
    variant = world.request()
    take = factories.TakeFactory(likeness=world.likeness)
    long_ago = timezone.now() - 2 * tasks.RESEND_AFTER
    for model in (Variant, Take, MasterClip):
        model.objects.update(updated_at=long_ago)
    for _ in range(2):
        with committing():
            tasks.resend_waiting()
    expected = {(dispatch.RENDER_VARIANT, str(variant.public_id)), (dispatch.CHECK_TAKE, str(take.public_id))}
    assert (len(sent), set(sent)) == (2, expected)


def test_what_is_fresh_or_done_is_left_alone(world: World, sent, committing) -> None:
    world.request()
    MasterClip.objects.update(updated_at=timezone.now() - timedelta(days=3))
    with committing():
        tasks.resend_waiting()
    assert sent == []


def test_a_broker_that_is_down_costs_nothing_but_time(world: World, monkeypatch, committing) -> None:
    def down(*args: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(dispatch, "_send", down)
    with committing():
        variant = world.request()
    variant.refresh_from_db()
    assert variant.status == "queued"


def test_a_broken_chain_is_an_alarm(world: World, monkeypatch, caplog) -> None:
    monkeypatch.setattr(auditing, "verify_chain", lambda: auditing.ChainReport(3, 4, "was changed"))
    with caplog.at_level(logging.CRITICAL):
        tasks.check_audit_chain()
    assert "Audit entry 4 was changed" in caplog.text


def test_every_task_we_name_exists() -> None:
    from celery import current_app
    from django.conf import settings as configured

    current_app.loader.import_default_modules()
    named = {dispatch.RENDER_VARIANT, dispatch.PROBE_MASTER, dispatch.CHECK_TAKE, dispatch.VERIFY_UPLOAD}
    named |= {entry["task"] for entry in configured.CELERY_BEAT_SCHEDULE.values()}
    assert named <= set(current_app.tasks)
