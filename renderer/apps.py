"""The renderer app: jobs, provenance records and public verification."""

from __future__ import annotations

from functools import cache

from django.apps import AppConfig

from campaigns import voices


class RendererConfig(AppConfig):
    name = "renderer"
    verbose_name = "Rendering and provenance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the campaigns app, which may not import us, which voices this installation has."""
        voices.provide(supply)


@cache
def supply() -> voices.Supply:
    """Every voice and locale of the synthesiser, looked up on first use: the web server loads no model."""
    from django.conf import settings

    from renderer.engines import registry
    from renderer.speech.phonemes import available_locales

    speaker = registry.create("voice", settings.RENDER_ENGINES["voice"], settings.MODEL_DIR)
    locales = available_locales()
    names = {name for locale in locales for name in speaker.voices(locale)}
    return voices.Supply(tuple(sorted(names)), tuple(sorted(locales.items())))
