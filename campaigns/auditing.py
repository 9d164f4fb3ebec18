"""The only writer of the audit chain.

Every entry carries the SHA-256 of its content and of the entry before it, so a changed, inserted or removed
row shows. Cutting off the newest rows does not show by itself: keep ``head()`` somewhere else for that.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction
from django.utils import timezone

from campaigns.models import AuditEntry, SomeUser

if TYPE_CHECKING:
    from django.db.models import Model

Actor = SomeUser | None

FIRST: Final = "0" * 64
_CHAIN_LOCK: Final = 0x41_44_46_4F
_DATA_TYPES = (str, int, bool, type(None), list, tuple, dict)

_VERBS: Final = {
    "organisation": "created",
    "membership": "added removed",
    "campaign": "created edited archived",
    "upload": "opened complete aborted",
    "masterclip": "uploaded probing ready rejected",
    "performerrelease": "recorded",
    "bed": "recorded",
    "person": "created edited erased",
    "likeness": "created edited retired",
    "take": "uploaded checking ready rejected",
    "consent": "drafted edited submitted granted rejected revoked",
    "evidence": "recorded viewed",
    "script": "saved localized",
    "variant": "draft queued rendering ready failed blocked withdrawn refused reviewed",
    "delivery": "downloaded exported refused",
}
ACTIONS: Final = frozenset(f"{noun}.{verb}" for noun, verbs in _VERBS.items() for verb in verbs.split())


@dataclass(frozen=True, slots=True)
class ChainReport:
    """Result of walking the chain. ``broken`` is the number of the first bad row, None when all is well."""

    checked: int
    broken: int | None = None
    reason: str = ""


def record(action: str, *, target: Model, actor: Actor = None, **data: Any) -> AuditEntry:
    """Append one entry, inside the caller's transaction when there is one.

    Args:
        action: one of ``ACTIONS``.
        target: a row with a ``public_id``.
        data: opaque ids, codes, counts and hashes; never names, texts or file names.

    Raises:
        ValueError: unknown action, or data that JSON would not give back as it was.
    """
    if action not in ACTIONS:
        raise ValueError(f"unknown audit action {action}")
    _check(data)
    with transaction.atomic():
        hold_chain()
        return _append(action, target, actor, data)


def hold_chain() -> None:
    """Make the others wait until this transaction ends.

    SQLite's IMMEDIATE transactions already do; PostgreSQL needs a lock, because two transactions that read
    the same last row would both chain to it.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])


def head() -> str:
    """Digest of the newest entry."""
    last = AuditEntry.objects.order_by("-pk").values_list("digest", flat=True).first()
    return last or FIRST


def verify_chain() -> ChainReport:
    """Walk the chain from the start and stop at the first row that does not fit."""
    previous, checked = FIRST, 0
    for entry in AuditEntry.objects.order_by("pk").iterator(chunk_size=2000):
        if entry.previous != previous:
            return ChainReport(checked, entry.pk, "does not follow the row before it")
        if entry.digest != digest_of(entry):
            return ChainReport(checked, entry.pk, "was changed after it was written")
        previous, checked = entry.digest, checked + 1
    return ChainReport(checked)


def digest_of(entry: AuditEntry) -> str:
    """SHA-256 over the canonical JSON of everything but the digest and the row number."""
    content = [
        _stamp(entry.at), entry.action, entry.actor, entry.organisation,
        entry.target_type, entry.target, entry.data, entry.previous,
    ]  # fmt: skip
    packed = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(packed.encode()).hexdigest()


def _append(action: str, target: Model, actor: Actor, data: dict[str, Any]) -> AuditEntry:
    entry = AuditEntry(
        at=timezone.now(),
        action=action,
        actor=f"user:{actor.pk}" if actor is not None and actor.pk is not None else "system",
        organisation=getattr(target, "organisation_ref", ""),
        target_type=target._meta.model_name or "",
        target=str(target.public_id),  # type: ignore[attr-defined]
        data=json.loads(json.dumps(data)),
        previous=head(),
    )
    entry.digest = digest_of(entry)
    entry.save(force_insert=True)
    return entry


def _stamp(at: datetime) -> str:
    return at.astimezone(timezone.get_default_timezone()).isoformat(timespec="microseconds")


def _check(value: Any) -> None:
    """Floats and dates may come back from the database in another spelling and would break the digest."""
    if not isinstance(value, _DATA_TYPES):
        raise ValueError(f"audit data cannot hold {type(value).__name__}")
    for item in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    ):
        _check(item)
