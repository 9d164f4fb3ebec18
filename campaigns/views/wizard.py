"""Brief, master, likenesses, variants: the steps of a campaign. Each saves; scripts have a module of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns import access, catalogue, policy, selectors
from campaigns.forms import BriefForm, ReleaseForm
from campaigns.models import Campaign, MasterClip
from campaigns.services import campaigns as service
from campaigns.services import matrix, variants
from campaigns.views import boards, offers, steps
from campaigns.views.shared import attempt

if TYPE_CHECKING:
    from campaigns.services.matrix import Cell

HTMX_STOP = 286
BRIEF_FIELDS = tuple(BriefForm.base_fields)


def page(request: HttpRequest, name: str, campaign: Campaign, step: str, **context: Any) -> HttpResponse:
    """A step of the wizard with the line of steps on top."""
    shared = {
        "campaign": campaign,
        "steps": steps.steps_of(campaign, step),
        "can_edit": policy.may(request.user, campaign.organisation, "campaign.edit"),
    }
    return render(request, f"campaigns/{name}.html", {**shared, **context})


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Step 1 of a campaign that does not exist yet."""
    organisation = access.get_organisation(request.user, "campaign.edit")
    form = BriefForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        brief = form.cleaned_data
        made = attempt(
            request, lambda: service.create_campaign(organisation=organisation, user=request.user, **brief)
        )
        if made:
            return redirect("campaign-master", made.public_id)
    return render(request, "campaigns/wizard_brief.html", {"form": form, "steps": steps.steps_before()})


@login_required
@require_http_methods(["GET", "POST"])
def brief(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    campaign = access.get_campaign_or_404(request.user, campaign_id, "campaign.edit")
    stored = {name: getattr(campaign, name) for name in BRIEF_FIELDS}
    form = BriefForm(request.POST or None, initial=stored)
    if request.method == "POST" and form.is_valid():
        changes = form.cleaned_data
        if attempt(request, lambda: service.edit_campaign(campaign, user=request.user, **changes)):
            return redirect("campaign-master", campaign.public_id)
    return page(request, "wizard_brief", campaign, "brief", form=form)


@login_required
@require_GET
def master(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Step 2: upload, what the prober found, the performer's release."""
    campaign = access.get_campaign_or_404(request.user, campaign_id)
    return page(request, "wizard_master", campaign, "master", **_master(request, campaign))


@login_required
@require_GET
def master_state(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """The examined clip alone, polled; 286 ends the polling once it is accepted or rejected."""
    campaign = access.get_campaign_or_404(request.user, campaign_id)
    context = _master(request, campaign)
    found = context["master"]
    final = found is None or found.status in {MasterClip.Status.READY, MasterClip.Status.REJECTED}
    shown = {"campaign": campaign, **context}
    return render(request, "campaigns/_master.html", shown, status=HTMX_STOP if final else 200)


def _master(request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
    newest = campaign.masters.order_by("-created_at").select_related("release").first()
    failure = None
    if newest and newest.status == MasterClip.Status.REJECTED:
        entry = catalogue.entry(newest.error_code)
        failure = {"code": newest.error_code, "text": newest.error_message or entry.text, "fix": entry.fix}
    megabytes = settings.UPLOAD_LIMIT_MB["master"]
    return {
        "master": newest,
        "failure": failure,
        "box": (newest.summary or {}).get("box") if newest else None,
        "fps": f"{newest.fps_num / newest.fps_den:g}" if newest and newest.fps_num and newest.fps_den else "",
        "replacing": bool(request.GET.get("replace")),
        "release": ReleaseForm(),
        "limits": {"seconds": settings.CLIP_MAX_SECONDS, "size": f"{megabytes / 1024:g} GB"},
        "can_edit": policy.may(request.user, campaign.organisation, "campaign.edit"),
    }


@login_required
@require_http_methods(["GET", "POST"])
def likenesses(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Step 3: pick from the library; whoever has no standing consent for this campaign cannot be picked."""
    action = "campaign.edit" if request.method == "POST" else "campaign.view"
    campaign = access.get_campaign_or_404(request.user, campaign_id, action)
    offered = offers.offers_for(campaign)
    if request.method == "POST":
        wanted = set(request.POST.getlist("likeness"))
        chosen = [
            offer.likeness for offer in offered if str(offer.likeness.public_id) in wanted and offer.may_pick
        ]
        attempt(request, lambda: service.choose_likenesses(campaign, user=request.user, likenesses=chosen))
        return redirect("campaign-scripts" if chosen else "campaign-likenesses", campaign.public_id)
    can_add = policy.may(request.user, campaign.organisation, "likeness.edit")
    return page(request, "wizard_likenesses", campaign, "likenesses", offers=offered, can_add=can_add)


@login_required
@require_GET
def variants_step(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Step 5: the dry run. Every cell was just asked of the gate."""
    campaign = access.get_campaign_or_404(request.user, campaign_id, "variant.view")
    found = selectors.campaigns.ready_master(campaign)
    chosen = boards.with_photos(campaign.likenesses.select_related("person__organisation"))
    dry = matrix.matrix_of(campaign, master=found, likenesses=chosen) if found and chosen else None
    cells = [cell for _, line in dry.rows for cell in line] if dry else []
    problems = [step for step in steps.steps_of(campaign)[:4] if not step.done]
    can_render = policy.may(request.user, campaign.organisation, "variant.render")
    shown = {"dry": offers.dry_run(cells), "columns": chosen, "problems": problems, "can_render": can_render}
    return page(request, "wizard_matrix", campaign, "variants", **shown)


@login_required
@require_POST
def render_cells(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Ask for the ticked cells. Refused ones are told, the others go on."""
    campaign = access.get_campaign_or_404(request.user, campaign_id, "variant.render")
    found = selectors.campaigns.ready_master(campaign)
    wanted = set(request.POST.getlist("cell"))
    chosen = list(campaign.likenesses.select_related("person__organisation"))
    dry = matrix.matrix_of(campaign, master=found, likenesses=chosen) if found and wanted else None
    cells = [cell for _, line in dry.rows for cell in line if offers.key_of(cell) in wanted] if dry else []
    if not cells:
        messages.warning(request, "Nothing was ticked.")
        return redirect("campaign-matrix", campaign.public_id)
    asked = [cell for cell in cells if _asked(request, campaign, cell)]
    if asked:
        messages.success(request, f"{len(asked)} variant{'s' if len(asked) > 1 else ''} asked for.")
    return redirect("campaign", campaign.public_id)


def _asked(request: HttpRequest, campaign: Campaign, cell: Cell) -> bool:
    master = selectors.campaigns.ready_master(campaign)
    assert master  # noqa: S101
    made = attempt(
        request,
        lambda: variants.request_variant(
            campaign=campaign,
            master=master,
            likeness=cell.likeness,
            localized_script=cell.localized_script,
            user=request.user,
        ),
    )
    return made is not None
