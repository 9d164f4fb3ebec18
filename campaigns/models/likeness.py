"""People, their usable faces and voices, and the material taken of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from campaigns.models.accounts import Organisation
from campaigns.models.base import PublicModel, private_file, takes


class Person(PublicModel):
    """A human who speaks for themself, a deceased one with an estate, or a persona who never lived."""

    class Kind(models.TextChoices):
        SELF = "self", "Living adult"
        ESTATE = "estate", "Estate of a deceased person"
        SYNTHETIC = "synthetic", "Synthetic persona"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="people")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    display_name = models.CharField(max_length=200)
    birth_date = models.DateField(null=True, blank=True)
    died_on = models.DateField(null=True, blank=True)
    notes = models.TextField(blank=True)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["display_name"]
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.display_name

    @property
    def organisation_ref(self) -> str:
        return self.organisation.organisation_ref


class Likeness(PublicModel):
    """One usable appearance of a person. ``voice_preset`` maps a locale to the preset voice it speaks with."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="likenesses")
    name = models.CharField(max_length=200)
    face = models.BooleanField("face may be used", default=True)
    voice_preset = models.JSONField(default=dict, blank=True)
    retired = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "likenesses"

    def __str__(self) -> str:
        return self.name

    @property
    def organisation_ref(self) -> str:
        return self.person.organisation_ref


class Take(PublicModel):
    """One capture of a likeness. ``track`` is the cached face track of a clip, ``quality`` what the check saw."""

    class Kind(models.TextChoices):
        PHOTO = "photo", "Photo"
        CLIP = "clip", "Clip"
        VOICE = "voice", "Voice recording"

    class Status(models.TextChoices):
        UPLOADED = "uploaded", "Uploaded"
        CHECKING = "checking", "Being checked"
        READY = "ready", "Ready"
        REJECTED = "rejected", "Rejected"

    likeness = models.ForeignKey(Likeness, on_delete=models.PROTECT, related_name="takes")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    file = private_file(takes)
    filename = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    bytes = models.BigIntegerField(default=0)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.UPLOADED)
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.TextField(blank=True)
    track = private_file(takes, blank=True)
    track_sha256 = models.CharField(max_length=64, blank=True)
    quality = models.JSONField(default=dict, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["kind", "created_at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def organisation_ref(self) -> str:
        return self.likeness.organisation_ref
