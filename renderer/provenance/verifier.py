"""Public verification of a file: manifest, watermark, registry. No database; the registry is asked by a function.

Never says that a video is real or fake: only what its marks state and whether they agree.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import c2pa

from renderer.provenance.manifest import RENDER, SOFT_BINDING, settings, watermark_hex
from renderer.provenance.watermark import detect

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from renderer.provenance.watermark import WatermarkKeys

VIDEO = "video/mp4"
LONGEST_FAILURE = 200


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
    """What the registry knows of one release.

    Attributes:
        record_ref: opaque id of the record.
        manifest_id: label of the manifest it was signed with.
        watermark_ids: all ids released with it, 12 hex digits each.
        file_sha256: of the signed file, hex; "" when not kept.
    """

    record_ref: str
    manifest_id: str
    watermark_ids: frozenset[str]
    file_sha256: str = ""


Lookup = Callable[[str, str], RecordFacts | None]


@dataclass(frozen=True, slots=True)
class FoundManifest:
    """What an embedded manifest says of itself and what the library finds.

    Attributes:
        label: label of the active manifest.
        state: the library's word: Trusted, Valid or Invalid.
        signed: the claim carries a correct signature of whoever ``issuer`` is.
        ours: that signer's certificate leads to our own roots.
        watermark_ids: ids the manifest binds itself to.
        failures: codes of the failed checks.
    """

    label: str
    state: str
    signed: bool
    ours: bool
    issuer: str
    signed_at: str
    watermark_ids: frozenset[str]
    failures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer.

    Attributes:
        record_ref: the registry's record, where there is one.
        signed_at: ISO time, "" when unknown.
        issuer: organisation in the certificate, "" without a valid signature.
        issuer_trusted: the certificate leads to a root we trust.
        watermark_ids: ids read in the picture, 12 hex digits each.
        frames: result of comparing the pictures with the registered ones; None where nothing was compared.
        details: for the technical part of an answer; no personal data.
    """

    code: VerdictCode
    record_ref: str | None = None
    signed_at: str = ""
    issuer: str = ""
    issuer_trusted: bool = False
    watermark_ids: frozenset[str] = frozenset()
    frames: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def verify(path: Path, *, trust_pem: str, keys: WatermarkKeys, lookup: Lookup) -> Verdict:
    """Examine a file.

    Args:
        trust_pem: our root certificates.
        lookup: asked with ("manifest", label) and ("watermark", 12 hex digits).

    Raises:
        InputError: ``UNREADABLE_FILE`` when it is not a video that decodes to its end.
    """
    found, failure = _manifest_of(path, trust_pem)
    seen = detect(path, None, keys)
    ids = frozenset(watermark_hex(number) for number in seen.ids)
    code, record = _judge(found, ids, lookup, path)
    signed = found if found and found.signed else None
    failures = [failure] if failure else list(found.failures) if found else []
    return Verdict(
        code=code,
        record_ref=record.record_ref if record else None,
        signed_at=signed.signed_at if signed else "",
        issuer=signed.issuer if signed else "",
        issuer_trusted=bool(signed and signed.ours),
        watermark_ids=ids,
        details={"sync": round(seen.z, 1), "mirrored": seen.mirrored, "failures": failures},
    )


def _judge(
    found: FoundManifest | None, ids: frozenset[str], lookup: Lookup, path: Path
) -> tuple[VerdictCode, RecordFacts | None]:
    if found is None or not found.signed:
        return _by_mark(ids, lookup, VerdictCode.NO_STATEMENT)
    record = lookup("manifest", found.label)
    # A certificate ends, a release does not: the registry vouches for the very bytes that it saw signed.
    if record and record.file_sha256 and record.file_sha256 == _sha256(path):
        return VerdictCode.SIGNED_UNCHANGED, record
    if not found.ours:
        return _by_mark(ids, lookup, VerdictCode.OTHER_SIGNER)
    if ids - (record.watermark_ids if record else found.watermark_ids):
        return VerdictCode.MIXED, record
    # The hard binding leaves out padding and free boxes; bytes that differ from the registered ones still show.
    changed = found.state != "Trusted" or bool(record and record.file_sha256)
    return (VerdictCode.SIGNED_ALTERED if changed else VerdictCode.SIGNED_UNCHANGED), record


def _by_mark(
    ids: frozenset[str], lookup: Lookup, otherwise: VerdictCode
) -> tuple[VerdictCode, RecordFacts | None]:
    """The first registered id that the picture carries, or ``otherwise``."""
    for number in sorted(ids):
        if record := lookup("watermark", number):
            return VerdictCode.RECOVERED, record
    return otherwise, None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_manifest(path: Path, trust_pem: str) -> FoundManifest | None:
    """The embedded manifest of a file; None when there is none or it is too damaged to be read."""
    return _manifest_of(path, trust_pem)[0]


def _manifest_of(path: Path, trust_pem: str) -> tuple[FoundManifest | None, str]:
    """The manifest, or why there is none; a damaged one counts as none, because anybody can write such bytes."""
    try:
        with c2pa.Context.from_dict(settings(trust_pem)) as context, path.open("rb") as file:
            reader = c2pa.Reader.try_create(VIDEO, file, context=context)
            return (None, "") if reader is None else (_found(reader), "")
    except c2pa.C2paError as error:
        return None, str(error)[:LONGEST_FAILURE]


def _found(reader: c2pa.Reader) -> FoundManifest:
    with reader:
        store, state = json.loads(reader.json()), str(reader.get_validation_state())
    label = str(store.get("active_manifest", ""))
    active = store.get("manifests", {}).get(label, {})
    results = store.get("validation_results", {}).get("activeManifest", {})
    passed = {item.get("code") for item in results.get("success", [])}
    statements = {item.get("label"): item.get("data") for item in active.get("assertions", [])}
    signature = active.get("signature_info", {})
    return FoundManifest(
        label=label,
        state=state,
        signed="claimSignature.validated" in passed,
        ours={"claimSignature.validated", "signingCredential.trusted"} <= passed,
        issuer=str(signature.get("issuer", "")),
        signed_at=str((statements.get(RENDER) or {}).get("renderedAt") or signature.get("time") or ""),
        watermark_ids=_bound_ids(statements.get(SOFT_BINDING)),
        failures=tuple(sorted({str(item.get("code")) for item in results.get("failure", [])})),
    )


def _bound_ids(binding: Mapping[str, Any] | None) -> frozenset[str]:
    return frozenset(str(block.get("value")) for block in (binding or {}).get("blocks", []))
