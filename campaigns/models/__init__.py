"""The only import path of the models."""

from __future__ import annotations

from campaigns.models.accounts import Membership, Organisation, Role, SomeUser
from campaigns.models.audit import AuditEntry
from campaigns.models.campaign import Campaign, MasterClip, PerformerRelease
from campaigns.models.consent import Consent, ConsentEvidence, ConsentReview
from campaigns.models.likeness import Likeness, Person, Take
from campaigns.models.script import LocalizedLine, LocalizedScript, Script, ScriptLine
from campaigns.models.upload import Upload, UploadPart
from campaigns.models.variant import Rendition, Review, Variant

__all__ = [
    "AuditEntry",
    "Campaign",
    "Consent",
    "ConsentEvidence",
    "ConsentReview",
    "Likeness",
    "LocalizedLine",
    "LocalizedScript",
    "MasterClip",
    "Membership",
    "Organisation",
    "PerformerRelease",
    "Person",
    "Rendition",
    "Review",
    "Role",
    "Script",
    "ScriptLine",
    "SomeUser",
    "Take",
    "Upload",
    "UploadPart",
    "Variant",
]
