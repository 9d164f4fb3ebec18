"""Step 4: lines, languages and voices side by side. The page is redrawn from what was typed until it is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from campaigns import access, selectors
from campaigns.exceptions import CodedError
from campaigns.services import scripts as service
from campaigns.views import drafts
from campaigns.views.drafts import Draft
from campaigns.views.shared import in_words
from campaigns.views.wizard import page

if TYPE_CHECKING:
    from campaigns.models import Campaign, Script, SomeUser, Take


@login_required
@require_http_methods(["GET", "POST"])
def scripts(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    action = "campaign.edit" if request.method == "POST" else "campaign.view"
    campaign = access.get_campaign_or_404(request.user, campaign_id, action)
    seconds = length_of(campaign)
    if request.method == "GET":
        draft = drafts.from_campaign(campaign, script_of(campaign), seconds)
        return page(
            request,
            "wizard_scripts",
            campaign,
            "script",
            draft=drafts.shown(campaign, draft),
            seconds=seconds,
        )
    draft = drafts.in_time(drafts.from_form(request.POST))
    errors = save(campaign, draft, request.user)
    if not errors:
        return redirect("campaign-matrix", campaign.public_id)
    drawn = drafts.shown(campaign, draft, errors)
    return page(request, "wizard_scripts", campaign, "script", draft=drawn, seconds=seconds)


@login_required
@require_POST
def redraw(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """The form again with a language or a line more or less; nothing is saved."""
    campaign = access.get_campaign_or_404(request.user, campaign_id, "campaign.edit")
    draft, seconds = drafts.from_form(request.POST), length_of(campaign)
    if request.GET.get("add"):
        draft = draft.with_line(seconds)
    removed = request.GET.get("remove", "")
    if removed.isdigit():
        draft = draft.without_line(int(removed))
    shown = drafts.shown(campaign, draft)
    context = {"campaign": campaign, "draft": shown, "seconds": seconds, "can_edit": True}
    return render(request, "campaigns/_script_form.html", context)


def length_of(campaign: Campaign) -> float:
    """Seconds of the master, 0 while there is none."""
    master = selectors.campaigns.ready_master(campaign)
    return float(master.seconds or 0) if master else 0.0


def script_of(campaign: Campaign) -> Script | None:
    return campaign.scripts.order_by("created_at").first()


def save(campaign: Campaign, draft: Draft, user: SomeUser) -> list[str]:
    """Save lines and every language, all or nothing; returns what is wrong."""
    if not draft.locales:
        return ["Choose at least one language."]
    try:
        with transaction.atomic():
            _save(campaign, draft, user)
    except CodedError as error:
        return [in_words(error)]
    return []


def _save(campaign: Campaign, draft: Draft, user: SomeUser) -> None:
    script = script_of(campaign) or service.create_script(campaign=campaign, user=user, name=campaign.name)
    service.save_lines(script, user=user, lines=drafts.line_inputs(draft, campaign.source_locale))
    _drop_unticked(script, draft, user)
    for locale in draft.locales:
        kind, _, name = draft.voices.get(locale, drafts.OWN).partition(":")
        take = take_of(name, user) if kind == drafts.TAKE else None
        service.localize(
            script,
            user=user,
            locale=locale,
            texts=[line.texts.get(locale, "") for line in draft.lines],
            voice_kind="recording" if take else "preset",
            voice_name="" if take else name,
            voice_over=take,
            burn_captions=locale in draft.captions,
        )


def take_of(public_id: str, user: SomeUser) -> Take:
    try:
        return access.get_take_or_404(user, UUID(public_id))
    except ValueError:
        raise Http404 from None


def _drop_unticked(script: Script, draft: Draft, user: SomeUser) -> None:
    for localized in script.localizations.exclude(locale__in=draft.locales):
        service.remove_localization(localized, user=user)
