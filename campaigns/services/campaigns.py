"""Create, edit and archive campaigns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final

from django.db import transaction

from campaigns import auditing, policy
from campaigns.exceptions import CampaignError
from campaigns.models import Campaign, Likeness, Organisation, SomeUser
from campaigns.services import values

_CLEAN: Final[Mapping[str, Callable[[Any], Any]]] = {
    "name": lambda value: values.text("Name", value),
    "advertiser": lambda value: values.text("Advertiser", value),
    "product_category": values.category,
    "channels": values.channels,
    "territories": values.territories,
    "source_locale": values.locale,
    "starts_on": lambda value: value,
    "ends_on": lambda value: value,
    "brief": str.strip,
    "label_pack": str.strip,
}


def create_campaign(
    *,
    organisation: Organisation,
    user: SomeUser,
    name: str,
    advertiser: str,
    product_category: str,
    channels: list[str],
    territories: list[str],
    source_locale: str = "en-US",
    starts_on: date | None = None,
    ends_on: date | None = None,
    brief: str = "",
    label_pack: str = "",
) -> Campaign:
    """Start a campaign from its brief.

    Raises:
        CampaignError: ``FIELD_INVALID``. PermissionDenied: the role is missing.
    """
    policy.require(user, organisation, "campaign.edit")
    given = {
        "name": name, "advertiser": advertiser, "product_category": product_category, "channels": channels,
        "territories": territories, "source_locale": source_locale, "starts_on": starts_on, "ends_on": ends_on,
        "brief": brief, "label_pack": label_pack,
    }  # fmt: skip
    campaign = Campaign(organisation=organisation, created_by_id=user.pk, **_cleaned(given))
    _check(campaign)
    with transaction.atomic():
        campaign.save()
        auditing.record("campaign.created", target=campaign, actor=user)
    return campaign


def edit_campaign(campaign: Campaign, *, user: SomeUser, **changes: Any) -> Campaign:
    """Change fields of the brief; the gate asks with the new values from now on.

    Raises:
        CampaignError: ``FIELD_INVALID``. PermissionDenied: the role is missing.
    """
    policy.require(user, campaign.organisation, "campaign.edit")
    cleaned = _cleaned(changes)
    changed = sorted(name for name, value in cleaned.items() if getattr(campaign, name) != value)
    for name in changed:
        setattr(campaign, name, cleaned[name])
    _check(campaign)
    if changed:
        with transaction.atomic():
            campaign.save(update_fields=[*changed, "updated_at"])
            auditing.record("campaign.edited", target=campaign, actor=user, fields=changed)
    return campaign


def choose_likenesses(campaign: Campaign, *, user: SomeUser, likenesses: Iterable[Likeness]) -> None:
    """Set which likenesses the campaign's matrix shows. Variants that exist already are not touched.

    Raises:
        CampaignError: ``FOREIGN_OBJECT``. PermissionDenied: the role is missing.
    """
    policy.require(user, campaign.organisation, "campaign.edit")
    chosen = list(likenesses)
    if any(likeness.person.organisation_id != campaign.organisation_id for likeness in chosen):
        raise CampaignError("FOREIGN_OBJECT", "A likeness belongs to somebody else.")
    with transaction.atomic():
        campaign.likenesses.set(chosen)
        refs = sorted(str(likeness.public_id) for likeness in chosen)
        auditing.record(
            "campaign.edited", target=campaign, actor=user, fields=["likenesses"], likenesses=refs
        )


def archive_campaign(campaign: Campaign, *, user: SomeUser) -> None:
    """Put a campaign away. Its variants stay as they are, and stay behind the gate."""
    policy.require(user, campaign.organisation, "campaign.edit")
    with transaction.atomic():
        campaign.archived = True
        campaign.save(update_fields=["archived", "updated_at"])
        auditing.record("campaign.archived", target=campaign, actor=user)


def _cleaned(given: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(given) - set(_CLEAN)
    if unknown:
        raise values.invalid(sorted(unknown)[0], "cannot be changed here.")
    return {name: _CLEAN[name](value) for name, value in given.items()}


def _check(campaign: Campaign) -> None:
    if not campaign.territories or not campaign.channels:
        raise values.invalid("Territories and channels", "name at least one of each.")
    if campaign.starts_on and campaign.ends_on and campaign.ends_on < campaign.starts_on:
        raise values.invalid("Dates", "the end lies before the start.")
