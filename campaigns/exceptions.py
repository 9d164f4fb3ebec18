"""What can be refused. Every error carries a catalogue code and a message that is safe to show."""

from __future__ import annotations

from enum import StrEnum


class DenialCode(StrEnum):
    """Why the consent gate said no."""

    NO_CONSENT = "NO_CONSENT"
    NOT_STARTED = "NOT_STARTED"
    LAPSED = "LAPSED"
    REVOKED = "REVOKED"
    ADVERTISER = "ADVERTISER"
    TERRITORY = "TERRITORY"
    LOCALE = "LOCALE"
    CHANNEL = "CHANNEL"
    CATEGORY = "CATEGORY"
    POLITICAL = "POLITICAL"
    MODALITY = "MODALITY"
    AUDIO_ONLY = "AUDIO_ONLY"
    AGE_CHANGE = "AGE_CHANGE"
    REENACTMENT = "REENACTMENT"
    MAX_VARIANTS = "MAX_VARIANTS"
    BANNED_WORD = "BANNED_WORD"
    PERFORMER_RELEASE = "PERFORMER_RELEASE"
    MINOR = "MINOR"
    ESTATE_PAPERS = "ESTATE_PAPERS"
    RETIRED = "RETIRED"


class CodedError(Exception):
    """Base of the expected errors of this app.

    Args:
        code: key of ``campaigns.catalogue``.
        message: plain words for the person in front of the screen.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class CampaignError(CodedError):
    """The request is wrong and would be wrong again."""


class StateConflict(CampaignError):
    """Somebody was faster, or the thing is not in a state that allows this."""


class ConsentDenied(CodedError):
    """A rule of the consent says no. A result, not a fault."""
