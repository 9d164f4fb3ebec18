"""The demo organisation, made through the same services and by the same four eyes as everything else.

The material is described by ``manifest.json`` in the demo folder; everybody in it is synthetic. Running this
again adds what is missing and changes nothing.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.utils import timezone
from PIL import Image, ImageDraw

from campaigns.models import Campaign, Likeness, MasterClip, Organisation, Person, Script, Take
from campaigns.services import campaigns, consents, likenesses, organisations, scripts, uploads, variants
from campaigns.services.consent_text import suggested_text
from campaigns.services.scripts import LineInput
from campaigns.services.variants import Outcome

_USES: Final = ["face_substitution", "lip_sync", "voice_preset"]
_YEAR: Final = timedelta(days=365)
_PAGE: Final = (1240, 1754)
_NAMES: Final = {
    "marketer": "Marta", "reviewer": "Renzo", "consent_admin": "Carla", "auditor": "Abel", "owner": "Olga",
}  # fmt: skip
_FORM: Final = (
    "{text}\n\nSigned for the demo on {day}. Everybody in this demo is synthetic; nobody real is shown."
)


@dataclass(frozen=True, slots=True)
class Demo:
    """What was seeded. ``people`` maps a role to its user."""

    organisation: Organisation
    people: Mapping[str, AbstractUser]
    campaign: Campaign
    master: MasterClip
    likenesses: tuple[Likeness, ...]
    script: Script


def seed(folder: Path, accounts: Sequence[Mapping[str, str]]) -> Demo:
    """Make the demo from the material in ``folder``; ``accounts`` hold username, role and password.

    Raises:
        FileNotFoundError: the folder has no manifest, or a file named there is missing.
    """
    story = json.loads((folder / "manifest.json").read_text("utf-8"))
    people = {account["role"]: _user(account) for account in accounts}
    organisation = _organisation(story["organisation"], people)
    campaign = _campaign(organisation, people["marketer"], story["campaign"])
    seeder = _Seeder(folder, organisation, campaign, people)
    master = seeder.master(story["master"])
    seeder.bed(story.get("bed"))
    found = tuple(seeder.likeness(entry, list(story["script"]["locales"])) for entry in story["likenesses"])
    if not campaign.likenesses.exists():
        campaigns.choose_likenesses(campaign, user=people["marketer"], likenesses=found)
    return Demo(organisation, people, campaign, master, found, seeder.script(story["script"]))


def waiting_for(demo: Demo) -> list[str]:
    """What the worker has not examined yet, in words; empty when variants may be asked for.

    Raises:
        RuntimeError: material was rejected, so waiting is in vain.
    """
    takes = Take.objects.filter(likeness__in=demo.likenesses)
    rows: list[MasterClip | Take] = [*demo.campaign.masters.all(), *takes]
    rejected = [row for row in rows if row.status == "rejected"]
    if rejected:
        raise RuntimeError(f"{rejected[0].filename}: {rejected[0].error_code} {rejected[0].error_message}")
    return [row.filename for row in rows if row.status != "ready"]


def request_all(demo: Demo) -> list[Outcome]:
    """Ask for every likeness in every locale, as the demo marketer."""
    demo.master.refresh_from_db()
    return variants.request_matrix(
        campaign=demo.campaign,
        master=demo.master,
        likenesses=demo.likenesses,
        localized_scripts=demo.script.localizations.all(),
        user=demo.people["marketer"],
    )


def _user(account: Mapping[str, str]) -> AbstractUser:
    name = account["username"]
    user, made = get_user_model().objects.get_or_create(
        username=name,
        defaults={
            "email": f"{name}@example.org",
            "first_name": _NAMES.get(account["role"], ""),
            "last_name": "Demo",
        },
    )
    if made or not user.check_password(account["password"]):
        user.set_password(account["password"])
        user.save()
    return user


def _organisation(name: str, people: Mapping[str, AbstractUser]) -> Organisation:
    found = Organisation.objects.filter(name=name).first()
    organisation = found or organisations.create_organisation(name=name, owner=people["owner"])
    for role, user in people.items():
        organisations.add_member(organisation=organisation, user=people["owner"], member=user, role=role)
    return organisation


def _campaign(organisation: Organisation, user: AbstractUser, entry: Mapping[str, Any]) -> Campaign:
    found = organisation.campaigns.filter(name=entry["name"]).first()
    return found or campaigns.create_campaign(organisation=organisation, user=user, **entry)


def paper(text: str) -> io.BytesIO:
    """A one-page PDF with the text, as a scanned form would be."""
    page = Image.new("RGB", _PAGE, "white")
    ImageDraw.Draw(page).multiline_text((110, 140), _wrapped(text), fill="black", font_size=28, spacing=16)
    file = io.BytesIO()
    page.save(file, "PDF", resolution=150)
    file.seek(0)
    return file


def _wrapped(text: str, width: int = 76) -> str:
    rows: list[str] = []
    for paragraph in text.splitlines():
        rows.append("")
        for word in paragraph.split():
            rows[-1:] = (
                [f"{rows[-1]} {word}".strip()] if len(rows[-1]) + len(word) < width else [rows[-1], word]
            )
    return "\n".join(rows)


@dataclass(frozen=True, slots=True)
class _Seeder:
    folder: Path
    organisation: Organisation
    campaign: Campaign
    people: Mapping[str, AbstractUser]

    @property
    def marketer(self) -> AbstractUser:
        return self.people["marketer"]

    def master(self, entry: Mapping[str, Any]) -> MasterClip:
        found = self.campaign.masters.first()
        if found is None:
            self._bring("master", self.campaign, entry["file"])
            found = self.campaign.masters.get()
        if getattr(found, "release", None) is None:
            self._bring_release(found, entry["performer"])
        return found

    def bed(self, name: str | None) -> None:
        if name and not self.campaign.bed:
            self._bring("bed", self.campaign, name)
            self.campaign.refresh_from_db()

    def likeness(self, entry: Mapping[str, Any], locales: list[str]) -> Likeness:
        found = Likeness.objects.filter(
            person__organisation=self.organisation, name=entry["name"], person__erased_at=None
        ).first()
        likeness = found or self._new_likeness(entry)
        for kind in ("photo", "clip"):
            if entry.get(kind) and not likeness.takes.filter(kind=kind).exists():
                self._bring(kind, likeness, entry[kind])
        if not likeness.consents.exists():
            self._consent(likeness, locales)
        return likeness

    def script(self, entry: Mapping[str, Any]) -> Script:
        found = self.campaign.scripts.first()
        script = found or scripts.create_script(campaign=self.campaign, user=self.marketer, name="Main")
        if not script.lines.exists():
            lines = [LineInput(line["start"], line["end"], line["text"]) for line in entry["lines"]]
            scripts.save_lines(script, user=self.marketer, lines=lines)
        words = {self.campaign.source_locale: entry["lines"], **entry["locales"]}
        for locale, lines in words.items():
            if not script.localizations.filter(locale=locale).exists():
                texts = [line["text"] for line in lines]
                scripts.localize(script, user=self.marketer, locale=locale, texts=texts)
        return script

    def _new_likeness(self, entry: Mapping[str, Any]) -> Likeness:
        person = likenesses.create_person(
            organisation=self.organisation,
            user=self.marketer,
            kind=Person.Kind(entry.get("person_kind", "synthetic")),
            display_name=entry["name"],
        )
        return likenesses.create_likeness(
            person=person, user=self.marketer, name=entry["name"], voice_preset=entry.get("voices", {})
        )

    def _consent(self, likeness: Likeness, locales: list[str]) -> None:
        """Drafted and submitted by the marketer, approved by the consent admin."""
        now = timezone.now()
        scope = {
            "advertiser": self.campaign.advertiser, "uses": _USES, "territories": self.campaign.territories,
            "locales": [self.campaign.source_locale, *locales], "channels": self.campaign.channels,
            "categories": [self.campaign.product_category], "starts_at": now, "ends_at": now + _YEAR,
        }  # fmt: skip
        consent = consents.draft_consent(likeness=likeness, user=self.marketer, **scope)
        consents.edit_draft(consent, user=self.marketer, signed_text=suggested_text(consent))
        form = paper(_FORM.format(text=consent.signed_text, day=f"{now:%Y-%m-%d}"))
        self._bring_file("evidence", consent, "licence.pdf", form, {"kind": "licence"})
        consents.submit_consent(consent, user=self.marketer)
        consents.approve_consent(consent, user=self.people["consent_admin"])

    def _bring_release(self, master: MasterClip, performer: str) -> None:
        text = (
            f"{performer}, performer in the clip, agrees that face and lips are replaced in versions of it."
        )
        details = {
            "performer_ref": performer,
            "signed_on": timezone.now().date().isoformat(),
            "allows_face_replacement": True,
        }
        form = paper(_FORM.format(text=text, day=details["signed_on"]))
        self._bring_file("release", master, "release.pdf", form, details)

    def _bring(self, purpose: str, target: Any, name: str) -> None:
        with (self.folder / name).open("rb") as file:
            self._bring_file(purpose, target, name, file, {})

    def _bring_file(
        self, purpose: str, target: Any, name: str, file: Any, details: Mapping[str, Any]
    ) -> None:
        uploads.store_file(
            user=self.marketer, organisation=self.organisation, purpose=purpose, target=target.public_id,
            filename=name, file=file, details=details,
        )  # fmt: skip
