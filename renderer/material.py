"""Files between the private storages and a job's scratch folder, which is wiped when the job ends."""

from __future__ import annotations

import errno
import hashlib
import shutil
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from django.conf import settings

from renderer.errors import InputError, ResourceError
from renderer.types import InputFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models.fields.files import FieldFile

CHUNK = 1 << 20


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder of its own for one job; faces and voices in it do not outlive the job."""
    root = Path(settings.WORK_DIR)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = Path(mkdtemp(dir=root))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def disk_full_is_coded() -> Iterator[None]:
    """Turn "no space left" into the error a person can act on.

    Raises:
        ResourceError: ``DISK_FULL``.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ResourceError("DISK_FULL", "The disk is full; free some space and retry.") from error
        raise


def fetch(stored: FieldFile, folder: Path, sha256: str) -> InputFile:
    """Copy a stored file into ``folder`` once and check that it is still the file that was accepted.

    Raises:
        InputError: ``FILE_CHANGED`` or ``FILE_MISSING``. ResourceError: ``DISK_FULL``.
    """
    path = folder / f"{sha256[:16]}{Path(stored.name or '').suffix}"
    if not path.exists():
        with disk_full_is_coded():
            found = _copy(stored, path)
        if found != sha256:
            path.unlink()
            raise InputError(
                "FILE_CHANGED", "A stored file is not the one that was accepted; upload it again."
            )
    return InputFile(path, sha256)


def _copy(stored: FieldFile, path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with stored.open("rb") as source, path.open("wb") as target:
            for chunk in iter(lambda: source.read(CHUNK), b""):
                digest.update(chunk)
                target.write(chunk)
    except FileNotFoundError as error:
        raise InputError("FILE_MISSING", "A stored file is gone; upload it again.") from error
    return digest.hexdigest()


def sha256_of(path: Path) -> str:
    """Hex digest of a file on disk."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
