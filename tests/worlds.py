"""A complete small world: people in their roles, and a campaign that the gate lets through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile

from campaigns.models import (
    Campaign,
    Consent,
    Likeness,
    LocalizedScript,
    MasterClip,
    Organisation,
    Rendition,
    Script,
    Variant,
)
from campaigns.services import reviews, variants
from campaigns.states import transition
from tests import factories


@dataclass(frozen=True, slots=True)
class World:
    """Everybody and everything. ``teammate`` is a second marketer, ``stranger`` owns another organisation."""

    organisation: Organisation
    owner: Any
    marketer: Any
    teammate: Any
    reviewer: Any
    consent_admin: Any
    auditor: Any
    stranger: Any
    campaign: Campaign
    master: MasterClip
    likeness: Likeness
    consent: Consent
    script: Script
    english: LocalizedScript

    def request(self, **changes: Any) -> Variant:
        """The variant of the world's own parts, or of others."""
        parts = {
            "campaign": self.campaign, "master": self.master, "likeness": self.likeness,
            "localized_script": self.english, "user": self.marketer,
        }  # fmt: skip
        return variants.request_variant(**(parts | changes))

    def approved(self) -> Variant:
        """A finished variant that a reviewer approved."""
        variant = finish(self.request())
        reviews.review_variant(variant, user=self.reviewer, decision="approved")
        return variant


def make_world() -> World:
    organisation = factories.OrganisationFactory()
    person = factories.PersonFactory(organisation=organisation)
    likeness = factories.LikenessFactory(person=person)
    factories.TakeFactory(likeness=likeness, ready=True)
    campaign = factories.CampaignFactory(organisation=organisation)
    script = factories.ScriptFactory(campaign=campaign)
    return World(
        organisation=organisation,
        owner=member(organisation, "owner"),
        marketer=member(organisation, "marketer"),
        teammate=member(organisation, "marketer"),
        reviewer=member(organisation, "reviewer"),
        consent_admin=member(organisation, "consent_admin"),
        auditor=member(organisation, "auditor"),
        stranger=member(factories.OrganisationFactory(), "owner"),
        campaign=campaign,
        master=factories.MasterClipFactory(campaign=campaign, ready=True, released=True),
        likeness=likeness,
        consent=factories.ConsentFactory(likeness=likeness, granted=True, papers="signed_form"),
        script=script,
        english=factories.LocalizedScriptFactory(script=script, locale="en-US"),
    )


def member(organisation: Organisation, role: str) -> Any:
    return factories.MembershipFactory(organisation=organisation, role=role).user


def finish(variant: Variant) -> Variant:
    """Do what a worker does to the rows: claim, store a small file, mark as ready."""
    transition(variant, "rendering")
    video = factories.SHORT_MP4 + variant.spec_digest.encode()
    Rendition.objects.create(
        variant=variant,
        profile="master-h264",
        file=ContentFile(video, "video.mp4"),
        captions=ContentFile(b"WEBVTT\n", "captions.vtt"),
        poster=ContentFile(factories.jpeg(), "poster.jpg"),
        thumbnail=ContentFile(factories.jpeg(), "thumbnail.jpg"),
        sha256=factories.sha256(video),
        bytes=len(video),
        width=1920,
        height=1080,
        seconds=12.0,
    )
    transition(variant, "ready")
    return variant
