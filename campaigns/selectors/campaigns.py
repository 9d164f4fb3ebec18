"""Campaign lists and what a campaign still lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from campaigns import policy
from campaigns.models import Campaign, MasterClip, SomeUser, Variant

if TYPE_CHECKING:
    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way from brief to delivery. ``missing`` is empty when the step is done."""

    key: str
    label: str
    missing: str

    @property
    def done(self) -> bool:
        return not self.missing


def campaigns_for(user: SomeUser, *, archived: bool = False) -> QuerySet[Campaign]:
    """The user's campaigns, newest first, with ``ready``, ``running`` and ``variant_count``."""
    running = Q(variants__status__in=[Variant.Status.QUEUED, Variant.Status.RENDERING])
    rows = Campaign.objects.filter(
        organisation__in=policy.organisations_where(user, "campaign.view"), archived=archived
    )
    return rows.annotate(
        variant_count=Count("variants", distinct=True),
        ready=Count("variants", filter=Q(variants__status=Variant.Status.READY), distinct=True),
        running=Count("variants", filter=running, distinct=True),
    ).order_by("-created_at")


def ready_master(campaign: Campaign) -> MasterClip | None:
    """The newest accepted master."""
    return campaign.masters.filter(status=MasterClip.Status.READY).order_by("-created_at").first()


def newest_master(campaign: Campaign) -> MasterClip | None:
    """The accepted master or, before there is one, the last upload."""
    return ready_master(campaign) or campaign.masters.order_by("-created_at").first()


def steps_of(campaign: Campaign) -> list[Step]:
    """What is done and what is missing, in the order of the wizard."""
    master = newest_master(campaign)
    return [
        Step("brief", "Brief", ""),
        Step("master", "Master clip", _master_missing(master)),
        Step("release", "Performer's release", _release_missing(master)),
        Step("likenesses", "Likenesses", _likeness_missing(campaign)),
        Step("script", "Script", _script_missing(campaign)),
        Step("variants", "Variants", "" if campaign.variants.exists() else "No variant has been asked for."),
    ]


def _master_missing(master: MasterClip | None) -> str:
    if master is None:
        return "Upload the clip."
    if master.status == MasterClip.Status.REJECTED:
        return master.error_message or "The clip was rejected; upload another one."
    return "" if master.status == MasterClip.Status.READY else "The clip is being examined."


def _release_missing(master: MasterClip | None) -> str:
    release = getattr(master, "release", None)
    if release is None:
        return "Add the signed release of the performer in the clip."
    return (
        "" if release.allows_face_replacement else "The release does not allow face and lips to be replaced."
    )


def _likeness_missing(campaign: Campaign) -> str:
    usable = campaign.organisation.people.filter(likenesses__retired=False, likenesses__takes__status="ready")
    return "" if usable.exists() else "Add a likeness with a photo or clip."


def _script_missing(campaign: Campaign) -> str:
    if not campaign.scripts.filter(lines__isnull=False).exists():
        return "Write the script."
    localized = campaign.scripts.filter(localizations__lines__isnull=False)
    return "" if localized.exists() else "Add the script in at least one language."
