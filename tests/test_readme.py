"""The README's tables are complete: every pinned package and every weight, with its hash."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from renderer.engines.registry import ENGINES
from renderer.weights import REGISTRY

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
LISTS = ("requirements.txt", "docker/requirements-nodeps.txt", "requirements-dev.txt")
PIN = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==", re.MULTILINE)
PINS = sorted({name for path in LISTS for name in PIN.findall((ROOT / path).read_text())})


@pytest.mark.parametrize("name", PINS)
def test_every_package_is_listed_with_its_licence(name: str) -> None:
    families = re.sub(r"-(model-\d|part\d)$", "", name)
    assert families in README


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_every_weight_is_listed_with_its_hash(name: str) -> None:
    spec = REGISTRY[name]
    assert re.search(rf"`{re.escape(name)}`.*{spec.sha256}", README)
    assert spec.licence.split()[0] in README


@pytest.mark.parametrize("name", sorted({name for stage in ENGINES.values() for name in stage}))
def test_every_engine_is_listed(name: str) -> None:
    assert f"| `{name}` |" in README


@pytest.mark.parametrize("command", ["./run", "./test"])
def test_the_commands_of_the_first_screen_exist(command: str) -> None:
    assert (ROOT / command).stat().st_mode & 0o111
