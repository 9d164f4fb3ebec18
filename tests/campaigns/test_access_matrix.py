"""Every address of the signed-in pages, asked by everybody, with every wrong method."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from campaigns import urls
from campaigns.services import uploads
from tests.worlds import World, finish

Kind = Literal["page", "object", "own"]

EVERYBODY = frozenset({"marketer", "reviewer", "consent_admin", "auditor", "owner"})
MAKERS = frozenset({"marketer", "owner"})
KEEPERS = frozenset({"consent_admin", "owner"})
EDITORS = MAKERS | KEEPERS
REVIEWERS = frozenset({"reviewer", "owner"})
READERS = KEEPERS | {"auditor"}


@dataclass(frozen=True)
class Row:
    """One address. ``kind``: a page of one's own organisation, an object of it, or something of one person."""

    method: str
    allowed: frozenset[str]
    status: int
    target: str = ""
    kind: Kind = "object"


GET, POST, PUT = "get", "post", "put"
TABLE = {
    "home": Row(GET, EVERYBODY, 200, kind="page"),
    "home-running": Row(GET, EVERYBODY, 286, kind="page"),
    "campaigns": Row(GET, EVERYBODY, 200, kind="page"),
    "campaign-new": Row(GET, MAKERS, 200, kind="page"),
    "campaign": Row(GET, EVERYBODY, 200, "campaign"),
    "campaign-progress": Row(GET, EVERYBODY, 286, "campaign"),
    "campaign-retry": Row(POST, MAKERS, 302, "campaign"),
    "campaign-zip": Row(POST, MAKERS, 200, "campaign"),
    "campaign-brief": Row(GET, MAKERS, 200, "campaign"),
    "campaign-master": Row(GET, EVERYBODY, 200, "campaign"),
    "master-state": Row(GET, EVERYBODY, 286, "campaign"),
    "campaign-likenesses": Row(GET, EVERYBODY, 200, "campaign"),
    "campaign-scripts": Row(GET, EVERYBODY, 200, "campaign"),
    "campaign-scripts-draft": Row(POST, MAKERS, 200, "campaign"),
    "campaign-matrix": Row(GET, EVERYBODY, 200, "campaign"),
    "campaign-render": Row(POST, MAKERS, 302, "campaign"),
    "master-file": Row(GET, EVERYBODY, 200, "master"),
    "master-poster": Row(GET, EVERYBODY, 200, "master"),
    "likenesses": Row(GET, EVERYBODY, 200, kind="page"),
    "person-new": Row(GET, EDITORS, 200, kind="page"),
    "likeness": Row(GET, EVERYBODY, 200, "likeness"),
    "likeness-takes": Row(GET, EVERYBODY, 200, "likeness"),
    "consent-new": Row(GET, EDITORS, 200, "likeness"),
    "take-file": Row(GET, EVERYBODY, 200, "take"),
    "consents": Row(GET, EVERYBODY, 200, kind="page"),
    "consent": Row(GET, EVERYBODY, 200, "consent"),
    "consent-edit": Row(GET, EDITORS, 200, "consent"),
    "consent-submit": Row(POST, EDITORS, 302, "consent"),
    "consent-version": Row(POST, EDITORS, 302, "consent"),
    "consent-approve": Row(POST, KEEPERS, 302, "consent"),
    "consent-reject": Row(POST, KEEPERS, 302, "consent"),
    "consent-revoke": Row(POST, KEEPERS, 400, "consent"),
    "evidence-file": Row(GET, READERS, 200, "evidence"),
    "queue": Row(GET, EVERYBODY, 200, kind="page"),
    "queue-rows": Row(GET, EVERYBODY, 200, kind="page"),
    "variant": Row(GET, EVERYBODY, 200, "variant"),
    "variant-progress": Row(GET, EVERYBODY, 286, "variant"),
    "variant-cancel": Row(POST, MAKERS, 302, "variant"),
    "variant-retry": Row(POST, MAKERS, 302, "variant"),
    "variant-review": Row(POST, REVIEWERS, 302, "variant"),
    "variant-video": Row(GET, EVERYBODY, 200, "variant"),
    "variant-poster": Row(GET, EVERYBODY, 200, "variant"),
    "variant-thumbnail": Row(GET, EVERYBODY, 200, "variant"),
    "variant-captions": Row(GET, EVERYBODY, 200, "variant"),
    "variant-download": Row(GET, MAKERS, 200, "approved"),
    "reviews": Row(GET, EVERYBODY, 200, kind="page"),
    "delivered": Row(GET, EVERYBODY, 200, kind="page"),
    "audit": Row(GET, READERS, 200, kind="page"),
    "team": Row(GET, frozenset({"owner"}), 200, kind="page"),
    "member-remove": Row(POST, frozenset({"owner"}), 302, "membership", kind="page"),
    "uploads": Row(POST, MAKERS, 201, kind="page"),
    "upload": Row(GET, frozenset({"marketer"}), 200, "upload", kind="own"),
    "upload-part": Row(PUT, frozenset({"marketer"}), 400, "upload", kind="own"),
    "upload-complete": Row(POST, frozenset({"marketer"}), 400, "upload", kind="own"),
}
# Pages with a form take both.
TWO_WAYS = {
    "campaign-new", "campaign-brief", "campaign-likenesses", "campaign-scripts", "person-new", "consent-new",
    "consent-edit", "team",
}  # fmt: skip


