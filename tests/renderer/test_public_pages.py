"""The public pages: verify, look up, how it was made. No sign-in, no names, the wording of the verdict table."""

from __future__ import annotations

import json
import re
import tomllib
import uuid
from html import escape
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from campaigns.services import consents
from renderer import wording
from renderer.models import ProvenanceRecord, VerifyCheck
from renderer.views import TONES
from tests import factories
from tests.worlds import World

LANGUAGES = sorted(wording.languages())
JSON = {"accept": "application/json"}


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


@pytest.fixture
def record(world: World, sent: Any) -> ProvenanceRecord:
    variant = world.approved()
    return ProvenanceRecord.objects.create(
        variant=variant, rendition=variant.renditions.get(), watermark_id="0123456789ab", watermark_key_id="k",
        watermark_strength=1.0, manifest_id="urn:c2pa:1", manifest=b"m", file_sha256="a" * 64,
        consent_refs=[str(world.consent.public_id)], locale="es-MX", label_pack_version="EU-1",
        engine_versions={"face": "mesh 1.0"}, synthetic_parts=["face", "lips", "voice"],
        performer_kind="digital_replica",
    )  # fmt: skip


def sample(data: bytes = factories.SHORT_MP4) -> SimpleUploadedFile:
    return SimpleUploadedFile("ad.mp4", data, "video/mp4")


def checked(**verdict: Any) -> VerifyCheck:
    return VerifyCheck.objects.create(state="done", upload="", verdict=verdict)


def at_check(check: VerifyCheck, language: str = "en") -> str:
    return f"{reverse('verify-check', args=[check.token])}?lang={language}"


def test_an_upload_is_taken_and_examined_by_a_task(
    client: Client, db: None, sent: Any, committing: Any
) -> None:
    with committing():
        answer = client.post(reverse("verify"), {"file": sample()})
    check = VerifyCheck.objects.get()
    assert answer["Location"] == reverse("verify-check", args=[check.token])
    assert sent == [("renderer.tasks.verify_upload", str(check.token))]
    assert storages["uploads"].exists(check.upload)


def test_the_same_for_programs(client: Client, db: None, sent: Any) -> None:
    answer = client.post(reverse("verify"), {"file": sample()}, headers=JSON)
    assert answer.status_code == 202
    state = client.get(reverse("verify-check", args=[answer.json()["token"]]), headers=JSON)
    assert state.json()["state"] == "waiting"
    assert state["Cache-Control"] == "no-store"


def test_no_token_of_ours_is_needed_to_post(db: None, sent: Any) -> None:
    assert Client(enforce_csrf_checks=True).post(reverse("verify"), {"file": sample()}).status_code == 302


@pytest.mark.parametrize(("data", "code"), [(b"", "UNREADABLE_FILE"), (None, "UNREADABLE_FILE")])
def test_nothing_to_examine(client: Client, db: None, data: bytes | None, code: str) -> None:
    files = {"file": sample(data)} if data is not None else {}
    page = client.post(reverse("verify"), files)
    assert (page.status_code, code in page.content.decode()) == (400, True)
    assert client.post(reverse("verify"), files, headers=JSON).json()["code"] == code
    assert not VerifyCheck.objects.exists()


def test_too_large_is_refused_before_it_is_read(client: Client, db: None, settings: Any) -> None:
    settings.UPLOAD_LIMIT_MB = {**settings.UPLOAD_LIMIT_MB, "verify": 0}
    assert "UPLOAD_TOO_LARGE" in client.post(reverse("verify"), {"file": sample()}).content.decode()


def test_too_many_from_one_address(client: Client, db: None, sent: Any) -> None:
    answers = [client.post(reverse("verify"), {"file": sample()}).status_code for _ in range(21)]
    assert answers == [302] * 20 + [429]
    last = client.post(reverse("verify"), {"file": sample()})
    assert last["Retry-After"] == "60"
    elsewhere = client.post(reverse("verify"), {"file": sample()}, REMOTE_ADDR="203.0.113.9")
    assert elsewhere.status_code == 302
    assert client.get(reverse("verify")).status_code == 200


def test_the_page_polls_until_there_is_a_verdict(client: Client, db: None) -> None:
    check = VerifyCheck.objects.create(upload="verify/x")
    polled = {"HX-Request": "true"}
    waiting = client.get(at_check(check), headers=polled)
    assert (waiting.status_code, "every 2s" in waiting.content.decode()) == (200, True)
    VerifyCheck.objects.update(state="done", verdict={"code": "NO_STATEMENT"})
    done = client.get(at_check(check), headers=polled)
    assert (done.status_code, "every 2s" in done.content.decode()) == (286, False)
    VerifyCheck.objects.update(
        state="failed", verdict={}, error_code="UNREADABLE_FILE", error_message="No video."
    )
    assert "UNREADABLE_FILE" in client.get(at_check(check)).content.decode()


def test_an_unknown_token(client: Client, db: None) -> None:
    assert client.get(reverse("verify-check", args=[uuid.uuid4()])).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", TONES)
def test_every_verdict_is_worded_in_every_language(
    client: Client, db: None, code: str, language: str
) -> None:
    page = client.get(at_check(checked(code=code), language)).content.decode()
    said = wording.verdict_words({"code": code}, language)
    assert f'lang="{language}"' in page
    assert escape(said["title"]) in page
    assert "{" not in said["text"]


