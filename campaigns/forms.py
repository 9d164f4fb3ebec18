"""Shape and format of what people type. Rules live in the services and in the gate."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from django import forms
from django.forms.boundfield import BoundWidget
from django.utils import timezone

from campaigns import names, voices
from campaigns.models import Consent, Person, Review, Role

CheckBoxes = forms.CheckboxSelectMultiple


def _date(label: str, *, needed: bool = False, **options: Any) -> forms.DateField:
    """``needed`` says that the form itself asks for it under a condition, so it is not called optional."""
    attrs = {"type": "date"} | ({"aria-required": "true"} if needed else {})
    return forms.DateField(label=label, widget=forms.DateInput(attrs=attrs), **options)


def _many(label: str, choices: Iterable[tuple[str, Any]], **options: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, choices=list(choices), widget=CheckBoxes, **options)


def territory_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    return [(region, list(places.items())) for region, places in names.TERRITORIES.items()]


def locale_choices(extra: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Usual locales first, then those the installation can speak or the record already names."""
    tags = dict.fromkeys([*names.LOCALES, *voices.locales(), *(tag for tag in extra if tag != names.ANY)])
    return [(tag, names.locale_name(tag)) for tag in tags]


class PlacesMixin:
    """Splits the countries of a form's ``territories`` field into their regions for the page."""

    def regions(self) -> list[tuple[str, list[BoundWidget], int]]:
        """Region, its boxes, and how many of them are ticked."""
        boxes = iter(self["territories"].subwidgets)  # type: ignore[index]
        groups = [(region, [next(boxes) for _ in places]) for region, places in names.TERRITORIES.items()]
        return [(region, found, sum(box.data["selected"] for box in found)) for region, found in groups]


