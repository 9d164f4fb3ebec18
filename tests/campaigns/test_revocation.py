"""Taking a consent back stops everything made under it, in one transaction."""

from __future__ import annotations

import pytest

from campaigns.exceptions import CampaignError, ConsentDenied, StateConflict
from campaigns.models import AuditEntry, ConsentReview, Variant
from campaigns.services import consents, deliveries, variants
from campaigns.states import transition
from tests import factories
from tests.worlds import World, finish

TAGS = ["es-MX", "pt-BR", "en-GB", "es-AR", "en-CA"]


def busy(world: World) -> dict[str, Variant]:
    """One variant in each state a revocation can meet."""
    found = {}
    for tag, status in zip(TAGS, ["queued", "rendering", "ready", "failed", "draft"], strict=True):
        world.likeness.voice_preset[tag] = "af_heart"
        variant = world.request(
            localized_script=factories.LocalizedScriptFactory(script=world.script, locale=tag)
        )
        if status == "ready":
            finish(variant)
        elif status == "draft":
            variants.cancel_variant(variant, user=world.marketer)
        elif status != "queued":
            transition(variant, "rendering")
        if status == "failed":
            transition(variant, "failed", code="NO_FACE")
        found[status] = variant
    return found


def revoke(world: World, reason: str = "I changed my mind") -> consents.RevocationPreview:
    return consents.revoke_consent(world.consent, user=world.consent_admin, reason=reason)


def test_the_preview_says_what_will_stop_and_it_does(world: World) -> None:
    found = busy(world)
    expected = consents.RevocationPreview(queued=1, rendering=1, ready=1, downloaded=0)
    assert consents.revocation_preview(world.consent) == expected
    assert revoke(world) == expected
    for variant in found.values():
        variant.refresh_from_db()
    assert {old: variant.status for old, variant in found.items()} == {
        "queued": "blocked", "rendering": "blocked", "ready": "withdrawn", "failed": "failed", "draft": "draft",
    }  # fmt: skip
    assert found["queued"].block_code == found["ready"].block_code == "REVOKED"


def test_it_is_on_record_with_reason_and_without_it_in_the_audit(world: World) -> None:
    busy(world)
    revoke(world, "Private reason")
    assert ConsentReview.objects.get(decision="revoked").reason == "Private reason"
    assert AuditEntry.objects.filter(action="consent.revoked").count() == 1
    assert AuditEntry.objects.filter(action__in=["variant.blocked", "variant.withdrawn"]).count() == 3
    assert "Private" not in str(list(AuditEntry.objects.values_list("data", flat=True)))


def test_afterwards_nothing_starts_and_nothing_leaves(world: World) -> None:
    variant = world.approved()
    deliveries.open_rendition(world.marketer, variant, purpose="download").file.close()
    assert consents.revocation_preview(world.consent).downloaded == 1
    revoke(world)
    for open_file in (
        lambda: deliveries.open_rendition(world.marketer, variant, purpose="download"),
        lambda: deliveries.open_rendition(world.reviewer, variant),
        lambda: deliveries.open_poster(world.marketer, variant),
        lambda: deliveries.open_captions(world.marketer, variant),
        world.request,
    ):
        with pytest.raises(ConsentDenied) as denied:
            open_file()
        assert denied.value.code == "REVOKED"


def test_a_worker_that_still_holds_the_variant_cannot_finish_it(world: World) -> None:
    variant = world.request()
    transition(variant, "rendering")
    revoke(world)
    with pytest.raises(StateConflict):
        transition(variant, "ready")


def test_it_needs_a_reason_and_happens_once(world: World) -> None:
    with pytest.raises(CampaignError, match="REASON_MISSING"):
        revoke(world, "  ")
    revoke(world)
    with pytest.raises(StateConflict):
        revoke(world)


def test_variants_under_other_consents_go_on(world: World) -> None:
    newer = factories.ConsentFactory(likeness=world.likeness, granted=True)
    variant = world.request()
    assert list(variant.consents.all()) == [newer]
    revoke(world)
    variant.refresh_from_db()
    assert variant.status == "queued"


def test_a_failure_half_way_revokes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    variant = world.request()

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(consents, "stop_variant", broken)
    with pytest.raises(RuntimeError):
        revoke(world)
    world.consent.refresh_from_db()
    variant.refresh_from_db()
    assert (world.consent.status, variant.status) == ("granted", "queued")
