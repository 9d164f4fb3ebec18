"""Label packs: what the law of a territory asks of the visible label, as versioned data.

The packs are in ``data/label_packs.toml``. Several territories together get the strictest value of each field;
a territory without a pack gets the EU pack.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from campaigns import scope

_FILE = Path(__file__).parent / "data" / "label_packs.toml"
DEFAULT_PACK: Final = "EU"
_SMALLEST_HEIGHT: Final = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelPack:
    """The rules of one jurisdiction.

    ``min_height`` is the text height as a share of the frame's short side, ``min_area`` the label's share of
    the frame, ``seconds`` how long it stays from the start where ``whole_clip`` is not asked for.
    """

    name: str
    version: str
    in_force: date
    text_key: str
    whole_clip: bool
    seconds: float
    min_height: float
    min_area: float
    metadata: tuple[str, ...]
    takedown_hours: int
    confirmed_by_lawyer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRule:
    """What one variant's label has to be. ``version`` joins the versions of all packs that were asked."""

    version: str
    locale: str
    text_key: str
    whole_clip: bool
    seconds: float
    min_height: float
    min_area: float
    metadata: tuple[str, ...]
    takedown_hours: int


@cache
def label_packs() -> Mapping[str, LabelPack]:
    """All packs by name."""
    rows = tomllib.loads(_FILE.read_text("utf-8"))
    return {
        name: _pack(name, row) for name, row in rows.items() if isinstance(row, dict) and "version" in row
    }


def packs_for(territories: Iterable[str], pack: str = "") -> tuple[LabelPack, ...]:
    """The packs of the territories, and the named one on top of them (it can only make the label stricter)."""
    known = label_packs()
    names = {_pack_name(code) for code in scope.countries(territories)} or {DEFAULT_PACK}
    if scope.ANY in territories:
        names = set(known)
    if pack in known:
        names.add(pack)
    return tuple(known[name] for name in sorted(names))


def label_for(territories: Iterable[str], locale: str, pack: str = "") -> LabelRule:
    """The strictest label of all packs that apply where the variant is shown."""
    packs = packs_for(tuple(territories), pack)
    strictest = max(packs, key=lambda item: (item.min_area, item.min_height, item.whole_clip))
    return LabelRule(
        version="+".join(item.version for item in packs),
        locale=locale,
        text_key=strictest.text_key,
        whole_clip=any(item.whole_clip for item in packs),
        seconds=max(item.seconds for item in packs),
        min_height=max(item.min_height for item in packs),
        min_area=max(item.min_area for item in packs),
        metadata=tuple(sorted({kind for item in packs for kind in item.metadata})),
        takedown_hours=min(item.takedown_hours for item in packs),
    )


def _pack_name(territory: str) -> str:
    """The pack of a country or, for a country that is covered by a state's pack, of that state."""
    known = label_packs()
    if territory in known:
        return territory
    states = sorted(name for name in known if name.startswith(f"{territory}-"))
    country = territory.partition("-")[0]
    return states[0] if states else country if country in known else DEFAULT_PACK


def _pack(name: str, row: Mapping[str, Any]) -> LabelPack:
    label = row.get("label", {})
    return LabelPack(
        name=name,
        version=row["version"],
        in_force=row["in_force"],
        text_key=label.get("text_key", "label.ai"),
        whole_clip=label.get("when", "whole clip") == "whole clip",
        seconds=float(label.get("seconds", 0)),
        min_height=float(label.get("min_height_of_short_side", _SMALLEST_HEIGHT)),
        min_area=float(label.get("min_area", 0)),
        metadata=tuple(row.get("metadata", ("c2pa", "watermark"))),
        takedown_hours=int(row.get("takedown_hours", 24)),
        confirmed_by_lawyer=bool(row.get("confirmed_by_lawyer", False)),
    )
