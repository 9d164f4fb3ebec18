"""Examines an installation: every package, engine, weight and service, ready or not, and what to do about it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Literal
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from kombu.connection import Connection

from adforge import broker
from adforge.settings.env import BASE_DIR
from adforge.settings.storage import PRIVATE_ALIASES
from renderer import weights
from renderer.engines import registry
from renderer.errors import EngineError
from renderer.media.ffmpeg import ffmpeg_path
from renderer.provenance import keys
from renderer.speech.phonemes import available_locales

REQUIREMENTS = ("requirements.txt", "docker/requirements-nodeps.txt")
PIN = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==([^\s#]+)", re.MULTILINE)
FONTS = ("NotoSans-Regular", "NotoSansDevanagari-Regular", "DroidSansFallbackFull")
WORKING_BYTES = 5 * 1024**3

State = Literal["ready", "missing"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination.

    Attributes:
        group: packages, engines, weights, voices or services.
        detail: version, path or error.
        advice: what to do when it is missing.
        required: False when the product runs without it, with less.
        licence, sha256: of engines and weights.
    """

    group: str
    name: str
    state: State
    detail: str = ""
    advice: str = ""
    required: bool = True
    licence: str = ""
    sha256: str = ""


def examine() -> Iterator[Finding]:
    """Everything, in the order a person would look. Writes only a small probe object per storage, and deletes it."""
    yield from packages()
    yield from engines()
    yield from model_weights()
    yield from voices()
    yield from services()


def packages() -> Iterator[Finding]:
    """Every pinned distribution, and that no second OpenCV overwrote the first."""
    for name, version in pins():
        found = installed(name)
        good = found is not None and same_release(found, version)
        advice = "" if good else f"./run install (wants {version})"
        yield Finding(
            "packages", name, state(good), found or "not installed", advice, licence=licence_of(name)
        )
    others = [d.name for d in metadata.distributions() if d.name.lower().startswith("opencv")]
    alone = others == ["opencv-python-headless"]
    advice = "" if alone else "Delete .venv and run ./run install: two OpenCV packages overwrite each other."
    yield Finding("packages", "one OpenCV", state(alone), ", ".join(others), advice)


def state(good: bool) -> State:  # noqa: FBT001
    return "ready" if good else "missing"


def pins() -> list[tuple[str, str]]:
    """Name and version of every pin in the requirement lists."""
    return [pin for path in REQUIREMENTS for pin in PIN.findall((BASE_DIR / path).read_text("utf-8"))]


def installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def licence_of(name: str) -> str:
    """What the package says of itself, in one line; some say it only in a classifier."""
    try:
        facts = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    classes = [line.rpartition(" :: ")[2] for line in facts.get_all("Classifier", []) if "License ::" in line]
    stated: list[str] = [
        *facts.get_all("License-Expression", []),
        *classes,
        *facts.get_all("License", []),
        "not stated",
    ]
    return stated[0].strip().partition("\n")[0]


def same_release(found: str, wanted: str) -> bool:
    """Whether ``found`` is the pinned release; a build tag like ``+cpu`` may follow."""
    return found.partition("+")[0] == wanted


def engines() -> Iterator[Finding]:
    """Every registered engine with its licence."""
    names = {spec.sha256: name for name, spec in weights.REGISTRY.items()}
    for stage, entries in registry.ENGINES.items():
        for name in entries:
            try:
                info = registry.info(stage, name)
            except EngineError as error:
                yield Finding("engines", f"{stage}: {name}", "missing", error.message, "./run install")
                continue
            used = [names.get(weight, weight) for weight in info.weights]
            detail = f"version {info.version}, weights: {', '.join(used) or 'none'}"
            yield Finding("engines", f"{stage}: {name}", "ready", detail, licence=info.licence)


def model_weights() -> Iterator[Finding]:
    """Every model file with its hash and licence."""
    for name in weights.REGISTRY:
        status = weights.check(name, settings.MODEL_DIR)
        spec = status.spec
        usable = state(status.state in ("ready", "joinable"))
        yield Finding(
            "weights",
            name,
            usable,
            f"{status.state}, {spec.source}",
            status.advice,
            licence=spec.licence,
            sha256=spec.sha256,
        )


