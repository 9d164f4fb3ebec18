"""``manage.py demo``: renders the demo campaign as a marketer would, through services and workers, and verifies it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaigns.models import Rendition, Variant
from campaigns.services import demo
from campaigns.services.demo import Demo
from renderer.lookups import verify_file
from renderer.material import fetch, scratch
from renderer.models import ProvenanceRecord, RenderJob

POLL_SECONDS = 2.0
NEWS_SECONDS = 20.0
VERIFIED = "SIGNED_UNCHANGED"
Status = Variant.Status
WAITING = (Status.QUEUED, Status.RENDERING)
COLUMNS = "{:8} {:14} {:>7} {:>10} {:>9} {:>14}  {}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of ``report.json``. ``seconds`` is the clip's length, ``render_s`` the wall time of its render."""

    variant: str
    path: str
    locale: str
    likeness: str
    seconds: float
    width: int
    height: int
    render_s: float
    watermark_id: str
    verdict: str


class Command(BaseCommand):
    help = "Renders the demo campaign, verifies the stored files and writes var/demo/report.json."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--timeout", type=float, default=3600.0, help="seconds to wait for the workers")

    def handle(self, *_args: Any, **options: Any) -> None:
        deadline = time.monotonic() + options["timeout"]
        seeded = demo.seed(Path(settings.DEMO_DIR), settings.ADFORGE_DEMO_ACCOUNTS)
        self._await("examined", lambda: examining(seeded), deadline)
        variants = asked(seeded)
        self.stdout.write(f"{len(variants)} variants of “{seeded.campaign.name}”:")
        self._await("rendered", lambda: progress(variants), deadline)
        rows = [row(variant) for variant in fresh(variants)]
        self._report(rows)
        if bad := [found for found in rows if found.verdict != VERIFIED]:
            raise CommandError(f"{len(bad)} of {len(rows)} variants are not ready and verified.")

    def _await(self, what: str, news: Callable[[], str], deadline: float) -> None:
        """Polls until ``news`` has nothing left to say, and passes on what it says now and then."""
        said_at = 0.0
        while text := news():
            now = time.monotonic()
            if now > deadline:
                raise CommandError(f"Not {what} in time. Is a worker running? Last state: {text}")
            if now - said_at > NEWS_SECONDS:
                said_at = now
                self.stdout.write(f"  {text}")
            time.sleep(POLL_SECONDS)

    def _report(self, rows: Sequence[Row]) -> None:
        target = Path(settings.ADFORGE_VAR) / "demo" / "report.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps({"variants": [asdict(found) for found in rows]}, indent=1) + "\n")
        self.stdout.write(
            COLUMNS.format("locale", "likeness", "seconds", "size", "render s", "watermark", "verdict")
        )
        for found in rows:
            size = f"{found.width}×{found.height}"
            facts = (f"{found.seconds:.1f}", size, f"{found.render_s:.0f}", found.watermark_id, found.verdict)
            self.stdout.write(COLUMNS.format(found.locale, found.likeness, *facts))
        self.stdout.write(f"Report: {target}")


def examining(seeded: Demo) -> str:
    """What the workers have not examined yet; empty when they have.

    Raises:
        CommandError: something was rejected.
    """
    try:
        waiting = demo.waiting_for(seeded)
    except RuntimeError as rejected:
        raise CommandError(str(rejected)) from rejected
    return f"examining {', '.join(waiting)}" if waiting else ""


def asked(seeded: Demo) -> list[Variant]:
    """Every likeness in every locale, asked for as the marketer does it; ready ones come back as they are.

    Raises:
        CommandError: a cell was refused.
    """
    outcomes = demo.request_all(seeded)
    refused = [f"{o.localized_script.locale} × {o.likeness.name}: {o.message}" for o in outcomes if o.code]
    if refused:
        raise CommandError("\n".join(refused))
    return [outcome.variant for outcome in outcomes if outcome.variant]


def fresh(variants: Sequence[Variant]) -> list[Variant]:
    known = Variant.objects.filter(pk__in=[variant.pk for variant in variants])
    return list(
        known.select_related("likeness", "localized_script").order_by("localized_script__locale", "pk")
    )


def progress(variants: Sequence[Variant]) -> str:
    """Where the renders are; empty when none of them waits or runs any more."""
    states = fresh(variants)
    if not any(variant.status in WAITING for variant in states):
        return ""
    done = sum(variant.status == Status.READY for variant in states)
    running = [f"{label(v)} {v.stage} {v.progress:.0%}" for v in states if v.status == Status.RENDERING]
    return f"{done} of {len(states)} ready; {', '.join(running) or 'waiting for a worker'}"


def label(variant: Variant) -> str:
    return f"{variant.localized_script.locale} × {variant.likeness.name}"


def row(variant: Variant) -> Row:
    """The facts of one variant, with the verdict of the verifier on the stored bytes."""
    rendition = variant.renditions.first()
    named = (str(variant.public_id), variant.localized_script.locale, variant.likeness.name)
    if rendition is None or variant.status != Status.READY:
        reason = variant.error_code or variant.block_code or variant.status
        return Row(named[0], "", named[1], named[2], 0.0, 0, 0, 0.0, "", reason)
    record = ProvenanceRecord.objects.get(rendition=rendition)
    job = variant.jobs.filter(state=RenderJob.State.SUCCEEDED).latest("started_at")
    return Row(
        variant=named[0],
        path=where(rendition),
        locale=named[1],
        likeness=named[2],
        seconds=round(rendition.seconds, 3),
        width=rendition.width,
        height=rendition.height,
        render_s=round(job.seconds, 1),
        watermark_id=record.watermark_id,
        verdict=verdict(rendition, record),
    )


def where(rendition: Rendition) -> str:
    """Path of the stored file, or its key where it lies in an object store."""
    stored = rendition.file
    return stored.path if isinstance(stored.storage, FileSystemStorage) else str(stored.name)


def verdict(rendition: Rendition, record: ProvenanceRecord) -> str:
    """The verifier's word on the stored bytes; ``WATERMARK_DIFFERS`` when the picture names another variant."""
    with scratch() as folder:
        found = verify_file(fetch(rendition.file, folder, rendition.sha256).path)
    if found.code == VERIFIED and record.watermark_id not in found.watermark_ids:
        return "WATERMARK_DIFFERS"
    return str(found.code)
