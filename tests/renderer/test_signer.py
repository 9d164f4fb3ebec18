"""Signing: good certificates sign, bad ones are refused, and nothing in the file can change unnoticed."""

from __future__ import annotations

import hashlib
import random
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID

from renderer.errors import ProvenanceError
from renderer.media.ffmpeg import run
from renderer.provenance import keys
from renderer.provenance.manifest import manifest_id
from renderer.provenance.verifier import read_manifest
from renderer.stages.sign import SignedFile, sign
from tests.renderer import signing

if TYPE_CHECKING:
    from pathlib import Path

    from renderer.provenance.signer import Signer


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return signing.still_clip(tmp_path_factory.mktemp("clip") / "clip.mp4")


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> signing.Chain:
    return signing.Chain(tmp_path_factory.mktemp("chain") / "keys")


@pytest.fixture(scope="module")
def signed(clip: Path, chain: signing.Chain, tmp_path_factory: pytest.TempPathFactory) -> SignedFile:
    return sign(signing.plan(clip), clip, tmp_path_factory.mktemp("signed") / "signed.mp4", chain.signer())


def test_own_reader_trusts_it(signed: SignedFile, chain: signing.Chain) -> None:
    found = read_manifest(signed.path, chain.trust_pem)
    assert found is not None
    assert (found.state, found.signed, found.ours, found.failures) == ("Trusted", True, True, ())
    assert found.issuer == "Somebody else"
    assert found.label == manifest_id(signed.manifest)
    assert signed.sha256 == hashlib.sha256(signed.path.read_bytes()).hexdigest()


def test_a_reader_without_our_root_finds_it_valid_but_unknown(signed: SignedFile, tmp_path: Path) -> None:
    found = read_manifest(signed.path, signing.Chain(tmp_path / "other").trust_pem)
    assert found is not None
    assert (found.state, found.signed, found.ours) == ("Valid", True, False)


def test_the_manifest_is_small_and_in_front_of_the_media(signed: SignedFile) -> None:
    data = signed.path.read_bytes()
    assert len(signed.manifest) < 10_000
    assert data.index(signed.manifest) < data.index(b"moov") < data.index(b"mdat")


def test_a_picture_that_changes_is_noticed(signed: SignedFile, chain: signing.Chain, tmp_path: Path) -> None:
    data = signed.path.read_bytes()
    rng = random.Random(5)
    for place in rng.sample(range(data.index(b"mdat") + 4, len(data)), 40):
        assert flipped(data, place, tmp_path, chain) == ("Invalid", ("assertion.bmffHash.mismatch",)), place
    for place in rng.sample(range(data.index(b"moov"), data.index(b"mdat")), 40):
        # A broken box may also make the file unreadable as a whole.
        assert flipped(data, place, tmp_path, chain)[0] in ("Invalid", "unreadable"), place


@pytest.mark.parametrize("text", [b"c2pa.placed", b"notAllowed", signing.CONSENT.encode(), b"123456789abc"])
def test_a_statement_that_changes_is_noticed(
    signed: SignedFile, chain: signing.Chain, tmp_path: Path, text: bytes
) -> None:
    data = signed.path.read_bytes()
    found = flipped(data, data.index(text) + len(text) - 1, tmp_path, chain)
    assert found == ("Invalid", ("assertion.hashedURI.mismatch",))


def flipped(data: bytes, place: int, folder: Path, chain: signing.Chain) -> tuple[str, tuple[str, ...]]:
    changed = bytearray(data)
    changed[place] ^= 1
    path = folder / "changed.mp4"
    path.write_bytes(changed)
    found = read_manifest(path, chain.trust_pem)
    return (found.state, found.failures) if found else ("unreadable", ())


def test_an_expired_certificate_does_not_sign(clip: Path, tmp_path: Path) -> None:
    expired = signing.Chain(tmp_path / "keys", life=timedelta(seconds=0))
    with pytest.raises(ProvenanceError) as caught:
        sign(signing.plan(clip), clip, tmp_path / "out.mp4", expired.signer())
    assert caught.value.code == "CERTIFICATE_EXPIRED"
    assert not (tmp_path / "out.mp4").exists()


