"""Variant -> gate -> frozen ``RenderPlan``. Settings and database are read here and nowhere below."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.conf import settings

from campaigns.consent import require_grants
from campaigns.exceptions import CampaignError
from campaigns.models import Take
from campaigns.presets import label_for
from campaigns.services.variants import check_unchanged, uses_of
from renderer.engines import registry
from renderer.errors import InputError
from renderer.material import fetch
from renderer.provenance.labels import label_text
from renderer.types import (
    LabelSpec,
    LikenessInput,
    ManifestSpec,
    OutputProfile,
    RenderPlan,
    SpokenLine,
    VoiceSpec,
    WatermarkSpec,
)

if TYPE_CHECKING:
    from pathlib import Path

    from campaigns.models import LocalizedScript, Variant
    from campaigns.types import ConsentGrant
    from renderer.models import RenderJob

MAX_PHOTOS = 4


def grants_for(variant: Variant) -> tuple[ConsentGrant, ...]:
    """Ask the gate for every use this variant makes, now.

    Raises:
        ConsentDenied: with the code of the first refusal.
    """
    return require_grants(uses_of(variant))


def build_plan(job: RenderJob, folder: Path) -> RenderPlan:
    """Fetch the material and freeze everything the render needs.

    Raises:
        ConsentDenied: the gate says no. InputError: ``SPEC_CHANGED``, or a file is missing or changed.
        EngineError: ``LICENCE_DENIED``.
    """
    variant = job.variant
    _must_be_unchanged(variant)
    grants = grants_for(variant)
    for stage, name in settings.RENDER_ENGINES.items():
        registry.require_licence(stage, name)
    script = variant.localized_script
    bed = variant.campaign.bed
    return RenderPlan(
        variant_ref=str(variant.public_id),
        job_ref=str(job.public_id),
        master=fetch(variant.master.file, folder, variant.master.sha256),
        track=fetch(variant.master.track, folder, variant.master.track_sha256),
        likeness=_likeness(variant, folder),
        locale=script.locale,
        lines=spoken_lines(script),
        voice=_voice(variant, folder),
        bed=fetch(bed, folder, variant.campaign.bed_sha256) if bed else None,
        label=_label(variant),
        profile=OutputProfile(name=settings.RENDER_PROFILE, burn_captions=script.burn_captions),
        watermark=WatermarkSpec(payload_id=secrets.randbits(48) or 1, strength=settings.WATERMARK_STRENGTH),
        manifest=_manifest(variant, grants),
        engines=dict(settings.RENDER_ENGINES),
        seed=settings.RENDER_SEED,
    )


def _must_be_unchanged(variant: Variant) -> None:
    """The picture has to be the one whose digest was asked for."""
    try:
        check_unchanged(variant)
    except CampaignError as changed:
        raise InputError(changed.code, changed.message) from changed


def spoken_lines(script: LocalizedScript) -> tuple[SpokenLine, ...]:
    """The lines in this locale with the time spans of the script."""
    lines = script.lines.select_related("line").order_by("line__position")
    return tuple(SpokenLine(line.text, line.line.start, line.line.end) for line in lines)


def _likeness(variant: Variant, folder: Path) -> LikenessInput | None:
    if not variant.likeness.face:
        return None
    asked_for = variant.spec["takes"]
    ready = variant.likeness.takes.filter(status=Take.Status.READY, sha256__in=asked_for)
    photos = ready.filter(kind=Take.Kind.PHOTO)[:MAX_PHOTOS]
    clip = ready.filter(kind=Take.Kind.CLIP).first()
    return LikenessInput(
        photos=tuple(fetch(photo.file, folder, photo.sha256) for photo in photos),
        clip=fetch(clip.file, folder, clip.sha256) if clip else None,
        clip_track=fetch(clip.track, folder, clip.track_sha256) if clip else None,
    )


def _voice(variant: Variant, folder: Path) -> VoiceSpec | None:
    """The voice that was asked for: the script's own choice, or else the likeness's preset of that locale."""
    script = variant.localized_script
    if script.voice_kind == script.Voice.RECORDING and script.voice_over:
        take = script.voice_over
        return VoiceSpec("recording", recording=fetch(take.file, folder, take.sha256))
    return VoiceSpec("preset", variant.spec["voice"]["name"]) if script.lines.exists() else None


def _label(variant: Variant) -> LabelSpec:
    campaign, locale = variant.campaign, variant.localized_script.locale
    rule = label_for(tuple(campaign.territories), locale, campaign.label_pack)
    return LabelSpec(
        text=label_text(locale),
        pack_version=rule.version,
        min_height=rule.min_height,
        min_area=rule.min_area,
        whole_clip=rule.whole_clip,
        seconds=rule.seconds,
    )


def _manifest(variant: Variant, grants: tuple[ConsentGrant, ...]) -> ManifestSpec:
    consents = {grant.consent_ref: grant.commitment for grant in grants}
    shared = set(variant.campaign.territories).intersection(*(grant.territories for grant in grants))
    return ManifestSpec(
        variant_ref=str(variant.public_id),
        title=f"AdForge variant {variant.public_id}",
        consent_refs=tuple(consents),
        consent_commitments=tuple(consents.values()),
        territories=tuple(sorted(shared)),
        valid_until=min(grant.valid_until for grant in grants).isoformat(),
        status_url=f"{settings.ADFORGE_PUBLIC_URL}/verify/{variant.public_id}/",
        source_locale=variant.campaign.source_locale,
        locale=variant.localized_script.locale,
        performer_kind="synthetic_performer"
        if variant.likeness.person.kind == "synthetic"
        else "digital_replica",
        generator_version=settings.RENDER_VERSION,
    )


def plan_digest(plan: RenderPlan) -> str:
    """SHA-256 over the plan without its scratch paths and its random ids: same inputs, same digest."""
    facts = {name: value for name, value in asdict(plan).items() if name not in ("job_ref", "watermark")}
    return hashlib.sha256(json.dumps(facts, default=_hashable, sort_keys=True).encode()).hexdigest()


def _hashable(value: Any) -> str:
    return "" if hasattr(value, "parts") else str(value)