class BriefForm(PlacesMixin, forms.Form):
    """Step 1: who advertises what, where, in which channels."""

    name = forms.CharField(
        label="Campaign name",
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": "Spring menu, Latin America"}),
    )
    advertiser = forms.CharField(
        max_length=200, help_text="As the consents name it. A consent for another advertiser does not count."
    )
    product_category = forms.ChoiceField(label="What is advertised", choices=list(names.CATEGORIES.items()))
    source_locale = forms.ChoiceField(label="Language of the master", choices=locale_choices, initial="en-US")
    channels = _many("Where it will run", names.CHANNELS.items())
    territories = _many("Countries", territory_choices())
    starts_on = _date("Starts on", required=False)
    ends_on = _date("Ends on", required=False)
    brief = forms.CharField(
        label="Notes for the team", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        start, end = cleaned.get("starts_on"), cleaned.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", "The end lies before the start.")
        return cleaned


class PersonForm(forms.Form):
    """A new person with a first likeness."""

    kind = forms.ChoiceField(
        label="Who is it?", choices=Person.Kind.choices, widget=forms.RadioSelect, initial="self"
    )
    display_name = forms.CharField(label="Name", max_length=200)
    birth_date = _date("Birth date", needed=True, required=False, help_text="Minors are refused.")
    died_on = _date("Date of death", needed=True, required=False)
    voice = forms.ChoiceField(
        label="Preset voice",
        choices=[("f", "A woman's"), ("m", "A man's")],
        widget=forms.RadioSelect,
        initial="f",
        help_text="Speaks wherever a script names no other voice. It is a computer voice, not the person's own.",
    )
    notes = forms.CharField(label="Notes", required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        kind = cleaned.get("kind")
        if kind in {Person.Kind.SELF, Person.Kind.ESTATE} and not cleaned.get("birth_date"):
            self.add_error("birth_date", "Everybody who lives or lived needs a birth date.")
        if kind == Person.Kind.ESTATE and not cleaned.get("died_on"):
            self.add_error("died_on", "An estate needs the date of death.")
        # The page hides dates this kind of person does not have; what was typed before does not count.
        hidden = {Person.Kind.SELF: ("died_on",), Person.Kind.SYNTHETIC: ("birth_date", "died_on")}
        return cleaned | dict.fromkeys(hidden.get(Person.Kind(kind), ()) if kind else ())


class ConsentForm(PlacesMixin, forms.Form):
    """Scope of a consent: what, for whom, where, until when."""

    uses = _many(
        "May be used for", names.USES.items(), initial=["face_substitution", "lip_sync", "voice_preset"]
    )
    advertiser = forms.CharField(max_length=200, help_text="Exactly this advertiser, nobody else.")
    categories = _many("Products", names.CATEGORIES.items())
    locales = _many("Languages", ())  # filled when a form is made: asking the front ends takes a moment
    any_locale = forms.BooleanField(label="Every language", required=False)
    channels = _many("Channels", names.CHANNELS.items())
    territories = _many("Countries", territory_choices(), required=False)
    any_territory = forms.BooleanField(label="Everywhere", required=False)
    starts_at = _date("From")
    ends_at = _date("Until and including")
    max_variants = forms.IntegerField(
        label="At most this many variants", required=False, min_value=1, help_text="Empty means no cap."
    )
    banned_words = forms.CharField(
        label="Words that must never be spoken", required=False, help_text="Separated by commas."
    )
    political = forms.BooleanField(label="Political content is allowed", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["locales"].required = False
        self.fields["locales"].choices = locale_choices(self.initial.get("locales") or ())  # type: ignore[attr-defined]

    def clean_banned_words(self) -> list[str]:
        return [word.strip() for word in self.cleaned_data["banned_words"].split(",") if word.strip()]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for one, many in (("any_locale", "locales"), ("any_territory", "territories")):
            if cleaned.pop(one, False):
                cleaned[many] = [names.ANY]
            elif not cleaned.get(many):
                self.add_error(many, "Choose at least one, or tick the box for all.")
        start, end = cleaned.get("starts_at"), cleaned.get("ends_at")
        if start and end and end < start:
            self.add_error("ends_at", "The end lies before the start.")
        return cleaned

    def scope(self) -> dict[str, Any]:
        """The cleaned scope with the window as points in time: from the first to the last moment of its days."""
        start, end = self.cleaned_data["starts_at"], self.cleaned_data["ends_at"]
        zone = timezone.get_current_timezone()
        window = {
            "starts_at": datetime.combine(start, time.min, zone),
            "ends_at": datetime.combine(end, time.max, zone),
        }
        return self.cleaned_data | window


class SignedTextForm(forms.Form):
    """The words the person signed."""

    signed_text = forms.CharField(
        label="The words that were signed", widget=forms.Textarea(attrs={"rows": 9})
    )


class EvidenceForm(forms.Form):
    """Travels beside an evidence upload."""

    kind = forms.ChoiceField(label="What is it?", choices=list)

    def __init__(self, *args: Any, kinds: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = list(kinds)  # type: ignore[attr-defined]


class ReleaseForm(forms.Form):
    """Travels beside the upload of a performer release."""

    performer_ref = forms.CharField(
        label="Performer",
        max_length=100,
        help_text="A reference of yours, such as a contract number. No name needed.",
    )
    signed_on = _date("Signed on")
    allows_face_replacement = forms.BooleanField(
        label="The release allows the face to be replaced and the lips to be changed"
    )


class ReasonForm(forms.Form):
    """A decision that owes a reason."""

    reason = forms.CharField(label="Reason", min_length=4, widget=forms.Textarea(attrs={"rows": 3}))


class RevokeForm(ReasonForm):
    """A revocation: a reason, and the name typed once more."""

    typed_name = forms.CharField(label="Type the name to confirm")

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name = name

    def clean_typed_name(self) -> str:
        typed = str(self.cleaned_data["typed_name"]).strip()
        if typed.casefold() != self.name.strip().casefold():
            raise forms.ValidationError("That is not the name of the person.")
        return typed


class ReviewForm(forms.Form):
    """A reviewer's word about a finished variant."""

    decision = forms.ChoiceField(choices=Review.Decision.choices, widget=forms.HiddenInput)
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("decision") in {"changes", "rejected"} and not cleaned.get("note"):
            self.add_error("note", "Say what is wrong, so that somebody can mend it.")
        return cleaned


class MemberForm(forms.Form):
    """A role for somebody who already has an account here."""

    email = forms.EmailField(label="Email of the account")
    role = forms.ChoiceField(choices=Role.choices)


def initial_scope(consent: Consent) -> dict[str, Any]:
    """A stored consent as the form shows it."""
    fields = (
        "uses",
        "advertiser",
        "categories",
        "locales",
        "channels",
        "territories",
        "max_variants",
        "political",
    )
    initial: dict[str, Any] = {name: getattr(consent, name) for name in fields}
    for one, many in (("any_locale", "locales"), ("any_territory", "territories")):
        initial[one] = names.ANY in initial[many]
    for name in ("starts_at", "ends_at"):
        moment = getattr(consent, name)
        initial[name] = timezone.localdate(moment) if moment else None
    return initial | {"banned_words": ", ".join(consent.banned_words)}
