"""The gate: the only place where a consent is turned into a permission.

``decide`` is a pure function of (facts, use, now), so its truth table needs no database; ``require_grant``
asks for the facts and raises. The default is no: a grant is built only after every check has passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Final

from django.utils import timezone

from campaigns import catalogue, scope
from campaigns.exceptions import ConsentDenied, DenialCode
from campaigns.facts import load_facts
from campaigns.models import Person
from campaigns.types import ConsentFacts, ConsentGrant, Denial, GateFacts, Modality, UseRequest

ADULT: Final = 18
POLITICAL: Final = "political"
_PICTURE: Final = (Modality.FACE_SUBSTITUTION, Modality.LIP_SYNC)
_MODALITY_CODES: Final = {
    Modality.AUDIO_ONLY: DenialCode.AUDIO_ONLY,
    Modality.AGE_CHANGE: DenialCode.AGE_CHANGE,
    Modality.REENACTMENT: DenialCode.REENACTMENT,
}


def require_grant(use: UseRequest, *, now: datetime | None = None) -> ConsentGrant:
    """Ask for one use.

    Raises:
        ConsentDenied: with the code of the first rule that said no.
    """
    return _granted(load_facts(use), use, now or timezone.now())


def require_grants(uses: Iterable[UseRequest], *, now: datetime | None = None) -> tuple[ConsentGrant, ...]:
    """Ask for every use of one output; no use at all is a no as well.

    Raises:
        ConsentDenied: as soon as one use is denied.
    """
    at, known = now or timezone.now(), _Facts()
    grants = tuple(_granted(known.of(use), use, at) for use in uses)
    if not grants:
        raise ConsentDenied(DenialCode.NO_CONSENT, explain(Denial(DenialCode.NO_CONSENT)))
    return grants


class _Facts:
    """Facts of one question, read once per likeness; never kept for the next question."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], GateFacts | None] = {}

    def of(self, use: UseRequest) -> GateFacts | None:
        key = (use.likeness_ref, use.master_ref, use.variant_ref)
        if key not in self._known:
            self._known[key] = load_facts(use)
        return self._known[key]


def _granted(facts: GateFacts | None, use: UseRequest, now: datetime) -> ConsentGrant:
    answer = decide(facts, use, now)
    if isinstance(answer, Denial):
        raise ConsentDenied(answer.code, explain(answer))
    return answer


def first_denial(uses: Iterable[UseRequest], *, now: datetime | None = None) -> ConsentDenied | None:
    """What ``require_grants`` would raise, for screens that show the answer before anybody asks."""
    try:
        require_grants(uses, now=now)
    except ConsentDenied as denied:
        return denied
    return None


def explain(denial: Denial) -> str:
    """The denial in plain words, with what was not covered."""
    text = catalogue.entry(denial.code).text
    return f"{text} ({denial.detail})" if denial.detail else text


def decide(facts: GateFacts | None, use: UseRequest, now: datetime) -> ConsentGrant | Denial:
    """Answer one use. Of several denials the one of the consent that came closest is given."""
    if facts is None or not facts.consents:
        return _about_person(facts, use, now) or Denial(DenialCode.NO_CONSENT)
    if denial := _about_person(facts, use, now):
        return denial
    closest, reached = Denial(DenialCode.NO_CONSENT), -1
    for consent in facts.consents:
        step, denial = _about_consent(facts, consent, use, now)
        if denial is None:
            return _grant(facts, consent, use, now)
        if step > reached:
            closest, reached = denial, step
    return closest


def _grant(facts: GateFacts, consent: ConsentFacts, use: UseRequest, now: datetime) -> ConsentGrant:
    assert consent.ends_at is not None  # noqa: S101  (the window check has passed)
    synthetic = facts.person_kind == Person.Kind.SYNTHETIC
    return ConsentGrant(
        consent_ref=consent.ref,
        consent_version=consent.version,
        commitment=consent.commitment,
        likeness_ref=use.likeness_ref,
        modality=use.modality,
        territories=scope.countries(use.territories),
        valid_until=consent.ends_at,
        performer_kind="synthetic_performer" if synthetic else "digital_replica",
        decided_at=now,
    )


