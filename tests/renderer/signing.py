"""Plans, keys and clips for the signing tests: small, but signed and marked for real."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from renderer.media.frames import FrameWriter
from renderer.provenance import keys
from renderer.provenance.signer import Signer
from renderer.provenance.watermark import Embedder, WatermarkKeys
from renderer.types import (
    InputFile,
    LabelSpec,
    LikenessInput,
    ManifestSpec,
    OutputProfile,
    RenderPlan,
    VoiceSpec,
    WatermarkSpec,
)
from tests.renderer import talking

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography import x509

MARKS = WatermarkKeys("k1", {"k1": b"a watermark secret for tests"})
MARK = 0x123456789ABC
CONSENT = "urn:uuid:0f8fad5b-d9cb-469f-a165-70867728950e"
FEW, SLOW = 66, Fraction(15)


def plan(master: Path, payload_id: int = MARK, **changes: object) -> RenderPlan:
    """A translated variant with a substituted face and a synthetic voice."""
    spec = ManifestSpec(
        variant_ref="7c9e6679-7425-40de-944b-e07fc1f90ae7",
        title="AdForge variant",
        consent_refs=(CONSENT,),
        consent_commitments=("ab" * 32,),
        territories=("MX", "US"),
        valid_until="2027-01-01T00:00:00+00:00",
        status_url="https://ads.example/verify/7c9e6679-7425-40de-944b-e07fc1f90ae7/",
        source_locale="en-US",
        locale="es-MX",
        performer_kind="synthetic_performer",
        generator_version="0.1.0",
    )
    file = InputFile(master, "0" * 64)
    made = RenderPlan(
        variant_ref=spec.variant_ref,
        job_ref="job",
        master=file,
        track=file,
        likeness=LikenessInput(),
        locale="es-MX",
        lines=(),
        voice=VoiceSpec("preset", "em_alex"),
        bed=None,
        label=LabelSpec("Hecho con IA", "EU-1"),
        profile=OutputProfile(),
        watermark=WatermarkSpec(payload_id),
        manifest=spec,
        engines={"face": "mesh", "lipsync": "rewrite"},
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def still_clip(path: Path) -> Path:
    """Half a second of colour bars, too plain to hold a mark."""
    bars = np.repeat(np.arange(0, 256, 32, np.uint8), 40)[None, :, None] * np.ones((240, 1, 3), np.uint8)
    with FrameWriter(path, (320, 240), Fraction(25), profile=OutputProfile()) as writer:
        for _ in range(12):
            writer.write(np.ascontiguousarray(bars, np.uint8))
    return path


def marked_clip(path: Path, payload_id: int | None) -> Path:
    """Four seconds of a person, with or without a mark, not signed."""
    embedder = Embedder(MARKS, payload_id or 0, talking.SIZE, SLOW, 1.0)
    with FrameWriter(path, talking.SIZE, SLOW, profile=OutputProfile()) as writer:
        for index, frame in enumerate(talking.frames()[:FEW]):
            writer.write(frame if payload_id is None else embedder.apply(index, frame))
    return path


class Chain:
    """A root, an issuing authority and a leaf made for one test, and the signer over them."""

    def __init__(
        self, folder: Path, *, organisation: str = "Somebody else", life: timedelta = timedelta(days=9)
    ) -> None:
        folder.mkdir()
        self.keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(3)]
        self.names = [keys._name(organisation, common) for common in ("root", "issuing", "leaf")]
        root = self.issue(0, 0, days=30, path_length=1)
        self.issuing = self.issue(1, 0, days=30, path_length=0)
        self.leaf = self.issue(2, 1, days=life / timedelta(days=1))
        self.trust_pem = keys._pem(root).decode()
        self.folder = folder
        (folder / "leaf.key").write_bytes(
            self.keys[2].private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )

    def issue(
        self, subject: int, issuer: int, *, days: float, path_length: int | None = None
    ) -> x509.Certificate:
        return keys.certificate(
            self.names[subject],
            self.keys[subject],
            self.names[issuer],
            self.keys[issuer],
            days=days,
            path_length=path_length,
        )

    def signer(self, leaf: x509.Certificate | None = None, time_authority: str | None = None) -> Signer:
        chain = self.folder / "chain.pem"
        chain.write_bytes(keys._pem(leaf or self.leaf) + keys._pem(self.issuing))
        return Signer(chain, self.folder / "leaf.key", self.trust_pem, time_authority)


def seconds_left(certificate: x509.Certificate) -> float:
    return (certificate.not_valid_after_utc - datetime.now(UTC)).total_seconds()
