"""``manage.py demo_accounts``: who may sign in to the demo, one account per role."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Prints the sign-in of every demo role."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        if settings.ADFORGE_DEMO_ACCOUNTS:
            self.stdout.write(f"{'role':<16}{'user name':<22}password")
        for account in settings.ADFORGE_DEMO_ACCOUNTS:
            self.stdout.write(f"{account['role']:<16}{account['username']:<22}{account['password']}")
