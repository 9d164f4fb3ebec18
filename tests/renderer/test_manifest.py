"""What the signed manifest states: every part the law and C2PA ask for, and nothing about a person."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from renderer.errors import ProvenanceError
from renderer.media.ffmpeg import run
from renderer.provenance import manifest
from renderer.stages.sign import SignedFile, sign
from renderer.types import InputFile, VoiceSpec
from tests.renderer import signing

if TYPE_CHECKING:
    from pathlib import Path

    from renderer.types import RenderPlan


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return signing.still_clip(tmp_path_factory.mktemp("clip") / "clip.mp4")


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> signing.Chain:
    return signing.Chain(tmp_path_factory.mktemp("chain") / "keys", organisation="Us")


@pytest.fixture(scope="module")
def signed(clip: Path, chain: signing.Chain, tmp_path_factory: pytest.TempPathFactory) -> SignedFile:
    return sign(signing.plan(clip), clip, tmp_path_factory.mktemp("signed") / "signed.mp4", chain.signer())


@pytest.fixture(scope="module")
def active(signed: SignedFile) -> dict[str, Any]:
    """The active manifest as it is read back from the detached bytes the registry keeps."""
    store = manifest.read_detached(signed.manifest)
    return dict(store["manifests"][store["active_manifest"]])


def statement(active: dict[str, Any], label: str) -> dict[str, Any]:
    return next(dict(item["data"]) for item in active["assertions"] if item["label"] == label)


def names(plan: RenderPlan) -> list[str]:
    return [action["action"].removeprefix("c2pa.") for action in manifest.actions(plan)]


def test_claim(active: dict[str, Any]) -> None:
    assert active["claim_version"] == 2
    generator = active["claim_generator_info"][0]
    assert (generator["name"], generator["version"], generator["specVersion"]) == ("AdForge", "0.1.0", "2.4")


def test_every_action_is_listed_in_order(active: dict[str, Any]) -> None:
    told = statement(active, "c2pa.actions.v2")
    assert told["allActionsIncluded"] is True
    done = [action["action"] for action in told["actions"]]
    assert done == [
        "c2pa.opened",
        "c2pa.placed",
        "c2pa.placed",
        "c2pa.translated",
        "c2pa.dubbed",
        "c2pa.edited",
        "c2pa.watermarked.bound",
    ]


def test_source_type_stands_where_it_must_and_never_on_opened(active: dict[str, Any]) -> None:
    for action in statement(active, "c2pa.actions.v2")["actions"]:
        kind = action.get("digitalSourceType", "")
        if action["action"] in ("c2pa.opened", "c2pa.watermarked.bound"):
            assert not kind
        else:
            assert kind.startswith("http://cv.iptc.org/newscodes/digitalsourcetype/")


def test_actions_point_at_their_ingredients(active: dict[str, Any]) -> None:
    by_label = {item["label"]: item for item in active["ingredients"]}
    actions = statement(active, "c2pa.actions.v2")["actions"]
    pointed = [
        by_label[link["url"].rpartition("/")[2]]
        for action in actions
        for link in action.get("parameters", {}).get("ingredients", [])
    ]
    assert [(item["relationship"], item["title"]) for item in pointed] == [
        ("parentOf", "master clip"),
        ("componentOf", "consented face"),
        ("componentOf", "consented voice"),
    ]


def test_a_translation_names_both_languages(active: dict[str, Any]) -> None:
    actions = statement(active, "c2pa.actions.v2")["actions"]
    told = next(action for action in actions if action["action"] == "c2pa.translated")
    assert told["parameters"] == {"sourceLanguage": "en-US", "targetLanguage": "es-MX"}


def test_only_what_was_done_is_stated(clip: Path) -> None:
    plan = signing.plan(clip)
    same = replace(plan, manifest=replace(plan.manifest, locale="en-US"))
    assert names(same) == ["opened", "placed", "placed", "dubbed", "edited", "watermarked.bound"]
    assert names(replace(plan, voice=None)) == ["opened", "placed", "edited", "watermarked.bound"]
    assert names(replace(plan, voice=None, likeness=None)) == ["opened", "edited", "watermarked.bound"]


def test_a_recorded_voice_is_not_called_generated(clip: Path) -> None:
    recorded = signing.plan(clip, voice=VoiceSpec("recording", recording=InputFile(clip, "0" * 64)))
    kinds = [action.get("digitalSourceType", "").rpartition("/")[2] for action in manifest.actions(recorded)]
    assert "trainedAlgorithmicMedia" not in kinds
    assert "digitalCapture" in kinds


def test_soft_binding_names_the_watermark(active: dict[str, Any]) -> None:
    binding = statement(active, "c2pa.soft-binding")
    assert binding["alg"] == "org.adforge.wm.v1"
    assert [block["value"] for block in binding["blocks"]] == [f"{signing.MARK:012x}"]


def test_training_is_not_allowed(active: dict[str, Any]) -> None:
    entries = statement(active, "cawg.training-mining")["entries"]
    assert len(entries) == 4
    assert {entry["use"] for entry in entries.values()} == {"notAllowed"}


def test_consent_is_an_opaque_reference_with_a_commitment(active: dict[str, Any]) -> None:
    told = statement(active, "org.adforge.consent")
    assert told["consents"] == [
        {"consentRef": signing.CONSENT, "commitment": {"alg": "sha256", "value": "ab" * 32}}
    ]
    assert told["territories"] == ["MX", "US"]
    assert told["uses"] == ["face_substitution", "lip_sync", "voice"]
    assert told["validUntil"] == "2027-01-01T00:00:00+00:00"
    assert told["statusUrl"].startswith("https://")
    assert told["performerKind"] == "synthetic_performer"


def test_california_fields(active: dict[str, Any]) -> None:
    told = statement(active, "org.adforge.render")
    assert told["provider"] == "AdForge"
    assert told["system"]
    assert told["systemVersion"] == "0.1.0"
    assert told["renderedAt"].endswith("+00:00")
    assert told["contentId"].startswith("urn:uuid:")


def test_no_picture_no_hash_of_a_face_no_path(signed: SignedFile, clip: Path) -> None:
    store = json.dumps(manifest.read_detached(signed.manifest))
    assert "thumbnail" not in store
    assert str(clip.parent) not in store
    assert "0" * 64 not in store


def test_opaque_parts_cannot_be_followed_from_one_variant_to_the_next(clip: Path) -> None:
    plan = signing.plan(clip)
    mine, other = manifest.definition(plan), manifest.definition(replace(plan, variant_ref="another"))
    ids = [{item["instance_id"] for item in each["ingredients"]} for each in (mine, other)]
    assert ids[0].isdisjoint(ids[1])


def test_a_masters_own_manifest_is_kept(signed: SignedFile, chain: signing.Chain, tmp_path: Path) -> None:
    """The master was signed by somebody else before it came to us."""
    theirs = signing.Chain(tmp_path / "camera", organisation="Camera maker")
    brought = sign(signing.plan(signed.path), signed.path, tmp_path / "master.mp4", theirs.signer())
    made = sign(signing.plan(brought.path), signed.path, tmp_path / "variant.mp4", chain.signer())
    store = manifest.read_detached(made.manifest)
    active = store["manifests"][store["active_manifest"]]
    parent = next(item for item in active["ingredients"] if item["relationship"] == "parentOf")
    assert parent["active_manifest"] == manifest.manifest_id(brought.manifest)
    kept = store["manifests"][parent["active_manifest"]]
    assert kept["signature_info"]["issuer"] == "Camera maker"
    assert len(store["manifests"]) == 3


@pytest.mark.parametrize("name", ["master.webm", "master.mpg", "master.avi", "master.mov", "master.mkv"])
def test_masters_in_any_container_become_the_parent(
    name: str, clip: Path, chain: signing.Chain, tmp_path: Path
) -> None:
    master = tmp_path / name
    codec = "libvpx" if name.endswith("webm") else "mpeg2video" if name.endswith("mpg") else "libx264"
    run(["-i", clip, "-an", "-c:v", codec, master], timeout=60)
    made = sign(signing.plan(master), clip, tmp_path / "out.mp4", chain.signer())
    store = manifest.read_detached(made.manifest)
    parents = [
        item["title"]
        for item in store["manifests"][store["active_manifest"]]["ingredients"]
        if item["relationship"] == "parentOf"
    ]
    assert parents == ["master clip"]


def test_bytes_that_are_no_manifest_are_a_coded_error() -> None:
    with pytest.raises(ProvenanceError, match="SIGNATURE_INVALID"):
        manifest.manifest_id(b"not a manifest")
