"""Makes the demo organisation; safe to repeat."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from campaigns.services import demo
from campaigns.services.demo import Demo

POLL_SECONDS = 1.0


class Command(BaseCommand):
    help = "Make the demo organisation, its users, campaign, likenesses, consents and scripts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--render", action="store_true", help="wait for the worker, then ask for all variants"
        )
        parser.add_argument("--wait", type=float, default=600, help="seconds to wait for the worker")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.ADFORGE_DEMO_ACCOUNTS:
            raise CommandError("The demo is off here. Set ADFORGE_DEMO=1 to allow demo accounts.")
        folder = Path(settings.DEMO_DIR)
        if not (folder / "manifest.json").is_file():
            raise CommandError(f"There is no demo material in {folder}.")
        seeded = demo.seed(folder, settings.ADFORGE_DEMO_ACCOUNTS)
        for account in settings.ADFORGE_DEMO_ACCOUNTS:
            self.stdout.write(f"{account['role']:<14} {account['username']:<20} {account['password']}")
        if options["render"]:
            self._render(seeded, options["wait"])

    def _render(self, seeded: Demo, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        try:
            while left := demo.waiting_for(seeded):
                if time.monotonic() > deadline:
                    raise CommandError(f"The worker has not examined {', '.join(left)} yet.")
                time.sleep(POLL_SECONDS)
        except RuntimeError as rejected:
            raise CommandError(str(rejected)) from rejected
        for outcome in demo.request_all(seeded):
            state = outcome.variant.status if outcome.variant else f"{outcome.code} {outcome.message}"
            self.stdout.write(f"{outcome.likeness.name:<20} {outcome.localized_script.locale:<8} {state}")
