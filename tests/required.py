"""On the build server a skipped integration test is a failure: a missing service must not look like success."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

MARKERS = ("integration", "e2e")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turns the skip of a marked test into a failure when ``ADFORGE_REQUIRE_INTEGRATION`` is set."""
    report = yield
    wanted = os.environ.get("ADFORGE_REQUIRE_INTEGRATION") and any(map(item.get_closest_marker, MARKERS))
    if wanted and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"must not be skipped here: {report.longrepr}"
    return report
