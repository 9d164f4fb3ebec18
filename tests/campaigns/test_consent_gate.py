"""The gate: its truth table, and that no generated case is granted outside the signed scope."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.consent import decide, first_denial, require_grant, require_grants
from campaigns.exceptions import ConsentDenied, DenialCode
from campaigns.models import Consent
from campaigns.types import ConsentFacts, ConsentGrant, Denial, GateFacts, Modality, UseRequest
from tests import factories
from tests.worlds import World

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)

CONSENT = ConsentFacts(
    ref="c1", version=1, revoked=False, advertiser="Brisa Coffee", uses=("face_substitution", "lip_sync"),
    territories=("US", "BR"), locales=("en", "pt-BR"), channels=("social",), categories=("beverages",),
    starts_at=NOW - DAY, ends_at=NOW + DAY, max_variants=3, variants_used=2, banned_words=("cheap",),
    political=False, estate_papers=False, commitment="x",
)  # fmt: skip
FACTS = GateFacts(
    person_kind="self", birth_date=date(1990, 1, 1), died_on=None, retired=False,
    performer_released=True, consents=(CONSENT,),
)  # fmt: skip
USE = UseRequest(
    likeness_ref="l1", modality=Modality.LIP_SYNC, advertiser="Brisa Coffee", category="beverages",
    territories=("US",), channels=("social",), locale="en-US", text="A fresh cup.", master_ref="m1",
)  # fmt: skip


def consent(**changes: Any) -> GateFacts:
    return replace(FACTS, consents=(replace(CONSENT, **changes),))


def test_everything_covered_is_granted() -> None:
    grant = decide(FACTS, USE, NOW)
    assert isinstance(grant, ConsentGrant)
    assert (grant.consent_ref, grant.valid_until, grant.performer_kind) == (
        "c1",
        NOW + DAY,
        "digital_replica",
    )


ONE_THING_WRONG: list[tuple[str, GateFacts | None, UseRequest, str]] = [
    ("no such likeness", None, USE, "NO_CONSENT"),
    ("no consent", replace(FACTS, consents=()), USE, "NO_CONSENT"),
    ("unknown kind of person", replace(FACTS, person_kind="robot"), USE, "NO_CONSENT"),
    ("retired", replace(FACTS, retired=True), USE, "RETIRED"),
    ("under 18", replace(FACTS, birth_date=date(2008, 6, 2)), USE, "MINOR"),
    ("no date of birth", replace(FACTS, birth_date=None), USE, "MINOR"),
    ("dead, but speaks for themself", replace(FACTS, died_on=date(2020, 1, 1)), USE, "ESTATE_PAPERS"),
    ("estate of a living person", replace(FACTS, person_kind="estate"), USE, "ESTATE_PAPERS"),
    (
        "estate without papers",
        replace(FACTS, person_kind="estate", died_on=date(2020, 1, 1)),
        USE,
        "ESTATE_PAPERS",
    ),
    ("no release of the performer", replace(FACTS, performer_released=False), USE, "PERFORMER_RELEASE"),
    ("revoked", consent(revoked=True), USE, "REVOKED"),
    ("not started", consent(starts_at=NOW + timedelta(seconds=1)), USE, "NOT_STARTED"),
    ("no start", consent(starts_at=None), USE, "NOT_STARTED"),
    ("ends this second", consent(ends_at=NOW), USE, "LAPSED"),
    ("no end", consent(ends_at=None), USE, "LAPSED"),
    ("other advertiser", FACTS, replace(USE, advertiser="Other"), "ADVERTISER"),
    ("no advertiser on both sides", consent(advertiser=""), replace(USE, advertiser=""), "ADVERTISER"),
    ("use not named", FACTS, replace(USE, modality=Modality.RECORDING), "MODALITY"),
    ("use by star", consent(uses=("*",)), USE, "MODALITY"),
    ("audio alone", FACTS, replace(USE, modality=Modality.AUDIO_ONLY), "AUDIO_ONLY"),
    ("age change", FACTS, replace(USE, modality=Modality.AGE_CHANGE), "AGE_CHANGE"),
    ("reenactment", FACTS, replace(USE, modality=Modality.REENACTMENT), "REENACTMENT"),
    ("other category", FACTS, replace(USE, category="gambling"), "CATEGORY"),
    ("no category", FACTS, replace(USE, category=""), "CATEGORY"),
    ("political by star", consent(categories=("*",)), replace(USE, category="Political"), "POLITICAL"),
    ("other channel", FACTS, replace(USE, channels=("social", "cinema")), "CHANNEL"),
    ("no channel named", FACTS, replace(USE, channels=()), "CHANNEL"),
    ("one territory too many", FACTS, replace(USE, territories=("US", "DE")), "TERRITORY"),
    ("no territory named", FACTS, replace(USE, territories=()), "TERRITORY"),
    ("everywhere", FACTS, replace(USE, territories=("*",)), "TERRITORY"),
    ("whole country for a state", consent(territories=("US-NY",)), USE, "TERRITORY"),
    ("EU for a member", consent(territories=("FR",)), replace(USE, territories=("EU",)), "TERRITORY"),
    ("other language", FACTS, replace(USE, locale="fr-FR"), "LOCALE"),
    ("no language", FACTS, replace(USE, locale=""), "LOCALE"),
    ("language for a dialect", FACTS, replace(USE, locale="pt"), "LOCALE"),
    ("banned word", FACTS, replace(USE, text="So CHEAP!"), "BANNED_WORD"),
    ("cap reached", consent(variants_used=3), USE, "MAX_VARIANTS"),
    ("empty scope", consent(territories=()), USE, "TERRITORY"),
]


@pytest.mark.parametrize(
    ("facts", "use", "code"), [row[1:] for row in ONE_THING_WRONG], ids=[r[0] for r in ONE_THING_WRONG]
)
def test_one_thing_wrong_is_refused_with_its_code(
    facts: GateFacts | None, use: UseRequest, code: str
) -> None:
    answer = decide(facts, use, NOW)
    assert isinstance(answer, Denial)
    assert answer.code == code


ALLOWED = [
    ("a country covers its states", FACTS, replace(USE, territories=("US-NY",))),
    ("EU covers its members", consent(territories=("EU",)), replace(USE, territories=("FR", "DE"))),
    ("star covers everywhere", consent(territories=("*",)), replace(USE, territories=("JP", "*"))),
    ("case does not matter", FACTS, replace(USE, locale="EN-us", advertiser="brisa  coffee")),
    ("a voice needs no release", replace(consent(uses=("voice_preset",)), performer_released=False),
     replace(USE, modality=Modality.VOICE_PRESET)),
    ("no cap", consent(max_variants=None, variants_used=10_000), USE),
    ("estate with papers", replace(consent(estate_papers=True), person_kind="estate", died_on=date(2020, 1, 1)), USE),
    ("a persona has no birth date", replace(FACTS, person_kind="synthetic", birth_date=None), USE),
    ("18 today", replace(FACTS, birth_date=date(2008, 6, 1)), USE),
    ("political with consent", consent(political=True, categories=("political",)), replace(USE, category="political")),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "use"), [row[1:] for row in ALLOWED], ids=[row[0] for row in ALLOWED])
def test_what_the_scope_covers_is_granted(facts: GateFacts, use: UseRequest) -> None:
    assert isinstance(decide(facts, use, NOW), ConsentGrant)


def test_a_persona_is_named_as_such() -> None:
    grant = decide(replace(FACTS, person_kind="synthetic"), USE, NOW)
    assert isinstance(grant, ConsentGrant)
    assert grant.performer_kind == "synthetic_performer"


def test_another_consent_may_cover_what_the_first_does_not() -> None:
    wider = replace(CONSENT, ref="c2", territories=("DE",))
    grant = decide(replace(FACTS, consents=(CONSENT, wider)), replace(USE, territories=("DE",)), NOW)
    assert isinstance(grant, ConsentGrant)
    assert grant.consent_ref == "c2"


def test_the_reason_given_is_the_one_that_came_closest() -> None:
    other = replace(CONSENT, ref="c2", advertiser="Other")
    facts = replace(FACTS, consents=(other, replace(CONSENT, revoked=True)))
    assert decide(facts, USE, NOW) == Denial(DenialCode.REVOKED)


PLACES = st.sampled_from(["US", "US-NY", "BR", "DE", "EU", "FR", "*"])
TAGS = st.sampled_from(["en", "en-US", "es", "es-MX", "pt-BR", "*"])
CHANNELS = st.sampled_from(["social", "video", "cinema", "*"])
CATEGORIES = st.sampled_from(["beverages", "political", "gambling", "*"])
WORDS = st.sampled_from(["cheap", "war", "安い"])
TIMES = st.one_of(st.none(), st.integers(-3, 3).map(lambda days: NOW + days * DAY))


def some(items: st.SearchStrategy[str], most: int = 3) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(items, max_size=most, unique=True).map(tuple)


CONSENTS = st.builds(
    ConsentFacts,
    ref=st.just("c"), version=st.just(1), revoked=st.booleans(),
    advertiser=st.sampled_from(["Brisa Coffee", "Other", ""]), uses=some(st.sampled_from(list(Modality)), 7),
    territories=some(PLACES), locales=some(TAGS), channels=some(CHANNELS), categories=some(CATEGORIES),
    starts_at=TIMES, ends_at=TIMES, max_variants=st.one_of(st.none(), st.integers(1, 3)),
    variants_used=st.integers(0, 4), banned_words=some(WORDS), political=st.booleans(),
    estate_papers=st.booleans(), commitment=st.just("x"),
)  # fmt: skip
PEOPLE = st.builds(
    GateFacts,
    person_kind=st.sampled_from(["self", "estate", "synthetic"]),
    birth_date=st.one_of(st.none(), st.dates(date(1930, 1, 1), date(2020, 1, 1))),
    died_on=st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2026, 1, 1))),
    retired=st.booleans(), performer_released=st.booleans(),
    consents=st.lists(CONSENTS, max_size=3).map(tuple),
)  # fmt: skip
USES = st.builds(
    UseRequest,
    likeness_ref=st.just("l"), modality=st.sampled_from(list(Modality)),
    advertiser=st.sampled_from(["Brisa Coffee", "Other", ""]), category=CATEGORIES,
    territories=some(PLACES), channels=some(CHANNELS), locale=TAGS,
    text=st.sampled_from(["A fresh cup.", "So cheap!", "安いコーヒー"]), master_ref=st.just("m"),
)  # fmt: skip
LIKELY = st.tuples(
    st.sampled_from([FACTS, consent(territories=("*",)), consent(locales=("*",))]),
    st.builds(replace, st.just(USE), territories=some(PLACES), locale=TAGS, channels=some(CHANNELS)),
)


def may_be_granted(facts: GateFacts, use: UseRequest, item: ConsentFacts) -> bool:
    """The rules again, written plainly and independently of the code under test."""
    places = {"EU": {"DE", "FR"}}

    def covered(wanted: str) -> bool:
        names = places.get(wanted, {wanted})
        given = {name for place in item.territories for name in places.get(place, {place})}
        return wanted in item.territories or all(
            name in given or name.split("-")[0] in given or "*" in given for name in names
        )

    tag = any(given in ("*", use.locale) or use.locale.startswith(given + "-") for given in item.locales)
    words = not any(word in use.text for word in item.banned_words)
    in_time = item.starts_at and item.ends_at and item.starts_at <= NOW < item.ends_at
    return all([
        not item.revoked, in_time, use.advertiser == item.advertiser != "", use.modality in item.uses,
        use.territories, all(covered(place) for place in use.territories),
        use.channels, all(c in item.channels or "*" in item.channels for c in use.channels), tag, words,
        use.category in item.categories or "*" in item.categories,
        use.category != "political" or item.political,
        item.max_variants is None or item.variants_used < item.max_variants,
        facts.person_kind != "estate" or item.estate_papers,
        not facts.retired, (facts.died_on is not None) == (facts.person_kind == "estate"),
    ])  # fmt: skip


@settings(max_examples=1500, deadline=None)
@given(st.one_of(st.tuples(PEOPLE, USES), LIKELY))
def test_no_grant_outside_the_signed_scope(case: tuple[GateFacts, UseRequest]) -> None:
    facts, use = case
    answer = decide(facts, use, NOW)
    if isinstance(answer, ConsentGrant):
        assert any(may_be_granted(facts, use, item) for item in facts.consents)
        assert answer.valid_until > NOW
        assert set(use.territories) - {"EU"} <= set(answer.territories)


@settings(max_examples=300, deadline=None)
@given(st.tuples(PEOPLE, USES))
def test_every_denial_has_a_code_and_revoking_all_grants_nothing(case: tuple[GateFacts, UseRequest]) -> None:
    facts, use = case
    revoked = replace(facts, consents=tuple(replace(item, revoked=True) for item in facts.consents))
    answer = decide(revoked, use, NOW)
    assert isinstance(answer, Denial)
    assert answer.code in DenialCode


def use_of(world: World, **changes: Any) -> UseRequest:
    real = replace(USE, likeness_ref=str(world.likeness.public_id), master_ref=str(world.master.public_id))
    return replace(real, **changes)


def test_the_loader_finds_what_was_signed(world: World) -> None:
    grant = require_grant(use_of(world))
    assert grant.consent_ref == str(world.consent.public_id)
    assert len(grant.commitment) == 64


def test_the_denial_says_what_is_not_covered(world: World) -> None:
    with pytest.raises(ConsentDenied) as denied:
        require_grant(use_of(world, territories=("JP",)))
    assert (denied.value.code, "JP" in denied.value.message) == ("TERRITORY", True)


@pytest.mark.parametrize("status", ["draft", "submitted", "rejected"])
def test_only_a_granted_consent_counts(world: World, status: str) -> None:
    Consent.objects.update(status=status)
    denied = first_denial([use_of(world)])
    assert denied is not None
    assert denied.code == "NO_CONSENT"


def test_the_end_works_at_the_second_and_without_a_job(world: World) -> None:
    ends = world.consent.ends_at
    assert require_grant(use_of(world), now=ends - timedelta(microseconds=1))
    with pytest.raises(ConsentDenied, match="LAPSED"):
        require_grant(use_of(world), now=ends)


@pytest.mark.parametrize("ref", ["", "not-an-id", "00000000-0000-0000-0000-000000000000"])
def test_unknown_ids_are_refused(world: World, ref: str) -> None:
    assert first_denial([use_of(world, likeness_ref=ref)]) is not None
    assert first_denial([use_of(world, master_ref=ref)]) is not None


def test_no_use_at_all_is_refused(world: World) -> None:
    with pytest.raises(ConsentDenied):
        require_grants([])


def test_the_commitment_depends_on_scope_and_salt(world: World) -> None:
    first = require_grant(use_of(world)).commitment
    Consent.objects.update(salt="another")
    second = require_grant(use_of(world)).commitment
    Consent.objects.update(territories=["US"])
    assert len({first, second, require_grant(use_of(world)).commitment}) == 3


def test_a_consent_of_somebody_else_does_not_help(world: World) -> None:
    colleague = factories.LikenessFactory(person=world.likeness.person)
    assert first_denial([use_of(world)]) is None
    assert first_denial([use_of(world, likeness_ref=str(colleague.public_id))]) is not None
