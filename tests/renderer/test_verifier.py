"""Public verification: what can be said of a file when its manifest, its mark and the registry agree or do not."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from renderer.errors import InputError
from renderer.media.ffmpeg import run
from renderer.provenance.manifest import manifest_id
from renderer.provenance.verifier import RecordFacts, Verdict, VerdictCode, verify
from renderer.stages import protect
from renderer.stages.sign import SignedFile, sign
from tests.renderer import signing

if TYPE_CHECKING:
    from pathlib import Path

OTHER_MARK = 0x0C0FFEE00001
C2PA_BOX = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("verify")


@pytest.fixture(scope="module")
def chain(folder: Path) -> signing.Chain:
    return signing.Chain(folder / "keys", organisation="AdForge test")


@pytest.fixture(scope="module")
def marked(folder: Path) -> Path:
    return signing.marked_clip(folder / "marked.mp4", signing.MARK)


@pytest.fixture(scope="module")
def other(folder: Path) -> Path:
    return signing.marked_clip(folder / "other.mp4", OTHER_MARK)


@pytest.fixture(scope="module")
def unmarked(folder: Path) -> Path:
    return signing.marked_clip(folder / "unmarked.mp4", None)


@pytest.fixture(scope="module")
def signed(marked: Path, chain: signing.Chain, folder: Path) -> SignedFile:
    return sign(signing.plan(marked), marked, folder / "signed.mp4", chain.signer())


class Registry:
    """Answers like the database: by manifest label or by watermark id."""

    def __init__(self, *records: RecordFacts) -> None:
        self.records = records

    def __call__(self, kind: str, value: str) -> RecordFacts | None:
        for record in self.records:
            if value == record.manifest_id if kind == "manifest" else value in record.watermark_ids:
                return record
        return None


def record_of(signed: SignedFile, *ids: int, ref: str = "record") -> RecordFacts:
    marks = frozenset(f"{number:012x}" for number in ids or (signing.MARK,))
    return RecordFacts(ref, manifest_id(signed.manifest), marks, signed.sha256)


@pytest.fixture(scope="module")
def registry(signed: SignedFile) -> Registry:
    return Registry(
        record_of(signed), RecordFacts("other", "urn:c2pa:other", frozenset({f"{OTHER_MARK:012x}"}))
    )


def judged(path: Path, chain: signing.Chain, registry: Registry) -> Verdict:
    verdict = verify(path, trust_pem=chain.trust_pem, keys=signing.MARKS, lookup=registry)
    said = repr(verdict).lower()
    assert not any(word in said for word in ("authentic", "fake", "'real'"))
    return verdict


def flipped(source: Path, place: int, target: Path) -> Path:
    data = bytearray(source.read_bytes())
    data[place] ^= 1
    target.write_bytes(data)
    return target


def test_signed_and_unchanged(signed: SignedFile, chain: signing.Chain, registry: Registry) -> None:
    verdict = judged(signed.path, chain, registry)
    assert verdict.code == VerdictCode.SIGNED_UNCHANGED
    assert verdict.record_ref == "record"
    assert verdict.watermark_ids == {f"{signing.MARK:012x}"}
    assert verdict.issuer == "AdForge test"
    assert verdict.issuer_trusted
    assert verdict.signed_at.startswith("20")
    assert verdict.details["failures"] == []


def test_one_byte_of_the_media_changed(
    signed: SignedFile, chain: signing.Chain, registry: Registry, tmp_path: Path
) -> None:
    size = signed.path.stat().st_size
    verdict = judged(flipped(signed.path, size - size // 3, tmp_path / "bad.mp4"), chain, registry)
    assert (verdict.code, verdict.record_ref) == (VerdictCode.SIGNED_ALTERED, "record")
    assert verdict.details["failures"] == ["assertion.bmffHash.mismatch"]


def test_one_byte_of_a_statement_changed(
    signed: SignedFile, chain: signing.Chain, registry: Registry, tmp_path: Path
) -> None:
    place = signed.path.read_bytes().index(signing.CONSENT.encode()) + 20
    verdict = judged(flipped(signed.path, place, tmp_path / "bad.mp4"), chain, registry)
    assert (verdict.code, verdict.record_ref) == (VerdictCode.SIGNED_ALTERED, "record")


def test_a_byte_outside_the_hard_binding_still_shows(
    signed: SignedFile, chain: signing.Chain, registry: Registry, tmp_path: Path
) -> None:
    """The manifest's padding is covered by no hash, but the registry knows the file it saw signed."""
    data = signed.path.read_bytes()
    end = data.index(signed.manifest) + len(signed.manifest)
    padding = data.rindex(b"\0" * 40, 0, end) + 20
    verdict = judged(flipped(signed.path, padding, tmp_path / "bad.mp4"), chain, registry)
    assert verdict.code in (VerdictCode.SIGNED_ALTERED, VerdictCode.RECOVERED)


