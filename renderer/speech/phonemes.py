"""Text to Kokoro phonemes: which front end reads which locale."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from types import MappingProxyType

from renderer.errors import EngineError, InputError
from renderer.speech import english, espeak, japanese, mandarin, romance, words
from renderer.speech.normalise import normalise
from renderer.speech.timeline import is_sound
from renderer.speech.vocabulary import VOCABULARY

Reader = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """One way to read a locale. ``missing`` says what to do when it cannot run here, "" when it can."""

    name: str
    read: Reader
    missing: Callable[[], str]


def _nothing_missing() -> str:
    return ""


def _espeak(voice: str) -> FrontEnd:
    return FrontEnd(espeak.NAME, partial(espeak.phonemes, voice=voice), espeak.missing)


def _always(name: str, read: Reader) -> FrontEnd:
    return FrontEnd(name, read, _nothing_missing)


_FRONT_ENDS: Mapping[str, tuple[FrontEnd, ...]] = MappingProxyType(
    {
        "en-US": (_always(english.NAME, english.american),),
        "en-GB": (_always(english.NAME, english.british),),
        "es-ES": (_espeak("es"), _always(romance.NAME, romance.castilian)),
        "es-MX": (_espeak("es-419"), _always(romance.NAME, romance.spanish)),
        "es-419": (_espeak("es-419"), _always(romance.NAME, romance.spanish)),
        "fr-FR": (_espeak("fr-fr"), _always(romance.NAME, romance.french)),
        "it-IT": (_espeak("it"),),
        "pt-BR": (_espeak("pt-br"), _always(romance.NAME, romance.portuguese)),
        "hi-IN": (_espeak("hi"),),
        "ja-JP": (_always(japanese.NAME, japanese.phonemes),),
        "zh-CN": (_always(mandarin.NAME, mandarin.phonemes),),
    }
)
_SEGMENTERS: Mapping[str, Callable[[str], list[str]]] = MappingProxyType(
    {"ja-JP": japanese.segments, "zh-CN": mandarin.segments}
)


def phonemize(text: str, locale: str) -> str:
    """Kokoro phonemes of ``text``, spaces and punctuation included.

    Symbols outside Kokoro's vocabulary may occur; ``vocabulary.known`` leaves them out and counts them.

    Raises:
        InputError: LOCALE_UNAVAILABLE when no front end here reads the locale.
        EngineError: FRONT_END_FAILED when the front end fails.
    """
    return _phonemize(text, locale, front_end(locale).name)


def front_end(locale: str) -> FrontEnd:
    """The front end that reads ``locale`` on this machine.

    Raises:
        InputError: LOCALE_UNAVAILABLE.
    """
    candidates = _FRONT_ENDS.get(locale, ())
    for candidate in candidates:
        if not candidate.missing():
            return candidate
    advice = candidates[0].missing() if candidates else "Upload a recording of the script instead."
    raise InputError("LOCALE_UNAVAILABLE", f"No voice can read {locale} here. {advice}")


def available_locales() -> dict[str, str | None]:
    """Every locale with a front end: None when it can be spoken here, else what to do about it."""
    reasons = {locale: [end.missing() for end in ends] for locale, ends in _FRONT_ENDS.items()}
    return {locale: None if "" in missing else missing[0] for locale, missing in reasons.items()}


def rough_phonemes(text: str, locale: str) -> str:
    """Like ``phonemize``, but any locale gets something: letters stand for their usual sounds.

    Good enough to open and close a mouth with a recording in a language no front end reads.
    """
    try:
        return phonemize(text, locale)
    except InputError:
        return " ".join(_letters(word) for word in text.split())


def _letters(word: str) -> str:
    plain = [sign for sign in unicodedata.normalize("NFKD", word.casefold()) if sign.isalpha()]
    return "".join(sign if is_sound(sign) and sign in VOCABULARY else "tə" for sign in plain)


def written_words(text: str, locale: str) -> list[str]:
    """The words of ``text`` as captions show them, punctuation attached; "".join or " ".join gives the text again."""
    segment = _SEGMENTERS.get(locale)
    return words.attached(segment(text)) if segment else words.written_words(text)


@lru_cache(maxsize=4096)
def _phonemize(text: str, locale: str, _front_end: str) -> str:
    # The front end is part of the key: installing espeak-ng must not leave older readings behind.
    try:
        return front_end(locale).read(normalise(text, locale))
    except (LookupError, ValueError, AssertionError, TypeError) as error:
        # Third-party readers stumble over texts that are no language; the same text will fail again.
        message = f"A line could not be read aloud in {locale}. Rewrite its unusual signs."
        raise EngineError("FRONT_END_FAILED", message, permanent=True) from error
