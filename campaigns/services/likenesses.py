"""Register people and their likenesses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from campaigns import auditing, policy
from campaigns.models import Likeness, Organisation, Person, SomeUser
from campaigns.services import values

_PERSON_FIELDS = frozenset({"kind", "display_name", "birth_date", "died_on", "notes"})
_LIKENESS_FIELDS = frozenset({"name", "face", "voice_preset"})


def create_person(
    *,
    organisation: Organisation,
    user: SomeUser,
    kind: str,
    display_name: str,
    birth_date: date | None = None,
    died_on: date | None = None,
    notes: str = "",
) -> Person:
    """Register a person.

    Raises:
        CampaignError: ``FIELD_INVALID``. PermissionDenied: the role is missing.
    """
    policy.require(user, organisation, "likeness.edit")
    person = Person(organisation=organisation, kind=kind, display_name=display_name)
    person.birth_date, person.died_on, person.notes = birth_date, died_on, notes.strip()
    _check_person(person)
    with transaction.atomic():
        person.save()
        auditing.record("person.created", target=person, actor=user, kind=kind)
    return person


def edit_person(person: Person, *, user: SomeUser, **changes: Any) -> Person:
    """Correct what is known of a person; the gate asks with the new facts from now on."""
    policy.require(user, person.organisation, "likeness.edit")
    _apply(person, changes, _PERSON_FIELDS)
    _check_person(person)
    with transaction.atomic():
        person.save(update_fields=[*changes, "updated_at"])
        auditing.record("person.edited", target=person, actor=user, fields=sorted(changes))
    return person


def create_likeness(
    *,
    person: Person,
    user: SomeUser,
    name: str,
    face: bool = True,
    voice_preset: Mapping[str, str] | None = None,
) -> Likeness:
    """Add a usable appearance of a person. Nothing may be made with it before a consent is granted."""
    policy.require(user, person.organisation, "likeness.edit")
    likeness = Likeness(person=person, name=values.text("Name", name), face=face)
    likeness.voice_preset = _voices(voice_preset or {})
    with transaction.atomic():
        likeness.save()
        auditing.record("likeness.created", target=likeness, actor=user, person=str(person.public_id))
    return likeness


def edit_likeness(likeness: Likeness, *, user: SomeUser, **changes: Any) -> Likeness:
    policy.require(user, likeness.person.organisation, "likeness.edit")
    _apply(likeness, changes, _LIKENESS_FIELDS)
    likeness.name = values.text("Name", likeness.name)
    likeness.voice_preset = _voices(likeness.voice_preset)
    with transaction.atomic():
        likeness.save(update_fields=[*changes, "updated_at"])
        auditing.record("likeness.edited", target=likeness, actor=user, fields=sorted(changes))
    return likeness


def retire_likeness(likeness: Likeness, *, user: SomeUser) -> None:
    """Take a likeness out of use: from now on the gate answers ``RETIRED``."""
    policy.require(user, likeness.person.organisation, "likeness.edit")
    with transaction.atomic():
        likeness.retired = True
        likeness.save(update_fields=["retired", "updated_at"])
        auditing.record("likeness.retired", target=likeness, actor=user)


def _apply(row: Person | Likeness, changes: Mapping[str, Any], allowed: frozenset[str]) -> None:
    for name, value in changes.items():
        if name not in allowed:
            raise values.invalid(name, "cannot be changed here.")
        setattr(row, name, value)


def _check_person(person: Person) -> None:
    person.display_name = values.text("Name", person.display_name)
    if person.kind not in Person.Kind.values:
        raise values.invalid("Kind", f"{person.kind!r} is not known.")
    if person.kind != Person.Kind.SYNTHETIC and person.birth_date is None:
        raise values.invalid("Date of birth", "it is needed for everybody who lives or lived.")
    if (person.died_on is not None) != (person.kind == Person.Kind.ESTATE):
        raise values.invalid("Date of death", "it belongs to an estate, and every estate needs it.")


def _voices(given: Mapping[str, str]) -> dict[str, str]:
    return {values.locale(tag): values.text("Voice", name, limit=60) for tag, name in given.items() if name}