def test_an_empty_time_authority_is_none_at_all(clip: Path, chain: signing.Chain, tmp_path: Path) -> None:
    """The library refuses an empty address, and an unset environment variable often arrives as one."""
    assert sign(signing.plan(clip), clip, tmp_path / "out.mp4", chain.signer(time_authority="")).manifest


NO_SIGNATURE = x509.KeyUsage(
    digital_signature=False, content_commitment=False, key_encipherment=True, data_encipherment=False,
    key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
)  # fmt: skip


@pytest.mark.parametrize(
    ("dropped", "instead"),
    [
        (x509.ExtendedKeyUsage, x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])),
        (x509.ExtendedKeyUsage, None),
        (x509.KeyUsage, None),
        (x509.KeyUsage, NO_SIGNATURE),
        (x509.AuthorityKeyIdentifier, None),
    ],
    ids=["server-auth", "no-purpose", "no-key-usage", "no-digital-signature", "no-authority-key-id"],
)
def test_a_wrong_certificate_is_refused(
    dropped: type[x509.ExtensionType],
    instead: x509.ExtensionType | None,
    clip: Path,
    chain: signing.Chain,
    tmp_path: Path,
) -> None:
    extensions = [each for each in chain.leaf.extensions if each.oid != dropped.oid]
    if instead is not None:
        extensions.append(x509.Extension(dropped.oid, dropped is x509.KeyUsage, instead))
    refused(
        clip, chain, tmp_path, like(chain, chain.leaf.issuer, extensions).sign(chain.keys[1], hashes.SHA256())
    )


def test_a_self_signed_certificate_is_refused(clip: Path, chain: signing.Chain, tmp_path: Path) -> None:
    builder = like(chain, chain.leaf.subject, list(chain.leaf.extensions))
    refused(clip, chain, tmp_path, builder.sign(chain.keys[2], hashes.SHA256()))


def like(
    chain: signing.Chain, issuer: x509.Name, extensions: list[x509.Extension]
) -> x509.CertificateBuilder:
    leaf = chain.leaf
    return x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=leaf.subject,
        public_key=leaf.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=leaf.not_valid_before_utc,
        not_valid_after=leaf.not_valid_after_utc,
        extensions=extensions,
    )


def refused(clip: Path, chain: signing.Chain, folder: Path, leaf: x509.Certificate) -> None:
    with pytest.raises(ProvenanceError) as caught:
        sign(signing.plan(clip), clip, folder / "out.mp4", chain.signer(leaf))
    assert caught.value.code in ("CERTIFICATE_INVALID", "SIGNATURE_INVALID")


def test_a_key_that_does_not_fit_the_certificate_is_found_out(clip: Path, tmp_path: Path) -> None:
    mine, other = signing.Chain(tmp_path / "mine"), signing.Chain(tmp_path / "other")
    (mine.folder / "leaf.key").write_bytes((other.folder / "leaf.key").read_bytes())
    with pytest.raises(ProvenanceError) as caught:
        sign(signing.plan(clip), clip, tmp_path / "out.mp4", mine.signer())
    assert caught.value.code == "SIGNATURE_INVALID"


def test_twenty_megabytes_are_signed_in_half_a_second(
    clip: Path, chain: signing.Chain, tmp_path: Path
) -> None:
    noise = ("-f", "lavfi", "-i", "nullsrc=s=1280x720:d=1:r=25,geq=random(1)*255:128:128")
    codec = ("-c:v", "libx264", "-preset", "ultrafast", "-b:v", "170M", "-pix_fmt", "yuv420p")
    big = tmp_path / "big.mp4"
    run([*noise, *codec, "-movflags", "+faststart", big], timeout=120)
    assert big.stat().st_size > 15e6
    signer = chain.signer()
    best = min(_signing_seconds(clip, big, tmp_path / f"{turn}.mp4", signer) for turn in range(2))
    assert best < 0.5 * big.stat().st_size / 20e6


def _signing_seconds(master: Path, source: Path, target: Path, signer: Signer) -> float:
    began = time.process_time()
    sign(signing.plan(master), source, target, signer)
    return time.process_time() - began


def test_the_local_chain_signs(clip: Path, tmp_path: Path) -> None:
    keys.ensure(tmp_path / "keys")
    made = sign(signing.plan(clip), clip, tmp_path / "out.mp4", keys.load_signer(tmp_path / "keys"))
    assert made.path.exists()
