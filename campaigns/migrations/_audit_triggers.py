"""SQL of the triggers that keep audit rows as they were written (SQLite and PostgreSQL)."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLE = "campaigns_auditentry"

SQLITE_INSTALL = [
    f"CREATE TRIGGER {TABLE}_no_{event} BEFORE {event} ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, 'audit entries are append-only'); END"
    for event in ("UPDATE", "DELETE")
]
SQLITE_REMOVE = [f"DROP TRIGGER IF EXISTS {TABLE}_no_{event}" for event in ("UPDATE", "DELETE")]

POSTGRESQL_INSTALL = [
    f"CREATE OR REPLACE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'audit entries are append-only'; END $$",
    f"CREATE TRIGGER {TABLE}_no_change BEFORE UPDATE OR DELETE ON {TABLE} "
    f"FOR EACH ROW EXECUTE FUNCTION {TABLE}_refuse()",
    f"CREATE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE} "
    f"FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_refuse()",
]
POSTGRESQL_REMOVE = [
    f"DROP TRIGGER IF EXISTS {TABLE}_no_change ON {TABLE}",
    f"DROP TRIGGER IF EXISTS {TABLE}_no_truncate ON {TABLE}",
    f"DROP FUNCTION IF EXISTS {TABLE}_refuse()",
]

_STATEMENTS = {
    "sqlite": (SQLITE_INSTALL, SQLITE_REMOVE),
    "postgresql": (POSTGRESQL_INSTALL, POSTGRESQL_REMOVE),
}


def install(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    guard(schema_editor.connection)


def remove(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    unguard(schema_editor.connection)


def guard(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place. A database we have none for is refused: the audit would be a promise only."""
    if connection.vendor not in _STATEMENTS:
        raise NotImplementedError(f"no audit triggers for {connection.vendor}: use SQLite or PostgreSQL")
    _run(connection, _STATEMENTS[connection.vendor][0])


def unguard(connection: BaseDatabaseWrapper) -> None:
    _run(connection, _STATEMENTS[connection.vendor][1])


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
