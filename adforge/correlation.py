"""Who and what a log line belongs to: request id, job id and actor, carried by context variables."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="-")
job_id: ContextVar[str] = ContextVar("job_id", default="-")
actor: ContextVar[str] = ContextVar("actor", default="-")


@contextmanager
def bound(variable: ContextVar[str], value: str) -> Iterator[None]:
    """Set one of the variables for the length of a block."""
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)


class CorrelationFilter(logging.Filter):
    """Adds the three ids to every record, so that formats may name them."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        record.job_id = job_id.get()
        record.actor = actor.get()
        return True
