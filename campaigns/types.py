"""Frozen values of the consent gate. Lists of codes are tuples, comparisons are case-insensitive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from campaigns.exceptions import DenialCode


class Modality(StrEnum):
    """One way of using a person. A consent names each of them or it is not allowed."""

    FACE_SUBSTITUTION = "face_substitution"
    LIP_SYNC = "lip_sync"
    VOICE_PRESET = "voice_preset"
    RECORDING = "recording"
    AUDIO_ONLY = "audio_only"
    AGE_CHANGE = "age_change"
    REENACTMENT = "reenactment"


class Channel(StrEnum):
    """Where an ad is shown."""

    SOCIAL = "social"
    VIDEO = "video"
    DISPLAY = "display"
    TELEVISION = "television"
    CINEMA = "cinema"
    OUTDOOR = "outdoor"
    IN_STORE = "in_store"
    MESSAGING = "messaging"
    WEBSITE = "website"


@dataclass(frozen=True, slots=True, kw_only=True)
class UseRequest:
    """One use of one likeness: what we ask the gate for.

    ``text`` is everything that will be spoken. ``variant_ref`` keeps a variant from counting against
    its own cap; it is empty while the variant does not exist yet.
    """

    likeness_ref: str
    modality: Modality
    advertiser: str
    category: str
    territories: tuple[str, ...]
    channels: tuple[str, ...]
    locale: str
    text: str
    master_ref: str
    variant_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGrant:
    """A positive answer of the gate for one use. Built by ``campaigns.consent`` and nowhere else.

    ``commitment`` is the salted SHA-256 of the consent record; ``consent_ref`` and ``commitment`` are the
    only things of a consent that may enter a public manifest.
    """

    consent_ref: str
    consent_version: int
    commitment: str
    likeness_ref: str
    modality: Modality
    territories: tuple[str, ...]
    valid_until: datetime
    performer_kind: str
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentFacts:
    """What the gate has to know of one consent that was granted once.

    ``variants_used`` counts the other variants that live under it.
    """

    ref: str
    version: int
    revoked: bool
    advertiser: str
    uses: tuple[str, ...]
    territories: tuple[str, ...]
    locales: tuple[str, ...]
    channels: tuple[str, ...]
    categories: tuple[str, ...]
    starts_at: datetime | None
    ends_at: datetime | None
    max_variants: int | None
    variants_used: int
    banned_words: tuple[str, ...]
    political: bool
    estate_papers: bool
    commitment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFacts:
    """What the gate has to know of the person, the master's performer and the consents on record."""

    person_kind: str
    birth_date: date | None
    died_on: date | None
    retired: bool
    performer_released: bool
    consents: tuple[ConsentFacts, ...]


@dataclass(frozen=True, slots=True)
class Denial:
    """A negative answer. ``detail`` names what was not covered: a territory, a word, a use."""

    code: DenialCode
    detail: str = ""
