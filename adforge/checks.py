"""What must be right before anything starts; every finding has an id and says what to do."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from adforge.settings.storage import PRIVATE_ALIASES

_DATABASES = ("django.db.backends.sqlite3", "django.db.backends.postgresql")
_LOSSY_BROKERS = ("filesystem://", "sqla+", "sqlalchemy+")
_SOCKET_PATH_BYTES = 107


@register(Tags.database)
def check_database(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterator[CheckMessage]:
    """The audit triggers exist for two databases only."""
    if settings.DATABASES["default"]["ENGINE"] not in _DATABASES:
        yield Error(
            "This database has no audit triggers.",
            hint="Use SQLite or PostgreSQL in DATABASE_URL.",
            id="adforge.E001",
        )


@register(Tags.files)
def check_storages(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterator[CheckMessage]:
    """Masters, takes, evidence and renditions leave through our own views only."""
    for alias in PRIVATE_ALIASES:
        options = settings.STORAGES.get(alias, {}).get("OPTIONS", {})
        public = options.get("base_url") or options.get("default_acl") == "public-read"
        if alias not in settings.STORAGES or public or options.get("querystring_auth") is False:
            yield Error(
                f"The storage {alias!r} is missing or public.",
                hint="Keep base_url None and the bucket private.",
                id="adforge.E002",
            )


@register
def check_broker(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterator[CheckMessage]:
    """Brokers that were seen losing tasks are refused."""
    url = settings.CELERY_BROKER_URL
    if url.startswith(_LOSSY_BROKERS):
        yield Error(
            "This broker loses the tasks of a killed worker.",
            hint="Use Valkey, Redis or RabbitMQ in CELERY_BROKER_URL.",
            id="adforge.E003",
        )
    path = url.partition("://")[2].partition("?")[0]
    if url.startswith("redis+socket://") and len(os.fsencode(path)) > _SOCKET_PATH_BYTES:
        yield Error(
            "The path of the broker's socket is too long for a unix socket.",
            hint="Set ADFORGE_VAR or CELERY_BROKER_URL to a shorter path.",
            id="adforge.E004",
        )


@register(Tags.security)
def check_secret_files(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterator[CheckMessage]:
    """Keys are for the service user alone."""
    folder = Path(settings.KEY_DIR)
    for file in sorted(folder.glob("*")) if folder.is_dir() else ():
        private = not file.suffix or "key" in file.name
        if private and file.is_file() and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield Error(
                f"{file.name} can be read by others.", hint=f"chmod 600 {file}", id="adforge.E005"
            )  # fmt: skip


@register(Tags.security, deploy=True)
def check_deployment(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterator[CheckMessage]:
    """What is fine on one desk and not on the internet."""
    if settings.ADFORGE_DEMO:
        yield Warning(
            "Demo accounts are on.", hint="Leave ADFORGE_DEMO unset in production.", id="adforge.W001"
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield Error(
            "ALLOWED_HOSTS accepts every name.", hint="Name the hosts of this site.", id="adforge.E006"
        )
    if not settings.ADFORGE_PUBLIC_URL.startswith("https://"):
        yield Warning(
            "ADFORGE_PUBLIC_URL is not https; it goes into signed manifests.",
            hint="Set it to the public address.",
            id="adforge.W002",
        )
