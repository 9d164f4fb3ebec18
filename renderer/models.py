"""Render attempts, provenance of released renditions, and uploads on the public verify page."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone


class RenderJob(models.Model):
    """One attempt at one variant. The row is the lease: who holds it may write the result, nobody else.

    ``stage``, ``done`` and ``total`` are data for the eye, not states. A person's retry starts ``tries`` anew;
    the attempt cap counts it here in the database, because a crashing input kills the worker that would count.
    """

    class State(models.TextChoices):
        STARTED = "started"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        BLOCKED = "blocked"
        ABANDONED = "abandoned"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    variant = models.ForeignKey("campaigns.Variant", on_delete=models.CASCADE, related_name="jobs")
    attempt = models.PositiveSmallIntegerField()
    tries = models.PositiveSmallIntegerField(default=1, help_text="attempts since a person last asked")
    again = models.BooleanField(default=False, help_text="we queued another attempt ourselves")
    state = models.CharField(max_length=12, choices=State.choices, default=State.STARTED, db_index=True)
    worker = models.CharField(max_length=120)
    stage = models.CharField(max_length=20, default="claimed")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField()
    heartbeat_at = models.DateTimeField(default=timezone.now)
    plan_digest = models.CharField(max_length=64, blank=True)
    engine_versions = models.JSONField(default=dict)
    stage_seconds = models.JSONField(default=dict)
    quality = models.JSONField(default=dict)
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.TextField(blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(fields=["variant", "attempt"], name="one_row_per_attempt"),
            models.UniqueConstraint(
                fields=["variant"],
                condition=models.Q(state="started"),
                name="one_running_attempt_per_variant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id} attempt {self.attempt}: {self.state}"

    @property
    def seconds(self) -> float:
        """Wall seconds so far, or of the whole attempt once it ended."""
        return ((self.finished_at or timezone.now()) - self.started_at).total_seconds()


class ProvenanceRecord(models.Model):
    """What the registry knows of one released rendition. Holds no personal data, so it outlives an erasure.

    ``watermark_id`` is 48 random bits as 12 hex digits. The standing of the consent is joined live, never kept here.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    rendition = models.OneToOneField(
        "campaigns.Rendition", on_delete=models.SET_NULL, null=True, related_name="provenance"
    )
    variant = models.ForeignKey(
        "campaigns.Variant", on_delete=models.SET_NULL, null=True, related_name="provenance_records"
    )
    watermark_id = models.CharField(max_length=12, unique=True)
    watermark_key_id = models.CharField(max_length=40)
    watermark_strength = models.FloatField()
    manifest_id = models.CharField(max_length=200, unique=True)
    manifest = models.BinaryField()
    file_sha256 = models.CharField(max_length=64, db_index=True)
    consent_refs = models.JSONField(default=list)
    locale = models.CharField(max_length=35)
    label_pack_version = models.CharField(max_length=40)
    engine_versions = models.JSONField(default=dict)
    synthetic_parts = models.JSONField(default=list)
    performer_kind = models.CharField(max_length=30)
    rendered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-rendered_at"]

    def __str__(self) -> str:
        return f"{self.watermark_id} ({self.locale})"


class VerifyCheck(models.Model):
    """One file on the public verify page. The upload is deleted as soon as it is examined; the row after a day."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    upload = models.CharField(max_length=300)
    verdict = models.JSONField(default=dict)
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.token}: {self.state}"
