"""The only place that touches the private key. A key in hardware would come in here as a callback signer."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import c2pa
from cryptography import x509
from cryptography.x509.oid import NameOID

from renderer.errors import ProvenanceError

if TYPE_CHECKING:
    from pathlib import Path


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

    @property
    def holder(self) -> str:
        """Organisation named in the leaf."""
        names = self.leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        return str(names[0].value) if names else ""

    def refuse_outside_validity(self) -> None:
        """Raise ProvenanceError ``CERTIFICATE_EXPIRED`` before the first and after the last day of the leaf."""
        if not self.leaf.not_valid_before_utc <= datetime.now(UTC) < self.expires:
            raise ProvenanceError(
                "CERTIFICATE_EXPIRED", "The signing certificate has ended; install a new one."
            )

    def native(self) -> Any:
        """A signer object of the C2PA library, to be used in a ``with``.

        Raises:
            ProvenanceError: ``CERTIFICATE_EXPIRED``, or ``CERTIFICATE_INVALID`` when the library refuses it.
        """
        self.refuse_outside_validity()
        info = c2pa.C2paSignerInfo(
            c2pa.C2paSigningAlg.ES256, self._chain.read_bytes(), self._key.read_bytes(), self._time_authority
        )
        try:
            return c2pa.Signer.from_info(info)
        except c2pa.C2paError as error:
            raise ProvenanceError(
                "CERTIFICATE_INVALID", f"The signing certificate is refused: {error}"
            ) from error
