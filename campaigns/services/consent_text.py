"""The words a person signs, written from the scope, so that the text and what the gate executes agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from campaigns import names
from campaigns.models import Consent, Person


def suggested_text(consent: Consent) -> str:
    """A consent text in plain English for the scope as it is now. The person may sign another wording."""
    lines = [
        _opening(consent),
        f"Use: {_list(consent.uses, lambda code: names.plain(names.USES, code))}.",
        f"Where: {_list(consent.territories, names.territory_name)}.",
        f"Languages: {_list(consent.locales, names.locale_name)}.",
        f"Channels: {_list(consent.channels, lambda code: names.plain(names.CHANNELS, code))}.",
        f"Products: {_list(consent.categories, lambda code: names.plain(names.CATEGORIES, code))}.",
        f"From {_day(consent.starts_at)} until {_day(consent.ends_at)} (UTC).",
        *_limits(consent),
        "Every video is marked as made with AI, carries an invisible mark and is signed. Anyone can check it.",
        "I may withdraw this consent at any time; everything made under it is then stopped.",
    ]
    return "\n".join(lines)


def _opening(consent: Consent) -> str:
    person, advertiser = consent.likeness.person, consent.advertiser
    who = {
        Person.Kind.SELF: f"I, {person.display_name}, agree that {advertiser} may use my likeness in advertising.",
        Person.Kind.ESTATE: f"For the estate of {person.display_name} I agree that {advertiser} may use this "
        "likeness in advertising.",
        Person.Kind.SYNTHETIC: f"As the holder of the rights in the synthetic persona {person.display_name} I agree "
        f"that {advertiser} may use it in advertising.",
    }
    return who[Person.Kind(person.kind)]


def _limits(consent: Consent) -> Iterable[str]:
    if consent.max_variants:
        yield f"At most {consent.max_variants} different videos."
    if consent.banned_words:
        yield f"These words must not be spoken: {', '.join(consent.banned_words)}."
    yield "Political content: allowed." if consent.political else "Political content: not allowed."


def _list(codes: Iterable[str], name: Callable[[str], str]) -> str:
    return ", ".join(name(code) for code in codes) or "none"


def _day(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%-d %B %Y, %H:%M") if at else "(no date)"
