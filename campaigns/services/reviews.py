"""A reviewer's word about a finished picture, bound to the digest it was given for."""

from __future__ import annotations

from django.db import transaction

from campaigns import auditing, policy
from campaigns.exceptions import CampaignError
from campaigns.models import Review, SomeUser, Variant
from campaigns.services import values


def review_variant(variant: Variant, *, user: SomeUser, decision: str, note: str = "") -> Review:
    """Approve, ask for changes or reject. The newest word counts; who asked for the variant has none.

    Raises:
        CampaignError: ``NOT_READY``, ``SELF_REVIEW``, ``REASON_MISSING``, ``FIELD_INVALID``.
        PermissionDenied: the role is missing.
    """
    policy.require(user, variant.campaign.organisation, "review.decide")
    if decision not in Review.Decision.values:
        raise values.invalid("Decision", f"{decision!r} is not known.")
    if variant.requested_by_id == user.pk:
        raise CampaignError("SELF_REVIEW", "Somebody else has to look at what you asked for.")
    why = note.strip() if decision == Review.Decision.APPROVED else values.reason(note)
    with transaction.atomic():
        ready = Variant.objects.select_for_update().filter(pk=variant.pk, status=Variant.Status.READY)
        if not ready.exists():
            raise CampaignError("NOT_READY", "Only a finished variant can be reviewed.")
        review = Review.objects.create(
            variant=variant, spec_digest=variant.spec_digest, reviewer_id=policy.id_of(user),
            decision=decision, note=why,
        )  # fmt: skip
        auditing.record(
            "variant.reviewed", target=variant, actor=user, decision=decision, digest=variant.spec_digest
        )
    return review