@pytest.fixture
def targets(world: World) -> dict[str, Any]:
    """One row of everything that can be named in an address."""
    approved = world.approved()
    return {
        "campaign": world.campaign, "master": world.master, "likeness": world.likeness, "consent": world.consent,
        "take": world.likeness.takes.get(), "evidence": world.consent.evidence.get(), "variant": approved,
        "approved": approved, "membership": world.organisation.memberships.get(user=world.teammate),
        "upload": uploads.create_upload(
            user=world.marketer, organisation=world.organisation, purpose="master",
            target=world.campaign.public_id, filename="a.mp4", size=10,
        ),
    }  # fmt: skip


def address(name: str, targets: dict[str, Any]) -> str:
    target = TABLE[name].target
    arguments = [targets[target].public_id] if target else []
    return reverse(name, args=[*arguments, 0] if name == "upload-part" else arguments)


def ask(person: Any, name: str, targets: dict[str, Any], method: str = "") -> Any:
    client = Client()
    if person is not None:
        client.force_login(person)
    body = json.dumps(
        {"purpose": "master", "target": str(targets["campaign"].public_id), "filename": "b.mp4", "size": 5}
    )
    how = {"data": body, "content_type": "application/json"} if name == "uploads" and method != GET else {}
    return getattr(client, method or TABLE[name].method)(address(name, targets), **how)


def test_every_address_is_in_the_table() -> None:
    assert {pattern.name for pattern in urls.urlpatterns} == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_roles(world: World, targets: dict[str, Any], sent: Any, name: str) -> None:
    row = TABLE[name]
    refused = 404 if row.kind == "own" else 403
    # Whoever may do it comes last, because it may change what the others would see.
    for role in sorted(EVERYBODY, key=lambda role: role in row.allowed):
        answer = ask(getattr(world, role), name, targets)
        assert answer.status_code == (row.status if role in row.allowed else refused), role


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row.target])
def test_strangers_find_nothing(world: World, targets: dict[str, Any], name: str) -> None:
    assert ask(world.stranger, name, targets).status_code == 404


@pytest.mark.parametrize("name", TABLE)
def test_without_a_sign_in_there_is_the_door(targets: dict[str, Any], name: str) -> None:
    answer = ask(None, name, targets)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("name", TABLE)
def test_the_wrong_method_is_refused(world: World, targets: dict[str, Any], name: str) -> None:
    method = TABLE[name].method
    if name in TWO_WAYS:
        method, wrong = POST, PUT
    else:
        wrong = GET if method == POST else POST
    assert method != wrong
    assert ask(world.owner, name, targets, wrong).status_code == 405


def test_nothing_is_named_by_its_row_number(world: World) -> None:
    for name, row in TABLE.items():
        if row.target:
            with pytest.raises(NoReverseMatch):
                reverse(name, args=[1])


def test_a_removed_consent_role_closes_the_door_at_once(world: World, targets: dict[str, Any]) -> None:
    assert ask(world.consent_admin, "evidence-file", targets).status_code == 200
    world.organisation.memberships.filter(user=world.consent_admin).delete()
    assert ask(world.consent_admin, "evidence-file", targets).status_code == 404


def test_finished_work_stays_behind_the_gate(world: World, sent: Any) -> None:
    variant = finish(world.request())
    world.consent.starts_at = world.consent.ends_at
    world.consent.save(update_fields=["starts_at"])
    client = Client()
    client.force_login(world.marketer)
    answer = client.get(reverse("variant-video", args=[variant.public_id]))
    assert answer.status_code == 403
    assert b"NOT_STARTED" in answer.content
