"""Rows for tests. Traits bring a row into a state that would otherwise take several people and services."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import factory
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.utils import timezone
from factory.django import DjangoModelFactory
from PIL import Image

from campaigns import models

PASSWORD = "a long test password"
DAY = timedelta(days=1)
SHORT_MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 64
PDF = b"%PDF-1.4\n% a signed form\n"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@cache
def jpeg(size: tuple[int, int] = (32, 32), colour: str = "tan") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "JPEG")
    return buffer.getvalue()


@cache
def hashed_password() -> str:
    return make_password(PASSWORD)


class UserFactory(DjangoModelFactory[Any]):
    """Everybody signs in with ``PASSWORD``."""

    class Meta:
        model = get_user_model()

    username = factory.Sequence(lambda n: f"user-{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")
    password = factory.LazyFunction(hashed_password)


class OrganisationFactory(DjangoModelFactory[models.Organisation]):
    class Meta:
        model = models.Organisation

    name = factory.Sequence(lambda n: f"Agency {n}")


class MembershipFactory(DjangoModelFactory[models.Membership]):
    class Meta:
        model = models.Membership

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    role = "marketer"


class CampaignFactory(DjangoModelFactory[models.Campaign]):
    class Meta:
        model = models.Campaign

    organisation = factory.SubFactory(OrganisationFactory)
    name = "Morning cup"
    advertiser = "Brisa Coffee"
    product_category = "beverages"
    channels = factory.LazyFunction(lambda: ["social", "video"])
    territories = factory.LazyFunction(lambda: ["US", "MX", "BR"])


class MasterClipFactory(DjangoModelFactory[models.MasterClip]):
    """``ready`` is what the prober leaves behind, ``released`` adds the performer's release."""

    class Meta:
        model = models.MasterClip
        skip_postgeneration_save = True

    class Params:
        ready = factory.Trait(
            status="ready", width=1920, height=1080, fps_num=25, fps_den=1, frames=300, seconds=12.0,
            track=factory.LazyFunction(lambda: ContentFile(b"track", "track.npz")), track_sha256=sha256(b"track"),
            poster=factory.LazyFunction(lambda: ContentFile(jpeg(), "poster.jpg")),
        )  # fmt: skip

    campaign = factory.SubFactory(CampaignFactory)
    file = factory.LazyFunction(lambda: ContentFile(SHORT_MP4, "master.mp4"))
    filename = "master.mp4"
    sha256 = sha256(SHORT_MP4)
    bytes = len(SHORT_MP4)

    @factory.post_generation
    def released(self, create: bool, extracted: bool | None, **kwargs: Any) -> None:
        if create and extracted:
            PerformerReleaseFactory(master=self)


class PerformerReleaseFactory(DjangoModelFactory[models.PerformerRelease]):
    class Meta:
        model = models.PerformerRelease

    master = factory.SubFactory(MasterClipFactory)
    performer_ref = "performer 1"
    signed_on = date(2026, 1, 15)
    document = factory.LazyFunction(lambda: ContentFile(PDF, "release.pdf"))
    document_sha256 = sha256(PDF)
    allows_face_replacement = True


class PersonFactory(DjangoModelFactory[models.Person]):
    class Meta:
        model = models.Person

    class Params:
        estate = factory.Trait(kind="estate", died_on=date(2020, 5, 1))
        synthetic = factory.Trait(kind="synthetic", birth_date=None)

    organisation = factory.SubFactory(OrganisationFactory)
    kind = "self"
    display_name = "Ana Prado"
    birth_date = date(1990, 4, 2)


class LikenessFactory(DjangoModelFactory[models.Likeness]):
    class Meta:
        model = models.Likeness

    person = factory.SubFactory(PersonFactory)
    name = "Ana, studio"
    voice_preset = factory.LazyFunction(lambda: {"en-US": "af_heart", "es": "ef_dora", "pt-BR": "pf_dora"})


