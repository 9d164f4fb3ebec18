"""The door of every page and API call: look an object up and ask for the permission in one call.

What belongs to an organisation the user is not a member of does not exist for them (404); what does exist but
needs another role is refused (403).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404

from campaigns import policy
from campaigns.models import (
    Campaign,
    Consent,
    ConsentEvidence,
    Likeness,
    LocalizedScript,
    MasterClip,
    Organisation,
    Person,
    Script,
    SomeUser,
    Take,
    Upload,
    Variant,
)

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

Found = TypeVar("Found", bound="Model")


def get_organisation(user: SomeUser, action: str = "campaign.view") -> Organisation:
    """The organisation the user works in.

    Raises:
        PermissionDenied: the user belongs to none, or may not do this there.
    """
    organisation = policy.organisations_of(user).order_by("created_at").first()
    if organisation is None:
        raise PermissionDenied("You do not belong to an organisation yet; ask its owner to add you.")
    policy.require(user, organisation, action)
    return organisation


def get_campaign_or_404(user: SomeUser, public_id: UUID, action: str = "campaign.view") -> Campaign:
    return _get(Campaign.objects.select_related("organisation"), "organisation", user, public_id, action)


def get_master_or_404(user: SomeUser, public_id: UUID, action: str = "campaign.view") -> MasterClip:
    rows = MasterClip.objects.select_related("campaign__organisation")
    return _get(rows, "campaign__organisation", user, public_id, action)


def get_script_or_404(user: SomeUser, public_id: UUID, action: str = "campaign.view") -> Script:
    rows = Script.objects.select_related("campaign__organisation")
    return _get(rows, "campaign__organisation", user, public_id, action)


def get_localized_script_or_404(
    user: SomeUser, public_id: UUID, action: str = "campaign.view"
) -> LocalizedScript:
    rows = LocalizedScript.objects.select_related("script__campaign__organisation")
    return _get(rows, "script__campaign__organisation", user, public_id, action)


def get_person_or_404(user: SomeUser, public_id: UUID, action: str = "likeness.view") -> Person:
    return _get(Person.objects.select_related("organisation"), "organisation", user, public_id, action)


def get_likeness_or_404(user: SomeUser, public_id: UUID, action: str = "likeness.view") -> Likeness:
    rows = Likeness.objects.select_related("person__organisation")
    return _get(rows, "person__organisation", user, public_id, action)


def get_take_or_404(user: SomeUser, public_id: UUID, action: str = "likeness.view") -> Take:
    rows = Take.objects.select_related("likeness__person__organisation")
    return _get(rows, "likeness__person__organisation", user, public_id, action)


def get_consent_or_404(user: SomeUser, public_id: UUID, action: str = "consent.view") -> Consent:
    rows = Consent.objects.select_related("likeness__person__organisation")
    return _get(rows, "likeness__person__organisation", user, public_id, action)


def get_evidence_or_404(user: SomeUser, public_id: UUID, action: str = "evidence.view") -> ConsentEvidence:
    rows = ConsentEvidence.objects.select_related("consent__likeness__person__organisation")
    return _get(rows, "consent__likeness__person__organisation", user, public_id, action)


def get_variant_or_404(user: SomeUser, public_id: UUID, action: str = "variant.view") -> Variant:
    rows = Variant.objects.select_related(
        "campaign__organisation", "master", "likeness__person", "localized_script__script"
    )
    return _get(rows, "campaign__organisation", user, public_id, action)


def get_upload_or_404(user: SomeUser, public_id: UUID, action: str = "campaign.view") -> Upload:
    """An upload belongs to whoever started it; colleagues cannot send parts of it."""
    rows = Upload.objects.select_related("organisation").filter(created_by=user.pk)
    return _get(rows, "organisation", user, public_id, action)


def _get(rows: QuerySet[Found], path: str, user: SomeUser, public_id: UUID, action: str) -> Found:
    mine = policy.organisations_of(user)
    found = rows.filter(**{f"{path}__in": mine, "public_id": public_id}).first()
    if found is None:
        raise Http404
    policy.require(user, _follow(found, path), action)
    return found


def _follow(found: Model, path: str) -> Organisation:
    value: object = found
    for name in path.split("__"):
        value = getattr(value, name)
    assert isinstance(value, Organisation)  # noqa: S101
    return value
