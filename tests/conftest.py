"""Fixtures of all tests: people in their roles, a campaign that may be rendered, messages that were sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase

from campaigns import dispatch
from campaigns.migrations import _audit_triggers
from tests.worlds import World, make_world

pytest_plugins = ["tests.required"]


@pytest.fixture(autouse=True, scope="session")
def _flush_may_empty_the_audit() -> Iterator[None]:
    """Tests that commit are cleaned up by a flush, which the audit triggers rightly refuse."""
    flush = TransactionTestCase._fixture_teardown

    def unguarded(case: TransactionTestCase) -> None:
        _audit_triggers.unguard(connection)
        flush(case)
        _audit_triggers.guard(connection)

    TransactionTestCase._fixture_teardown = unguarded
    yield
    TransactionTestCase._fixture_teardown = flush


@pytest.fixture
def world(db: None) -> World:
    """An organisation with a member per role, and a campaign whose material and consent are complete."""
    return make_world()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """(task name, id) of every message that left, instead of the broker."""
    messages: list[tuple[str, str]] = []
    monkeypatch.setattr(dispatch, "_send", lambda name, public_id, delay: messages.append((name, public_id)))
    return messages


@pytest.fixture
def committing(
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[list[Any]]],
) -> Callable[[], AbstractContextManager[list[Any]]]:
    """A block whose on-commit work really runs."""
    return lambda: django_capture_on_commit_callbacks(execute=True)
