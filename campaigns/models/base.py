"""What every model shares: a public id for URLs, timestamps, private files with unguessable names."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any
from uuid import uuid4

from django.core.files.storage import Storage, storages
from django.db import models


class PublicModel(models.Model):
    """A row that may be named in a URL, by its random public id only."""

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    @property
    def organisation_ref(self) -> str:
        """Public id of the organisation the row belongs to; empty for rows that belong to nobody."""
        return ""


def masters() -> Storage:
    return storages["masters"]


def evidence() -> Storage:
    return storages["evidence"]


def takes() -> Storage:
    return storages["takes"]


def renditions() -> Storage:
    return storages["renditions"]


def uploads() -> Storage:
    return storages["uploads"]


def private_name(instance: models.Model, filename: str) -> str:
    """A name that tells nothing: the uploaded name may hold a person's name, so only its ending is kept."""
    ending = PurePosixPath(filename).suffix.lower()[:8]
    folder = getattr(instance, "public_id", None) or uuid4()
    return f"{folder}/{uuid4().hex}{ending}"


def private_file(storage: Any, **options: Any) -> Any:
    """A file field of one of the private storage aliases."""
    return models.FileField(storage=storage, upload_to=private_name, max_length=200, **options)
