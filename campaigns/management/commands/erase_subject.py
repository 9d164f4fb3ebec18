"""Removes everything bodily of one person and prints what was removed."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from campaigns.models import Person
from campaigns.services import erasure


class Command(BaseCommand):
    help = "Erase a person: takes, face tracks, evidence, finished videos, names. The audit chain stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("person", type=UUID, help="public id of the person")
        parser.add_argument(
            "--yes", action="store_true", help="do it; without this only the files are listed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        person = Person.objects.filter(public_id=options["person"]).first()
        if person is None:
            raise CommandError("There is no such person.")
        removed = erasure.erase_person(person) if options["yes"] else erasure.would_remove(person)
        for item in removed:
            self.stdout.write(f"{item.kind}\t{item.ref}\t{item.file}")
        done = "removed" if options["yes"] else "would be removed; add --yes to do it"
        self.stdout.write(f"{len(removed)} files {done}")
