"""Gate 4: what leaves, for whom, and what is written down."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from campaigns.exceptions import CampaignError, ConsentDenied
from campaigns.models import AuditEntry, Consent
from campaigns.services import deliveries, reviews
from tests import factories
from tests.worlds import World, finish


def download(world: World, variant):
    return deliveries.open_rendition(world.marketer, variant, purpose="download")


def test_an_approved_variant_leaves_and_is_written_down(world: World) -> None:
    variant = world.approved()
    delivery = download(world, variant)
    with delivery.file:
        data = delivery.file.read()
    assert (len(data), factories.sha256(data)) == (delivery.bytes, delivery.sha256)
    assert (delivery.content_type, delivery.filename.startswith("morning-cup_en-US_")) == ("video/mp4", True)
    assert "Ana" not in delivery.filename
    assert AuditEntry.objects.get(action="delivery.downloaded").target == str(variant.public_id)


def test_without_an_approval_it_can_be_seen_but_not_taken(world: World) -> None:
    variant = finish(world.request())
    deliveries.open_rendition(world.reviewer, variant).file.close()
    deliveries.open_poster(world.reviewer, variant).file.close()
    deliveries.open_captions(world.reviewer, variant).file.close()
    with pytest.raises(CampaignError, match="REVIEW_MISSING"):
        download(world, variant)
    assert AuditEntry.objects.get(action="delivery.refused").data["code"] == "REVIEW_MISSING"


def test_the_newest_review_counts(world: World) -> None:
    variant = world.approved()
    reviews.review_variant(variant, user=world.owner, decision="changes", note="Too dark.")
    with pytest.raises(CampaignError, match="REVIEW_MISSING"):
        download(world, variant)


def test_the_end_of_the_window_closes_the_door_without_any_job(world: World) -> None:
    variant = world.approved()
    Consent.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(ConsentDenied, match="LAPSED"):
        download(world, variant)
    variant.refresh_from_db()
    assert variant.status == "ready"


def test_a_wider_campaign_closes_the_door(world: World) -> None:
    variant = world.approved()
    world.campaign.territories = ["US", "DE"]
    world.campaign.save()
    variant.refresh_from_db()
    with pytest.raises(ConsentDenied, match="TERRITORY"):
        download(world, variant)


@pytest.mark.parametrize("role", ["reviewer", "consent_admin", "auditor", "stranger"])
def test_only_makers_take_files_out(world: World, role: str) -> None:
    variant = world.approved()
    with pytest.raises(PermissionDenied):
        deliveries.open_rendition(getattr(world, role), variant, purpose="download")


def test_strangers_see_nothing(world: World) -> None:
    variant = world.approved()
    for open_file in (deliveries.open_rendition, deliveries.open_poster, deliveries.open_captions):
        with pytest.raises(PermissionDenied):
            open_file(world.stranger, variant)


def test_what_is_not_finished_has_no_file(world: World) -> None:
    with pytest.raises(CampaignError, match="NOT_READY"):
        deliveries.open_rendition(world.marketer, world.request())


def test_the_zip_holds_what_may_leave_and_says_what_had_to_stay(world: World) -> None:
    approved = world.approved()
    waiting = finish(
        world.request(localized_script=factories.LocalizedScriptFactory(script=world.script, locale="es-MX"))
    )
    bundle = io.BytesIO()
    left_out = deliveries.zip_ready(world.marketer, world.campaign, bundle)
    assert [(item.variant, item.code) for item in left_out] == [(waiting, "REVIEW_MISSING")]
    with zipfile.ZipFile(bundle) as opened:
        rows = list(csv.DictReader(io.StringIO(opened.read("manifest.csv").decode())))
        assert [row["variant"] for row in rows] == [str(approved.public_id)]
        assert factories.sha256(opened.read(rows[0]["file"])) == rows[0]["sha256"]


def test_after_a_lapse_the_zip_is_empty(world: World) -> None:
    world.approved()
    Consent.objects.update(ends_at=timezone.now())
    bundle = io.BytesIO()
    assert [item.code for item in deliveries.zip_ready(world.marketer, world.campaign, bundle)] == ["LAPSED"]
    assert zipfile.ZipFile(bundle).namelist() == ["manifest.csv"]
