"""Frozen values of the consent gate. Lists of codes are tuples, comparisons are case-insensitive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