def _about_person(facts: GateFacts | None, use: UseRequest, now: datetime) -> Denial | None:
    if facts is None or facts.person_kind not in Person.Kind.values:
        return Denial(DenialCode.NO_CONSENT)
    if facts.retired:
        return Denial(DenialCode.RETIRED)
    if denial := person_denial(facts.person_kind, facts.birth_date, facts.died_on, now.date()):
        return denial
    if use.modality in _PICTURE and not facts.performer_released:
        return Denial(DenialCode.PERFORMER_RELEASE)
    return None


def person_denial(kind: str, born: date | None, died: date | None, today: date) -> Denial | None:
    """What rules a person out whatever they signed: being a minor, or dead without an estate."""
    if kind != Person.Kind.SYNTHETIC and not _adult(born, died or today):
        return Denial(DenialCode.MINOR)
    if (died is not None) != (kind == Person.Kind.ESTATE):
        return Denial(DenialCode.ESTATE_PAPERS)
    return None


def _adult(born: date | None, on: date) -> bool:
    if born is None:
        return False
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day)) >= ADULT


Check = Callable[[GateFacts, ConsentFacts, UseRequest, datetime], Denial | None]


def _no(code: DenialCode, missing: str | None) -> Denial | None:
    return None if missing is None else Denial(code, missing)


def _check_advertiser(_: GateFacts, consent: ConsentFacts, use: UseRequest, now: datetime) -> Denial | None:
    same = scope.plain(consent.advertiser) == scope.plain(use.advertiser) != ""
    return None if same else Denial(DenialCode.ADVERTISER)


def _check_window(facts: GateFacts, consent: ConsentFacts, use: UseRequest, now: datetime) -> Denial | None:
    if consent.revoked:
        return Denial(DenialCode.REVOKED)
    if consent.starts_at is None or now < consent.starts_at:
        return Denial(DenialCode.NOT_STARTED)
    if consent.ends_at is None or now >= consent.ends_at:
        return Denial(DenialCode.LAPSED)
    estate = facts.person_kind == Person.Kind.ESTATE
    return Denial(DenialCode.ESTATE_PAPERS) if estate and not consent.estate_papers else None


def _check_modality(_: GateFacts, consent: ConsentFacts, use: UseRequest, now: datetime) -> Denial | None:
    # Uses are never granted by "*": a kind of use that is invented later was not agreed to.
    missing = None if use.modality in consent.uses else str(use.modality)
    return _no(_MODALITY_CODES.get(use.modality, DenialCode.MODALITY), missing)


def _check_category(_: GateFacts, consent: ConsentFacts, use: UseRequest, now: datetime) -> Denial | None:
    if scope.plain(use.category) == POLITICAL and not consent.political:
        return Denial(DenialCode.POLITICAL)
    return _no(DenialCode.CATEGORY, scope.missing_name(consent.categories, [use.category]))


def _check_place(_: GateFacts, consent: ConsentFacts, use: UseRequest, now: datetime) -> Denial | None:
    return (
        _no(DenialCode.CHANNEL, scope.missing_name(consent.channels, use.channels))
        or _no(DenialCode.TERRITORY, scope.missing_territory(consent.territories, use.territories))
        or _no(DenialCode.LOCALE, scope.missing_locale(consent.locales, use.locale))
    )


def _check_words(_: GateFacts, consent: ConsentFacts, use: UseRequest, now: datetime) -> Denial | None:
    return _no(DenialCode.BANNED_WORD, scope.banned_word(consent.banned_words, use.text))


def _check_cap(_: GateFacts, consent: ConsentFacts, use: UseRequest, now: datetime) -> Denial | None:
    free = consent.max_variants is None or consent.variants_used < consent.max_variants
    return None if free else Denial(DenialCode.MAX_VARIANTS, str(consent.max_variants))


_CHECKS: Final[tuple[Check, ...]] = (
    _check_advertiser,
    _check_window,
    _check_modality,
    _check_category,
    _check_place,
    _check_words,
    _check_cap,
)


def _about_consent(
    facts: GateFacts, consent: ConsentFacts, use: UseRequest, now: datetime
) -> tuple[int, Denial | None]:
    for step, check in enumerate(_CHECKS):
        if denial := check(facts, consent, use, now):
            return step, denial
    return len(_CHECKS), None
