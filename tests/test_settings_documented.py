"""Every variable that the code reads is explained in .env.example, and nothing there is made up."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READ = re.compile(r'(?:env_[a-z]+\(\s*|environ(?:\.get\(|\.setdefault\(|\[))"([A-Z][A-Z0-9_]+)"')
SHELL = re.compile(r"\$\{([A-Z][A-Z0-9_]+):[-?]")
DOCUMENTED = re.compile(r"^#([A-Z][A-Z0-9_]+)=", re.MULTILINE)
NOT_OURS = {"DJANGO_SETTINGS_MODULE", "PYTHONUNBUFFERED"}


def documented() -> set[str]:
    return set(DOCUMENTED.findall((ROOT / ".env.example").read_text()))


def read_by_code() -> set[str]:
    sources = "".join(
        path.read_text()
        for app in ("adforge", "campaigns", "renderer")
        for path in (ROOT / app).rglob("*.py")
    )
    scripts = (ROOT / "run", ROOT / "docker" / "entrypoint.sh", ROOT / "docker" / "compose.yml")
    return (set(READ.findall(sources)) | set(SHELL.findall("".join(map(Path.read_text, scripts))))) - NOT_OURS


def test_every_variable_is_explained() -> None:
    assert read_by_code() - documented() == set()


def test_nothing_is_explained_that_nobody_reads() -> None:
    unread = {name for name in documented() if name.removesuffix("_FILE") not in read_by_code()}
    assert unread == set()
