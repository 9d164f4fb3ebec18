"""The history: append-only rows, each sealed with the hash of the one before."""

from __future__ import annotations

from django.db import models


class AuditEntry(models.Model):
    """One thing that happened. Written by ``campaigns.auditing`` only, changed by nobody.

    There is no foreign key here: a cascade would delete history, and erasing a person must leave the chain
    whole. So ``actor``, ``organisation`` and ``target`` are opaque ids and ``data`` holds no names.
    Database triggers refuse UPDATE, DELETE and TRUNCATE; the chain shows when a trigger was dropped.
    """

    at = models.DateTimeField()
    action = models.CharField(max_length=60)
    actor = models.CharField(max_length=40)
    organisation = models.CharField(max_length=36, blank=True, db_index=True)
    target_type = models.CharField(max_length=40)
    target = models.CharField(max_length=36, db_index=True)
    data = models.JSONField(default=dict)
    previous = models.CharField(max_length=64, unique=True)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.pk} {self.action}"
