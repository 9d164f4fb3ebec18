"""What reviewers said, and what waits for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Subquery

from campaigns import policy
from campaigns.models import Review, SomeUser, Variant

if TYPE_CHECKING:
    from django.db.models import QuerySet


def standing(variant: Variant) -> str:
    """The newest decision about the picture as it is now; "" when nobody has looked at it."""
    newest = variant.reviews.filter(spec_digest=variant.spec_digest).order_by("-created_at", "-pk").first()
    return newest.decision if newest else ""


def with_standing(variants: QuerySet[Variant]) -> QuerySet[Variant]:
    """The same for many: every variant gets an attribute ``standing``, None when nobody has looked at it."""
    return variants.annotate(standing=Subquery(_newest().values("decision")[:1]))


def review_inbox(user: SomeUser) -> QuerySet[Variant]:
    """Finished variants nobody has looked at, oldest first; without those the user asked for."""
    return (
        Variant.objects.filter(
            campaign__organisation__in=policy.organisations_where(user, "review.decide"),
            campaign__archived=False,
            status=Variant.Status.READY,
        )
        .exclude(requested_by=user.pk)
        .exclude(Exists(_newest()))
        .select_related("campaign", "likeness__person", "localized_script", "master")
        .order_by(F("finished_at").asc(nulls_last=True))
    )


def _newest() -> QuerySet[Review]:
    about = Review.objects.filter(variant=OuterRef("pk"), spec_digest=OuterRef("spec_digest"))
    return about.order_by("-created_at", "-pk")
