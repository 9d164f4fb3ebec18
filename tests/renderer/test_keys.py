"""The keys of an installation: complete, private, never overwritten."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from renderer.errors import ProvenanceError
from renderer.provenance import keys

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    keys.ensure(tmp_path / "keys")
    return tmp_path / "keys"


def chain(folder: Path) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates((folder / keys.CHAIN).read_bytes())


def test_nobody_else_may_read_the_files(folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in (keys.KEY, keys.CHAIN, keys.ROOT, keys.WATERMARK):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_a_second_set_up_changes_nothing(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    keys.ensure(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_two_installations_share_nothing(folder: Path, tmp_path: Path) -> None:
    keys.ensure(tmp_path / "other")
    for name in (keys.KEY, keys.ROOT, keys.WATERMARK):
        assert (folder / name).read_bytes() != (tmp_path / "other" / name).read_bytes()
    assert keys.load_watermark_keys(folder).current != keys.load_watermark_keys(tmp_path / "other").current


def test_the_leaf_is_what_c2pa_asks_for(folder: Path) -> None:
    leaf, issuing = chain(folder)
    find = leaf.extensions.get_extension_for_class
    constraints, usage = find(x509.BasicConstraints), find(x509.KeyUsage)
    assert constraints.critical
    assert not constraints.value.ca
    assert usage.critical
    assert usage.value.digital_signature
    assert not usage.value.key_cert_sign
    purposes = {purpose.dotted_string for purpose in find(x509.ExtendedKeyUsage).value}
    assert purposes == {"1.3.6.1.4.1.62558.2.1", ExtendedKeyUsageOID.EMAIL_PROTECTION.dotted_string}
    assert find(x509.SubjectKeyIdentifier)
    assert find(x509.AuthorityKeyIdentifier)
    assert leaf.issuer == issuing.subject != leaf.subject
    leaf.verify_directly_issued_by(issuing)
    assert (leaf.not_valid_after_utc - leaf.not_valid_before_utc).days <= 366


def test_the_chain_ends_at_the_trusted_root(folder: Path) -> None:
    root = x509.load_pem_x509_certificate(keys.trust_pem(folder).encode())
    chain(folder)[1].verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)


def test_it_describes_itself_without_secrets(folder: Path) -> None:
    text = keys.describe(folder)
    assert "AdForge local installation" in text
    assert f"{keys.load_signer(folder).expires:%Y}" in text
    assert keys.load_watermark_keys(folder).current.hex() not in text


@pytest.mark.parametrize("load", [keys.load_signer, keys.load_watermark_keys, keys.trust_pem, keys.describe])
def test_missing_keys_are_a_coded_error(load: object, tmp_path: Path) -> None:
    with pytest.raises(ProvenanceError) as caught:
        load(tmp_path)  # type: ignore[operator]
    assert caught.value.code == "KEYS_MISSING"
    assert caught.value.permanent
