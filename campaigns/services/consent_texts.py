"""A draft of the words a person signs, made from the scope. A lawyer's text replaces it where there is one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from campaigns import names, scope
from campaigns.models import Person

if TYPE_CHECKING:
    from campaigns.models import Consent


def suggested_text(consent: Consent) -> str:
    """Plain words for every field of the scope; nothing is promised that the gate does not hold."""
    return "\n\n".join([_who(consent), _what(consent), _where(consent), _limits(consent), _promises()])


def _who(consent: Consent) -> str:
    person = consent.likeness.person
    about = {
        Person.Kind.SELF: f"I, {person.display_name}, born on {person.birth_date}, agree",
        Person.Kind.ESTATE: f"As executor of the estate of {person.display_name}, who died on {person.died_on}, I agree",
        Person.Kind.SYNTHETIC: f"As maker of the synthetic person {person.display_name}, who does not exist, I agree",
    }
    return f"{about[Person.Kind(person.kind)]} that {consent.advertiser} and nobody else uses this likeness in advertising."


def _what(consent: Consent) -> str:
    uses = _listed(names.plain(names.USES, code).lower() for code in consent.uses)
    products = _listed(names.plain(names.CATEGORIES, code).lower() for code in consent.categories)
    return f"It may be used for: {uses}. The advertising is about: {products}."


def _where(consent: Consent) -> str:
    places = _listed(names.territory_name(code) for code in consent.territories)
    spoken = _listed(names.locale_name(tag) for tag in consent.locales)
    channels = _listed(names.plain(names.CHANNELS, code).lower() for code in consent.channels)
    start, end = consent.starts_at, consent.ends_at
    window = f"From {start:%d %B %Y} until {end:%d %B %Y}." if start and end else ""
    return f"Countries: {places}. Languages: {spoken}. Channels: {channels}. {window}".strip()


def _limits(consent: Consent) -> str:
    cap = f"At most {consent.max_variants} videos may be made. " if consent.max_variants else ""
    banned = (
        f"These words must never be spoken: {_listed(consent.banned_words)}. " if consent.banned_words else ""
    )
    politics = "Political content is allowed." if consent.political else "Political content is not allowed."
    return f"{cap}{banned}{politics}"


def _promises() -> str:
    return (
        "Every video carries a visible AI label, an invisible mark and a signed record. This consent can be taken "
        "back at any time; finished videos are then taken offline. Anything not named here needs a new consent."
    )


def _listed(items: Iterable[str]) -> str:
    found = ["everything" if item == scope.ANY else item for item in items]
    return ", ".join(found) or "nothing yet"
