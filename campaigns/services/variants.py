"""Ask for variants, cancel and retry them. Gate 1 stands here: nothing is queued without a grant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from campaigns import auditing, dispatch, policy
from campaigns.consent import require_grants
from campaigns.exceptions import CampaignError, CodedError, ConsentDenied, StateConflict
from campaigns.models import (
    Campaign,
    Consent,
    Likeness,
    LocalizedScript,
    MasterClip,
    SomeUser,
    Take,
    Variant,
)
from campaigns.services import specs
from campaigns.services.consents import hold_likeness
from campaigns.services.specs import Parts
from campaigns.states import transition
from campaigns.types import UseRequest

_STARTABLE = (Variant.Status.DRAFT, Variant.Status.FAILED, Variant.Status.BLOCKED)
_ENDS_ROUNDED = 0.05


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one cell of a matrix: a variant, or the code and words of the refusal."""

    likeness: Likeness
    localized_script: LocalizedScript
    variant: Variant | None = None
    code: str = ""
    message: str = ""


def request_variant(
    *,
    campaign: Campaign,
    master: MasterClip,
    likeness: Likeness,
    localized_script: LocalizedScript,
    user: SomeUser,
) -> Variant:
    """Ask for one variant. The same request again returns the same variant and renders nothing new; a failed,
    blocked or cancelled one is queued again.

    Raises:
        ConsentDenied: gate 1 said no; the refusal is audited. CampaignError: material is missing or not ready.
    """
    policy.require(user, campaign.organisation, "variant.render")
    parts = Parts(campaign, master, likeness, localized_script)
    _must_belong_together(parts)
    must_be_ready(parts)
    try:
        with transaction.atomic():
            return _request(parts, user)
    except ConsentDenied as denied:
        _note_refusal(parts, user, denied)
        raise


def request_matrix(
    *,
    campaign: Campaign,
    master: MasterClip,
    likenesses: Iterable[Likeness],
    localized_scripts: Iterable[LocalizedScript],
    user: SomeUser,
) -> list[Outcome]:
    """Ask for every likeness in every locale; a refused cell does not stop the others."""
    scripts = list(localized_scripts)
    return [
        _outcome(Parts(campaign, master, likeness, script), user)
        for likeness in likenesses
        for script in scripts
    ]


def cancel_variant(variant: Variant, *, user: SomeUser) -> None:
    """Take a waiting or running variant back; a running worker stops at its next heartbeat.

    Raises:
        StateConflict: it is not waiting or running any more.
    """
    policy.require(user, variant.campaign.organisation, "variant.render")
    transition(variant, Variant.Status.DRAFT, actor=user, code="CANCELLED")


def retry_variant(variant: Variant, *, user: SomeUser) -> Variant:
    """Ask for the same again. When the material has changed meanwhile this is a new variant."""
    parts = parts_of(variant)
    return request_variant(
        campaign=parts.campaign,
        master=parts.master,
        likeness=parts.likeness,
        localized_script=parts.localized_script,
        user=user,
    )


def parts_of(variant: Variant) -> Parts:
    return Parts(variant.campaign, variant.master, variant.likeness, variant.localized_script)


def uses_of(variant: Variant) -> tuple[UseRequest, ...]:
    """All uses a variant makes of people, with the words it was made with and the campaign as it is now."""
    spoken = "\n".join(str(line[2]) for line in variant.spec.get("lines", []))
    return specs.uses(parts_of(variant), variant_ref=str(variant.public_id), text=spoken)


def check_unchanged(variant: Variant) -> None:
    """For the worker: is the material still what was asked for?

    Raises:
        CampaignError: ``SPEC_CHANGED``.
    """
    if not specs.same_content(variant.spec, specs.content_of(parts_of(variant))):
        raise CampaignError("SPEC_CHANGED", "The material changed after this variant was asked for.")


def _outcome(parts: Parts, user: SomeUser) -> Outcome:
    try:
        variant = request_variant(
            campaign=parts.campaign,
            master=parts.master,
            likeness=parts.likeness,
            localized_script=parts.localized_script,
            user=user,
        )
    except CodedError as error:
        return Outcome(parts.likeness, parts.localized_script, None, error.code, error.message)
    return Outcome(parts.likeness, parts.localized_script, variant)


