"""The numbers of the home page."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.models import SomeUser, Variant
from campaigns.selectors import consents, reviews, variants
from campaigns.selectors.campaigns import campaigns_for


@dataclass(frozen=True, slots=True)
class HomeCounts:
    """What needs the user, and what runs by itself."""

    campaigns: int
    running: int
    ready: int
    failed: int
    blocked: int
    to_review: int
    to_decide: int
    ending_soon: int


def home_counts(user: SomeUser) -> HomeCounts:
    rows = variants.variants_for(user).filter(campaign__archived=False)
    return HomeCounts(
        campaigns=campaigns_for(user).count(),
        running=variants.queue(user).count(),
        ready=rows.filter(status=Variant.Status.READY).count(),
        failed=rows.filter(status=Variant.Status.FAILED).count(),
        blocked=rows.filter(status__in=[Variant.Status.BLOCKED, Variant.Status.WITHDRAWN]).count(),
        to_review=reviews.review_inbox(user).count(),
        to_decide=consents.inbox(user).count(),
        ending_soon=consents.ending_within(user, 30).count(),
    )
