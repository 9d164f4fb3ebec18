"""Personalized outputs, their files and the reviews of the finished picture."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from campaigns.models.base import PublicModel, private_file, renditions
from campaigns.models.campaign import Campaign, MasterClip
from campaigns.models.consent import Consent
from campaigns.models.likeness import Likeness
from campaigns.models.script import LocalizedScript


class Variant(PublicModel):
    """One output: a likeness speaking one localized script in one master.

    ``spec`` is everything that decides the picture and the consents it was made under, ``spec_digest`` its
    hash: same digest, same variant. ``stage``, ``progress`` (0..1) and ``heartbeat_at`` are written by the
    render job; ``consents`` are those that answered the gate when the variant was last requested.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        QUEUED = "queued", "Waiting"
        RENDERING = "rendering", "Rendering"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"
        BLOCKED = "blocked", "Blocked"
        WITHDRAWN = "withdrawn", "Withdrawn"

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="variants")
    master = models.ForeignKey(MasterClip, on_delete=models.PROTECT, related_name="variants")
    likeness = models.ForeignKey(Likeness, on_delete=models.PROTECT, related_name="variants")
    localized_script = models.ForeignKey(LocalizedScript, on_delete=models.PROTECT, related_name="variants")
    consents = models.ManyToManyField(Consent, related_name="variants")
    spec = models.JSONField(default=dict)
    spec_digest = models.CharField(max_length=64, unique=True)
    label_pack_version = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    block_code = models.CharField(max_length=40, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.TextField(blank=True)
    error_stage = models.CharField(max_length=20, blank=True)
    stage = models.CharField(max_length=20, blank=True)
    progress = models.FloatField(default=0.0)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    queued_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at"]
        indexes = [models.Index(fields=["status", "queued_at"])]

    def __str__(self) -> str:
        return f"variant {self.public_id}"

    @property
    def organisation_ref(self) -> str:
        return self.campaign.organisation_ref


class Rendition(PublicModel):
    """One delivered encode of a variant, with its captions, poster and thumbnail."""

    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="renditions")
    profile = models.CharField(max_length=40)
    file = private_file(renditions)
    captions = private_file(renditions, blank=True)
    poster = private_file(renditions, blank=True)
    thumbnail = private_file(renditions, blank=True)
    sha256 = models.CharField(max_length=64)
    bytes = models.BigIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    seconds = models.FloatField()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["variant", "profile"], name="one_rendition_per_profile"),
        ]

    def __str__(self) -> str:
        return f"{self.profile} {self.public_id}"

    @property
    def organisation_ref(self) -> str:
        return self.variant.organisation_ref


class Review(PublicModel):
    """A reviewer's word about one finished picture; it counts only while the digest is still the variant's."""

    class Decision(models.TextChoices):
        APPROVED = "approved", "Approved"
        CHANGES = "changes", "Changes wanted"
        REJECTED = "rejected", "Rejected"

    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="reviews")
    spec_digest = models.CharField(max_length=64)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=10, choices=Decision.choices)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.decision} {self.public_id}"

    @property
    def organisation_ref(self) -> str:
        return self.variant.organisation_ref
