"""The library: people, their material, and what is missing before a face can be used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from campaigns import access, catalogue, policy, selectors, voices
from campaigns.forms import PersonForm
from campaigns.services import likenesses as service
from campaigns.views import boards, offers
from campaigns.views.shared import attempt

if TYPE_CHECKING:
    from campaigns.models import Campaign, Likeness, Organisation, SomeUser, Take

HTMX_STOP = 286
BUSY: Final = frozenset({"uploaded", "checking"})
DROPS: Final = (
    {"purpose": "photo", "label": "Photo", "hint": "frontal, even light", "icon": "photo", "accept": "image/*"},
    {"purpose": "clip", "label": "Enrolment clip", "hint": "20 to 30 s, speaking", "icon": "video", "accept": "video/*"},
    {"purpose": "voice", "label": "Voice recording", "hint": "the script, read aloud", "icon": "microphone", "accept": "audio/*"},
)  # fmt: skip


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    organisation = access.get_organisation(request.user, "likeness.view")
    found = boards.with_photos(selectors.consents.likenesses_for(request.user).filter(retired=False))
    rows = [_library_row(likeness) for likeness in found]
    can_add = policy.may(request.user, organisation, "likeness.edit")
    return render(request, "campaigns/likeness_list.html", {"rows": rows, "can_add": can_add})


def _library_row(likeness: Likeness) -> dict[str, Any]:
    badge = selectors.consents.likeness_standing(likeness)
    return {
        "likeness": likeness,
        "badge": badge,
        "blocked": badge != "granted",
        "until": offers.end_of(likeness),
    }


@login_required
@require_http_methods(["GET", "POST"])
def new_person(request: HttpRequest) -> HttpResponse:
    """A person with a first likeness; the photo and the consent follow on the likeness's own page."""
    organisation = access.get_organisation(request.user, "likeness.edit")
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = attempt(request, lambda: _register(organisation, request.user, dict(form.cleaned_data)))
        if made:
            return redirect(with_campaign(reverse("likeness", args=[made.public_id]), request))
    return render(request, "campaigns/person_form.html", {"form": form})


def _register(organisation: Organisation, user: SomeUser, facts: dict[str, Any]) -> Likeness:
    preset = voices.presets_like(facts.pop("voice"))
    person = service.create_person(organisation=organisation, user=user, **facts)
    return service.create_likeness(person=person, user=user, name=person.display_name, voice_preset=preset)


def with_campaign(url: str, request: HttpRequest) -> str:
    """Carry the campaign along, so that the way back and the prefilled scope are not lost."""
    campaign = campaign_of(request)
    return f"{url}?campaign={campaign.public_id}" if campaign else url


def campaign_of(request: HttpRequest) -> Campaign | None:
    """The campaign named in the address, if it is one of the user's."""
    try:
        wanted = UUID(request.GET.get("campaign", ""))
    except ValueError:
        return None
    return selectors.campaigns.campaigns_for(request.user).filter(public_id=wanted).first()


@login_required
@require_GET
def likeness(request: HttpRequest, likeness_id: UUID) -> HttpResponse:
    found = access.get_likeness_or_404(request.user, likeness_id)
    boards.with_photos([found])
    consents = selectors.consents.consents_for(request.user).filter(likeness=found)
    rows = [{"consent": row, "standing": selectors.consents.standing(row)} for row in consents]
    organisation = found.person.organisation
    context = {
        "likeness": found,
        "badge": selectors.consents.likeness_standing(found),
        "consents": rows,
        "checks": checks_of(found, rows),
        "kinds": DROPS,
        "campaign": campaign_of(request),
        "voice_names": ", ".join(sorted({voices.label(name) for name in found.voice_preset.values()})),
        "can_edit": policy.may(request.user, organisation, "likeness.edit"),
        "can_edit_consent": policy.may(request.user, organisation, "consent.edit"),
        **_takes(found),
    }
    return render(request, "campaigns/likeness.html", context)


def checks_of(likeness: Likeness, consents: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The way to a usable face, as a list to tick off."""
    standings = {row["standing"] for row in consents}
    submitted = bool(standings & {"submitted", "granted", "not_started"})
    return [
        {"text": "A checked photo or clip", "done": boards.usable(likeness)},
        {"text": "What was agreed, with the signed words and the proof", "done": submitted},
        {"text": "A consent admin approved it", "done": "granted" in standings},
    ]


@login_required
@require_GET
def takes(request: HttpRequest, likeness_id: UUID) -> HttpResponse:
    """The material alone, polled while something is being checked."""
    found = access.get_likeness_or_404(request.user, likeness_id)
    consents = [{"standing": selectors.consents.standing(row)} for row in found.consents.all()]
    context = {"likeness": found, "polled": True, "checks": checks_of(found, consents), **_takes(found)}
    return render(request, "campaigns/_takes.html", context)


def _takes(likeness: Likeness) -> dict[str, Any]:
    found = list(likeness.takes.all())
    for take in found:
        take.failure = _failure(take)  # type: ignore[attr-defined]
    return {"takes": found, "busy": any(take.status in BUSY for take in found)}


def _failure(take: Take) -> dict[str, str] | None:
    if not take.error_code:
        return None
    entry = catalogue.entry(take.error_code)
    return {"code": take.error_code, "text": take.error_message or entry.text, "fix": entry.fix}
