"""The private storage aliases on a real S3 server: what is written comes back, links die, strangers see nothing."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import StorageHandler

from adforge.settings.storage import PRIVATE_ALIASES, private_objects

if TYPE_CHECKING:
    from tests.integration.s3server import S3Server

pytestmark = pytest.mark.integration


@pytest.fixture
def aliases(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> StorageHandler:
    """The product's own storage definition, pointed at the server by its environment variables."""
    for name, value in s3.environment().items():
        monkeypatch.setenv(name, value)
    return StorageHandler(private_objects(s3.bucket))


def status(url: str, **headers: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize("alias", PRIVATE_ALIASES)
def test_every_alias_writes_reads_and_deletes(aliases: StorageHandler, alias: str) -> None:
    storage: Any = aliases[alias]
    name = storage.save("a/film.mp4", ContentFile(b"frames"))
    assert storage.open(name).read() == b"frames"
    assert storage.size(name) == 6
    storage.delete(name)
    assert not storage.exists(name)


def test_aliases_do_not_see_one_another(aliases: StorageHandler) -> None:
    aliases["evidence"].save("same-name", ContentFile(b"consent"))
    assert not aliases["renditions"].exists("same-name")


def test_a_second_file_of_the_same_name_does_not_replace_the_first(aliases: StorageHandler) -> None:
    first = aliases["masters"].save("film.mp4", ContentFile(b"first"))
    second = aliases["masters"].save("film.mp4", ContentFile(b"second"))
    assert first != second
    assert aliases["masters"].open(first).read() == b"first"


def test_objects_are_private(aliases: StorageHandler, s3: S3Server) -> None:
    name = aliases["takes"].save("face.jpg", ContentFile(b"a face"))
    assert status(f"{s3.endpoint}/{s3.bucket}/takes/{name}") == 403


def test_a_link_serves_ranges_and_refuses_a_changed_signature(aliases: StorageHandler) -> None:
    name = aliases["renditions"].save("film.mp4", ContentFile(b"0123456789"))
    link = aliases["renditions"].url(name)
    assert status(link) == 200
    assert status(link, Range="bytes=2-4") == 206
    assert status(link[:-1] + ("0" if link[-1] != "0" else "1")) == 403


def test_a_link_dies(aliases: StorageHandler) -> None:
    storage: Any = aliases["renditions"]
    name = storage.save("film.mp4", ContentFile(b"frames"))
    link = storage.url(name, expire=1)
    assert status(link) == 200
    time.sleep(2.2)
    assert status(link) == 403
