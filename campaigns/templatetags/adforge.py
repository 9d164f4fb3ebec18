"""Template helpers: icons, states as icon and word, form controls, readable codes and figures."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from django import forms, template
from django.conf import settings
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from campaigns import names
from campaigns.models import Role

register = template.Library()


class Look(NamedTuple):
    """How one state is shown: colour family, icon and word."""

    tone: str
    icon: str
    word: str


STATES: Final = {
    "draft": Look("", "circle-dashed", "Draft"),
    "queued": Look("", "clock", "Waiting"),
    "rendering": Look("run", "loader-2", "Rendering"),
    "ready": Look("ok", "circle-check", "Ready"),
    "failed": Look("fail", "alert-triangle", "Failed"),
    "blocked": Look("block", "ban", "Blocked"),
    "withdrawn": Look("block", "hand-stop", "Withdrawn"),
    "submitted": Look("need", "inbox", "Waiting for approval"),
    "granted": Look("ok", "signature", "Consent granted"),
    "rejected": Look("fail", "circle-x", "Rejected"),
    "revoked": Look("block", "hand-stop", "Revoked"),
    "expired": Look("block", "calendar-due", "Expired"),
    "not_started": Look("need", "calendar-due", "Not started yet"),
    "none": Look("", "signature", "No consent yet"),
    "approved": Look("ok", "rosette-discount-check", "Approved"),
    "changes": Look("need", "pencil", "Changes wanted"),
    "unreviewed": Look("need", "eye", "Needs review"),
    "uploaded": Look("", "clock", "Waiting to be examined"),
    "probing": Look("run", "loader-2", "Being examined"),
    "checking": Look("run", "loader-2", "Being checked"),
    "started": Look("run", "loader-2", "Running"),
    "succeeded": Look("ok", "circle-check", "Done"),
    "abandoned": Look("need", "heartbeat", "Worker lost"),
    "stalled": Look("need", "heartbeat", "Stalled"),
}

DEMO_ROLES: Final = {
    "marketer": "makes campaigns and renders them",
    "reviewer": "approves finished variants",
    "consent_admin": "approves and revokes consents",
    "auditor": "reads everything, changes nothing",
    "owner": "manages the team",
}


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """One icon of the sprite; decorative, so the words beside it must carry the meaning."""
    sprite = static("vendor/tabler-icons/sprite.svg")
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"></use></svg>', extra, sprite, name
    )


@register.simple_tag
def state(status: str, word: str = "") -> SafeString:
    """A status badge; ``word`` replaces the usual word."""
    look = STATES.get(status, Look("", "circle", status.replace("_", " ").capitalize()))
    spin = "spin" if look.icon == "loader-2" else ""
    return format_html(
        '<span class="state {}">{}{}</span>', look.tone, icon(look.icon, spin), word or look.word
    )


@register.filter
def control(field: BoundField) -> SafeString:
    """The field's widget with the classes and ARIA attributes of our forms."""
    kind = "form-select" if isinstance(field.field.widget, forms.Select) else "form-control"
    attrs: dict[str, Any] = {"class": f"{kind} {field.field.widget.attrs.get('class', '')}".strip()}
    if field.errors:
        attrs |= {"aria-invalid": "true", "aria-describedby": f"{field.auto_id}-error"}
    return field.as_widget(attrs=attrs)


@register.filter
def picks(field: BoundField) -> bool:
    """True for a set of boxes, which is drawn as a group with a legend."""
    return isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)


@register.filter
def optional(field: BoundField) -> bool:
    """False too for fields that are needed under a condition the form checks itself."""
    return not field.field.required and field.field.widget.attrs.get("aria-required") != "true"


@register.filter
def checkbox(field: BoundField) -> bool:
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def locale_name(tag: str) -> str:
    return names.locale_name(tag)


@register.filter
def language_name(tag: str) -> str:
    return names.language_name(tag)


@register.filter
def territory_name(code: str) -> str:
    return names.territory_name(code)


@register.filter
def channel_name(code: str) -> str:
    return names.plain(names.CHANNELS, code)


@register.filter
def category_name(code: str) -> str:
    return names.plain(names.CATEGORIES, code)


@register.filter
def use_name(code: str) -> str:
    return names.plain(names.USES, code)


@register.filter
def timecode(seconds: float | None) -> str:
    """``74.2`` -> ``1:14``; empty for None."""
    return "" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


@register.filter
def initials(name: str) -> str:
    """Up to two capitals for the round badge of a person."""
    return "".join(word[0] for word in name.split()[:2]).upper()


@register.filter
def fact(value: object) -> str:
    """A value of an audit entry, short: the beginning of ids and hashes, lists without brackets."""
    if isinstance(value, list):
        return ", ".join(fact(item) for item in value)
    text = str(value)
    return f"{text[:8]}…" if len(text) >= 32 else text


@register.filter
def percent(share: float) -> int:
    return round(100 * share)


@register.simple_tag
def demo_accounts() -> list[dict[str, str]]:
    """The demo sign-ins, only where the installation runs in demo mode."""
    if not settings.ADFORGE_DEMO:
        return []
    return [
        {
            "login": account["username"],
            "password": account["password"],
            "role": str(Role(account["role"]).label),
            "does": DEMO_ROLES[account["role"]],
        }
        for account in settings.ADFORGE_DEMO_ACCOUNTS
    ]
