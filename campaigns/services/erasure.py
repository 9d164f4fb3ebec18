"""Remove everything bodily of a person: takes, tracks, evidence, salts and the files made of them.

The audit chain and the consent rows stay, as opaque ids; without their salts the public commitments say
nothing any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from campaigns import auditing
from campaigns.auditing import Actor
from campaigns.exceptions import DenialCode
from campaigns.models import Consent, ConsentEvidence, LocalizedScript, Person, Rendition, Take, Variant
from campaigns.services.consents import stop_variant

ERASED_NAME = "erased person"
Row = Take | ConsentEvidence | Rendition


@dataclass(frozen=True, slots=True)
class Removed:
    """One thing that is gone: the kind and the id of its row, and the storage name of the file."""

    kind: str
    ref: str
    file: str


def erase_person(person: Person, *, actor: Actor = None) -> list[Removed]:
    """Erase and return the list of what was removed. Variants are stopped first, so nothing new appears.

    Running it again removes what an interrupted run left.
    """
    with transaction.atomic():
        _stop_everything(person, actor)
        _forget_names(person)
        auditing.record("person.erased", target=person, actor=actor)
    return [_remove(kind, row, stored) for kind, row, stored in list(_files(person))]


def would_remove(person: Person) -> list[Removed]:
    """The same list, without touching anything."""
    return [Removed(kind, str(row.public_id), stored.name or "") for kind, row, stored in _files(person)]


def _stop_everything(person: Person, actor: Actor) -> None:
    for variant in _variants(person):
        stop_variant(variant, code=DenialCode.RETIRED.value, message="The likeness was erased.", actor=actor)
    person.likenesses.update(retired=True, voice_preset={}, name=ERASED_NAME)


def _forget_names(person: Person) -> None:
    person.display_name, person.notes = ERASED_NAME, ""
    person.erased_at = person.erased_at or timezone.now()
    person.save(update_fields=["display_name", "notes", "erased_at", "updated_at"])
    Consent.objects.filter(likeness__person=person).update(salt="", signed_text="")


def _variants(person: Person) -> list[Variant]:
    own = Variant.objects.filter(likeness__person=person)
    spoken = LocalizedScript.objects.filter(voice_over__likeness__person=person)
    return list(own | Variant.objects.filter(localized_script__in=spoken))


def _files(person: Person) -> Iterator[tuple[str, Row, FieldFile]]:
    """Every file that still exists; an erased field is empty and is left out."""
    return ((kind, row, stored) for kind, row, stored in _all_files(person) if stored.name)


def _all_files(person: Person) -> Iterator[tuple[str, Row, FieldFile]]:
    for take in Take.objects.filter(likeness__person=person):
        yield "take", take, take.file
        yield "face track", take, take.track
    for evidence in ConsentEvidence.objects.filter(consent__likeness__person=person):
        yield "evidence", evidence, evidence.file
    for rendition in Rendition.objects.filter(variant__in=_variants(person)):
        yield "video", rendition, rendition.file
        yield "poster", rendition, rendition.poster
        yield "thumbnail", rendition, rendition.thumbnail
        yield "captions", rendition, rendition.captions


def _remove(kind: str, row: Row, stored: FieldFile) -> Removed:
    name = stored.name or ""
    stored.storage.delete(name)
    type(row)._default_manager.filter(pk=row.pk).update(**_emptied(row, stored.field.name))
    return Removed(kind, str(row.public_id), name)


def _emptied(row: Row, field: str) -> dict[str, object]:
    """Names and measures of the body go with the file; hashes stay, they prove what there was."""
    empty: dict[str, object] = {field: ""}
    if isinstance(row, Take):
        empty |= {"quality": {}, "filename": ERASED_NAME}
    if isinstance(row, ConsentEvidence):
        empty |= {"filename": ERASED_NAME}
    return empty
