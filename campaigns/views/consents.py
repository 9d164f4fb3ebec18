"""Consents: record, prove, submit, decide, revoke."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns import access, policy, selectors
from campaigns.forms import ConsentForm, EvidenceForm, ReasonForm, RevokeForm, SignedTextForm, initial_scope
from campaigns.models import ConsentEvidence, Person
from campaigns.services import consents as service
from campaigns.services.consent_texts import suggested_text
from campaigns.views import boards
from campaigns.views.likenesses import campaign_of
from campaigns.views.shared import attempt

if TYPE_CHECKING:
    from campaigns.models import Campaign, Consent

PICTURES = (".jpg", ".jpeg", ".png", ".webp")
VIDEOS = (".mp4", ".mov", ".webm", ".m4v", ".avi", ".mpg", ".mpeg")


@login_required
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, and everything on record."""
    access.get_organisation(request.user, "consent.view")
    waiting = list(selectors.consents.inbox(request.user))
    boards.with_photos([row.likeness for row in waiting])
    every = selectors.consents.consents_for(request.user)
    rows = [{"consent": row, "standing": selectors.consents.standing(row)} for row in every]
    return render(request, "campaigns/consent_inbox.html", {"waiting": waiting, "rows": rows})


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, likeness_id: UUID) -> HttpResponse:
    """A draft; coming from a campaign its fields are filled from the brief."""
    likeness = access.get_likeness_or_404(request.user, likeness_id, "consent.edit")
    campaign = campaign_of(request)
    form = ConsentForm(request.POST or None, initial=scope_from(campaign))
    if request.method == "POST" and form.is_valid():
        scope = form.scope()
        made = attempt(request, lambda: service.draft_consent(likeness=likeness, user=request.user, **scope))
        if made:
            return redirect("consent", made.public_id)
    return render(
        request, "campaigns/consent_form.html", {"form": form, "likeness": likeness, "campaign": campaign}
    )


def scope_from(campaign: Campaign | None) -> dict[str, Any]:
    """A first proposal: today for a year and, from a campaign, its brief and languages."""
    today = timezone.localdate()
    window = {"starts_at": today, "ends_at": today.replace(day=min(today.day, 28), year=today.year + 1)}
    if campaign is None:
        return window
    spoken = [script.locale for script in selectors.variants.localized_scripts(campaign)]
    return window | {
        "advertiser": campaign.advertiser,
        "categories": [campaign.product_category],
        "channels": campaign.channels,
        "territories": campaign.territories,
        "locales": spoken or [campaign.source_locale],
    }


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    consent = access.get_consent_or_404(request.user, consent_id, "consent.edit")
    form = ConsentForm(request.POST or None, initial=initial_scope(consent))
    if request.method == "POST" and form.is_valid():
        scope = form.scope()
        if attempt(request, lambda: service.edit_draft(consent, user=request.user, **scope)):
            return redirect("consent", consent.public_id)
    context = {"form": form, "likeness": consent.likeness, "consent": consent}
    return render(request, "campaigns/consent_form.html", context)


@login_required
@require_GET
def consent(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    """One consent: evidence beside the face, scope, words, decisions; what a revocation would stop."""
    found = access.get_consent_or_404(request.user, consent_id)
    return render(request, "campaigns/consent.html", _page(request, found))


def _page(request: HttpRequest, consent: Consent, revoke: RevokeForm | None = None) -> dict[str, Any]:
    user, organisation = request.user, consent.likeness.person.organisation
    boards.with_photos([consent.likeness])
    evidence = list(consent.evidence.all())
    entered = {consent.created_by_id, consent.submitted_by_id, *(row.uploaded_by_id for row in evidence)}
    return {
        "consent": consent,
        "standing": selectors.consents.standing(consent),
        "photos": [take for take in consent.likeness.takes.all() if take.kind == "photo"][:2],
        "evidence": [{"row": row, "shown_as": shown_as(row)} for row in evidence],
        "evidence_count": len(evidence),
        "reviews": consent.reviews.select_related("reviewer"),
        "own": user.pk in entered,
        "may_edit": policy.may(user, organisation, "consent.edit"),
        "may_decide": policy.may(user, organisation, "consent.decide"),
        "may_see_evidence": policy.may(user, organisation, "evidence.view"),
        "evidence_form": EvidenceForm(kinds=kinds_for(consent)),
        "text_form": SignedTextForm(initial={"signed_text": consent.signed_text or suggested_text(consent)}),
        "stops": service.revocation_preview(consent) if consent.status == "granted" else None,
        "revoke_form": revoke or RevokeForm(name=consent.likeness.person.display_name),
    }


def shown_as(evidence: ConsentEvidence) -> str:
    name = str(evidence.file.name or "").lower()
    return "picture" if name.endswith(PICTURES) else "video" if name.endswith(VIDEOS) else "paper"


def kinds_for(consent: Consent) -> list[tuple[str, str]]:
    """Kinds of proof that make sense for this kind of person, the usual one first."""
    kinds = ConsentEvidence.Kind
    first = {Person.Kind.ESTATE: kinds.ESTATE_PAPERS, Person.Kind.SYNTHETIC: kinds.LICENCE}
    usual = first.get(Person.Kind(consent.likeness.person.kind), kinds.SIGNED_FORM)
    return sorted(
        ((str(kind), str(label)) for kind, label in kinds.choices), key=lambda item: item[0] != usual
    )


@login_required
@require_POST
def submit(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    """Keep the words and hand the draft to the consent admins."""
    found = access.get_consent_or_404(request.user, consent_id, "consent.edit")
    form = SignedTextForm(request.POST)
    if form.is_valid():
        text = form.cleaned_data["signed_text"]
        attempt(request, lambda: _submit(found, request, text))
    return redirect("consent", found.public_id)


def _submit(consent: Consent, request: HttpRequest, text: str) -> None:
    edited = service.edit_draft(consent, user=request.user, signed_text=text)
    service.submit_consent(edited, user=request.user)


@login_required
@require_POST
def version(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    """A draft with the same scope."""
    found = access.get_consent_or_404(request.user, consent_id, "consent.edit")
    made = attempt(request, lambda: service.new_version(found, user=request.user))
    return redirect("consent", (made or found).public_id)


@login_required
@require_POST
def approve(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    found = access.get_consent_or_404(request.user, consent_id, "consent.decide")
    attempt(request, lambda: service.approve_consent(found, user=request.user))
    return redirect("consent", found.public_id)


@login_required
@require_POST
def reject(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    found = access.get_consent_or_404(request.user, consent_id, "consent.decide")
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    attempt(request, lambda: service.reject_consent(found, user=request.user, reason=reason))
    return redirect("consent", found.public_id)


@login_required
@require_POST
def revoke(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    """Acts at once: reason and typed name are asked for, nothing else."""
    found = access.get_consent_or_404(request.user, consent_id, "consent.decide")
    form = RevokeForm(request.POST, name=found.likeness.person.display_name)
    if not form.is_valid():
        return render(request, "campaigns/consent.html", _page(request, found, form), status=400)
    reason = form.cleaned_data["reason"]
    stopped = attempt(request, lambda: service.revoke_consent(found, user=request.user, reason=reason))
    if stopped:
        _tell(request, stopped)
    return redirect("consent", found.public_id)


def _tell(request: HttpRequest, stopped: service.RevocationPreview) -> None:
    running = stopped.queued + stopped.rendering
    text = f"Revoked. {stopped.ready} taken offline, {running} stopped before they were finished."
    if stopped.downloaded:
        text += f" {stopped.downloaded} downloads left earlier; ask their holders to take them down."
    messages.success(request, text)
