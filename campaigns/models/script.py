"""What is said, when, and how it is said in each locale."""

from __future__ import annotations

from django.db import models

from campaigns.models.base import PublicModel
from campaigns.models.campaign import Campaign
from campaigns.models.likeness import Take


class Script(PublicModel):
    """The spoken text of a campaign in its source locale."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="scripts")
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def organisation_ref(self) -> str:
        return self.campaign.organisation_ref


class ScriptLine(PublicModel):
    """One spoken unit and the time it may take, seconds on the master's clock."""

    script = models.ForeignKey(Script, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    start = models.FloatField()
    end = models.FloatField()
    text = models.TextField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["script", "position"], name="one_line_per_position"),
            models.CheckConstraint(
                condition=models.Q(start__gte=0) & models.Q(end__gt=models.F("start")), name="line_takes_time"
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.position}"

    @property
    def organisation_ref(self) -> str:
        return self.script.organisation_ref


class LocalizedScript(PublicModel):
    """A script in one locale, and the voice that speaks it."""

    class Voice(models.TextChoices):
        PRESET = "preset", "Preset voice"
        RECORDING = "recording", "Uploaded recording"

    script = models.ForeignKey(Script, on_delete=models.PROTECT, related_name="localizations")
    locale = models.CharField(max_length=35)
    voice_kind = models.CharField(max_length=10, choices=Voice.choices, default=Voice.PRESET)
    voice_name = models.CharField(max_length=60, blank=True)
    voice_over = models.ForeignKey(
        Take, null=True, blank=True, on_delete=models.PROTECT, related_name="localized_scripts"
    )
    burn_captions = models.BooleanField(default=False)

    class Meta:
        ordering = ["locale"]
        constraints = [
            models.UniqueConstraint(fields=["script", "locale"], name="one_localization_per_locale"),
        ]

    def __str__(self) -> str:
        return self.locale

    @property
    def organisation_ref(self) -> str:
        return self.script.organisation_ref


class LocalizedLine(PublicModel):
    """The words of one line in one locale; the line's time span is the script's."""

    localized_script = models.ForeignKey(LocalizedScript, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(ScriptLine, on_delete=models.CASCADE, related_name="translations")
    text = models.TextField()

    class Meta:
        ordering = ["line__position"]
        constraints = [
            models.UniqueConstraint(fields=["localized_script", "line"], name="one_translation_per_line"),
        ]

    def __str__(self) -> str:
        return f"line {self.public_id}"

    @property
    def organisation_ref(self) -> str:
        return self.localized_script.organisation_ref
