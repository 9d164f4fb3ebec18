"""Scripts with timed lines, and their versions per locale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from django.db import transaction
from django.db.models import Min

from campaigns import auditing, policy
from campaigns.exceptions import CampaignError
from campaigns.models import (
    Campaign,
    LocalizedLine,
    LocalizedScript,
    MasterClip,
    Script,
    ScriptLine,
    SomeUser,
    Take,
    Variant,
)
from campaigns.services import values
from campaigns.states import transition

# A line that ends with the clip may be a rounded frame longer than the decoded length.
_SLACK_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class LineInput:
    """One line as it is typed in; times in seconds on the master's clock."""

    start: float
    end: float
    text: str


def create_script(*, campaign: Campaign, user: SomeUser, name: str) -> Script:
    policy.require(user, campaign.organisation, "campaign.edit")
    with transaction.atomic():
        script = Script.objects.create(campaign=campaign, name=values.text("Name", name))
        auditing.record("script.saved", target=script, actor=user, lines=0)
    return script


def save_lines(script: Script, *, user: SomeUser, lines: Sequence[LineInput]) -> None:
    """Replace the lines. Translations stay with the line of the same position; a line that went takes its own
    along. Variants of this script that are still waiting or running are cancelled, because the picture they
    would show is no longer the one that was asked for.

    Raises:
        CampaignError: ``SCRIPT_INCOMPLETE``, ``FIELD_INVALID``, ``LINE_OVERLAP``, ``LINE_OUTSIDE_CLIP``.
    """
    policy.require(user, script.campaign.organisation, "campaign.edit")
    checked = _checked(lines)
    _must_fit(script.campaign, checked)
    with transaction.atomic():
        _stop_waiting(Variant.objects.filter(localized_script__script=script), user)
        script.lines.filter(position__gte=len(checked)).delete()
        for position, line in enumerate(checked):
            fields = {"start": line.start, "end": line.end, "text": line.text}
            ScriptLine.objects.update_or_create(script=script, position=position, defaults=fields)
        auditing.record("script.saved", target=script, actor=user, lines=len(checked))


def localize(
    script: Script,
    *,
    user: SomeUser,
    locale: str,
    texts: Sequence[str],
    voice_kind: str = "preset",
    voice_name: str = "",
    voice_over: Take | None = None,
    burn_captions: bool = False,
) -> LocalizedScript:
    """Create or replace the version in one locale: one text per line, in the order of the lines.

    ``voice_name`` may stay empty; then every likeness speaks with its own preset voice of that locale.

    Raises:
        CampaignError: ``SCRIPT_INCOMPLETE``, ``VOICE_MISSING``, ``FOREIGN_OBJECT``, ``FIELD_INVALID``.
    """
    policy.require(user, script.campaign.organisation, "campaign.edit")
    spoken = [" ".join(text.split()) for text in texts]
    lines = list(script.lines.all())
    if not lines or len(spoken) != len(lines) or not all(spoken):
        raise CampaignError("SCRIPT_INCOMPLETE", f"{len(lines)} lines are needed, none of them empty.")
    _check_voice(script, voice_kind, voice_over)
    voice = {"voice_kind": voice_kind, "voice_name": voice_name.strip(), "voice_over": voice_over}
    with transaction.atomic():
        localized, _ = LocalizedScript.objects.update_or_create(
            script=script, locale=values.locale(locale), defaults={**voice, "burn_captions": burn_captions}
        )
        _stop_waiting(localized.variants.all(), user)
        _save_texts(localized, lines, spoken)
        auditing.record("script.localized", target=localized, actor=user, locale=localized.locale)
    return localized


def remove_localization(localized: LocalizedScript, *, user: SomeUser) -> None:
    """Take a language away again, as long as nothing was made in it.

    Raises:
        CampaignError: ``LOCALE_IN_USE``.
    """
    policy.require(user, localized.script.campaign.organisation, "campaign.edit")
    if localized.variants.exists():
        raise CampaignError("LOCALE_IN_USE", f"Variants in {localized.locale} exist, so the language stays.")
    with transaction.atomic():
        auditing.record(
            "script.localized", target=localized, actor=user, locale=localized.locale, removed=True
        )
        localized.delete()


def _checked(lines: Sequence[LineInput]) -> list[LineInput]:
    if not lines:
        raise CampaignError("SCRIPT_INCOMPLETE", "A script needs at least one line.")
    ordered = sorted(lines, key=lambda line: line.start)
    cleaned = [LineInput(line.start, line.end, " ".join(line.text.split())) for line in ordered]
    for number, line in enumerate(cleaned, start=1):
        if not line.text:
            raise CampaignError("SCRIPT_INCOMPLETE", f"Line {number} has no words.")
        if not 0 <= line.start < line.end:
            raise values.invalid(f"Line {number}", "it has to start before it ends.")
    for number, (line, following) in enumerate(pairwise(cleaned), start=1):
        if following.start < line.end:
            raise CampaignError("LINE_OVERLAP", f"Line {number + 1} starts before line {number} ends.")
    return cleaned


def _must_fit(campaign: Campaign, lines: Sequence[LineInput]) -> None:
    """Against the shortest clip the script could be used with; before any is ready there is nothing to check."""
    ready = campaign.masters.filter(status=MasterClip.Status.READY)
    shortest = ready.aggregate(shortest=Min("seconds"))["shortest"]
    if shortest is not None and lines[-1].end > shortest + _SLACK_SECONDS:
        raise CampaignError("LINE_OUTSIDE_CLIP", f"Line {len(lines)} ends after the clip ({shortest:.2f} s).")


def _check_voice(script: Script, kind: str, voice_over: Take | None) -> None:
    if kind not in LocalizedScript.Voice.values:
        raise values.invalid("Voice", f"{kind!r} is not known.")
    if kind == LocalizedScript.Voice.PRESET:
        return
    if voice_over is None or voice_over.kind != Take.Kind.VOICE:
        raise CampaignError("VOICE_MISSING", "Upload a voice recording first.")
    if voice_over.organisation_ref != script.organisation_ref:
        raise CampaignError("FOREIGN_OBJECT", "This recording belongs to somebody else.")


def _save_texts(localized: LocalizedScript, lines: Iterable[ScriptLine], texts: Iterable[str]) -> None:
    for line, text in zip(lines, texts, strict=True):
        LocalizedLine.objects.update_or_create(localized_script=localized, line=line, defaults={"text": text})


def _stop_waiting(variants: Iterable[Variant], user: SomeUser) -> None:
    for variant in variants:
        if variant.status in (Variant.Status.QUEUED, Variant.Status.RENDERING):
            transition(variant, Variant.Status.DRAFT, actor=user, code="SPEC_CHANGED")
