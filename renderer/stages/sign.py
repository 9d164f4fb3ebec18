"""Sign: the manifest goes into the file, and our own reader must trust the result. No byte changes afterwards."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import c2pa

from renderer.errors import ProvenanceError
from renderer.provenance import manifest
from renderer.provenance.verifier import read_manifest

if TYPE_CHECKING:
    from pathlib import Path

    from renderer.provenance.signer import Signer
    from renderer.types import RenderPlan

FORMATS = {".mov": "video/quicktime", ".avi": "video/x-msvideo"}


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A signed file, the detached bytes of its manifest, and its hash."""

    path: Path
    manifest: bytes
    sha256: str


def sign(plan: RenderPlan, source: Path, target: Path, signer: Signer) -> SignedFile:
    """Sign ``source`` into ``target``; the index must be in front already.

    Raises:
        ProvenanceError: ``SIGNATURE_INVALID`` when our reader does not trust the result, ``CERTIFICATE_EXPIRED``,
            ``CERTIFICATE_INVALID``.
    """
    settings = manifest.settings(signer.trust_pem)
    try:
        with (
            c2pa.Context.from_dict(settings) as context,
            c2pa.Builder(manifest.definition(plan), context) as builder,
        ):
            _add_master(builder, plan.master.path)
            with signer.native() as native, source.open("rb") as read, target.open("w+b") as written:
                data = bytes(builder.sign(native, "video/mp4", read, written))
    except c2pa.C2paError as error:
        raise ProvenanceError("SIGNATURE_INVALID", f"The video could not be signed: {error}") from error
    _check(target, signer.trust_pem)
    with target.open("rb") as file:
        return SignedFile(target, data, hashlib.file_digest(file, "sha256").hexdigest())


def _add_master(builder: c2pa.Builder, master: Path) -> None:
    """As an ingredient with what the file says of itself; a container the library cannot read goes in unread."""
    facts = manifest.master_ingredient()
    try:
        with master.open("rb") as file:
            builder.add_ingredient(facts, FORMATS.get(master.suffix, "video/mp4"), file)
    except c2pa.C2paError as error:
        raise ProvenanceError("SIGNATURE_INVALID", f"The master cannot be an ingredient: {error}") from error


def _check(target: Path, trust_pem: str) -> None:
    found = read_manifest(target, trust_pem)
    if found is None or found.state != "Trusted":
        state = found.state if found else "missing"
        raise ProvenanceError("SIGNATURE_INVALID", f"Our own reader finds the signature {state}.")
