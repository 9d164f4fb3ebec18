"""Keys of one installation: a local certificate chain for signing and the secret of the invisible watermark.

The chain is root -> issuing -> leaf (ES256) with the key usages a C2PA leaf needs; a production installation puts
the chain and key of its own authority into the same files. Nothing is ever overwritten.
"""

from __future__ import annotations

import json
import os
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from renderer.errors import ProvenanceError
from renderer.provenance.signer import Signer
from renderer.provenance.watermark import WatermarkKeys

if TYPE_CHECKING:
    from pathlib import Path

ROOT: Final = "root.pem"
CHAIN: Final = "chain.pem"
KEY: Final = "leaf.key"
WATERMARK: Final = "watermark.json"
CLAIM_SIGNING: Final = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
ROOT_DAYS, ISSUING_DAYS, LEAF_DAYS = 3650, 1825, 365
SECRET_BYTES: Final = 32
CLOCK_SKEW: Final = timedelta(minutes=5)


def ensure(folder: Path, *, organisation: str = "AdForge local installation") -> None:
    """Make what is missing in ``folder``: certificate chain and watermark secret. Existing files stay."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (folder / CHAIN).exists():
        _make_chain(folder, organisation)
    if not (folder / WATERMARK).exists():
        name = f"wm-{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(2)}"
        keys = {"current": name, "secrets": {name: secrets.token_hex(SECRET_BYTES)}}
        _write_private(folder / WATERMARK, json.dumps(keys, indent=1).encode())


def describe(folder: Path) -> str:
    """Who signs, until when, and which watermark key writes; for people.

    Raises:
        ProvenanceError: ``KEYS_MISSING``, ``CERTIFICATE_EXPIRED``.
    """
    signer, marks = load_signer(folder), load_watermark_keys(folder)
    signer.refuse_outside_validity()
    return f"{signer.holder}, until {signer.expires:%Y-%m-%d}; watermark key {marks.current_id}"


def load_signer(folder: Path, time_authority: str | None = None) -> Signer:
    """The signer over the files of ``folder``; ``time_authority`` is an RFC 3161 address.

    Raises:
        ProvenanceError: ``KEYS_MISSING`` when chain or key are not there.
    """
    chain, key = folder / CHAIN, folder / KEY
    if not (chain.exists() and key.exists()):
        raise ProvenanceError("KEYS_MISSING", "There is no signing certificate; run the set-up again.")
    return Signer(chain, key, trust_pem(folder), time_authority)


def load_watermark_keys(folder: Path) -> WatermarkKeys:
    """The watermark secrets of ``folder``, old ones included.

    Raises:
        ProvenanceError: ``KEYS_MISSING``.
    """
    try:
        stored = json.loads((folder / WATERMARK).read_text())
    except FileNotFoundError as error:
        raise ProvenanceError(
            "KEYS_MISSING", "There is no watermark secret; run the set-up again."
        ) from error
    known = {name: bytes.fromhex(value) for name, value in stored["secrets"].items()}
    return WatermarkKeys(stored["current"], known)


def trust_pem(folder: Path) -> str:
    """The roots that this installation's verifier trusts, as PEM.

    Raises:
        ProvenanceError: ``KEYS_MISSING``.
    """
    try:
        return (folder / ROOT).read_text()
    except FileNotFoundError as error:
        raise ProvenanceError(
            "KEYS_MISSING", "There is no root certificate; run the set-up again."
        ) from error


def _make_chain(folder: Path, organisation: str) -> None:
    root_key, issuing_key, leaf_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    root_name, issuing_name = _name(organisation, "AdForge root"), _name(organisation, "AdForge issuing")
    root = certificate(root_name, root_key, root_name, root_key, days=ROOT_DAYS, path_length=1)
    issuing = certificate(issuing_name, issuing_key, root_name, root_key, days=ISSUING_DAYS, path_length=0)
    leaf = certificate(
        _name(organisation, "AdForge claim signing"), leaf_key, issuing_name, issuing_key, days=LEAF_DAYS
    )
    private = leaf_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write_private(folder / KEY, private)
    _write_private(folder / ROOT, _pem(root))
    _write_private(folder / CHAIN, _pem(leaf) + _pem(issuing))


def certificate(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    days: float,
    path_length: int | None = None,
) -> x509.Certificate:
    """One X.509 v3 certificate; an authority where ``path_length`` is given, else a claim-signing leaf."""
    now = datetime.now(UTC) - CLOCK_SKEW
    authority = path_length is not None
    public = key.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + CLOCK_SKEW + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=path_length), critical=True)
        .add_extension(_usage(authority=authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )
    if not authority:
        purposes = x509.ExtendedKeyUsage([CLAIM_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purposes, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority, content_commitment=not authority, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=authority, crl_sign=authority,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _name(organisation: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _pem(issued: x509.Certificate) -> bytes:
    return issued.public_bytes(serialization.Encoding.PEM)


def _write_private(path: Path, data: bytes) -> None:
    """Create a file that only its owner may read; never over an existing one."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
