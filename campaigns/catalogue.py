"""Every refusal and failure code in plain words: what it means, how to fix it, and who can.

The texts are in ``data/codes.toml``. Codes of the renderer arrive as strings and are explained here too.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "codes.toml"
_OWN_FAULT = "INTERNAL"


@dataclass(frozen=True, slots=True)
class Entry:
    """One code. ``who`` can fix it: marketer, consent admin, reviewer, owner or operator."""

    code: str
    text: str
    fix: str
    who: str


@cache
def entries() -> Mapping[str, Entry]:
    """All known codes."""
    rows = tomllib.loads(_FILE.read_text("utf-8"))
    return {code: Entry(code=code, **row) for code, row in rows.items()}


def entry(code: str) -> Entry:
    """The explanation of a code; an unknown one is explained as a fault of ours."""
    known = entries()
    return known.get(code) or known[_OWN_FAULT]
