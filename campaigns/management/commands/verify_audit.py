"""Walks the audit chain from its first entry and fails at the first one that does not fit."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns import auditing


class Command(BaseCommand):
    help = "Check that no audit entry was changed, inserted or removed. Exit code 1 names the first bad one."

    def handle(self, *args: Any, **options: Any) -> None:
        report = auditing.verify_chain()
        if report.broken is not None:
            raise CommandError(
                f"Entry {report.broken} {report.reason}; {report.checked} entries before it are fine."
            )
        self.stdout.write(f"{report.checked} entries, unbroken; the last digest is {auditing.head()}")
