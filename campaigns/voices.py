"""Which preset voices a marketer may choose, and in which locales they can speak on this installation.

``campaigns`` never imports the render side, so the renderer app hands its answer in at start-up (``provide``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

# Preset voices carry their language in the first letter and the kind of voice in the second.
_LANGUAGES: Final = {
    "a": "en-US",
    "b": "en-GB",
    "e": "es",
    "f": "fr",
    "h": "hi",
    "i": "it",
    "j": "ja",
    "p": "pt",
    "z": "zh",
}
_KINDS: Final = {"f": "woman", "m": "man"}
# Characters a calm speaker says in a second at speed 1; the hint under a line is made from it, the fit itself
# is decided by the synthesiser.
_CHARACTERS_PER_SECOND: Final = {
    "en": 15.0,
    "es": 16.0,
    "pt": 15.5,
    "fr": 15.0,
    "it": 15.5,
    "hi": 13.0,
    "ja": 7.5,
    "zh": 4.8,
}

# The voices their makers trained longest come first where somebody has to be chosen.
_RANK: Final = {"af_heart": 0, "am_michael": 0, "bf_emma": 0, "bm_george": 0, "jf_alpha": 0, "zf_xiaobei": 0}


@dataclass(frozen=True, slots=True)
class Voice:
    """One preset voice."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Supply:
    """What the installation can speak: voice names, and per locale None or the reason why it cannot."""

    voices: tuple[str, ...] = ()
    locales: tuple[tuple[str, str | None], ...] = ()


_supply: Callable[[], Supply] = Supply


def provide(supply: Callable[[], Supply]) -> None:
    """Called once by the app that owns the synthesiser."""
    global _supply
    _supply = supply


def locales() -> dict[str, str | None]:
    """Every locale some front end knows: None when it can be spoken here, else what to do about it."""
    return dict(_supply().locales)


def speakable() -> tuple[str, ...]:
    return tuple(locale for locale, reason in locales().items() if reason is None)


def offered(locale: str) -> tuple[Voice, ...]:
    """The preset voices of the locale's language; British and American voices stay with their own English."""
    return tuple(_voice(name) for name in _supply().voices if _speaks(name, locale))


def presets_like(kind: str) -> dict[str, str]:
    """One voice per language for a woman (``f``) or a man (``m``); any voice where the language has none such."""
    found: dict[str, str] = {}
    for name in sorted(_supply().voices, key=lambda voice: (voice[1:2] != kind, _RANK.get(voice, 1), voice)):
        if home := _LANGUAGES.get(name[:1]):
            found.setdefault(home, name)
    return found


def _speaks(name: str, locale: str) -> bool:
    home = _LANGUAGES.get(name[:1], "")
    return locale == home or (len(home) == 2 and locale.startswith(f"{home}-"))


def _voice(name: str) -> Voice:
    return Voice(name, label(name))


def label(name: str) -> str:
    """``ef_dora`` -> Dora (woman)."""
    given = name.partition("_")[2].capitalize() or name
    return f"{given} ({_KINDS.get(name[1:2], 'voice')})"


def characters_per_second(locale: str) -> float:
    return _CHARACTERS_PER_SECOND.get(locale[:2].lower(), 14.0)
