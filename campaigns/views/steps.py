"""The five steps of the wizard as the pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.urls import reverse

from campaigns import selectors

if TYPE_CHECKING:
    from campaigns.models import Campaign

ROUTES: Final = {
    "brief": ("Brief", "campaign-brief"),
    "master": ("Master", "campaign-master"),
    "likenesses": ("Likenesses", "campaign-likenesses"),
    "script": ("Scripts", "campaign-scripts"),
    "variants": ("Variants", "campaign-matrix"),
}
# The release is signed for the master, so it is asked for on the same page.
_SAME_PAGE: Final = {"release": "master"}


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One step. ``text`` says what is missing, "" when it is done."""

    key: str
    name: str
    url: str
    text: str
    current: bool = False

    @property
    def done(self) -> bool:
        return not self.text


def steps_of(campaign: Campaign, current: str = "") -> list[ShownStep]:
    missing: dict[str, str] = {}
    for step in selectors.campaigns.steps_of(campaign):
        key = _SAME_PAGE.get(step.key, step.key)
        missing[key] = missing.get(key) or step.missing
    if not campaign.likenesses.exists():
        missing["likenesses"] = "Choose at least one likeness."
    return [
        ShownStep(key, name, reverse(route, args=[campaign.public_id]), missing.get(key, ""), key == current)
        for key, (name, route) in ROUTES.items()
    ]


def steps_before(current: str = "brief") -> list[ShownStep]:
    """The steps of a campaign that is not saved yet."""
    return [ShownStep(key, name, "#main", "Not yet.", key == current) for key, (name, _) in ROUTES.items()]


def first_missing(campaign: Campaign) -> ShownStep | None:
    return next((step for step in steps_of(campaign) if not step.done), None)
