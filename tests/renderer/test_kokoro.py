"""The synthesiser: exact times, one shift, the same sound again, lines that fit their spans, words one can hear."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest

from renderer.engines.base import VoiceSynthesizer
from renderer.engines.kokoro import RATE, UNIT
from renderer.errors import InputError
from renderer.speech import fitting
from renderer.speech.alignment import match_score
from renderer.speech.phonemes import phonemize
from renderer.speech.vocabulary import MAX_SYMBOLS, known
from renderer.types import Sound, SpokenLine, VoiceTrack
from tests.renderer.speakers import AD_LINES, synthesizer, transcriber

SHORT = "Only today!"
VOWELS = "aeiouæɑɐɒɔɛɜəɪʊʌAIOQWY"
CLOSED = "ptkbdɡfsʃθʧ"


@pytest.fixture(scope="module")
def track() -> VoiceTrack:
    """Two lines on a clock of seven seconds."""
    lines = [SpokenLine(SHORT, 5.0, 6.5), SpokenLine(AD_LINES["en-US"], 0.5, 4.8)]
    return synthesizer().speak(lines, "en-US", "af_heart", 7.0)


def level(samples: Sound, rate: int, start: float, end: float) -> float:
    part = samples[round(start * rate) : max(round(end * rate), round(start * rate) + 1)]
    return float(10 * np.log10(np.mean(np.square(part)) + 1e-9))


def test_it_is_a_voice_synthesizer() -> None:
    assert isinstance(synthesizer(), VoiceSynthesizer)
    assert synthesizer().info.commercial_use is True and len(synthesizer().info.weights) == 2


@pytest.mark.parametrize("locale", AD_LINES)
def test_durations_add_up_to_the_sound_and_the_cut_graph_agrees(locale: str) -> None:
    kokoro = synthesizer()
    piece = kokoro._pieces(AD_LINES[locale][:24], locale, kokoro._style("", locale))[0][0]
    audio, durations = kokoro._voice_session.run(None, piece.inputs(1.0))
    (alone,) = kokoro._duration_session.run(None, piece.inputs(1.0))
    assert durations.shape == (1, len(piece.symbols) + 2)
    assert np.array_equal(durations, alone)
    assert durations.min() >= 1 and int(durations.sum()) * UNIT == audio.size


def test_sounds_cover_the_clock_without_gaps(track: VoiceTrack) -> None:
    assert (track.rate, len(track.samples), track.shift_ms) == (RATE, 7 * RATE, -50.0)
    assert track.spans[0].start == 0.0 and track.spans[-1].end == 7.0
    assert all(before.end == after.start for before, after in pairwise(track.spans))
    assert all(span.end > span.start for span in track.spans)
    assert track.dropped_symbols == 0
    sounds = "".join(span.symbol for span in track.spans)
    assert sounds.startswith("stɑɹt") and sounds.endswith("OnlitədA")


def test_lines_keep_their_spans(track: VoiceTrack) -> None:
    sounding = np.flatnonzero(track.samples) / RATE
    for start, end in ((0.0, 0.5), (4.8, 5.0), (6.5, 7.0)):
        assert not np.any((sounding > start + 1e-3) & (sounding < end - 1e-3))
    voiced = [span for span in track.spans if span.symbol]
    assert voiced[0].start == pytest.approx(0.56, abs=0.01)
    assert next(span.start for span in voiced if span.start > 4.9) == pytest.approx(5.06, abs=0.01)


def test_words_follow_the_text(track: VoiceTrack) -> None:
    assert [word.text for word in track.words] == [*AD_LINES["en-US"].split(), "Only", "today!"]
    assert all(word.end > word.start for word in track.words)
    assert all(before.end <= after.start + 1e-6 for before, after in pairwise(track.words))


def test_times_agree_with_the_sound(track: VoiceTrack) -> None:
    """Vowels are loud and closures quiet when the times are right; unshifted the difference nearly vanishes."""

    def contrast(offset: float) -> float:
        loud, quiet = (
            [
                level(track.samples, RATE, s.start + offset, s.end + offset)
                for s in track.spans
                if s.symbol in group
            ]
            for group in (set(VOWELS), set(CLOSED))
        )
        return float(np.mean(loud) - np.mean(quiet))

    assert contrast(0.0) > 4.0
    assert contrast(0.0) > contrast(0.05) + 3.0


def test_peaks_are_limited(track: VoiceTrack) -> None:
    assert 0.1 < np.abs(track.samples).max() <= 0.95


def test_the_same_line_gives_the_same_samples() -> None:
    first, second = (synthesizer().speak([SpokenLine(SHORT, 0.0, 2.0)], "en-US", "", 2.0) for _ in range(2))
    assert np.array_equal(first.samples, second.samples)
    assert first.spans == second.spans and first.words == second.words


@pytest.mark.parametrize("share", [0.8, 0.9, 1.0, 1.08, 1.15])
@pytest.mark.parametrize("locale", AD_LINES)
def test_speech_fits_its_span_within_two_percent(locale: str, share: float) -> None:
    text = AD_LINES[locale]
    target = share * synthesizer().length(text, locale, "")
    fit = fitting.fit_speed(lambda speed: synthesizer().length(text, locale, "", speed), target)
    assert fit.fits and 0.98 * target <= fit.seconds <= target


def test_a_text_that_is_too_long_says_by_how_much() -> None:
    with pytest.raises(InputError) as refusal:
        synthesizer().speak([SpokenLine(AD_LINES["en-US"], 1.0, 2.5)], "en-US", "af_heart", 10.0)
    error = refusal.value
    assert error.code == "TEXT_TOO_LONG" and error.permanent
    found = re.search(
        r"at 1\.0 s needs (\S+) s .* has 1\.5 s\. Shorten it by about (\d+) char", error.message
    )
    assert found and 2.0 < float(found[1]) < 4.5 and 15 < int(found[2]) < 50
    shorter = AD_LINES["en-US"][: -int(found[2])]
    assert synthesizer().length(shorter, "en-US", "af_heart", fitting.FASTEST) <= 1.5 * 1.25


@pytest.mark.parametrize(
    ("start", "end", "following", "seconds"), [(0.0, 9.0, 0.3, 10.0), (9.8, 20.0, 9.9, 10.0)]
)
def test_the_next_line_and_the_clip_end_a_line(
    start: float, end: float, following: float, seconds: float
) -> None:
    lines = [SpokenLine(SHORT, start, end), SpokenLine(SHORT, following, following + 5)]
    with pytest.raises(InputError, match="TEXT_TOO_LONG"):
        synthesizer().speak(lines, "en-US", "", seconds)


def test_every_voice_belongs_to_a_locale() -> None:
    locales = ("en-US", "en-GB", "es-MX", "fr-FR", "hi-IN", "it-IT", "ja-JP", "pt-BR", "zh-CN")
    voices = {locale: list(synthesizer().voices(locale)) for locale in locales}
    assert sum(map(len, voices.values())) == 54
    assert voices["es-MX"] == ["ef_dora", "em_alex", "em_santa"] and voices["en-US"][0] == "af_heart"
    assert list(synthesizer().voices("ko-KR")) == []


@pytest.mark.parametrize(("text", "locale", "voice", "code"), [
    (SHORT, "en-US", "xx_nobody", "VOICE_UNAVAILABLE"), (SHORT, "ko-KR", "af_heart", "LOCALE_UNAVAILABLE"),
    (SHORT, "ko-KR", "", "VOICE_UNAVAILABLE"), ("?!", "en-US", "", "EMPTY_SCRIPT"), ("", "en-US", "", "EMPTY_SCRIPT"),
])  # fmt: skip
def test_what_cannot_be_spoken_is_refused(text: str, locale: str, voice: str, code: str) -> None:
    with pytest.raises(InputError) as refusal:
        synthesizer().speak([SpokenLine(text, 0.0, 3.0)], locale, voice, 3.0)
    assert refusal.value.code == code


def test_any_voice_speaks_any_language() -> None:
    assert synthesizer().length(AD_LINES["es-MX"], "es-MX", "jf_alpha") > 2.0


def test_a_long_text_is_cut_at_sentences() -> None:
    pieces = fitting.split("aaaa bbbb. " * 60 + "cccc.")
    assert all(len(piece) <= MAX_SYMBOLS and piece.endswith(".") for piece in pieces)
    assert " ".join(pieces) == "aaaa bbbb. " * 60 + "cccc."
    assert [len(piece) for piece in fitting.split("a" * 1200)] == [510, 510, 180]
    assert fitting.split("one, two three", limit=8) == ["one,", "two", "three"]


def test_a_text_beyond_one_call_is_spoken_in_pieces() -> None:
    text = " ".join([AD_LINES["en-US"]] * 10)
    assert len(phonemize(text, "en-US")) > MAX_SYMBOLS
    whole, once = (
        synthesizer().length(words, "en-US", "af_heart", 1.5) for words in (text, AD_LINES["en-US"])
    )
    assert whole == pytest.approx(10 * once, rel=0.15)


def test_the_slowest_speed_that_fits_is_found() -> None:
    assert fitting.fit_speed(lambda speed: 6 / speed, 5.0).speed == pytest.approx(1.2, abs=0.01)
    assert fitting.fit_speed(lambda speed: 6 / speed, 20.0).speed == fitting.SLOWEST
    late = fitting.fit_speed(lambda speed: 6 / speed, 3.9)
    assert not late.fits and late.seconds == 4.0
    assert fitting.characters_to_cut("x" * 100, 4.0, 3.0) == 25
    assert fitting.characters_to_cut("x" * 10, 4.0, -1.0) == 10


@pytest.mark.slow
@pytest.mark.parametrize("locale", AD_LINES)
def test_a_recogniser_hears_the_words(locale: str) -> None:
    spoken = synthesizer().speak([SpokenLine(AD_LINES[locale], 0.3, 6.0)], locale, "", 6.0)
    heard = " ".join(word for word, _, _ in transcriber().words(spoken.samples, spoken.rate, locale))
    assert match_score(AD_LINES[locale], heard, lambda text: phonemize(text, locale)) >= 0.9
    assert known(phonemize(heard, locale))[1] == 0
