"""What the signed manifest says (C2PA 2.4). Public for ever: opaque references, never a name, picture or face hash."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import NAMESPACE_URL, uuid5

import c2pa

from renderer.errors import ProvenanceError
from renderer.provenance.watermark import ALGORITHM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from renderer.types import ManifestSpec, RenderPlan

SPEC_VERSION: Final = "2.4"
_SOURCE_TYPES: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
COMPOSITE: Final = _SOURCE_TYPES + "compositeWithTrainedAlgorithmicMedia"
GENERATED: Final = _SOURCE_TYPES + "trainedAlgorithmicMedia"
RECORDED: Final = _SOURCE_TYPES + "digitalCapture"
CONSENT: Final = "org.adforge.consent"
RENDER: Final = "org.adforge.render"
SOFT_BINDING: Final = "c2pa.soft-binding"
MASTER, FACE, VOICE = "adforge:master", "adforge:face", "adforge:voice"
NOT_ALLOWED: Final = {"use": "notAllowed"}
# The library refuses an empty time-stamp address and would otherwise fetch from the network while it verifies.
_OFFLINE: Final = {"remote_manifest_fetch": False, "ocsp_fetch": False}
_PURPOSES: Final = "1.3.6.1.4.1.62558.2.1\n1.3.6.1.5.5.7.3.4\n1.3.6.1.5.5.7.3.36"


def settings(trust_pem: str) -> dict[str, Any]:
    """Settings of the C2PA library: no network, our roots, nothing added to the manifest by itself."""
    automatic = ("auto_created_action", "auto_opened_action", "auto_placed_action")
    return {
        "verify": _OFFLINE,
        "builder": {
            "thumbnail": {"enabled": False},
            "actions": {name: {"enabled": False} for name in automatic},
        },
        "trust": {"user_anchors": trust_pem, "trust_config": _PURPOSES},
    }


def definition(plan: RenderPlan) -> dict[str, Any]:
    """The manifest of a plan, without its master ingredient (that one is read from the file itself)."""
    spec = plan.manifest
    return {
        "claim_version": 2,
        "claim_generator_info": [
            {"name": "AdForge", "version": spec.generator_version, "specVersion": SPEC_VERSION}
        ],
        "title": spec.title,
        "format": "video/mp4",
        "ingredients": [_part(label, plan.variant_ref) for label in _parts(plan)],
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": actions(plan), "allActionsIncluded": True}},
            {"label": SOFT_BINDING, "data": soft_binding(plan.watermark.payload_id)},
            {"label": "cawg.training-mining", "data": _no_training()},
            {"label": CONSENT, "data": consent_statement(spec, _uses(plan))},
            {"label": RENDER, "data": render_statement(plan)},
        ],
    }


def master_ingredient() -> dict[str, str]:
    """The parent ingredient; a manifest that the master brought along is kept inside it."""
    return {"title": "master clip", "relationship": "parentOf", "label": MASTER, "instance_id": MASTER}


def _parts(plan: RenderPlan) -> list[str]:
    given = {FACE: plan.likeness, VOICE: plan.voice}
    return [label for label, present in given.items() if present]


def _part(label: str, variant_ref: str) -> dict[str, str]:
    """A face or voice as an opaque component of this one variant: no file is read, so no hash of it can enter."""
    kind = "video/mp4" if label == FACE else "audio/wav"
    return {
        "title": f"consented {label.rpartition(':')[2]}",
        "relationship": "componentOf",
        "label": label,
        "instance_id": f"urn:uuid:{uuid5(NAMESPACE_URL, f'{variant_ref}/{label}')}",
        "format": kind,
    }


def actions(plan: RenderPlan) -> list[dict[str, Any]]:
    """Everything that was done to the master, in order."""
    done: list[dict[str, Any]] = [{"action": "c2pa.opened", "parameters": {"ingredientIds": [MASTER]}}]
    if plan.likeness:
        done.append(_placed(FACE, COMPOSITE))
    if plan.voice:
        done.append(_placed(VOICE, GENERATED if plan.voice.kind == "preset" else RECORDED))
        done += _spoken_anew(plan)
    edited = {"action": "c2pa.edited", "digitalSourceType": COMPOSITE, "description": "lips, label, loudness"}
    return [*done, edited, {"action": "c2pa.watermarked.bound"}]


def _placed(label: str, source_type: str) -> dict[str, Any]:
    return {
        "action": "c2pa.placed",
        "digitalSourceType": source_type,
        "parameters": {"ingredientIds": [label]},
    }


def _spoken_anew(plan: RenderPlan) -> list[dict[str, Any]]:
    """A translation must name both languages (BCP 47), so the same language is a dubbing alone."""
    spec = plan.manifest
    dubbed: dict[str, Any] = {"action": "c2pa.dubbed", "digitalSourceType": COMPOSITE}
    if spec.locale == spec.source_locale:
        return [dubbed]
    languages = {"sourceLanguage": spec.source_locale, "targetLanguage": spec.locale}
    return [{"action": "c2pa.translated", "digitalSourceType": COMPOSITE, "parameters": languages}, dubbed]


def soft_binding(payload_id: int) -> dict[str, Any]:
    """The invisible watermark as a way back to this manifest after it was stripped."""
    return {"alg": ALGORITHM, "blocks": [{"scope": {}, "value": watermark_hex(payload_id)}]}


def watermark_hex(payload_id: int) -> str:
    """A 48 bit watermark id as 12 hex digits."""
    return f"{payload_id:012x}"


def _no_training() -> dict[str, Any]:
    kinds = ("ai_inference", "ai_training", "ai_generative_training", "data_mining")
    return {"entries": {f"cawg.{kind}": NOT_ALLOWED for kind in kinds}}


def _uses(plan: RenderPlan) -> list[str]:
    uses = {"face_substitution": plan.likeness, "lip_sync": plan.voice, "voice": plan.voice}
    return [use for use, present in uses.items() if present]


def consent_statement(spec: ManifestSpec, uses: Sequence[str]) -> dict[str, Any]:
    """References to the consents with salted commitments; where to ask how they stand today."""
    return {
        "consents": [
            {"consentRef": reference, "commitment": {"alg": "sha256", "value": commitment}}
            for reference, commitment in zip(spec.consent_refs, spec.consent_commitments, strict=True)
        ],
        "uses": list(uses),
        "territories": list(spec.territories),
        "validUntil": spec.valid_until,
        "statusUrl": spec.status_url,
        "performerKind": spec.performer_kind,
    }


def render_statement(plan: RenderPlan) -> dict[str, Any]:
    """Provider, system and version, time and unique id, as California SB 942 asks of a latent disclosure."""
    return {
        "provider": "AdForge",
        "system": "AdForge",
        "systemVersion": plan.manifest.generator_version,
        "contentId": f"urn:uuid:{plan.manifest.variant_ref}",
        "renderedAt": datetime.now(UTC).isoformat(timespec="seconds"),
        "labelPack": plan.label.pack_version,
        "engines": dict(plan.engines),
    }


def read_detached(manifest: bytes) -> dict[str, Any]:
    """The manifest store of detached bytes as JSON (its hard binding is not checked here).

    Raises:
        ProvenanceError: ``SIGNATURE_INVALID`` when the bytes are not a manifest.
    """
    try:
        with c2pa.Reader("application/c2pa", io.BytesIO(manifest)) as reader:
            found: dict[str, Any] = json.loads(reader.json())
            return found
    except c2pa.C2paError as error:
        raise ProvenanceError("SIGNATURE_INVALID", f"The manifest cannot be read: {error}") from error


def manifest_id(manifest: bytes) -> str:
    """Label of the active manifest, ``urn:c2pa:`` and a UUID."""
    return str(read_detached(manifest)["active_manifest"])
