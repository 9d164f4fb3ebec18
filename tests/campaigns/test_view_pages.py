"""What every page owes: one heading, labels, no inline script or style, the right rail, plain error pages."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from tests.worlds import World, finish

VOID = {"input", "meta", "link", "img", "hr", "br", "track", "path", "rect", "use", "symbol", "source"}


class Page(HTMLParser):
    """Collects what the rules are about."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings = 0
        self.inline: list[str] = []
        self.unnamed: list[str] = []
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.fields: list[tuple[str, dict[str, str | None], bool]] = []
        self.open: list[str] = []
        self.feed(html)
        self.unnamed = [name for name, at, inside in self.fields if not inside and not self._named(at)]

    def _named(self, at: dict[str, str | None]) -> bool:
        return bool(at.get("aria-label")) or at.get("id") in self.labelled

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = dict(attrs)
        self.headings += tag == "h1"
        if at.get("id"):
            self.ids.append(str(at["id"]))
        if (tag == "script" and "src" not in at) or tag == "style" or "style" in at:
            self.inline.append(tag)
        self.inline += [name for name in at if name.startswith("on")]
        if tag == "label" and at.get("for"):
            self.labelled.add(str(at["for"]))
        if tag in {"input", "select", "textarea"} and at.get("type") not in {"hidden", "submit"}:
            self.fields.append((at.get("name") or tag, at, "label" in self.open))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass


def looked_at(html: str) -> Page:
    page = Page(html)
    assert page.inline == []
    assert page.unnamed == []
    assert len(page.ids) == len(set(page.ids)), sorted(page.ids)
    return page


@pytest.fixture
def addresses(world: World, sent: Any) -> list[str]:
    variant = finish(world.request())
    world.campaign.likenesses.add(world.likeness)
    own = ["home", "campaigns", "campaign-new", "likenesses", "person-new", "consents", "queue", "reviews",
           "delivered", "audit", "team"]  # fmt: skip
    of_campaign = ["campaign", "campaign-brief", "campaign-master", "campaign-likenesses", "campaign-scripts",
                   "campaign-matrix"]  # fmt: skip
    return [
        *(reverse(name) for name in own),
        *(reverse(name, args=[world.campaign.public_id]) for name in of_campaign),
        reverse("likeness", args=[world.likeness.public_id]),
        reverse("consent-new", args=[world.likeness.public_id]),
        reverse("consent", args=[world.consent.public_id]),
        reverse("variant", args=[variant.public_id]),
        "/accounts/password/change/",
        "/accounts/2fa/",
    ]


def test_every_page_keeps_the_rules(world: World, client: Client, addresses: list[str]) -> None:
    client.force_login(world.owner)
    for address in addresses:
        answer = client.get(address, follow=True)
        assert answer.status_code == 200, address
        page = looked_at(answer.content.decode())
        assert page.headings == 1, address
        assert {"main"} <= set(page.ids), address


def test_no_page_needs_a_looser_policy(world: World, client: Client) -> None:
    client.force_login(world.owner)
    policy = client.get("/")["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize(
    ("role", "there", "absent"),
    [
        ("marketer", ["Campaigns", "Render queue"], ["History", "Team and roles", ">Admin<"]),
        ("auditor", ["History"], ["Team and roles"]),
        ("consent_admin", ["Consent", "History"], ["Team and roles"]),
        ("owner", ["History", "Team and roles"], [">Admin<"]),
    ],
)
def test_the_rail_follows_the_role(
    world: World, client: Client, role: str, there: list[str], absent: list[str]
) -> None:
    client.force_login(getattr(world, role))
    page = client.get("/").content.decode()
    assert [word for word in there if word not in page] == []
    assert [word for word in absent if word in page] == []


def test_staff_find_the_admin(world: World, client: Client) -> None:
    world.owner.is_staff = True
    world.owner.save()
    client.force_login(world.owner)
    assert 'href="/admin/"' in client.get("/").content.decode()


def test_counts_on_the_rail_are_what_waits(world: World, client: Client, sent: Any) -> None:
    finish(world.request())
    client.force_login(world.reviewer)
    assert '<span class="count">1</span>' in client.get("/campaigns/").content.decode()


def test_demo_sign_ins_are_shown_in_demo_mode_only(db: None, client: Client, settings: Any) -> None:
    page = client.get("/accounts/login/").content.decode()
    looked_at(page)
    assert page.count('class="demo-account"') == 5
    settings.ADFORGE_DEMO = False
    assert "demo-account" not in client.get("/accounts/login/").content.decode()


def test_an_unknown_address(world: World, client: Client) -> None:
    client.force_login(world.marketer)
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()
    looked_at(answer.content.decode())


def test_a_missing_role_is_explained(world: World, client: Client) -> None:
    client.force_login(world.marketer)
    answer = client.get(reverse("team"))
    assert answer.status_code == 403
    assert "ROLE_MISSING" in answer.content.decode()


@pytest.mark.parametrize("name", ["404.html", "410.html", "500.html", "403.html", "429.html"])
def test_error_pages_need_nothing_but_themselves(name: str) -> None:
    page = looked_at(render_to_string(name))
    assert page.headings == 1


def test_everything_static_is_our_own() -> None:
    folder = django_settings.BASE_DIR / "static"
    for path in [*folder.rglob("*.css"), *folder.rglob("*.js")]:
        text = path.read_text("utf-8")
        assert "sourceMappingURL" not in text, path
        for scheme in ("url(http", "url(//", '@import "http', "fetch('http", 'fetch("http'):
            assert scheme not in text, path
    vendored = {path.name for path in (folder / "vendor").iterdir() if path.is_dir()}
    assert {name for name in vendored if not (folder / "vendor" / name / "LICENSE").is_file()} == set()
