"""The only place where a status changes: one conditional UPDATE and its audit entry in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from campaigns import auditing
from campaigns.auditing import Actor
from campaigns.exceptions import StateConflict
from campaigns.models import Consent, MasterClip, Take, Upload, Variant

Stateful = Consent | MasterClip | Take | Upload | Variant

TRANSITIONS: Final[Mapping[type[Stateful], Mapping[str, frozenset[str]]]] = {
    Upload: {"open": frozenset({"complete", "aborted"})},
    MasterClip: {
        "uploaded": frozenset({"probing", "rejected"}),
        "probing": frozenset({"uploaded", "ready", "rejected"}),
    },
    Take: {
        "uploaded": frozenset({"checking", "rejected"}),
        "checking": frozenset({"uploaded", "ready", "rejected"}),
    },
    Consent: {
        "draft": frozenset({"submitted"}),
        "submitted": frozenset({"granted", "rejected"}),
        "granted": frozenset({"revoked"}),
    },
    Variant: {
        "draft": frozenset({"queued"}),
        "queued": frozenset({"rendering", "blocked", "draft"}),
        "rendering": frozenset({"ready", "queued", "failed", "blocked", "draft"}),
        "ready": frozenset({"withdrawn"}),
        "failed": frozenset({"queued"}),
        "blocked": frozenset({"queued"}),
    },
}

_NOT_AUDITED = "message"  # free text: it may quote what must not stay for ever


def transition(obj: Stateful, to: str, *, actor: Actor = None, **data: Any) -> None:
    """Move ``obj`` to the state ``to``, if it is still in the state it had when it was read.

    ``code``, ``message`` and ``stage`` in ``data`` also fill the error fields of the row; times follow the
    state. Everything but ``message`` goes into the audit entry.

    Raises:
        StateConflict: the table does not allow it, or somebody else moved the row first.
    """
    old, to = str(obj.status), str(to)
    if to not in TRANSITIONS[type(obj)].get(old, ()):
        raise _conflict(obj, to)
    fields = {"status": to, "updated_at": timezone.now()} | _fields(obj, to, actor, data)
    with transaction.atomic():
        auditing.hold_chain()
        if type(obj)._default_manager.filter(pk=obj.pk, status=old).update(**fields) != 1:
            raise _conflict(obj, to)
        audited = {key: value for key, value in data.items() if key != _NOT_AUDITED}
        auditing.record(f"{obj._meta.model_name}.{to}", target=obj, actor=actor, old=old, **audited)
    for name, value in fields.items():
        setattr(obj, name, value)


def _conflict(obj: Stateful, to: str) -> StateConflict:
    noun = obj._meta.verbose_name
    return StateConflict(
        "STATE_CONFLICT", f"This {noun} is {obj.status} and cannot become {to}, or has just changed."
    )


def _fields(obj: Stateful, to: str, actor: Actor, data: Mapping[str, Any]) -> dict[str, Any]:
    now = timezone.now()
    if isinstance(obj, Variant):
        return _variant_fields(to, now, data)
    if isinstance(obj, Consent):
        return _consent_fields(to, now, actor)
    if isinstance(obj, MasterClip | Take):
        return {"error_code": data.get("code", ""), "error_message": data.get("message", "")}
    return {}


def _variant_fields(to: str, now: datetime, data: Mapping[str, Any]) -> dict[str, Any]:
    code, message = data.get("code", ""), data.get("message", "")
    fresh = {"stage": "", "progress": 0.0, "heartbeat_at": None}
    clean = {"error_code": "", "error_message": "", "error_stage": "", "block_code": ""}
    by_state: dict[str, dict[str, Any]] = {
        "draft": {**fresh, **clean},
        "queued": {**fresh, **clean, "queued_at": now, "started_at": None, "finished_at": None},
        "rendering": {"started_at": now, "heartbeat_at": now},
        "ready": {"progress": 1.0, "finished_at": now},
        "failed": {
            "error_code": code, "error_message": message, "error_stage": data.get("stage", ""), "finished_at": now,
        },
        "blocked": {"block_code": code, "error_message": message, "finished_at": now},
        "withdrawn": {"block_code": code, "error_message": message},
    }  # fmt: skip
    return by_state[to]


def _consent_fields(to: str, now: datetime, actor: Actor) -> dict[str, Any]:
    by_state: dict[str, dict[str, Any]] = {
        "submitted": {"submitted_at": now, "submitted_by": actor},
        "granted": {"granted_at": now},
        "rejected": {},
        "revoked": {"revoked_at": now},
    }
    return by_state[to]
