"""Campaigns, their master clips and the release of the performer seen in a master."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from campaigns.models.accounts import Organisation
from campaigns.models.base import PublicModel, evidence, masters, private_file


class Campaign(PublicModel):
    """One brief: who advertises what, where, in which channels and languages, and with whom.

    ``likenesses`` is the marketer's pick for the matrix; it grants nothing, the gate is asked per variant.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="campaigns")
    name = models.CharField(max_length=200)
    advertiser = models.CharField(max_length=200)
    product_category = models.CharField(max_length=50)
    channels = models.JSONField(default=list)
    territories = models.JSONField(default=list)
    source_locale = models.CharField(max_length=35, default="en-US")
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    brief = models.TextField(blank=True)
    bed = private_file(masters, blank=True)
    bed_sha256 = models.CharField(max_length=64, blank=True)
    label_pack = models.CharField(max_length=20, blank=True)
    likenesses = models.ManyToManyField("campaigns.Likeness", blank=True, related_name="campaigns")
    archived = models.BooleanField(default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def organisation_ref(self) -> str:
        return self.organisation.organisation_ref


class MasterClip(PublicModel):
    """The source clip. ``status`` is changed by ``campaigns.states`` only, the facts by the prober.

    ``summary`` holds what the prober saw: shots, share of frames with a usable face, face size, warnings.
    """

    class Status(models.TextChoices):
        UPLOADED = "uploaded", "Uploaded"
        PROBING = "probing", "Being examined"
        READY = "ready", "Ready"
        REJECTED = "rejected", "Rejected"

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="masters")
    file = private_file(masters)
    filename = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    bytes = models.BigIntegerField(default=0)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.UPLOADED)
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.TextField(blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    fps_num = models.PositiveIntegerField(null=True, blank=True)
    fps_den = models.PositiveIntegerField(null=True, blank=True)
    frames = models.PositiveIntegerField(null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    loudness = models.FloatField(null=True, blank=True)
    track = private_file(masters, blank=True)
    track_sha256 = models.CharField(max_length=64, blank=True)
    poster = private_file(masters, blank=True)
    summary = models.JSONField(default=dict, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return self.filename

    @property
    def organisation_ref(self) -> str:
        return self.campaign.organisation_ref


class PerformerRelease(PublicModel):
    """The performer in the master agreed that face or lips are replaced. Without it nothing is rendered."""

    master = models.OneToOneField(MasterClip, on_delete=models.CASCADE, related_name="release")
    performer_ref = models.CharField(max_length=100)
    signed_on = models.DateField()
    document = private_file(evidence)
    document_sha256 = models.CharField(max_length=64)
    allows_face_replacement = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"release {self.public_id}"

    @property
    def organisation_ref(self) -> str:
        return self.master.organisation_ref
