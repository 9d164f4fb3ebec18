"""Organisations and the roles of their members."""

from __future__ import annotations

from django.db import transaction

from campaigns import auditing, policy
from campaigns.exceptions import CampaignError
from campaigns.models import Membership, Organisation, Role, SomeUser
from campaigns.services import values


def create_organisation(*, name: str, owner: SomeUser) -> Organisation:
    """A new organisation with its first owner."""
    with transaction.atomic():
        organisation = Organisation.objects.create(name=values.text("Name", name))
        auditing.record("organisation.created", target=organisation, actor=owner)
        _add(organisation, owner, Role.OWNER, by=owner)
    return organisation


def add_member(*, organisation: Organisation, user: SomeUser, member: SomeUser, role: str) -> Membership:
    """Give ``member`` a role; giving it twice changes nothing.

    Raises:
        PermissionDenied: ``user`` is not an owner. CampaignError: ``FIELD_INVALID``.
    """
    policy.require(user, organisation, "members.edit")
    if role not in Role.values:
        raise values.invalid("Role", f"{role!r} is not known.")
    with transaction.atomic():
        return _add(organisation, member, role, by=user)


def remove_member(membership: Membership, *, user: SomeUser) -> None:
    """Take a role away; it stops working at once. The last owner stays.

    Raises:
        PermissionDenied: ``user`` is not an owner. CampaignError: ``FIELD_INVALID``.
    """
    organisation = membership.organisation
    policy.require(user, organisation, "members.edit")
    with transaction.atomic():
        owners = organisation.memberships.select_for_update().filter(role=Role.OWNER)
        if membership.role == Role.OWNER and len(owners) == 1:
            raise CampaignError("FIELD_INVALID", "An organisation needs an owner.")
        auditing.record("membership.removed", target=membership, actor=user, role=membership.role)
        membership.delete()


def _add(organisation: Organisation, member: SomeUser, role: str, *, by: SomeUser) -> Membership:
    who = policy.id_of(member)
    found, made = Membership.objects.get_or_create(user_id=who, organisation=organisation, role=role)
    if made:
        auditing.record("membership.added", target=found, actor=by, role=role, member=f"user:{member.pk}")
    return found
