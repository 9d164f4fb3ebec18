"""Resumable uploads over HTTP: parts with hashes, resuming, plain refusals."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import ConsentEvidence, MasterClip, Upload
from tests import factories
from tests.worlds import World

PART = 32


@pytest.fixture(autouse=True)
def small_parts(settings: Any) -> None:
    settings.UPLOAD_PART_BYTES = PART


@pytest.fixture
def marketer(world: World, client: Client, sent: Any) -> Client:
    client.force_login(world.marketer)
    return client


def opened(client: Client, world: World, **changes: Any) -> Any:
    asked = {
        "purpose": "master", "target": str(world.campaign.public_id), "filename": "ad.mp4",
        "size": len(factories.SHORT_MP4), "details": {},
    }  # fmt: skip
    return client.post(reverse("uploads"), json.dumps(asked | changes), content_type="application/json")


def put(client: Client, url: str, number: int, data: bytes, **headers: str) -> Any:
    return client.put(f"{url}parts/{number}/", data, content_type="application/octet-stream", headers=headers)


def parts(data: bytes) -> list[bytes]:
    return [data[start : start + PART] for start in range(0, len(data), PART)]


def test_a_file_arrives_in_parts_and_is_examined(
    marketer: Client, world: World, sent: Any, committing: Any
) -> None:
    state = opened(marketer, world).json()
    assert (state["status"], state["part_bytes"], state["received"]) == ("open", PART, [])
    pieces = parts(factories.SHORT_MP4)
    for number in reversed(range(len(pieces))):
        digest = hashlib.sha256(pieces[number]).hexdigest()
        answer = put(marketer, state["url"], number, pieces[number], **{"X-Content-SHA256": digest})
        assert answer.status_code == 200, answer.content
    with committing():
        done = marketer.post(f"{state['url']}complete/").json()
    master = MasterClip.objects.get(public_id=done["id"])
    assert done["kind"] == "masterclip"
    assert master.sha256 == factories.sha256(factories.SHORT_MP4)
    assert ("renderer.tasks.probe_master", str(master.public_id)) in sent


def test_an_interrupted_upload_goes_on(marketer: Client, world: World) -> None:
    url = opened(marketer, world).json()["url"]
    put(marketer, url, 1, parts(factories.SHORT_MP4)[1])
    assert marketer.get(url).json()["received"] == [1]


def test_a_damaged_part_is_sent_again(marketer: Client, world: World) -> None:
    url = opened(marketer, world).json()["url"]
    answer = put(marketer, url, 0, parts(factories.SHORT_MP4)[0], **{"X-Content-SHA256": "0" * 64})
    assert answer.status_code == 400
    assert answer.json()["code"] == "UPLOAD_PART"
    assert answer.json()["fix"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"size": 0}, "UPLOAD_EMPTY"),
        ({"size": 10**13}, "UPLOAD_TOO_LARGE"),
        ({"purpose": "poem"}, "FIELD_INVALID"),
        ({"target": "not-an-id"}, "FOREIGN_OBJECT"),
        ({"size": "many"}, "BAD_REQUEST"),
        ({"details": 7}, "BAD_REQUEST"),
    ],
)
def test_refusals_come_before_the_first_byte(
    marketer: Client, world: World, changes: dict[str, Any], code: str
) -> None:
    answer = opened(marketer, world, **changes)
    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert not Upload.objects.exists()


def test_a_campaign_of_others_is_no_target(world: World, client: Client) -> None:
    client.force_login(world.stranger)
    assert opened(client, world).json()["code"] == "FOREIGN_OBJECT"


def test_not_a_video(marketer: Client, world: World) -> None:
    url = opened(marketer, world).json()["url"]
    answer = put(marketer, url, 0, b"MZ" + b"x" * (PART - 2))
    assert answer.json()["code"] == "UPLOAD_TYPE"


def test_given_up(marketer: Client, world: World) -> None:
    url = opened(marketer, world).json()["url"]
    assert marketer.delete(url).json()["status"] == "aborted"
    assert marketer.delete(url).status_code == 409
    assert marketer.post(f"{url}complete/").status_code == 409


def test_evidence_travels_with_its_kind(world: World, client: Client, sent: Any) -> None:
    client.force_login(world.consent_admin)
    draft = factories.ConsentFactory(likeness=world.likeness)
    state = opened(
        client, world, purpose="evidence", target=str(draft.public_id), filename="form.pdf",
        size=len(factories.PDF), details={"kind": "signed_form"},
    ).json()  # fmt: skip
    put(client, state["url"], 0, factories.PDF)
    client.post(f"{state['url']}complete/")
    assert ConsentEvidence.objects.get(consent=draft).kind == "signed_form"
