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

CONTAINER_BYTES = 12
# A type that the library does not open: the ingredient is listed, its content is not looked at.
UNREAD = "application/octet-stream"


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
    """As an ingredient with the manifest it brought along; a container without room for one goes in unread."""
    with master.open("rb") as file:
        kind = _container(file.read(CONTAINER_BYTES))
        file.seek(0)
        try:
            builder.add_ingredient(manifest.master_ingredient(), kind, file)
        except c2pa.C2paError as error:
            raise ProvenanceError(
                "SIGNATURE_INVALID", f"The master cannot be an ingredient: {error}"
            ) from error


def _container(head: bytes) -> str:
    """Media type by content; the ending of an upload's name proves nothing."""
    if head[4:8] == b"ftyp":
        return "video/mp4"
    return "video/x-msvideo" if head[:4] == b"RIFF" and head[8:12] == b"AVI " else UNREAD


def _check(target: Path, trust_pem: str) -> None:
    found = read_manifest(target, trust_pem)
    if found is None or found.state != "Trusted":
        state = found.state if found else "missing"
        raise ProvenanceError("SIGNATURE_INVALID", f"Our own reader finds the signature {state}.")
