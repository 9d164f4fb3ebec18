"""The matrix of a campaign: likeness x locale, what exists in each cell and what the gate would say."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns import scope
from campaigns.consent import first_denial
from campaigns.exceptions import CampaignError, ConsentDenied, DenialCode
from campaigns.models import Campaign, Likeness, LocalizedScript, MasterClip, Variant
from campaigns.selectors import variants as selected
from campaigns.services import specs
from campaigns.services.specs import Parts
from campaigns.services.variants import must_be_ready
from campaigns.types import Modality, UseRequest

_LATER = frozenset({DenialCode.MODALITY, DenialCode.LOCALE, DenialCode.MAX_VARIANTS})


@dataclass(frozen=True, slots=True)
class Cell:
    """One likeness in one locale.

    ``code`` and ``message`` say why it could not be asked for now ("" when it could). ``stale`` is True when
    the newest variant shows older material than the campaign has now.
    """

    likeness: Likeness
    localized_script: LocalizedScript
    variant: Variant | None
    stale: bool
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows are likenesses, columns are localized scripts."""

    master: MasterClip
    columns: tuple[LocalizedScript, ...]
    rows: tuple[tuple[Likeness, tuple[Cell, ...]], ...]


def matrix_of(campaign: Campaign, *, master: MasterClip, likenesses: list[Likeness]) -> Matrix:
    """Every cell of the given likenesses, with the newest variant of each."""
    columns = tuple(selected.localized_scripts(campaign))
    newest = selected.newest_by_cell(campaign, master)
    rows = tuple(
        (likeness, tuple(_cell(Parts(campaign, master, likeness, column), newest) for column in columns))
        for likeness in likenesses
    )
    return Matrix(master, columns, rows)


def offered_likenesses(campaign: Campaign) -> list[Likeness]:
    """The organisation's likenesses for the picker: those with a consent for this advertiser come first."""
    mine = Likeness.objects.filter(person__organisation=campaign.organisation, retired=False)
    advertiser = scope.plain(campaign.advertiser)

    def asked_for_others(likeness: Likeness) -> bool:
        granted = (consent for consent in likeness.consents.all() if consent.status == "granted")
        return not any(scope.plain(consent.advertiser) == advertiser for consent in granted)

    people = mine.select_related("person").prefetch_related("consents", "takes")
    return sorted(people, key=lambda likeness: (asked_for_others(likeness), likeness.name))


def pick_denial(campaign: Campaign, likeness: Likeness) -> ConsentDenied | None:
    """Why a likeness cannot be used in this campaign at all, before there is a script or a release.

    The gate is asked about the voice, because for the picture it would first ask for the performer's release.
    What depends on the script (language, kind of voice) is left to the matrix.
    """
    asked = UseRequest(
        likeness_ref=str(likeness.public_id),
        modality=Modality.VOICE_PRESET,
        advertiser=campaign.advertiser,
        category=campaign.product_category,
        territories=tuple(campaign.territories),
        channels=tuple(campaign.channels),
        locale=campaign.source_locale,
        text="",
        master_ref="",
    )
    denied = first_denial((asked,))
    return None if denied is None or denied.code in _LATER else denied


def _gap(parts: Parts) -> CampaignError | None:
    """Material that is missing or not checked yet, whatever the consent says."""
    try:
        must_be_ready(parts)
    except CampaignError as error:
        return error
    return None


def _cell(parts: Parts, newest: dict[tuple[int, int], Variant]) -> Cell:
    variant = newest.get((parts.likeness.pk, parts.localized_script.pk))
    ref = str(variant.public_id) if variant else ""
    denied = first_denial(specs.uses(parts, variant_ref=ref)) or _gap(parts)
    stale = variant is not None and not specs.same_content(variant.spec, specs.content_of(parts))
    code, message = (str(denied.code), denied.message) if denied else ("", "")
    return Cell(parts.likeness, parts.localized_script, variant, stale, code, message)
