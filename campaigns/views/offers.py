"""What may be picked and what may be rendered: the gate's answers as the wizard shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from campaigns import catalogue, selectors
from campaigns.services import matrix
from campaigns.views import boards

if TYPE_CHECKING:
    from campaigns.models import Campaign, Likeness, LocalizedScript, Variant
    from campaigns.services.matrix import Cell

MADE: Final = frozenset({"queued", "rendering", "ready"})


@dataclass(frozen=True, slots=True)
class Offer:
    """One likeness of the library for one campaign."""

    likeness: Likeness
    badge: str
    until: datetime | None
    picked: bool
    code: str = ""
    reason: str = ""

    @property
    def blocked(self) -> bool:
        return bool(self.code)

    @property
    def may_pick(self) -> bool:
        """A likeness that was picked before and lost its consent may stay: the matrix shows it as blocked."""
        return self.picked or not self.blocked


@dataclass(frozen=True, slots=True)
class DryCell:
    """One cell of the dry run: made already, blocked with a reason, or free to tick."""

    likeness: Likeness
    key: str
    variant: Variant | None
    code: str
    message: str
    fix: str

    @property
    def made(self) -> bool:
        return self.variant is not None and not self.code

    @property
    def free(self) -> bool:
        return not self.made and not self.code


@dataclass(frozen=True, slots=True)
class DryLine:
    """One language of the dry run."""

    script: LocalizedScript
    cells: tuple[DryCell, ...]


@dataclass(frozen=True, slots=True)
class DryRun:
    """The dry run with its counts."""

    lines: tuple[DryLine, ...]
    ok: int
    blocked: int
    made: int


def offers_for(campaign: Campaign) -> list[Offer]:
    picked = set(campaign.likenesses.values_list("pk", flat=True))
    people = boards.with_photos(matrix.offered_likenesses(campaign))
    return [_offer(campaign, likeness, picked=likeness.pk in picked) for likeness in people]


def _offer(campaign: Campaign, likeness: Likeness, *, picked: bool) -> Offer:
    badge, until = selectors.consents.likeness_standing(likeness), end_of(likeness)
    if denied := matrix.pick_denial(campaign, likeness):
        return Offer(likeness, badge, until, picked, str(denied.code), denied.message)
    if boards.usable(likeness):
        return Offer(likeness, badge, until, picked)
    return Offer(
        likeness, badge, until, picked, "LIKENESS_NOT_READY", catalogue.entry("LIKENESS_NOT_READY").text
    )


def end_of(likeness: Likeness) -> datetime | None:
    """When the last standing consent ends."""
    standing = (row for row in likeness.consents.all() if selectors.consents.standing(row) == "granted")
    return max((row.ends_at for row in standing if row.ends_at), default=None)


def dry_run(cells: Iterable[Cell]) -> DryRun:
    """Cells of the matrix by language, in the order of the scripts."""
    by_script: dict[int, tuple[LocalizedScript, list[DryCell]]] = {}
    for cell in cells:
        _, line = by_script.setdefault(cell.localized_script.pk, (cell.localized_script, []))
        line.append(_dry_cell(cell))
    lines = tuple(DryLine(script, tuple(line)) for script, line in by_script.values())
    found = [cell for line in lines for cell in line.cells]
    return DryRun(
        lines=lines,
        ok=sum(cell.free for cell in found),
        blocked=sum(bool(cell.code) for cell in found),
        made=sum(cell.made for cell in found),
    )


def _dry_cell(cell: Cell) -> DryCell:
    standing = cell.variant if cell.variant and cell.variant.status in MADE and not cell.stale else None
    fix = catalogue.entry(cell.code).fix if cell.code else ""
    return DryCell(cell.likeness, key_of(cell), standing, cell.code, cell.message, fix)


def key_of(cell: Cell) -> str:
    """Names a cell in the form."""
    return f"{cell.localized_script.public_id}:{cell.likeness.public_id}"
