"""Voice: the script's lines spoken by a synthesiser, or an uploaded recording with the times of its sounds."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from renderer.errors import InputError
from renderer.media.audio import read_sound
from renderer.media.captions import joined
from renderer.media.levels import loudness
from renderer.speech import alignment
from renderer.speech.phonemes import rough_phonemes, written_words
from renderer.types import SpokenLine, VoiceTrack

if TYPE_CHECKING:
    from renderer.engines.base import Transcriber, VoiceSynthesizer
    from renderer.types import InputFile, RenderPlan, Sound, WordSpan

logger = logging.getLogger(__name__)

RECORDING_RATE = 48_000
SILENT_LUFS = -55.0
ROOM = 0.3
MOST_DISAGREEMENT = 0.4
USUAL_MATCH = 0.5
"""Below half of the script's sounds the recording says something else."""
LEAST_MATCH = {"ja": 0.35, "zh": 0.35, "hi": 0.25}
"""The small recogniser mishears these languages more, and writes Hindi in two scripts."""


def speak(
    plan: RenderPlan, synthesizer: VoiceSynthesizer, transcriber: Callable[[], Transcriber], seconds: float
) -> VoiceTrack | None:
    """The speech of a variant on the master's clock; None when the plan asks for no new voice.

    Args:
        transcriber: makes the recogniser; only called for an uploaded recording.
        seconds: length of the clip.

    Raises:
        InputError: TEXT_TOO_LONG, LOCALE_UNAVAILABLE, VOICE_UNAVAILABLE, EMPTY_SCRIPT, SILENT_AUDIO,
            SCRIPT_MISMATCH or UNREADABLE_FILE.
    """
    if plan.voice is None or not plan.lines:
        return None
    if plan.voice.recording is not None:
        return _recorded(plan, plan.voice.recording, synthesizer, transcriber(), seconds)
    return synthesizer.speak(plan.lines, plan.locale, plan.voice.name, seconds)


def _recorded(
    plan: RenderPlan,
    recording: InputFile,
    synthesizer: VoiceSynthesizer,
    transcriber: Transcriber,
    seconds: float,
) -> VoiceTrack:
    samples = read_sound(recording.path, RECORDING_RATE)
    if loudness(samples, RECORDING_RATE) < SILENT_LUFS:
        raise _silent()
    heard = transcriber.words(samples, RECORDING_RATE, plan.locale)
    if not heard:
        raise _silent()
    if heard[-1][1] > seconds:
        raise InputError(
            "TEXT_TOO_LONG",
            f"The recording speaks for {heard[-1][2]:.1f} s, but the clip lasts {seconds:.1f} s. Shorten it.",
        )
    samples = _on_clock(samples, seconds)
    words = alignment.trimmed(_matched(plan, list(heard)), samples, RECORDING_RATE)
    try:
        reading = synthesizer.speak(_as_heard(plan, words, seconds), plan.locale, "", seconds)
    except InputError:
        # No voice reads this locale, or not at this pace: the recogniser's own times have to do.
        return _from_heard(plan, words, samples)
    track = alignment.carried_track(reading, samples, RECORDING_RATE)
    if alignment.disagreement(track.words, words) > MOST_DISAGREEMENT:
        return _from_heard(plan, words, samples)
    return track


def _as_heard(plan: RenderPlan, words: list[WordSpan], seconds: float) -> list[SpokenLine]:
    """The script's lines at the times they take in the recording, with a little room."""
    lines, place = [], 0
    for line in plan.lines:
        own = words[place : place + len(written_words(line.text, plan.locale))]
        place += len(own)
        if own:
            lines.append(SpokenLine(line.text, own[0].start, min(own[-1].end + ROOM, seconds)))
    return lines


def _from_heard(plan: RenderPlan, words: list[WordSpan], samples: Sound) -> VoiceTrack:
    seconds = len(samples) / RECORDING_RATE
    spans = alignment.sound_spans(words, seconds, partial(rough_phonemes, locale=plan.locale))
    return VoiceTrack(samples, RECORDING_RATE, tuple(spans), tuple(words), shift_ms=0.0)


def _matched(plan: RenderPlan, heard: list[alignment.Heard]) -> list[WordSpan]:
    script = " ".join(line.text for line in plan.lines)
    said = joined(word for word, _, _ in heard)
    score = alignment.match_score(script, said, partial(rough_phonemes, locale=plan.locale))
    logger.info("recording matches its script by %.2f", score)
    if score < LEAST_MATCH.get(plan.locale.partition("-")[0], USUAL_MATCH):
        raise InputError(
            "SCRIPT_MISMATCH",
            f"Only {score:.0%} of the script was heard in the recording. Upload the recording of this script.",
        )
    words = [word for line in plan.lines for word in written_words(line.text, plan.locale)]
    return alignment.script_words(words, heard)


def _on_clock(samples: Sound, seconds: float) -> Sound:
    length = round(seconds * RECORDING_RATE)
    return np.pad(samples[:length], (0, max(0, length - len(samples))))


def _silent() -> InputError:
    return InputError(
        "SILENT_AUDIO", "Nobody is heard in the recording. Record it again, closer to the microphone."
    )
