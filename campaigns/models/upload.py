"""Resumable uploads: a plan of parts, and the parts that have arrived."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from campaigns.models.accounts import Organisation
from campaigns.models.base import PublicModel, private_file, uploads


class Upload(PublicModel):
    """A file on its way in. ``target`` is the public id of the row the file will belong to.

    ``details`` holds what the target needs beside the file (kind of evidence, date of a release ...).
    """

    class Purpose(models.TextChoices):
        MASTER = "master", "Master clip"
        CLIP = "clip", "Clip take"
        PHOTO = "photo", "Photo take"
        VOICE = "voice", "Voice take"
        BED = "bed", "Music bed"
        EVIDENCE = "evidence", "Consent evidence"
        RELEASE = "release", "Performer release"

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        COMPLETE = "complete", "Complete"
        ABORTED = "aborted", "Aborted"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="uploads")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    target = models.UUIDField(null=True, blank=True)
    details = models.JSONField(default=dict, blank=True)
    filename = models.CharField(max_length=255)
    size = models.BigIntegerField()
    part_bytes = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    sha256 = models.CharField(max_length=64, blank=True)
    file = private_file(uploads, blank=True)
    result = models.UUIDField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"upload {self.public_id}"

    @property
    def organisation_ref(self) -> str:
        return self.organisation.organisation_ref


class UploadPart(models.Model):
    """One part that has arrived and whose hash was right."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    file = private_file(uploads)
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveIntegerField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="one_part_per_number")]

    def __str__(self) -> str:
        return f"part {self.number}"