def test_a_broken_signature_counts_as_none(
    signed: SignedFile, chain: signing.Chain, registry: Registry, tmp_path: Path
) -> None:
    data = signed.path.read_bytes()
    certificate = data.index(chain.leaf.tbs_certificate_bytes)
    verdict = judged(flipped(signed.path, certificate + 40, tmp_path / "bad.mp4"), chain, registry)
    assert (verdict.code, verdict.record_ref) == (VerdictCode.RECOVERED, "record")
    assert verdict.issuer == ""


def test_a_stripped_copy_is_recovered(
    signed: SignedFile, chain: signing.Chain, registry: Registry, tmp_path: Path
) -> None:
    run(["-i", signed.path, "-c", "copy", tmp_path / "copy.mp4"], timeout=60)
    verdict = judged(tmp_path / "copy.mp4", chain, registry)
    assert (verdict.code, verdict.record_ref) == (VerdictCode.RECOVERED, "record")
    assert not verdict.issuer_trusted


def test_a_re_encoded_copy_in_another_container_is_recovered(
    signed: SignedFile, chain: signing.Chain, registry: Registry, tmp_path: Path
) -> None:
    run(
        ["-i", signed.path, "-c:v", "libx264", "-crf", "26", "-vf", "scale=960:-2", tmp_path / "copy.mkv"],
        timeout=60,
    )
    verdict = judged(tmp_path / "copy.mkv", chain, registry)
    assert (verdict.code, verdict.record_ref) == (VerdictCode.RECOVERED, "record")


def test_a_transplanted_manifest_is_mixed(
    signed: SignedFile, other: Path, chain: signing.Chain, registry: Registry, tmp_path: Path
) -> None:
    data = signed.path.read_bytes()
    start = data.index(C2PA_BOX) - 8
    box = data[start : start + int.from_bytes(data[start : start + 4], "big")]
    forged = tmp_path / "forged.mp4"
    forged.write_bytes(other.read_bytes() + box)
    verdict = judged(forged, chain, registry)
    assert verdict.code == VerdictCode.MIXED
    assert verdict.record_ref == "record"
    assert verdict.watermark_ids == {f"{OTHER_MARK:012x}"}


def test_a_valid_signature_over_the_wrong_mark_is_mixed(
    other: Path, chain: signing.Chain, registry: Registry, tmp_path: Path
) -> None:
    """Signed by us as one variant although the picture carries another one, and never registered."""
    wrong = sign(signing.plan(other, signing.MARK), other, tmp_path / "wrong.mp4", chain.signer())
    assert judged(wrong.path, chain, registry).code == VerdictCode.MIXED


def test_two_ids_released_together_are_not_mixed(signed: SignedFile, chain: signing.Chain) -> None:
    registry = Registry(record_of(signed, signing.MARK, OTHER_MARK))
    assert judged(signed.path, chain, registry).code == VerdictCode.SIGNED_UNCHANGED


