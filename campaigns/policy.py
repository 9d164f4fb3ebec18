"""Who may do what: roles per action, asked of the database each time, so a removed role works at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from django.core.exceptions import PermissionDenied

from campaigns.models import Membership, Organisation, Role, SomeUser

if TYPE_CHECKING:
    from django.db.models import QuerySet

_EVERYBODY: Final = frozenset(Role)
_MAKERS: Final = frozenset({Role.MARKETER, Role.OWNER})
_KEEPERS: Final = frozenset({Role.CONSENT_ADMIN, Role.OWNER})
_REVIEWERS: Final = frozenset({Role.REVIEWER, Role.OWNER})

PERMISSIONS: Final[Mapping[str, frozenset[Role]]] = {
    "campaign.view": _EVERYBODY,
    "campaign.edit": _MAKERS,
    "likeness.view": _EVERYBODY,
    "likeness.edit": _MAKERS | _KEEPERS,
    "consent.view": _EVERYBODY,
    "consent.edit": _MAKERS | _KEEPERS,
    "consent.decide": _KEEPERS,
    "evidence.view": _KEEPERS | {Role.AUDITOR},
    "variant.view": _EVERYBODY,
    "variant.render": _MAKERS,
    "review.decide": _REVIEWERS,
    "delivery.download": _MAKERS,
    "audit.view": _KEEPERS | {Role.AUDITOR},
    "members.edit": frozenset({Role.OWNER}),
}


def organisations_of(user: SomeUser) -> QuerySet[Organisation]:
    """The organisations the user belongs to, in any role; none for a user who was switched off."""
    if not user.is_active or user.pk is None:
        return Organisation.objects.none()
    return Organisation.objects.filter(memberships__user=user.pk).distinct()


def organisations_where(user: SomeUser, action: str) -> QuerySet[Organisation]:
    """The organisations in which the user may do this."""
    if not user.is_active or user.pk is None:
        return Organisation.objects.none()
    held = Membership.objects.filter(user=user.pk, role__in=PERMISSIONS[action])
    return Organisation.objects.filter(memberships__in=held).distinct()


def roles_of(user: SomeUser, organisation: Organisation) -> frozenset[str]:
    """The roles the user holds now."""
    if not user.is_active or user.pk is None:
        return frozenset()
    return frozenset(organisation.memberships.filter(user=user.pk).values_list("role", flat=True))


def may(user: SomeUser, organisation: Organisation, action: str) -> bool:
    """True when one of the user's roles allows the action there."""
    return not PERMISSIONS[action].isdisjoint(roles_of(user, organisation))


def require(user: SomeUser, organisation: Organisation, action: str) -> None:
    """
    Raises:
        PermissionDenied: no role of the user allows the action there.
    """
    if not may(user, organisation, action):
        raise PermissionDenied("Your role does not allow this.")


def id_of(user: SomeUser) -> int:
    """The key of somebody who is signed in.

    Raises:
        PermissionDenied: nobody is.
    """
    if user.pk is None:
        raise PermissionDenied("Please sign in.")
    return int(user.pk)