def voices() -> Iterator[Finding]:
    """Every locale that can be spoken."""
    advice = "apt-get install espeak-ng"
    for locale, reason in available_locales().items():
        yield Finding(
            "voices",
            locale,
            state(not reason),
            reason or "",
            advice if reason else "",
            required=False,
        )


def services() -> Iterator[Finding]:
    """What runs beside the code: database, broker, storage, keys, programs, disk, fonts."""
    yield look("database", database, "Run ./run manage migrate, or correct DATABASE_URL.")
    yield look(
        "broker", broker_state, "Start it, or correct CELERY_BROKER_URL; without one ./run starts its own."
    )
    for alias in PRIVATE_ALIASES:
        yield look(f"storage {alias}", partial(round_trip, alias), "Check MEDIA or the S3_… variables.")
    yield look("signing keys", signing_keys, "Run ./run manage prepare, or correct the certificate paths.")
    yield look("ffmpeg", ffmpeg, "./run install (package imageio-ffmpeg)")
    yield look("espeak-ng", espeak, "apt-get install espeak-ng (voices in Hindi and Italian)", required=False)
    yield look(
        "disk", disk, "Free at least 5 GB where WORK_DIR lies; a render needs room for its frames and files."
    )
    yield look("fonts", fonts, "Restore renderer/data/fonts from the repository.")


def look(name: str, probe: Callable[[], str], advice: str, *, required: bool = True) -> Finding:
    """One probe; whatever it raises is the finding, because the doctor must reach the end of its list."""
    try:
        return Finding("services", name, "ready", probe(), required=required)
    except Exception as error:  # noqa: BLE001
        return Finding("services", name, "missing", f"{type(error).__name__}: {error}", advice, required)


def database() -> str:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        raise LookupError(f"{len(waiting)} migrations are not applied")
    return connection.vendor


def broker_state() -> str:
    if broker.broker_url(settings.ADFORGE_VAR) != settings.CELERY_BROKER_URL:
        with Connection(settings.CELERY_BROKER_URL, connect_timeout=5) as link:
            link.ensure_connection(max_retries=1)
            return f"{link.transport.driver_type}, answers"
    program = broker.server_program()
    if program is None:
        raise LookupError("no Valkey for this processor")
    return (
        f"{Path(program).name}, {'answers' if broker.answers(settings.ADFORGE_VAR) else 'starts with ./run'}"
    )


def round_trip(alias: str) -> str:
    """Writes, reads and deletes a random object, as a render will."""
    content = uuid4().bytes
    storage = storages[alias]
    name = storage.save(f"doctor/{uuid4().hex}", ContentFile(content))
    try:
        with storage.open(name) as file:
            if file.read() != content:
                raise LookupError("read back something else than was written")
    finally:
        storage.delete(name)
    return type(storage).__name__


def signing_keys() -> str:
    """The certificate that signs and the watermark secret in use."""
    signer = keys.load_signer(settings.KEY_DIR)
    if signer.expires < timezone.now():
        raise LookupError(f"the signing certificate ended on {signer.expires:%Y-%m-%d}")
    watermark = keys.load_watermark_keys(settings.KEY_DIR)
    return f"certificate until {signer.expires:%Y-%m-%d}, watermark key {watermark.current_id}"


def ffmpeg() -> str:
    done = subprocess.run([ffmpeg_path(), "-version"], capture_output=True, text=True, timeout=20, check=True)
    return done.stdout.partition(" Copyright")[0]


def espeak() -> str:
    program = shutil.which("espeak-ng")
    if program is None:
        raise LookupError("not installed")
    return program


def disk() -> str:
    folder = next(path for path in (settings.WORK_DIR, *settings.WORK_DIR.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    if free < WORKING_BYTES:
        raise OSError(f"only {free / 1024**3:.1f} GB free")
    return f"{free / 1024**3:.0f} GB free"


def fonts() -> str:
    folder = BASE_DIR / "renderer" / "data" / "fonts"
    found = sorted(path.stem for path in folder.glob("*.[to]tf"))
    if absent := set(FONTS) - set(found):
        raise LookupError(f"without {', '.join(sorted(absent))}")
    return ", ".join(found)
