"""Variants as cells, rows and tallies: what the campaign page, the queue and the inboxes draw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import prefetch_related_objects

from campaigns.views import progress
from campaigns.views.progress import Failure, Progress

if TYPE_CHECKING:
    from campaigns.models import Campaign, Likeness, LocalizedScript, Variant


@dataclass(frozen=True, slots=True)
class Row:
    """One variant as it is drawn. ``variant`` is None for a cell nobody asked for yet."""

    likeness: Likeness
    locale: str
    variant: Variant | None = None
    progress: Progress | None = None
    standing: str = ""
    first_words: str = ""
    seconds: float | None = None
    rendition: Any = None

    @property
    def bucket(self) -> str:
        return bucket_of(self.variant, self.standing) if self.variant else ""


@dataclass(frozen=True, slots=True)
class Line:
    """One language of the matrix."""

    script: LocalizedScript
    cells: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the stacked bar: its share is ``width`` of 100, beginning at ``x``."""

    key: str
    word: str
    tone: str
    count: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Tally:
    """How many variants are where; every variant counts once."""

    total: int
    ready: int
    deliverable: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Variants that stopped for the same reason."""

    failure: Failure
    count: int
    tone: str
    icon: str
    again: bool


BUCKETS: Final = (
    ("ready", "ready", "ok"),
    ("review", "need review", "need"),
    ("running", "running", "run"),
    ("waiting", "waiting", ""),
    ("blocked", "blocked", "block"),
    ("failed", "failed", "fail"),
    ("draft", "cancelled", ""),
)
_BY_STATUS: Final = {
    "queued": "waiting",
    "rendering": "running",
    "failed": "failed",
    "blocked": "blocked",
    "withdrawn": "blocked",
    "draft": "draft",
}


def bucket_of(variant: Variant, standing: str) -> str:
    if variant.status == "ready":
        return "ready" if standing == "approved" else "review"
    return _BY_STATUS[variant.status]


def standing_of(variant: Variant) -> str:
    """The annotated review standing, "" where nobody has looked or it was not asked for."""
    return getattr(variant, "standing", None) or ""


def rows_of(variants: Iterable[Variant]) -> list[Row]:
    """Variants with their newest attempt, first words and file; two queries more, whatever the number."""
    found = list(variants)
    prefetch_related_objects(found, "jobs", "renditions", "localized_script__lines")
    return [row_of(variant) for variant in found]


def row_of(variant: Variant) -> Row:
    jobs = sorted(variant.jobs.all(), key=lambda job: job.attempt)
    rendition = next(iter(variant.renditions.all()), None)
    spoken = next(iter(variant.localized_script.lines.all()), None)
    return Row(
        likeness=variant.likeness,
        locale=variant.localized_script.locale,
        variant=variant,
        progress=progress.of(variant, jobs[-1] if jobs else None),
        standing=standing_of(variant),
        first_words=spoken.text if spoken else "",
        seconds=rendition.seconds if rendition else None,
        rendition=rendition,
    )


def matrix(
    columns: Sequence[Likeness], scripts: Iterable[LocalizedScript], rows: Iterable[Row]
) -> list[Line]:
    """Newest row of each cell, languages down, likenesses across."""
    newest: dict[tuple[int, int], Row] = {}
    for row in rows:  # newest first
        if row.variant:
            newest.setdefault((row.variant.localized_script_id, row.variant.likeness_id), row)
    return [
        Line(script, tuple(newest.get((script.pk, who.pk), Row(who, script.locale)) for who in columns))
        for script in scripts
    ]


def newest_only(rows: Iterable[Row]) -> list[Row]:
    """The newest variant of each cell; older ones were made from older material."""
    seen: dict[tuple[int, int], Row] = {}
    for row in rows:
        if row.variant:
            seen.setdefault((row.variant.localized_script_id, row.variant.likeness_id), row)
    return list(seen.values())


def tally_of(rows: Iterable[Row]) -> Tally:
    counted = Counter(row.bucket for row in rows if row.variant)
    return tally(counted)


def tally(counted: Counter[str]) -> Tally:
    total = sum(counted.values())
    parts: list[Part] = []
    x = 0.0
    for key, word, tone in BUCKETS:
        if count := counted[key]:
            width = 100 * count / total
            parts.append(Part(key, word, tone, count, x, width))
            x += width
    return Tally(total, counted["ready"] + counted["review"], counted["ready"], tuple(parts))


def failures_of(rows: Iterable[Row]) -> list[FailureGroup]:
    """Stopped variants by cause, the commonest first. What was withdrawn cannot be asked for again."""
    found: dict[str, list[Progress]] = {}
    for row in rows:
        if row.progress and row.progress.failure:
            found.setdefault(row.progress.failure.code, []).append(row.progress)
    groups = [_group(stopped) for stopped in found.values()]
    return sorted(groups, key=lambda group: -group.count)


def _group(stopped: list[Progress]) -> FailureGroup:
    states = {progress.status for progress in stopped}
    tone, icon = ("fail", "alert-triangle") if "failed" in states else ("block", "ban")
    assert stopped[0].failure  # noqa: S101
    return FailureGroup(stopped[0].failure, len(stopped), tone, icon, again=states != {"withdrawn"})


def eta(rows: Iterable[Row]) -> str:
    """A range for everything that waits or runs, from the pace of what is done: "about 3 to 5 min"."""
    listed = [row for row in rows if row.variant and row.progress]
    took = [
        (row.variant.finished_at - row.variant.started_at).total_seconds()
        for row in listed
        if row.variant
        and row.variant.status == "ready"
        and row.variant.finished_at
        and row.variant.started_at
    ]
    left = sum(1.0 - row.progress.share for row in listed if row.progress and row.progress.live)
    if not took or not left:
        return ""
    each = sum(took) / len(took)
    low, high = each * left, 1.5 * each * left
    return f"About {progress.in_round_seconds(low)} to {progress.in_round_seconds(high)} left ({len(took)} done, {each:.0f} s each)"


def photo_of(likeness: Likeness) -> Any:
    """The newest usable photo, shown as the face of a likeness."""
    photos = [take for take in likeness.takes.all() if take.kind == "photo" and take.status == "ready"]
    return photos[-1] if photos else None


def usable(likeness: Likeness) -> bool:
    """A checked photo or clip is there to make a face from."""
    return any(take.status == "ready" and take.kind in {"photo", "clip"} for take in likeness.takes.all())


def with_photos(likenesses: Iterable[Likeness]) -> list[Likeness]:
    """Give each likeness an attribute ``photo`` for the templates."""
    found = list(likenesses)
    prefetch_related_objects(found, "takes")
    for likeness in found:
        likeness.photo = photo_of(likeness)  # type: ignore[attr-defined]
    return found


def columns_of(campaign: Campaign, rows: Iterable[Row]) -> list[Likeness]:
    """The chosen likenesses, and those that variants were made with before."""
    chosen = {likeness.pk: likeness for likeness in campaign.likenesses.select_related("person")}
    for row in rows:
        chosen.setdefault(row.likeness.pk, row.likeness)
    return with_photos(chosen.values())
