"""A newcomer's first campaign in the browser: upload, consent, render, download, verify, revoke."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from renderer.media.probe import probe

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.e2e.conftest import People, Site

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

EXAMINE_MS = 180_000
RENDER_SECONDS = 600
NAME = "Maya Solano"
LINE = "Algunas mañanas necesitan algo más que un despertador."
AT_PICTURE = """
from renderer.models import RenderJob
for job in RenderJob.objects.filter(state="started", stage="picture", done__gt=10): print(job.worker.split(":")[1])
"""
ATTEMPTS = """
from campaigns.models import Rendition
from renderer.models import RenderJob
print(*RenderJob.objects.order_by("attempt").values_list("state", flat=True), Rendition.objects.count())
"""
PLAY = """async () => {
    const video = document.getElementById("player");
    video.muted = true;
    await video.play();
    await new Promise(seen => { video.ontimeupdate = () => video.currentTime > 0.5 && seen(); });
    return video.duration;
}"""
story: dict[str, str] = {}


def go_on(page: Page) -> None:
    page.get_by_role("button", name=re.compile("go on", re.IGNORECASE)).first.click()


def upload(page: Page, label: str, path: Path) -> None:
    page.locator(f"input[type=file][aria-label='{label}']").set_input_files(path)


def test_brief(people: People) -> None:
    page = people["marketer"]
    page.goto("/campaigns/new/")
    page.get_by_label("Campaign name").fill("Autumn roast")
    page.get_by_label("Advertiser").fill("Brisa Coffee")
    page.locator("input[name=channels]").first.check(force=True)
    for details in page.locator("details:has(input[name=territories])").all():
        details.evaluate("element => element.open = true")
    page.locator("input[name=territories][value=MX]").check(force=True)
    go_on(page)
    page.wait_for_url(re.compile(r"/campaigns/[0-9a-f-]{36}/master/"))
    story["campaign"] = page.url.split("/")[-3]
    assert page.get_by_role("heading", name="Master clip").is_visible()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("notes.mp4", "UPLOAD_TYPE"),
        ("truncated.mp4", "UNREADABLE_FILE"),
        ("silent.mp4", "SILENT_AUDIO"),
        ("faceless.mp4", "NO_FACE"),
    ],
)
def test_bad_masters_are_refused_with_a_reason(people: People, material: Path, name: str, code: str) -> None:
    page = people["marketer"]
    page.goto(f"/campaigns/{story['campaign']}/master/?replace=1")
    upload(page, "Master clip", material / name)
    expect(page.get_by_text(code)).to_be_visible(timeout=EXAMINE_MS)


def test_master_shows_its_face(people: People, material: Path) -> None:
    page = people["marketer"]
    page.goto(f"/campaigns/{story['campaign']}/master/?replace=1")
    upload(page, "Master clip", material / "master.mp4")
    expect(page.get_by_text("1920 × 1080")).to_be_visible(timeout=EXAMINE_MS)
    expect(page.locator("svg.facebox-layer rect")).to_be_visible()


def test_performer_release(people: People, material: Path) -> None:
    page = people["marketer"]
    page.locator("input[name=performer_ref]").fill("contract 4711")
    page.locator("input[name=signed_on]").fill(timezone.localdate().isoformat())
    page.locator("input[name=allows_face_replacement]").check(force=True)
    upload(page, "Signed release", material / "paper.pdf")
    page.get_by_role("button", name="Save the release").click()
    expect(page.get_by_text("On file")).to_be_visible()


def test_person_with_photo_and_take(people: People, material: Path) -> None:
    page = people["marketer"]
    page.goto(f"/likenesses/new/?campaign={story['campaign']}")
    page.locator("input[name=kind][value=synthetic]").check(force=True)
    page.get_by_label("Name", exact=True).fill(NAME)
    page.get_by_role("button", name=re.compile("photo")).click()
    page.wait_for_url(re.compile(r"/likenesses/[0-9a-f-]{36}/"))
    story["likeness"] = re.findall(r"/likenesses/([0-9a-f-]{36})", page.url)[0]
    photo, clip = (
        page.locator("form[data-purpose=photo] input[type=file]"),
        page.locator("form[data-purpose=clip] input[type=file]"),
    )
    photo.set_input_files(material / "empty.jpg")
    expect(page.get_by_text("UPLOAD_EMPTY")).to_be_visible()
    photo.set_input_files(material / "photo.jpg")
    clip.set_input_files(material / "take.mp4")
    expect(page.locator("#takes li", has_text="Usable")).to_have_count(2, timeout=EXAMINE_MS)


def test_consent_is_recorded_and_submitted(people: People, material: Path) -> None:
    page = people["marketer"]
    page.goto(f"/likenesses/{story['likeness']}/consent/?campaign={story['campaign']}")
    page.locator("input[name=any_locale]").check(force=True)
    page.locator("input[name=starts_at]").fill(timezone.localdate().isoformat())
    page.locator("input[name=ends_at]").fill((timezone.localdate() + timedelta(days=90)).isoformat())
    page.get_by_role("button", name=re.compile("text and proof")).click()
    page.wait_for_url(re.compile(r"/consents/[0-9a-f-]{36}/$"))
    story["consent"] = page.url.rstrip("/").split("/")[-1]
    page.locator("select[name=kind]").select_option("licence")
    upload(page, "Evidence", material / "paper.pdf")
    expect(page.get_by_text("1 file on record")).to_be_visible()
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.get_by_text("Waiting for approval").first).to_be_visible()


def test_unapproved_face_cannot_be_picked(people: People) -> None:
    page = people["marketer"]
    page.goto(f"/campaigns/{story['campaign']}/likenesses/")
    expect(page.locator(f"input[name=likeness][value='{story['likeness']}']")).to_be_disabled()
    expect(page.get_by_text("NO_CONSENT")).to_be_visible()


def test_marketer_cannot_approve_and_admin_can(people: People) -> None:
    refused = people["marketer"].request.post(f"/consents/{story['consent']}/approve/")
    assert refused.status == 403
    page = people["consent_admin"]
    page.goto("/consents/")
    page.get_by_text(NAME).first.click()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Consent granted").first).to_be_visible()


def test_likeness_script_and_render(people: People) -> None:
    page = people["marketer"]
    page.goto(f"/campaigns/{story['campaign']}/likenesses/")
    page.locator(f"input[name=likeness][value='{story['likeness']}']").check(force=True)
    go_on(page)
    page.wait_for_url(re.compile("/scripts/"))
    write_script(page)
    page.wait_for_url(re.compile("/variants/"))
    page.get_by_role("button", name=re.compile("^Render")).click()
    page.wait_for_url(re.compile(r"/campaigns/[0-9a-f-]{36}/$"))
    asked = set(re.findall(r"/variants/([0-9a-f-]{36})/", page.content()))
    assert len(asked) == 1, "one likeness in one language is one variant"
    story["variant"] = asked.pop()


def write_script(page: Page) -> None:
    source = page.locator("input[name=locale]:checked")
    spanish = page.locator("input[name=locale][value='es-MX']")
    if not spanish.is_checked():
        spanish.check(force=True)
        page.wait_for_selector("textarea[name='text-0-es-MX']")
    for tag in [box.get_attribute("value") for box in source.all()]:
        if tag != "es-MX":
            page.locator(f"input[name=locale][value='{tag}']").uncheck(force=True)
            page.wait_for_selector(f"textarea[name='text-0-{tag}']", state="detached")
    page.locator("input[name=start-0]").fill("0.5")
    page.locator("input[name=end-0]").fill("5.5")
    page.locator("textarea[name='text-0-es-MX']").fill(LINE)
    go_on(page)


def test_killed_worker_costs_a_delay_and_nothing_else(people: People, site: Site) -> None:
    """A worker dies in the middle of the picture; the next test sees the variant ready all the same."""
    killed = kill_worker(site, time.monotonic() + RENDER_SECONDS)
    wait_until_ready(people["marketer"])
    attempts = site.manage("shell", "-v0", "-c", ATTEMPTS).split()
    assert killed
    assert attempts == ["abandoned", "succeeded", "1"], "two attempts, one rendition"


def kill_worker(site: Site, deadline: float) -> int:
    while time.monotonic() < deadline:
        worker = site.manage("shell", "-v0", "-c", AT_PICTURE).strip()
        if worker:
            os.kill(int(worker), signal.SIGKILL)
            return int(worker)
        time.sleep(0.5)
    raise AssertionError("no attempt reached the picture stage")


def wait_until_ready(page: Page) -> None:
    """The page polls by itself and turns into the player, or into the reason why there is none."""
    page.goto(f"/variants/{story['variant']}/")
    page.wait_for_selector("video#player, .notice.fail", timeout=1000 * RENDER_SECONDS)
    assert page.locator("video#player").count(), page.inner_text("main")


def test_variant_gets_ready_and_plays(people: People) -> None:
    page = people["marketer"]
    wait_until_ready(page)
    assert abs(page.evaluate(PLAY) - 6) < 0.2


def test_download_waits_for_a_review_by_somebody_else(people: People) -> None:
    download = f"/variants/{story['variant']}/download/"
    assert people["marketer"].request.get(download).status == 403
    page = people["reviewer"]
    page.goto(f"/variants/{story['variant']}/")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved").first).to_be_visible()


def test_downloaded_file_verifies_on_the_public_page(people: People, material: Path) -> None:
    answer = people["marketer"].request.get(f"/variants/{story['variant']}/download/")
    assert answer.status == 200
    path = material / "downloaded.mp4"
    path.write_bytes(answer.body())
    facts = probe(path)
    assert (facts.width, facts.height, facts.frames, facts.audio_codec) == (1920, 1080, 150, "aac")
    page = check(people, path)
    expect(page.get_by_text(re.compile("unchanged since signing"))).to_be_visible()


def check(people: People, path: Path) -> Page:
    """Upload a file to the public page and wait for its verdict."""
    page = people.anybody()
    page.goto("/verify/")
    page.locator("input[type=file]").set_input_files(path)
    page.locator("form[data-pick] button[type=submit]").click()
    page.wait_for_url(re.compile("/verify/check/"))
    page.wait_for_selector("[data-code]", timeout=EXAMINE_MS)
    return page


def test_one_changed_byte_is_seen(people: People, material: Path) -> None:
    data = bytearray((material / "downloaded.mp4").read_bytes())
    data[len(data) // 2] ^= 1
    (material / "changed.mp4").write_bytes(data)
    assert check(people, material / "changed.mp4").locator("[data-code=SIGNED_ALTERED]").count() == 1


def test_a_stranger_to_us_gets_no_statement(people: People, material: Path) -> None:
    assert check(people, material / "master.mp4").locator("[data-code=NO_STATEMENT]").count() == 1


def test_how_it_was_made_names_nobody(people: People) -> None:
    page = people.anybody()
    assert page.goto(f"/made/{story['variant']}/").status == 200  # type: ignore[union-attr]
    assert NAME not in page.content()


def test_revocation_stops_playback_download_and_shows_on_the_public_page(
    people: People, material: Path
) -> None:
    page = people["consent_admin"]
    page.goto(f"/consents/{story['consent']}/")
    page.locator("#revoke-reason").fill("The person withdrew.")
    page.locator("#typed-name").fill(NAME)
    page.locator("#revoke-button").click()
    expect(page.get_by_text("Revoked").first).to_be_visible()
    for what in ("download", "video", "poster", "thumbnail", "captions"):
        answer = people["marketer"].request.get(f"/variants/{story['variant']}/{what}/")
        assert answer.status == 403, what
        assert re.search("REVOKED|WITHDRAWN", answer.text())
    verdict = check(people, material / "downloaded.mp4")
    assert verdict.locator("[data-consent=revoked]").count() == 1
    expect(verdict.locator(".verdict-banner")).to_be_visible()


def test_audit_chain_is_whole_and_holds_no_name(site: Site) -> None:
    site.manage("verify_audit")
    entries = site.manage("dumpdata", "campaigns.auditentry")
    assert len(json.loads(entries)) > 10
    assert NAME not in entries and LINE not in entries