def test_somebody_elses_signature(
    unmarked: Path, chain: signing.Chain, registry: Registry, tmp_path: Path
) -> None:
    theirs = signing.Chain(tmp_path / "theirs", organisation="Camera maker")
    made = sign(signing.plan(unmarked), unmarked, tmp_path / "theirs.mp4", theirs.signer())
    verdict = judged(made.path, chain, registry)
    assert (verdict.code, verdict.record_ref) == (VerdictCode.OTHER_SIGNER, None)
    assert verdict.issuer == "Camera maker"
    assert not verdict.issuer_trusted
    size = made.path.stat().st_size
    changed = judged(flipped(made.path, size - 2000, tmp_path / "changed.mp4"), chain, registry)
    assert changed.code == VerdictCode.OTHER_SIGNER, "our assertion labels do not make it ours"


def test_our_mark_under_somebody_elses_signature_is_recovered(
    marked: Path, chain: signing.Chain, registry: Registry, tmp_path: Path
) -> None:
    theirs = signing.Chain(tmp_path / "theirs", organisation="Editing app")
    made = sign(signing.plan(marked), marked, tmp_path / "theirs.mp4", theirs.signer())
    verdict = judged(made.path, chain, registry)
    assert (verdict.code, verdict.record_ref, verdict.issuer) == (
        VerdictCode.RECOVERED,
        "record",
        "Editing app",
    )


def test_a_release_outlives_its_certificate(marked: Path, tmp_path: Path) -> None:
    brief = signing.Chain(tmp_path / "brief", organisation="AdForge test", life=timedelta(seconds=4))
    made = sign(signing.plan(marked), marked, tmp_path / "made.mp4", brief.signer())
    time.sleep(max(0.0, signing.seconds_left(brief.leaf)) + 1.1)
    verdict = judged(made.path, brief, Registry(record_of(made)))
    assert (verdict.code, verdict.record_ref) == (VerdictCode.SIGNED_UNCHANGED, "record")
    changed = flipped(made.path, made.path.stat().st_size - 2000, tmp_path / "changed.mp4")
    assert judged(changed, brief, Registry(record_of(made))).code == VerdictCode.RECOVERED


def test_no_mark_no_manifest_no_statement(unmarked: Path, chain: signing.Chain, registry: Registry) -> None:
    verdict = judged(unmarked, chain, registry)
    assert (verdict.code, verdict.record_ref, verdict.issuer) == (VerdictCode.NO_STATEMENT, None, "")
    assert verdict.watermark_ids == frozenset()


def test_a_mark_that_is_not_registered_is_no_statement(marked: Path, chain: signing.Chain) -> None:
    assert judged(marked, chain, Registry()).code == VerdictCode.NO_STATEMENT


@pytest.mark.parametrize("data", [b"", b"\0" * 5000, b"GIF89a" + b"\7" * 300], ids=["empty", "zeros", "junk"])
def test_not_a_video_is_a_coded_error(data: bytes, chain: signing.Chain, tmp_path: Path) -> None:
    path = tmp_path / "upload.mp4"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        judged(path, chain, Registry())
    assert caught.value.code == "UNREADABLE_FILE"


class TestProtect:
    def test_reads_its_own_id_back(self, marked: Path) -> None:
        found = protect.read_back(marked, signing.plan(marked), signing.MARKS)
        assert found is not None
        assert found.read == found.windows

    def test_another_id_or_none_is_not_good_enough(self, other: Path, unmarked: Path) -> None:
        assert protect.read_back(other, signing.plan(other), signing.MARKS) is None
        assert protect.read_back(unmarked, signing.plan(unmarked), signing.MARKS) is None

    def test_an_unreadable_mark_is_permanent(self) -> None:
        error = protect.unreadable()
        assert (error.code, error.permanent) == ("MARK_UNREADABLE", True)
