"""The demo's words: the café's ad in three languages and the text the personas read at enrolment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from renderer.types import SpokenLine

if TYPE_CHECKING:
    from collections.abc import Callable

FPS = 25
MASTER_SECONDS = 15.6
SLOTS = ((0.40, 3.15), (3.45, 7.85), (8.15, 12.35), (12.65, 15.25))
AD = {
    "en-US": (
        "Some mornings need more than an alarm clock.",
        "At Brisa Coffee, we roast in small batches, right here, every single day.",
        "So your first sip tastes the way a morning should: bright, warm, and yours.",
        "Brisa Coffee. Take a breath. Take a sip.",
    ),
    "es-MX": (
        "Hay mañanas que piden más que un despertador.",
        "En Brisa Coffee tostamos en pequeños lotes, aquí mismo, todos los días.",
        "Para que el primer sorbo sepa a mañana: luz, calma y buen café.",
        "Brisa Coffee. Respira. Y disfruta.",
    ),
    "pt-BR": (
        "Tem manhãs que pedem mais do que um despertador.",
        "Na Brisa Coffee, torramos em pequenos lotes, aqui mesmo, todos os dias.",
        "Para o primeiro gole ter gosto de manhã: leve, quente e só seu.",
        "Brisa Coffee. Respire fundo. E saboreie.",
    ),
}
PRESENTER_VOICE = "af_heart"
ENROLMENT = (
    "Hello! This is my own face, and this is my voice.",
    "Please buy me five warm apple pies before the big beach party.",
    "We all saw two huge owls hover above the smooth blue lake.",
    "Show me how the judge chose her favourite yellow jacket.",
    "Thirty thick feathers drifted through the open window by the old garage.",
    "My, oh my, what a bright and beautiful morning!",
)
PAUSE, LEAD = 0.27, 0.5
TAKE_VOICES = {"maya": "af_bella", "lena": "af_sarah"}


def ad_lines(locale: str) -> list[SpokenLine]:
    """The ad's lines of one locale in the master's time slots."""
    return [SpokenLine(text, *slot) for text, slot in zip(AD[locale], SLOTS, strict=True)]


def take_lines(key: str, length: Callable[[str, str, str], float]) -> tuple[list[SpokenLine], float]:
    """The enrolment text one line after the other at natural speed, and the seconds it all takes.

    Args:
        key: persona.
        length: seconds of (text, locale, voice) at natural speed.
    """
    lines, start = [], LEAD
    for text in ENROLMENT:
        end = start + length(text, "en-US", TAKE_VOICES[key]) + 0.05
        lines.append(SpokenLine(text, round(start, 3), round(end, 3)))
        start = end + PAUSE
    return lines, round((start + LEAD) * FPS) / FPS
