"""Resumable uploads: parts, resume, refusals at the right moment, one row at the end."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from campaigns.exceptions import CampaignError, StateConflict
from campaigns.models import Campaign, ConsentEvidence, MasterClip, PerformerRelease, Take, Upload, UploadPart
from campaigns.services import uploads
from tests import factories
from tests.factories import sha256
from tests.worlds import World

PART = 100
VIDEO = factories.SHORT_MP4 + bytes(range(256))


@pytest.fixture(autouse=True)
def small_parts(settings) -> None:
    settings.UPLOAD_PART_BYTES = PART


def announce(world: World, **changes: object) -> Upload:
    given = {
        "user": world.marketer, "organisation": world.organisation, "purpose": "master",
        "target": world.campaign.public_id, "filename": "clip.mp4", "size": len(VIDEO),
    }  # fmt: skip
    return uploads.create_upload(**(given | changes))


def parts(data: bytes = VIDEO) -> list[bytes]:
    return [data[start : start + PART] for start in range(0, len(data), PART)]


def send(upload: Upload, numbers: list[int] | None = None) -> None:
    for number, data in enumerate(parts()):
        if numbers is None or number in numbers:
            uploads.put_part(upload, number=number, data=data, sha256=sha256(data))


def code_of(call, *args: object, **kwargs: object) -> str:
    with pytest.raises(CampaignError) as refused:
        call(*args, **kwargs)
    return refused.value.code


def test_an_interrupted_upload_goes_on_where_it_stopped(world: World, sent, committing) -> None:
    upload = announce(world)
    send(upload, [0, 2])
    assert (uploads.received(upload), uploads.part_count(upload)) == ([0, 2], 4)
    assert code_of(uploads.complete_upload, upload, user=world.marketer) == "UPLOAD_INCOMPLETE"
    send(upload, [1, 3])
    with committing():
        master = uploads.complete_upload(upload, user=world.marketer, sha256=sha256(VIDEO))
    assert isinstance(master, MasterClip)
    assert (master.status, master.sha256, master.file.read()) == ("uploaded", sha256(VIDEO), VIDEO)
    assert sent == [("renderer.tasks.probe_master", str(master.public_id))]
    assert (upload.status, UploadPart.objects.count()) == ("complete", 0)


def test_completing_twice_gives_the_same_row(world: World) -> None:
    upload = announce(world)
    send(upload)
    first = uploads.complete_upload(upload, user=world.marketer)
    assert uploads.complete_upload(upload, user=world.marketer) == first
    assert MasterClip.objects.filter(filename="clip.mp4").count() == 1


def test_a_part_sent_twice_is_kept_once(world: World) -> None:
    upload = announce(world)
    send(upload, [1])
    send(upload, [1])
    assert UploadPart.objects.count() == 1


@pytest.mark.parametrize("damage", ["hash", "length", "number"])
def test_a_damaged_part_is_refused(world: World, damage: str) -> None:
    upload, data = announce(world), parts()[1]
    given = {"number": 1, "data": data, "sha256": sha256(data)}
    given |= {"hash": {"sha256": sha256(b"x")}, "length": {"data": data[:-1]}, "number": {"number": 9}}[
        damage
    ]
    assert code_of(uploads.put_part, upload, **given) == "UPLOAD_PART"


def test_the_wrong_kind_of_file_is_refused_with_its_first_part(world: World) -> None:
    upload = announce(world, size=50)
    text = b"not a video at all, just text that says so. " + b"." * 6
    assert code_of(uploads.put_part, upload, number=0, data=text, sha256=sha256(text)) == "UPLOAD_TYPE"


def test_another_file_than_announced_is_refused_and_nothing_is_lost(world: World) -> None:
    upload = announce(world)
    send(upload)
    wrong = sha256(b"another")
    assert code_of(uploads.complete_upload, upload, user=world.marketer, sha256=wrong) == "UPLOAD_CHANGED"
    assert uploads.complete_upload(upload, user=world.marketer).sha256 == sha256(VIDEO)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"size": 0}, "UPLOAD_EMPTY"),
        ({"size": 5 * 1024**4}, "UPLOAD_TOO_LARGE"),
        ({"purpose": "gossip"}, "FIELD_INVALID"),
        ({"target": "not-an-id"}, "FOREIGN_OBJECT"),
        ({"filename": " "}, "FIELD_INVALID"),
    ],
)
def test_what_can_be_refused_is_refused_before_a_byte_is_sent(world: World, changes: dict, code: str) -> None:
    assert code_of(announce, world, **changes) == code
    assert not Upload.objects.exists()


def test_the_target_has_to_be_ones_own(world: World) -> None:
    foreign = factories.CampaignFactory()
    assert code_of(announce, world, target=foreign.public_id) == "FOREIGN_OBJECT"
    with pytest.raises(PermissionDenied):
        announce(world, user=world.reviewer)
    with pytest.raises(PermissionDenied):
        announce(world, user=world.stranger)


def test_an_ended_upload_takes_no_parts(world: World) -> None:
    upload = announce(world)
    send(upload, [0])
    uploads.abort_upload(upload, user=world.marketer)
    assert UploadPart.objects.count() == 0
    with pytest.raises(StateConflict):
        send(upload, [1])


def test_forgotten_uploads_are_purged(world: World) -> None:
    old, new = announce(world), announce(world)
    send(old, [0])
    Upload.objects.filter(pk=old.pk).update(updated_at=timezone.now() - timedelta(hours=25))
    assert uploads.purge_stale() == 1
    statuses = dict(Upload.objects.values_list("pk", "status"))
    assert (statuses[old.pk], statuses[new.pk]) == ("aborted", "open")


def store(world: World, purpose: str, target: object, data: bytes, **details: object):
    return uploads.store_file(
        user=world.marketer, organisation=world.organisation, purpose=purpose, target=target.public_id,
        filename=f"my {purpose} of Ana.bin", file=io.BytesIO(data), details=details,
    )  # fmt: skip


def test_each_purpose_ends_in_its_row(world: World, sent, committing) -> None:
    draft = factories.ConsentFactory(likeness=world.likeness)
    second = factories.MasterClipFactory(campaign=world.campaign)
    wav = b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\x00" * 28
    with committing():
        photo = store(world, "photo", world.likeness, factories.jpeg())
        clip = store(world, "clip", world.likeness, VIDEO)
        voice = store(world, "voice", world.likeness, wav)
        evidence = store(world, "evidence", draft, factories.PDF, kind="signed_form")
        terms = {"performer_ref": "P 1", "signed_on": "2026-02-03", "allows_face_replacement": True}
        release = store(world, "release", second, factories.PDF, **terms)
        campaign = store(world, "bed", world.campaign, wav)
    kinds = [type(row) for row in (photo, clip, voice, evidence, release, campaign)]
    assert kinds == [Take, Take, Take, ConsentEvidence, PerformerRelease, Campaign]
    assert [photo.kind, clip.kind, voice.kind] == ["photo", "clip", "voice"]
    assert (release.allows_face_replacement, campaign.bed_sha256) == (True, sha256(wav))
    assert [name for name, _ in sent] == ["renderer.tasks.check_take"] * 3


def test_stored_names_tell_nothing(world: World) -> None:
    take = store(world, "photo", world.likeness, factories.jpeg())
    assert "Ana" not in take.file.name
    assert take.filename == "my photo of Ana.bin"


def test_a_zero_byte_photo_is_refused(world: World) -> None:
    assert code_of(store, world, "photo", world.likeness, b"") == "UPLOAD_EMPTY"


def test_evidence_belongs_to_a_draft(world: World) -> None:
    assert (
        code_of(store, world, "evidence", world.consent, factories.PDF, kind="signed_form")
        == "CONSENT_LOCKED"
    )


def test_evidence_that_comes_too_late_is_refused_at_the_end(world: World) -> None:
    draft = factories.ConsentFactory(likeness=world.likeness)
    upload = announce(
        world, purpose="evidence", target=draft.public_id, size=len(factories.PDF), details={"kind": "video"}
    )
    uploads.put_part(upload, number=0, data=factories.PDF, sha256=sha256(factories.PDF))
    type(draft).objects.filter(pk=draft.pk).update(status="submitted")
    assert code_of(uploads.complete_upload, upload, user=world.marketer) == "CONSENT_LOCKED"
    assert not draft.evidence.exists()


@pytest.mark.parametrize(
    "details", [{}, {"performer_ref": "P", "signed_on": "soon"}, {"signed_on": "2026-01-01"}]
)
def test_a_release_needs_its_terms(world: World, details: dict) -> None:
    master = factories.MasterClipFactory(campaign=world.campaign)
    assert code_of(store, world, "release", master, factories.PDF, **details) == "FIELD_INVALID"


def test_a_new_release_replaces_the_old_one(world: World) -> None:
    terms = {"performer_ref": "P 2", "signed_on": "2026-02-03"}
    release = store(world, "release", world.master, factories.PDF, **terms)
    assert PerformerRelease.objects.get() == release
    assert not release.allows_face_replacement


def test_a_full_disk_is_a_coded_error_and_nothing_is_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = announce(world)
    send(upload)

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(uploads, "_join", full)
        assert code_of(uploads.complete_upload, upload, user=world.marketer) == "DISK_FULL"
    assert uploads.complete_upload(upload, user=world.marketer).sha256 == sha256(VIDEO)


def test_a_row_that_cannot_be_written_leaves_no_file(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from campaigns.services import intake

    saved: list[tuple[object, str]] = []

    def broken(action: str, row: Take, *rest: object) -> None:
        saved.append((row.file.storage, row.file.name))
        raise RuntimeError

    monkeypatch.setattr(intake, "_saved", broken)
    with pytest.raises(RuntimeError):
        store(world, "photo", world.likeness, factories.jpeg())
    storage, name = saved[0]
    assert not storage.exists(name)