class TakeFactory(DjangoModelFactory[models.Take]):
    class Meta:
        model = models.Take

    class Params:
        ready = factory.Trait(status="ready", quality={"face_px": 320})

    likeness = factory.SubFactory(LikenessFactory)
    kind = "photo"
    content = factory.LazyFunction(jpeg)
    filename = "photo.jpg"

    @classmethod
    def _create(cls, model_class: type[models.Take], *args: Any, **kwargs: Any) -> models.Take:
        content = kwargs.pop("content")
        kwargs |= {"sha256": sha256(content), "bytes": len(content)}
        return super()._create(model_class, *args, file=ContentFile(content, "take.bin"), **kwargs)


class ConsentFactory(DjangoModelFactory[models.Consent]):
    """A consent that covers ``CampaignFactory``'s brief; traits put it where the services would."""

    class Meta:
        model = models.Consent
        skip_postgeneration_save = True

    class Params:
        submitted = factory.Trait(status="submitted", submitted_at=factory.LazyFunction(timezone.now))
        granted = factory.Trait(status="granted", granted_at=factory.LazyFunction(timezone.now))
        revoked = factory.Trait(status="revoked", revoked_at=factory.LazyFunction(timezone.now))
        expired = factory.Trait(
            status="granted",
            starts_at=datetime(2020, 1, 1, tzinfo=UTC),
            ends_at=datetime(2021, 1, 1, tzinfo=UTC),
        )

    likeness = factory.SubFactory(LikenessFactory)
    version = factory.LazyAttribute(lambda consent: consent.likeness.consents.count() + 1)
    advertiser = "Brisa Coffee"
    uses = factory.LazyFunction(lambda: ["face_substitution", "lip_sync", "voice_preset", "recording"])
    territories = factory.LazyFunction(lambda: ["US", "MX", "BR"])
    locales = factory.LazyFunction(lambda: ["en", "es", "pt-BR"])
    channels = factory.LazyFunction(lambda: ["social", "video"])
    categories = factory.LazyFunction(lambda: ["beverages"])
    starts_at = factory.LazyFunction(lambda: timezone.now() - DAY)
    ends_at = factory.LazyFunction(lambda: timezone.now() + 90 * DAY)
    signed_text = "I agree that Brisa Coffee uses my face in its spring campaign."
    created_by = factory.SubFactory(UserFactory)

    @factory.post_generation
    def papers(self, create: bool, extracted: str | None, **kwargs: Any) -> None:
        if create and extracted:
            EvidenceFactory(consent=self, kind=extracted)


class EvidenceFactory(DjangoModelFactory[models.ConsentEvidence]):
    class Meta:
        model = models.ConsentEvidence

    consent = factory.SubFactory(ConsentFactory)
    kind = "signed_form"
    file = factory.LazyFunction(lambda: ContentFile(PDF, "form.pdf"))
    filename = "form.pdf"
    sha256 = sha256(PDF)
    bytes = len(PDF)


class ScriptFactory(DjangoModelFactory[models.Script]):
    """A script with two lines."""

    class Meta:
        model = models.Script
        skip_postgeneration_save = True

    campaign = factory.SubFactory(CampaignFactory)
    name = "Main"

    @factory.post_generation
    def lines(self, create: bool, extracted: int | None, **kwargs: Any) -> None:
        for position in range(2 if extracted is None else extracted):
            start = 1.0 + 4.0 * position
            models.ScriptLine.objects.create(
                script=self,
                position=position,
                start=start,
                end=start + 3.0,
                text=f"A fresh cup, part {position}.",
            )


class LocalizedScriptFactory(DjangoModelFactory[models.LocalizedScript]):
    """A localization with words for every line of its script."""

    class Meta:
        model = models.LocalizedScript
        skip_postgeneration_save = True

    script = factory.SubFactory(ScriptFactory)
    locale = "en-US"

    @factory.post_generation
    def texts(self, create: bool, extracted: list[str] | None, **kwargs: Any) -> None:
        for line in self.script.lines.all():
            text = extracted[line.position] if extracted else f"{line.text} ({self.locale})"
            models.LocalizedLine.objects.create(localized_script=self, line=line, text=text)
