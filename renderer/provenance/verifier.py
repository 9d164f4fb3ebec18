"""Public verification of a file: manifest, watermark, registry. No database; the registry is asked by a function.

Never says that a video is real or fake: only what its marks state and whether they agree.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import c2pa

from renderer.provenance.manifest import CONSENT, settings, watermark_hex
from renderer.provenance.watermark import detect

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from renderer.provenance.watermark import WatermarkKeys

VIDEO = ".mp4"


class VerdictCode(StrEnum):
    """What can be said of a file."""

    SIGNED_UNCHANGED = "SIGNED_UNCHANGED"
    SIGNED_ALTERED = "SIGNED_ALTERED"
    RECOVERED = "RECOVERED"
    MIXED = "MIXED"
    OTHER_SIGNER = "OTHER_SIGNER"
    NO_STATEMENT = "NO_STATEMENT"


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What the registry knows: its record, the manifest it was signed with, all watermark ids released with it."""

    record_ref: str
    manifest_id: str
    watermark_ids: frozenset[str]


Lookup = Callable[[str, str], RecordFacts | None]


@dataclass(frozen=True, slots=True)
class FoundManifest:
    """An embedded manifest. ``state`` is the library's: Trusted, Valid or Invalid; ``ours`` means our own roots."""

    label: str
    state: str
    ours: bool
    issuer: str
    signed_at: str
    failures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer. ``watermark_ids`` are the ids read in the picture, 12 hex digits each."""

    code: str
    record_ref: str | None = None
    signed_at: str = ""
    issuer: str = ""
    watermark_ids: frozenset[str] = frozenset()
    details: Mapping[str, Any] = field(default_factory=dict)


def verify(path: Path, *, trust_pem: str, keys: WatermarkKeys, lookup: Lookup) -> Verdict:
    """Examine a file.

    Args:
        lookup: asked with ("manifest", label) and ("watermark", 12 hex digits).

    Raises:
        InputError: ``UNREADABLE_FILE`` when it is not a video that decodes.
    """
    found = read_manifest(path, trust_pem)
    seen = detect(path, None, keys)
    ids = frozenset(watermark_hex(number) for number in seen.ids)
    details = {
        "sync": round(seen.z, 1),
        "mirrored": seen.mirrored,
        "failures": list(found.failures) if found else [],
    }
    code, record = _judge(found, ids, lookup)
    return Verdict(
        code=code,
        record_ref=record.record_ref if record else None,
        signed_at=found.signed_at if found else "",
        issuer=found.issuer if found else "",
        watermark_ids=ids,
        details=details,
    )


def _judge(
    found: FoundManifest | None, ids: frozenset[str], lookup: Lookup
) -> tuple[VerdictCode, RecordFacts | None]:
    marked = [record for record in (lookup("watermark", number) for number in sorted(ids)) if record]
    if found is None:
        return (VerdictCode.RECOVERED, marked[0]) if marked else (VerdictCode.NO_STATEMENT, None)
    record = lookup("manifest", found.label)
    if record is None:
        return _without_record(found, marked)
    if ids - record.watermark_ids:
        return VerdictCode.MIXED, record
    if found.state == "Trusted":
        return VerdictCode.SIGNED_UNCHANGED, record
    return VerdictCode.SIGNED_ALTERED, record


def _without_record(
    found: FoundManifest, marked: list[RecordFacts]
) -> tuple[VerdictCode, RecordFacts | None]:
    """A manifest that we never registered: somebody else's, or ours transplanted onto marked pictures."""
    if marked:
        return VerdictCode.MIXED, marked[0]
    if found.ours and found.state != "Trusted":
        return VerdictCode.SIGNED_ALTERED, None
    return VerdictCode.OTHER_SIGNER, None


def read_manifest(path: Path, trust_pem: str) -> FoundManifest | None:
    """The embedded manifest of a file, or None."""
    try:
        with c2pa.Context.from_dict(settings(trust_pem)) as context, path.open("rb") as file:
            reader = c2pa.Reader.try_create("video/mp4", file, context=context)
            return None if reader is None else _found(reader)
    except c2pa.C2paError as error:
        return None if _is_absent(error) else _broken(error)


def _is_absent(error: c2pa.C2paError) -> bool:
    """The library has an error class of its own for "no manifest"; other containers are not read at all."""
    return any(word in str(error) for word in ("ManifestNotFound", "NotSupported", "InvalidAsset"))


def _broken(error: c2pa.C2paError) -> FoundManifest:
    return FoundManifest("", "Invalid", ours=False, issuer="", signed_at="", failures=(str(error)[:200],))


def _found(reader: c2pa.Reader) -> FoundManifest:
    with reader:
        store, state = json.loads(reader.json()), str(reader.get_validation_state())
    label = str(store.get("active_manifest", ""))
    active = store.get("manifests", {}).get(label, {})
    signature = active.get("signature_info", {})
    results = store.get("validation_results", {}).get("activeManifest", {})
    labels = {assertion.get("label") for assertion in active.get("assertions", [])}
    return FoundManifest(
        label=label,
        state=state,
        ours=CONSENT in labels,
        issuer=str(signature.get("issuer", "")),
        signed_at=_rendered_at(active) or str(signature.get("time", "")),
        failures=tuple(sorted({str(item.get("code")) for item in results.get("failure", [])})),
    )


def _rendered_at(active: Mapping[str, Any]) -> str:
    statements = [
        item["data"] for item in active.get("assertions", []) if item.get("label") == "org.adforge.render"
    ]
    return str(statements[0].get("renderedAt", "")) if statements else ""
