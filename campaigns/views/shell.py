"""What every signed-in page carries: the rail with its counts, and who is signed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from campaigns import policy, selectors
from campaigns.models import Role

if TYPE_CHECKING:
    from campaigns.models import SomeUser


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the rail. ``action`` is asked of the policy, ``count`` says how much waits there."""

    label: str
    route: str
    icon: str
    action: str = "campaign.view"
    count: Callable[[SomeUser], int] | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as it is drawn for one user on one page."""

    label: str
    url: str
    icon: str
    current: bool = False
    count: int = 0


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame of a page."""

    name: str
    initials: str
    roles_line: str
    links: tuple[Link, ...]
    can_manage_team: bool


RAIL: Final = (
    Entry("Home", "home", "home"),
    Entry("Campaigns", "campaigns", "movie"),
    Entry("Likenesses", "likenesses", "users", "likeness.view"),
    Entry(
        "Consent",
        "consents",
        "signature",
        "consent.view",
        lambda user: selectors.consents.inbox(user).count(),
    ),
    Entry(
        "Render queue",
        "queue",
        "stack-2",
        "variant.view",
        lambda user: selectors.variants.queue(user).count(),
    ),
    Entry(
        "Review inbox",
        "reviews",
        "eye",
        "variant.view",
        lambda user: selectors.reviews.review_inbox(user).count(),
    ),
    Entry("Delivered", "delivered", "package-export", "variant.view"),
    Entry("History", "audit", "history", "audit.view"),
)
VERIFY: Final = Link("Verify a video", "/verify/", "shield-check")
ADMIN: Final = Link("Admin", "/admin/", "settings")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Worked out when a page draws its frame, so fragments do not pay for it."""
    if not request.user.is_authenticated:
        return {}
    return {"shell": SimpleLazyObject(lambda: _shell(request))}


def _shell(request: HttpRequest) -> Shell:
    user = request.user
    organisation = policy.organisations_of(user).order_by("created_at").first()
    roles = policy.roles_of(user, organisation) if organisation else frozenset()
    name = getattr(user, "get_full_name", str)() or user.get_username()
    return Shell(
        name=name,
        initials="".join(word[0] for word in name.replace("-", " ").split()[:2]).upper(),
        roles_line=", ".join(str(Role(role).label) for role in Role.values if role in roles) or "No role yet",
        links=_links(request, roles),
        can_manage_team=not policy.PERMISSIONS["members.edit"].isdisjoint(roles),
    )


def _links(request: HttpRequest, roles: frozenset[str]) -> tuple[Link, ...]:
    mine = [_link(entry, request) for entry in RAIL if not policy.PERMISSIONS[entry.action].isdisjoint(roles)]
    staff = [ADMIN] if getattr(request.user, "is_staff", False) else []
    return (*mine, VERIFY, *staff)


def _link(entry: Entry, request: HttpRequest) -> Link:
    url = reverse(entry.route)
    current = request.path == url or (url != "/" and request.path.startswith(url))
    count = entry.count(request.user) if entry.count else 0
    return Link(entry.label, url, entry.icon, current, count)
