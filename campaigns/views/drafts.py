"""A script while it is being written: read from the form or from the database, drawn again, saved at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from campaigns import names, voices
from campaigns.models import Take
from campaigns.services.scripts import LineInput

if TYPE_CHECKING:
    from django.http import QueryDict

    from campaigns.models import Campaign, LocalizedScript, Script

PRESET, TAKE = "preset", "take"
OWN = f"{PRESET}:"
MAX_LINES = 40


@dataclass(frozen=True, slots=True)
class VoiceChoice:
    """One entry of the voice list; ``value`` is ``preset:<name>`` or ``take:<public id>``."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line as typed: times stay text until they are saved."""

    start: str
    end: str
    texts: Mapping[str, str]

    @property
    def span(self) -> tuple[float, float] | None:
        """Start and length in seconds, None while they are not numbers."""
        start, end = seconds_of(self.start), seconds_of(self.end)
        return (start, end - start) if start is not None and end is not None and end > start else None


@dataclass(frozen=True, slots=True)
class Draft:
    """The whole script: chosen locales with voice and captions, and the lines."""

    locales: tuple[str, ...]
    lines: tuple[DraftLine, ...]
    voices: Mapping[str, str] = field(default_factory=dict)
    captions: frozenset[str] = frozenset()

    def with_line(self, seconds: float) -> Draft:
        """One empty line more, in the time that is left after the last."""
        last = self.lines[-1].span if self.lines else None
        start = last[0] + last[1] if last else 0.0
        end = max(seconds, start + 1.0)
        return replace(self, lines=(*self.lines, DraftLine(f"{start:g}", f"{end:g}", {})))

    def without_line(self, index: int) -> Draft:
        kept = tuple(line for at, line in enumerate(self.lines) if at != index)
        return replace(self, lines=kept or self.lines)


def seconds_of(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def from_form(data: QueryDict) -> Draft:
    """What was typed, complete or not."""
    locales = tuple(dict.fromkeys(data.getlist("locale")))
    numbers = sorted(int(key[6:]) for key in data if key.startswith("start-") and key[6:].isdigit())
    lines = tuple(
        DraftLine(
            start=data.get(f"start-{number}", "").strip(),
            end=data.get(f"end-{number}", "").strip(),
            texts={tag: data.get(f"text-{number}-{tag}", "") for tag in locales},
        )
        for number in numbers[:MAX_LINES]
    )
    chosen = {tag: data.get(f"voice-{tag}", OWN) for tag in locales}
    return Draft(locales, lines, chosen, frozenset(tag for tag in locales if f"captions-{tag}" in data))


def from_campaign(campaign: Campaign, script: Script | None, seconds: float) -> Draft:
    """What is saved; a new script begins with one line over the whole clip."""
    if script is None or not script.lines.exists():
        whole = DraftLine("0", f"{seconds:.2f}".rstrip("0").rstrip(".") if seconds else "5", {})
        return Draft((campaign.source_locale,), (whole,), {campaign.source_locale: OWN})
    localized = list(script.localizations.prefetch_related("lines__line"))
    spoken = {(row.locale, text.line_id): text.text for row in localized for text in row.lines.all()}
    locales = tuple(row.locale for row in localized) or (campaign.source_locale,)
    lines = tuple(
        DraftLine(
            f"{line.start:g}", f"{line.end:g}", {tag: spoken.get((tag, line.pk), "") for tag in locales}
        )
        for line in script.lines.all()
    )
    burnt = frozenset(row.locale for row in localized if row.burn_captions)
    return Draft(locales, lines, {row.locale: voice_value(row) for row in localized}, burnt)


def voice_value(localized: LocalizedScript) -> str:
    if localized.voice_kind == localized.Voice.RECORDING and localized.voice_over:
        return f"{TAKE}:{localized.voice_over.public_id}"
    return f"{PRESET}:{localized.voice_name}"


def line_inputs(draft: Draft, source: str) -> list[LineInput]:
    """The lines for the service, in the source locale's words (or the first locale's, where that is missing)."""
    main = source if source in draft.locales else draft.locales[0]
    spans = [(seconds_of(line.start), seconds_of(line.end), line.texts.get(main, "")) for line in draft.lines]
    return [LineInput(start or 0.0, end or 0.0, text) for start, end, text in spans]


def in_time(draft: Draft) -> Draft:
    """Lines in spoken order, as the service will number them."""
    return replace(draft, lines=tuple(sorted(draft.lines, key=lambda line: seconds_of(line.start) or 0.0)))


def voice_choices(campaign: Campaign, locale: str) -> list[VoiceChoice]:
    """Each likeness's own preset, the presets of the language, and the recordings of the campaign's people."""
    presets = [VoiceChoice(f"{PRESET}:{voice.name}", voice.label) for voice in voices.offered(locale)]
    own = [VoiceChoice(OWN, "Each likeness's own voice")] if presets else []
    takes = Take.objects.filter(kind=Take.Kind.VOICE, status=Take.Status.READY, likeness__campaigns=campaign)
    recorded = [
        VoiceChoice(f"{TAKE}:{take.public_id}", f"Recording of {take.likeness.name}, {take.filename}")
        for take in takes.select_related("likeness")
    ]
    return [*own, *presets, *recorded]


def shown(campaign: Campaign, draft: Draft, errors: Iterable[str] = ()) -> dict[str, object]:
    """The draft as the template draws it."""
    return {
        "errors": list(errors),
        "offered": [_option(tag, name, draft) for tag, name in _locales(draft)],
        "columns": [_column(campaign, tag, draft) for tag in draft.locales],
        "lines": [_line(line, draft) for line in draft.lines],
    }


def _locales(draft: Draft) -> list[tuple[str, str]]:
    known = dict.fromkeys([*names.LOCALES, *voices.locales(), *draft.locales])
    return [(tag, names.locale_name(tag)) for tag in known]


def _option(tag: str, name: str, draft: Draft) -> dict[str, object]:
    reason = voices.locales().get(tag, "")
    return {"tag": tag, "name": name, "chosen": tag in draft.locales, "reason": reason or ""}


def _column(campaign: Campaign, tag: str, draft: Draft) -> dict[str, object]:
    reason = voices.locales().get(tag, "No voice speaks this language here; use a recording.")
    return {
        "tag": tag,
        "name": names.locale_name(tag),
        "reason": reason or "",
        "voices": [
            choice for choice in voice_choices(campaign, tag) if not reason or choice.value.startswith(TAKE)
        ],
        "voice": draft.voices.get(tag, OWN),
        "captions": tag in draft.captions,
    }


def _line(line: DraftLine, draft: Draft) -> dict[str, object]:
    texts = [
        {
            "tag": tag,
            "name": names.locale_name(tag),
            "value": line.texts.get(tag, ""),
            "rate": voices.characters_per_second(tag),
        }
        for tag in draft.locales
    ]
    return {"start": line.start, "end": line.end, "span": line.span, "texts": texts}