def _request(parts: Parts, user: SomeUser) -> Variant:
    recording = parts.localized_script.voice_over
    hold_likeness(parts.likeness, *([recording.likeness] if recording else []))
    content = specs.content_of(parts)
    for known in _same_cell(parts):
        # Asked with its own id, a variant does not count against its own cap.
        if specs.same_content(known.spec, content):
            spec = _granted_spec(parts, content, str(known.public_id))
            if specs.digest_of(spec) == known.spec_digest:
                return _start(known, spec, user)
    spec = _granted_spec(parts, content, "")
    return _start(_create(parts, spec, user), spec, user)


def _same_cell(parts: Parts) -> list[Variant]:
    cell = Variant.objects.filter(
        campaign=parts.campaign, master=parts.master,
        likeness=parts.likeness, localized_script=parts.localized_script,
    )  # fmt: skip
    return list(cell.order_by("-created_at"))


def _granted_spec(parts: Parts, content: Mapping[str, Any], variant_ref: str) -> dict[str, Any]:
    return specs.with_consents(content, require_grants(specs.uses(parts, variant_ref=variant_ref)))


def _create(parts: Parts, spec: Mapping[str, Any], user: SomeUser) -> Variant:
    found, _ = Variant.objects.get_or_create(
        spec_digest=specs.digest_of(spec),
        defaults={
            "campaign": parts.campaign, "master": parts.master, "likeness": parts.likeness,
            "localized_script": parts.localized_script, "spec": spec, "label_pack_version": spec["label"],
            "requested_by_id": user.pk,
        },
    )  # fmt: skip
    return found


def _start(variant: Variant, spec: Mapping[str, Any], user: SomeUser) -> Variant:
    if variant.status == Variant.Status.WITHDRAWN:
        raise StateConflict("WITHDRAWN", "This variant has been taken offline and stays so.")
    if variant.status not in _STARTABLE:
        return variant
    refs = [ref for ref, _ in spec["consents"]]
    variant.consents.set(Consent.objects.filter(public_id__in=refs))
    variant.requested_by_id = user.pk
    variant.save(update_fields=["requested_by"])
    transition(variant, Variant.Status.QUEUED, actor=user, digest=variant.spec_digest, consents=refs)
    dispatch.render_variant(variant)
    return variant


def _must_belong_together(parts: Parts) -> None:
    campaign = parts.campaign
    same_campaign = parts.master.campaign_id == parts.localized_script.script.campaign_id == campaign.pk
    if not same_campaign or parts.likeness.person.organisation_id != campaign.organisation_id:
        raise CampaignError("FOREIGN_OBJECT", "Master, script and likeness have to be your own campaign's.")


def must_be_ready(parts: Parts) -> None:
    """Is everything there that a render needs?

    Raises:
        CampaignError: ``MASTER_NOT_READY``, ``LIKENESS_NOT_READY``, ``SCRIPT_INCOMPLETE``, ``LINE_OUTSIDE_CLIP``,
            ``VOICE_MISSING``.
    """
    if parts.master.status != MasterClip.Status.READY:
        raise CampaignError("MASTER_NOT_READY", "The master clip has not been accepted yet.")
    usable = parts.likeness.takes.filter(status=Take.Status.READY, kind__in=[Take.Kind.PHOTO, Take.Kind.CLIP])
    if parts.likeness.face and not usable.exists():
        raise CampaignError("LIKENESS_NOT_READY", "The likeness has no checked photo or clip yet.")
    _must_speak(parts)


def _must_speak(parts: Parts) -> None:
    lines = specs.lines_of(parts.localized_script)
    if not lines or len(lines) != parts.localized_script.script.lines.count():
        raise CampaignError("SCRIPT_INCOMPLETE", "Not every line has words in this language.")
    if lines[-1][1] > (parts.master.seconds or 0) + _ENDS_ROUNDED:
        raise CampaignError("LINE_OUTSIDE_CLIP", "The script is longer than the master clip.")
    voice = specs.voice_of(parts)
    recording = parts.localized_script.voice_over
    if voice["kind"] == LocalizedScript.Voice.RECORDING and (
        recording is None or recording.status != "ready"
    ):
        raise CampaignError("VOICE_MISSING", "The recording has not been checked yet.")
    if voice["kind"] == LocalizedScript.Voice.PRESET and not voice["name"]:
        raise CampaignError("VOICE_MISSING", "Choose a voice for this language.")


def _note_refusal(parts: Parts, user: SomeUser, denied: ConsentDenied) -> None:
    auditing.record(
        "variant.refused",
        target=parts.campaign,
        actor=user,
        code=str(denied.code),
        likeness=str(parts.likeness.public_id),
        locale=parts.localized_script.locale,
    )
