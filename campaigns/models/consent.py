"""The signed record of what a likeness may be used for, its evidence and the decisions about it."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models

from campaigns.models.base import PublicModel, evidence, private_file
from campaigns.models.likeness import Likeness


def new_salt() -> str:
    return secrets.token_hex(32)


class Consent(PublicModel):
    """Scope, window and status of one consent. Expiry is computed from the window and never stored.

    An empty list allows nothing; ``"*"`` in a list allows everything of its kind and has to be signed as such.
    ``salt`` keeps the public commitment from being guessed; erasing it makes the commitment anonymous.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Waiting for approval"
        GRANTED = "granted", "Granted"
        REJECTED = "rejected", "Rejected"
        REVOKED = "revoked", "Revoked"

    likeness = models.ForeignKey(Likeness, on_delete=models.PROTECT, related_name="consents")
    version = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    advertiser = models.CharField(max_length=200)
    uses = models.JSONField(default=list)
    territories = models.JSONField(default=list)
    locales = models.JSONField(default=list)
    channels = models.JSONField(default=list)
    categories = models.JSONField(default=list)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    max_variants = models.PositiveIntegerField(null=True, blank=True)
    banned_words = models.JSONField(default=list, blank=True)
    political = models.BooleanField(default=False)
    signed_text = models.TextField(blank=True)
    signed_text_sha256 = models.CharField(max_length=64, blank=True)
    salt = models.CharField(max_length=64, default=new_salt, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    granted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["likeness", "version"], name="one_consent_per_version"),
        ]
        indexes = [models.Index(fields=["status", "submitted_at"])]

    def __str__(self) -> str:
        return f"consent {self.public_id} v{self.version}"

    @property
    def organisation_ref(self) -> str:
        return self.likeness.organisation_ref


class ConsentEvidence(PublicModel):
    """A file that shows the consent was given. Never shown to marketers, never part of a manifest."""

    class Kind(models.TextChoices):
        SIGNED_FORM = "signed_form", "Signed form"
        VIDEO = "video", "Consent video"
        IDENTITY = "identity", "Proof of identity"
        ESTATE_PAPERS = "estate_papers", "Estate papers"
        LICENCE = "licence", "Licence of a synthetic persona"

    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    file = private_file(evidence)
    filename = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    bytes = models.BigIntegerField(default=0)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["created_at"]
        verbose_name_plural = "consent evidence"

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def organisation_ref(self) -> str:
        return self.consent.organisation_ref


class ConsentReview(PublicModel):
    """One decision of a second person about a consent, with the reason where one is owed."""

    class Decision(models.TextChoices):
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"
        REVOKED = "revoked", "Revoked"

    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=10, choices=Decision.choices)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"{self.decision} {self.public_id}"

    @property
    def organisation_ref(self) -> str:
        return self.consent.organisation_ref
