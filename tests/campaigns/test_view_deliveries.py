"""What leaves the house, and what the gate keeps in."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.services import consents
from tests.worlds import World, finish


@pytest.fixture
def marketer(world: World, client: Client, sent: Any) -> Client:
    client.force_login(world.marketer)
    return client


def test_download_needs_a_review(marketer: Client, world: World) -> None:
    variant = finish(world.request())
    answer = marketer.get(reverse("variant-download", args=[variant.public_id]))
    assert answer.status_code == 403
    assert "REVIEW_MISSING" in answer.content.decode()


def test_an_approved_variant_is_downloaded_as_a_file(marketer: Client, world: World) -> None:
    answer = marketer.get(reverse("variant-download", args=[world.approved().public_id]))
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content).startswith(b"\x00\x00\x00\x18ftyp")


@pytest.mark.parametrize(
    "name", ["variant-download", "variant-video", "variant-poster", "variant-thumbnail", "variant-captions"]
)
def test_a_revocation_stops_every_file_at_once(marketer: Client, world: World, name: str) -> None:
    address = reverse(name, args=[world.approved().public_id])
    assert marketer.get(address).status_code == 200
    consents.revoke_consent(world.consent, user=world.consent_admin, reason="She asked for it.")
    answer = marketer.get(address)
    assert answer.status_code == 403
    assert "REVOKED" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"


def test_the_bundle_lists_what_is_in_it(marketer: Client, world: World) -> None:
    variant = world.approved()
    answer = marketer.post(reverse("campaign-zip", args=[world.campaign.public_id]))
    assert answer["Content-Type"] == "application/zip"
    assert 'filename="morning-cup.zip"' in answer["Content-Disposition"]
    bundle = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    rows = list(csv.DictReader(io.StringIO(bundle.read("manifest.csv").decode())))
    assert [row["variant"] for row in rows] == [str(variant.public_id)]
    assert rows[0]["file"] in bundle.namelist()


def test_the_delivered_page_groups_by_campaign(marketer: Client, world: World) -> None:
    empty = marketer.get(reverse("delivered")).content.decode()
    assert "Nothing to deliver yet" in empty
    variant = world.approved()
    page = marketer.get(reverse("delivered")).content.decode()
    assert reverse("variant-download", args=[variant.public_id]) in page
    assert reverse("campaign-zip", args=[world.campaign.public_id]) in page


def test_reviewers_see_no_download_button(world: World, client: Client, sent: Any) -> None:
    variant = world.approved()
    client.force_login(world.reviewer)
    assert (
        reverse("variant-download", args=[variant.public_id])
        not in client.get(reverse("delivered")).content.decode()
    )
