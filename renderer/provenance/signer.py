"""The only place that touches the private key. A key in hardware replaces ``_sign`` by a call to its module."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from renderer.errors import ProvenanceError

if TYPE_CHECKING:
    from pathlib import Path

P256_BYTES = 32


class Signer:
    """Signs C2PA claims with ES256.

    Args:
        chain: PEM file, leaf first.
        key: PEM file of the leaf's P-256 key, unencrypted, readable by the service user only.
        trust_pem: roots our own check of the result trusts.
        time_authority: RFC 3161 address, or None; an empty string is refused by the library.
    """

    def __init__(self, chain: Path, key: Path, trust_pem: str, time_authority: str | None = None) -> None:
        self._chain = chain
        self._key = key
        self.trust_pem = trust_pem
        self._time_authority = time_authority or None

    @cached_property
    def leaf(self) -> x509.Certificate:
        """The certificate claims are signed with."""
        return x509.load_pem_x509_certificates(self._chain.read_bytes())[0]

    @property
    def expires(self) -> datetime:
        """When the leaf ends, UTC."""
        return self.leaf.not_valid_after_utc

    def native(self) -> Any:
        """A signer object of the C2PA library, to be used in a ``with``.

        Raises:
            ProvenanceError: ``CERTIFICATE_EXPIRED``, or ``CERTIFICATE_INVALID`` when the library refuses it.
        """
        if not self.leaf.not_valid_before_utc <= datetime.now(UTC) < self.expires:
            raise ProvenanceError(
                "CERTIFICATE_EXPIRED", "The signing certificate has ended; install a new one."
            )
        chain = self._chain.read_text()
        try:
            return c2pa.Signer.from_callback(
                self._sign, c2pa.C2paSigningAlg.ES256, chain, self._time_authority
            )
        except c2pa.C2paError as error:
            raise ProvenanceError(
                "CERTIFICATE_INVALID", f"The signing certificate is refused: {error}"
            ) from error

    def _sign(self, data: bytes) -> bytes:
        """ES256 signature as r and s of 32 bytes each (RFC 8152)."""
        key = serialization.load_pem_private_key(self._key.read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ProvenanceError("CERTIFICATE_INVALID", "The signing key is not an elliptic curve key.")
        r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(P256_BYTES, "big") + s.to_bytes(P256_BYTES, "big")
