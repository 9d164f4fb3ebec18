"""The history of an organisation, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns import policy
from campaigns.models import AuditEntry, SomeUser

if TYPE_CHECKING:
    from django.db.models import QuerySet


def entries_for(user: SomeUser, *, action: str = "", target: str = "") -> QuerySet[AuditEntry]:
    """Entries of the organisations whose history the user may read.

    Args:
        action: an action or the beginning of one (``consent.``). target: a public id.
    """
    mine = policy.organisations_where(user, "audit.view").values_list("public_id", flat=True)
    rows = AuditEntry.objects.filter(organisation__in=[str(ref) for ref in mine])
    if action:
        rows = rows.filter(action__startswith=action)
    if target:
        rows = rows.filter(target=target)
    return rows.order_by("-pk")
