"""Real servers for the tests of this folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.s3server import S3Server, running

ON_POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")
# Their subject is PostgreSQL itself; ./test runs them in its own round with DATABASE_URL set.
collect_ignore = [] if ON_POSTGRES else ["test_postgres.py"]


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A SeaweedFS server with one empty private bucket."""
    folder: Path = tmp_path_factory.mktemp("s3")
    with running(folder) as server:
        yield server
