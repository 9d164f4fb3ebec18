"""``manage.py prepare``: everything an installation needs before its first start; each step is skipped when done."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.files.storage import storages
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from renderer import weights
from renderer.errors import RenderError
from renderer.provenance import keys


class Command(BaseCommand):
    help = (
        "Joins and checks the weights, migrates, collects static files, makes keys and, if wanted, demo data."
    )
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        self._step("weights", join_weights)
        self._step("database", lambda: quietly("migrate"))
        self._step("static files", collect_static)
        self._step("signing keys", make_keys)
        if settings.S3_BUCKET:
            self._step("S3 bucket", make_bucket)
        if settings.ADFORGE_DEMO:
            self._step("demo data", lambda: quietly("seed_demo"))

    def _step(self, name: str, work: Callable[[], str]) -> None:
        started = time.monotonic()
        try:
            result = work()
        except RenderError as error:
            raise CommandError(f"{name}: {error.message}") from error
        self.stdout.write(f"  {name:14} {result} ({time.monotonic() - started:.1f} s)")


def quietly(command: str, **options: Any) -> str:
    call_command(command, verbosity=0, stdout=StringIO(), **options)
    return "ready"


def join_weights() -> str:
    """Puts every model file in place and checks its hash."""
    for name in weights.REGISTRY:
        weights.ensure(name, settings.MODEL_DIR)
    return f"{len(weights.REGISTRY)} files ready"


def collect_static() -> str:
    """Collects and compresses the static files; skipped while none of them has changed, because it is slow."""
    stamp, wanted = Path(settings.STATIC_ROOT) / ".collected", sources_digest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return "unchanged"
    quietly("collectstatic", interactive=False)
    stamp.write_text(wanted)
    return "ready"


def sources_digest() -> str:
    """Hash over path, size and time of change of every static file of every app."""
    files = (Path(storage.path(name)) for finder in get_finders() for name, storage in finder.list(None))
    facts = sorted(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files)
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def make_keys() -> str:
    """A certificate chain and watermark keys of this installation's own, unless it has some."""
    keys.ensure(settings.KEY_DIR)
    return f"certificate until {keys.load_signer(settings.KEY_DIR).expires:%Y-%m-%d}"


def make_bucket() -> str:
    """The private bucket, where the S3 account may create one."""
    storage: Any = storages["renditions"]
    client = storage.connection.meta.client
    held = [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]
    if settings.S3_BUCKET not in held:
        client.create_bucket(Bucket=settings.S3_BUCKET)
    return settings.S3_BUCKET
