"""Draft, submit, decide and revoke consents. Nobody decides about what they entered themselves."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from campaigns import auditing, policy
from campaigns.auditing import Actor
from campaigns.consent import explain, person_denial
from campaigns.exceptions import CampaignError, DenialCode
from campaigns.models import (
    AuditEntry,
    Consent,
    ConsentReview,
    Likeness,
    Organisation,
    Person,
    SomeUser,
    Variant,
)
from campaigns.services import values
from campaigns.states import transition

_CLEAN: Final[Mapping[str, Callable[[Any], Any]]] = {
    "advertiser": lambda value: values.text("Advertiser", value),
    "uses": values.uses,
    "territories": values.territories,
    "locales": values.locales,
    "channels": values.channels,
    "categories": values.categories,
    "starts_at": lambda value: value,
    "ends_at": lambda value: value,
    "max_variants": lambda value: value,
    "banned_words": values.words,
    "political": bool,
    "signed_text": str.strip,
}
_NEEDED: Final = {
    "uses": "the uses",
    "territories": "the territories",
    "locales": "the languages",
    "channels": "the channels",
    "categories": "the product categories",
    "starts_at": "the first day",
    "ends_at": "the last day",
    "signed_text": "the signed text",
}
_WITHDRAWN: Final = {"code": DenialCode.REVOKED.value, "message": "The person withdrew the consent."}


@dataclass(frozen=True, slots=True)
class RevocationPreview:
    """How many variants a revocation stops, and how many files have left the house already."""

    queued: int
    rendering: int
    ready: int
    downloaded: int


def draft_consent(*, likeness: Likeness, user: SomeUser, **scope: Any) -> Consent:
    """Start a consent. Anything of the scope may be left out until it is submitted.

    Raises:
        CampaignError: ``FIELD_INVALID``. PermissionDenied: the role is missing.
    """
    policy.require(user, likeness.person.organisation, "consent.edit")
    cleaned = _cleaned(scope)
    with transaction.atomic():
        hold_likeness(likeness)
        last = likeness.consents.aggregate(last=Max("version"))["last"] or 0
        consent = Consent.objects.create(
            likeness=likeness, version=last + 1, created_by_id=user.pk, **cleaned
        )  # fmt: skip
        auditing.record("consent.drafted", target=consent, actor=user, version=consent.version)
    return consent


def edit_draft(consent: Consent, *, user: SomeUser, **scope: Any) -> Consent:
    """Change a draft.

    Raises:
        CampaignError: ``CONSENT_LOCKED`` once it was submitted, ``FIELD_INVALID``.
    """
    policy.require(user, _organisation(consent), "consent.edit")
    cleaned = _cleaned(scope)
    with transaction.atomic():
        drafts = Consent.objects.filter(pk=consent.pk, status=Consent.Status.DRAFT)
        if drafts.update(**cleaned, updated_at=timezone.now()) != 1:
            raise CampaignError(
                "CONSENT_LOCKED", "A submitted consent cannot be changed; make a new version."
            )
        auditing.record("consent.edited", target=consent, actor=user, fields=sorted(cleaned))
    consent.refresh_from_db()
    return consent


def new_version(consent: Consent, *, user: SomeUser) -> Consent:
    """A draft with the same scope. Evidence is not carried over: a new text has to be signed anew."""
    scope = {name: getattr(consent, name) for name in _CLEAN if name != "signed_text"}
    return draft_consent(likeness=consent.likeness, user=user, **scope)


def submit_consent(consent: Consent, *, user: SomeUser) -> None:
    """Hand a complete draft to the consent admins and freeze the signed text.

    Raises:
        CampaignError: ``CONSENT_INCOMPLETE``, ``MINOR``, ``ESTATE_PAPERS``. StateConflict: not a draft any more.
    """
    policy.require(user, _organisation(consent), "consent.edit")
    with transaction.atomic():
        consent.refresh_from_db()
        _must_be_complete(consent)
        _must_be_lawful(consent)
        transition(consent, Consent.Status.SUBMITTED, actor=user, version=consent.version)
        consent.signed_text_sha256 = hashlib.sha256(consent.signed_text.encode()).hexdigest()
        consent.save(update_fields=["signed_text_sha256"])


def approve_consent(consent: Consent, *, user: SomeUser, reason: str = "") -> None:
    """Grant a consent that somebody else entered.

    Raises:
        CampaignError: ``SELF_APPROVAL``, ``MINOR``, ``ESTATE_PAPERS``, ``LAPSED``. StateConflict: decided already.
    """
    policy.require(user, _organisation(consent), "consent.decide")
    entered_by = {consent.created_by_id, consent.submitted_by_id}
    if user.pk in entered_by | set(consent.evidence.values_list("uploaded_by", flat=True)):
        raise CampaignError("SELF_APPROVAL", "Somebody else has to approve what you entered.")
    _must_be_lawful(consent)
    if consent.ends_at is None or consent.ends_at <= timezone.now():
        raise CampaignError("LAPSED", "The window of this consent has ended already.")
    with transaction.atomic():
        hold_likeness(consent.likeness)
        transition(consent, Consent.Status.GRANTED, actor=user, version=consent.version)
        _note(consent, user, ConsentReview.Decision.APPROVED, reason.strip())


def reject_consent(consent: Consent, *, user: SomeUser, reason: str) -> None:
    """Refuse a submitted consent; a new version may follow.

    Raises:
        CampaignError: ``REASON_MISSING``. StateConflict: decided already.
    """
    policy.require(user, _organisation(consent), "consent.decide")
    why = values.reason(reason)
    with transaction.atomic():
        transition(consent, Consent.Status.REJECTED, actor=user, version=consent.version)
        _note(consent, user, ConsentReview.Decision.REJECTED, why)


def revocation_preview(consent: Consent) -> RevocationPreview:
    """What ``revoke_consent`` would stop if it ran now."""
    statuses = list(consent.variants.values_list("status", "public_id"))
    refs = [str(ref) for _, ref in statuses]
    sent = AuditEntry.objects.filter(action="delivery.downloaded", target__in=refs)
    found = [status for status, _ in statuses]
    return RevocationPreview(
        queued=found.count(Variant.Status.QUEUED),
        rendering=found.count(Variant.Status.RENDERING),
        ready=found.count(Variant.Status.READY),
        downloaded=sent.count(),
    )


def revoke_consent(consent: Consent, *, user: SomeUser, reason: str) -> RevocationPreview:
    """Take a consent back, for ever. Waiting and running variants are blocked, finished ones withdrawn, all in
    the transaction of the revocation; from then on the gate says no to whatever is still on its way.

    Raises:
        CampaignError: ``REASON_MISSING``. StateConflict: not granted, or revoked already.
    """
    policy.require(user, _organisation(consent), "consent.decide")
    why = values.reason(reason)
    with transaction.atomic():
        hold_likeness(consent.likeness)
        transition(consent, Consent.Status.REVOKED, actor=user, version=consent.version)
        stopped = revocation_preview(consent)
        for variant in consent.variants.all():
            stop_variant(variant, actor=user, consent=str(consent.public_id), **_WITHDRAWN)
        _note(consent, user, ConsentReview.Decision.REVOKED, why)
    return stopped


def hold_likeness(*likenesses: Likeness) -> None:
    """Let requests and revocations of a likeness pass one after the other, until the transaction ends."""
    wanted = Likeness.objects.select_for_update().filter(pk__in=[likeness.pk for likeness in likenesses])
    list(wanted.order_by("pk"))


def stop_variant(variant: Variant, *, code: str, message: str, actor: Actor, **data: str) -> None:
    """Block what is on its way and withdraw what is finished; anything else stays as it is."""
    to = {
        Variant.Status.QUEUED: Variant.Status.BLOCKED,
        Variant.Status.RENDERING: Variant.Status.BLOCKED,
        Variant.Status.READY: Variant.Status.WITHDRAWN,
    }.get(Variant.Status(variant.status))
    if to is not None:
        transition(variant, to, actor=actor, code=code, message=message, **data)


def _organisation(consent: Consent) -> Organisation:
    return consent.likeness.person.organisation


def _note(consent: Consent, user: SomeUser, decision: str, reason: str) -> None:
    who = policy.id_of(user)
    ConsentReview.objects.create(consent=consent, reviewer_id=who, decision=decision, reason=reason)


def _cleaned(scope: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(scope) - set(_CLEAN)
    if unknown:
        raise values.invalid(sorted(unknown)[0], "is not part of a consent.")
    cleaned = {name: _CLEAN[name](value) for name, value in scope.items()}
    most = cleaned.get("max_variants")
    if most is not None and most < 1:
        raise values.invalid("Number of variants", "at least 1, or none for no limit.")
    return cleaned


def _must_be_complete(consent: Consent) -> None:
    missing = [label for name, label in _NEEDED.items() if not getattr(consent, name)]
    if not consent.evidence.exists():
        missing.append("a piece of evidence")
    if consent.starts_at and consent.ends_at and consent.ends_at <= consent.starts_at:
        missing.append("an end after the start")
    if missing:
        raise CampaignError("CONSENT_INCOMPLETE", f"Still missing: {', '.join(missing)}.")


def _must_be_lawful(consent: Consent) -> None:
    """What no approval can heal, said to the person who can still correct it."""
    person = consent.likeness.person
    today = timezone.now().date()
    denial = person_denial(person.kind, person.birth_date, person.died_on, today)
    if denial is not None:
        raise CampaignError(denial.code, explain(denial))
    if person.kind == Person.Kind.ESTATE and not _has_estate_papers(consent):
        raise CampaignError(DenialCode.ESTATE_PAPERS, "Add the estate's papers to the evidence.")


def _has_estate_papers(consent: Consent) -> bool:
    return consent.evidence.filter(kind="estate_papers").exists()
