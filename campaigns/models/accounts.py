"""Organisations and the roles of their members."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models

from campaigns.models.base import PublicModel

SomeUser = AbstractBaseUser | AnonymousUser
"""Whoever a request belongs to; every door asks what they may do."""


class Role(models.TextChoices):
    MARKETER = "marketer", "Marketer"
    REVIEWER = "reviewer", "Reviewer"
    CONSENT_ADMIN = "consent_admin", "Consent admin"
    AUDITOR = "auditor", "Auditor"
    OWNER = "owner", "Owner"


class Organisation(PublicModel):
    """Who campaigns, people and consents belong to. Nothing is shared between organisations."""

    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def organisation_ref(self) -> str:
        return str(self.public_id)


class Membership(PublicModel):
    """One role of one user in one organisation; a user may hold several."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        ordering = ["organisation", "user", "role"]
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation", "role"], name="one_role_once_per_member"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"

    @property
    def organisation_ref(self) -> str:
        return self.organisation.organisation_ref
