"""``manage.py doctor``: is everything there that AdForge needs? Exit status 1 when something required is missing."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from renderer.doctor import Finding, examine


class Command(BaseCommand):
    help = (
        "Examines packages, engines, weights, voices and services, and says what to do about what is missing."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")

    def handle(self, *_args: Any, **options: Any) -> None:
        findings = list(examine())
        healthy = not any(finding.required and finding.state == "missing" for finding in findings)
        if options["json"]:
            self.stdout.write(
                json.dumps({"ready": healthy, "findings": [asdict(f) for f in findings]}, indent=1)
            )
        else:
            self._print(findings, healthy=healthy)
        if not healthy:
            raise SystemExit(1)

    def _print(self, findings: list[Finding], *, healthy: bool) -> None:
        for group in dict.fromkeys(finding.group for finding in findings):
            self.stdout.write(f"\n{group}")
            for finding in findings:
                if finding.group == group:
                    self.stdout.write(line(finding))
        self.stdout.write(
            "\nEverything required is ready." if healthy else "\nSomething required is missing."
        )


def line(finding: Finding) -> str:
    """One finding in one line, with the advice below it when it is needed."""
    facts = ", ".join(filter(None, (finding.detail, finding.licence, finding.sha256[:12])))
    state = finding.state if finding.required or finding.state == "ready" else "missing, optional"
    text = f"  {finding.name:32} {state:18} {facts}"
    return text if finding.state == "ready" else f"{text}\n  {'':32} -> {finding.advice}"