def test_the_english_wording_is_the_table() -> None:
    said = wording.verdict_words({"code": "SIGNED_UNCHANGED", "signed_at": "2026-11-20T10:00:00+00:00"}, "en")
    assert "unchanged since signing on Nov. 20, 2026" in said["text"]
    other = {"code": "OTHER_SIGNER", "issuer": "Acme", "issuer_trusted": True}
    assert wording.verdict_words(other, "en")["text"] == "Signed by Acme (trusted). No AdForge mark."
    partly = {"code": "RECOVERED", "frames": "partly"}
    assert "Frames compared: partly match." in wording.verdict_words(partly, "en")["text"]


def test_no_verdict_says_authentic_real_or_fake() -> None:
    for code in TONES:
        words = " ".join(wording.verdict_words({"code": code}, "en").values())
        claims = re.findall(
            r"authentic|fake|\breal\b", words.replace("whether the video is real or AI-made", "")
        )
        assert claims == [], code


def test_every_language_has_every_word() -> None:
    def keys(words: dict[str, Any], path: str = "") -> set[str]:
        found: set[str] = set()
        for key, value in words.items():
            found |= keys(value, f"{path}{key}.") if isinstance(value, dict) else {f"{path}{key}"}
        return found

    files = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in wording.FOLDER.glob("*.toml")}
    assert {name: keys(words) ^ keys(files["en"]) for name, words in files.items()} == {
        name: set() for name in files
    }


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        (("es-MX",), "es"), (("", "pt-BR,pt;q=0.9,en;q=0.5"), "pt"), (("xx", "de-DE"), "en"),
        (("zh-CN",), "zh"), (("", "de;q=0.9, ja;q=0.8"), "ja"),
    ],
)  # fmt: skip
def test_the_language_is_chosen(wishes: tuple[str, ...], language: str) -> None:
    assert wording.choose(*wishes) == language


def test_a_record_says_how_the_consent_stands_today(
    client: Client, world: World, record: ProvenanceRecord
) -> None:
    address = reverse("verify-record", args=[record.variant.public_id])  # type: ignore[union-attr]
    page = client.get(address).content.decode()
    assert 'data-consent="valid"' in page
    assert record.watermark_id in page
    consents.revoke_consent(world.consent, user=world.consent_admin, reason="She asked.")
    page = client.get(address).content.decode()
    assert 'data-consent="revoked"' in page
    assert "must not be shown any more" in page
    assert client.get(address, headers=JSON).json()["consent"]["state"] == "revoked"


def test_a_valid_signature_does_not_look_like_approval_after_a_revocation(
    client: Client, world: World, record: ProvenanceRecord
) -> None:
    check = checked(
        code="SIGNED_UNCHANGED", signed_at="2026-11-20T10:00:00+00:00", record_ref=str(record.public_id)
    )
    assert 'class="verdict ok"' in client.get(at_check(check)).content.decode()
    consents.revoke_consent(world.consent, user=world.consent_admin, reason="She asked.")
    page = client.get(at_check(check)).content.decode()
    assert 'class="verdict fail"' in page
    assert "Consent withdrawn on" in page


def test_public_pages_name_nobody(client: Client, world: World, record: ProvenanceRecord) -> None:
    names = {
        world.likeness.name,
        world.likeness.person.display_name,
        world.campaign.name,
        world.marketer.username,
    }
    variant = record.variant
    assert variant is not None
    for address in (
        reverse("made", args=[variant.public_id]),
        reverse("verify-record", args=[variant.public_id]),
    ):
        page = client.get(address).content.decode()
        assert [name for name in names if name in page] == []
    answer = client.get(reverse("verify-record", args=[variant.public_id]), headers=JSON)
    assert [name for name in names if name in json.dumps(answer.json())] == []


def test_how_it_was_made_speaks_the_language_of_the_ad(client: Client, record: ProvenanceRecord) -> None:
    address = reverse("made", args=[record.variant.public_id])  # type: ignore[union-attr]
    page = client.get(address, headers={"accept-language": "en"}).content.decode()
    assert '<html lang="es">' in page
    assert wording.texts("es")["made"]["face_text"] in page
    assert escape(wording.texts("fr")["made"]["title"]) in client.get(f"{address}?lang=fr").content.decode()


def test_an_id_leads_to_its_record(client: Client, record: ProvenanceRecord) -> None:
    variant = str(record.variant.public_id)  # type: ignore[union-attr]
    for given in (variant, str(record.public_id)):
        answer = client.get(reverse("verify"), {"id": f" {given} "})
        assert answer["Location"] == reverse("verify-record", args=[variant])
    unknown = client.get(reverse("verify"), {"id": "12345"})
    assert unknown.status_code == 404
    assert "No record has this id." in unknown.content.decode()
    nowhere = reverse("verify-record", args=[uuid.uuid4()])
    assert client.get(nowhere).status_code == 404
    assert client.get(nowhere, headers=JSON).json()["code"] == "NOT_FOUND"
    assert client.get(reverse("made", args=[uuid.uuid4()])).status_code == 404


def test_answers_about_consent_are_a_minute_old_at_most(client: Client, record: ProvenanceRecord) -> None:
    answer = client.get(reverse("verify-record", args=[record.variant.public_id]))  # type: ignore[union-attr]
    assert answer["Cache-Control"] == "private, max-age=60"
