"""Everything that decides one variant's picture, frozen and hashed, and the uses it makes of people."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from campaigns import presets, scope
from campaigns.models import Campaign, Likeness, LocalizedScript, MasterClip, Take
from campaigns.types import ConsentGrant, Modality, UseRequest


@dataclass(frozen=True, slots=True)
class Parts:
    """What a variant is put together from."""

    campaign: Campaign
    master: MasterClip
    likeness: Likeness
    localized_script: LocalizedScript


def content_of(parts: Parts) -> dict[str, Any]:
    """The picture's ingredients as plain data: ids, hashes and words, without the consents."""
    script = parts.localized_script
    return {
        "campaign": str(parts.campaign.public_id),
        "master": parts.master.sha256,
        "likeness": str(parts.likeness.public_id),
        "face": parts.likeness.face,
        "takes": _take_hashes(parts.likeness),
        "script": str(script.public_id),
        "locale": script.locale,
        "lines": lines_of(script),
        "voice": voice_of(parts),
        "burn_captions": script.burn_captions,
        "bed": parts.campaign.bed_sha256,
        "territories": sorted(scope.countries(parts.campaign.territories)),
        "label": label_version(parts),
        "engines": dict(settings.RENDER_ENGINES),
        "profile": settings.RENDER_PROFILE,
        "seed": settings.RENDER_SEED,
        "generator": settings.RENDER_VERSION,
    }


def with_consents(content: Mapping[str, Any], grants: Iterable[ConsentGrant]) -> dict[str, Any]:
    """The whole spec: the content and the consents that allowed it."""
    consents = sorted({(grant.consent_ref, grant.consent_version) for grant in grants})
    return {**content, "consents": [list(item) for item in consents]}


def same_content(spec: Mapping[str, Any], content: Mapping[str, Any]) -> bool:
    """True when a variant made from ``spec`` would look the same if it were made from ``content``."""
    return {name: value for name, value in spec.items() if name != "consents"} == content


def digest_of(spec: Mapping[str, Any]) -> str:
    packed = json.dumps(spec, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(packed.encode()).hexdigest()


def lines_of(script: LocalizedScript) -> list[list[Any]]:
    """``[start, end, text]`` of every line, in spoken order."""
    rows = script.lines.order_by("line__position").values_list("line__start", "line__end", "text")
    return [list(row) for row in rows]


def voice_of(parts: Parts) -> dict[str, str]:
    """The voice that speaks: the script's choice, or else the likeness's own preset of that locale."""
    script = parts.localized_script
    if script.voice_kind == LocalizedScript.Voice.RECORDING:
        return {"kind": script.voice_kind, "sha256": script.voice_over.sha256 if script.voice_over else ""}
    return {"kind": script.voice_kind, "name": script.voice_name or preset_of(parts.likeness, script.locale)}


def preset_of(likeness: Likeness, locale: str) -> str:
    """The preset voice set for a locale, for its language, or nothing."""
    voices = likeness.voice_preset
    return str(voices.get(locale) or voices.get(locale.partition("-")[0]) or "")


def label_version(parts: Parts) -> str:
    """Versions of the label packs that apply where the campaign is shown."""
    campaign = parts.campaign
    rule = presets.label_for(campaign.territories, parts.localized_script.locale, campaign.label_pack)
    return rule.version


def uses(parts: Parts, *, variant_ref: str = "", text: str | None = None) -> tuple[UseRequest, ...]:
    """Every use the variant makes of a person. The lips always move; a recording is its speaker's use."""
    script, likeness = parts.localized_script, parts.likeness
    spoken = text if text is not None else "\n".join(str(line[2]) for line in lines_of(script))
    made = [(likeness, Modality.LIP_SYNC)]
    if likeness.face:
        made.append((likeness, Modality.FACE_SUBSTITUTION))
    if script.voice_kind == LocalizedScript.Voice.RECORDING and script.voice_over:
        made.append((script.voice_over.likeness, Modality.RECORDING))
    else:
        made.append((likeness, Modality.VOICE_PRESET))
    return tuple(_use(parts, whose, modality, spoken, variant_ref) for whose, modality in made)


def _use(parts: Parts, whose: Likeness, modality: Modality, text: str, variant_ref: str) -> UseRequest:
    campaign = parts.campaign
    return UseRequest(
        likeness_ref=str(whose.public_id),
        modality=modality,
        advertiser=campaign.advertiser,
        category=campaign.product_category,
        territories=tuple(campaign.territories),
        channels=tuple(campaign.channels),
        locale=parts.localized_script.locale,
        text=text,
        master_ref=str(parts.master.public_id),
        variant_ref=variant_ref,
    )


def _take_hashes(likeness: Likeness) -> list[str]:
    usable = likeness.takes.filter(status=Take.Status.READY, kind__in=[Take.Kind.PHOTO, Take.Kind.CLIP])
    return sorted(usable.values_list("sha256", flat=True))
