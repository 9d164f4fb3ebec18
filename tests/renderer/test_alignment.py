"""A recorded voice-over: script words and sounds get their times, silence and other words are refused."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from renderer.errors import InputError
from renderer.media.audio import write_wav
from renderer.speech import alignment
from renderer.speech.phonemes import phonemize
from renderer.speech.warping import carried, cepstra, warp
from renderer.stages.voice import RECORDING_RATE, speak
from renderer.types import (
    InputFile,
    LabelSpec,
    ManifestSpec,
    OutputProfile,
    PhonemeSpan,
    RenderPlan,
    Sound,
    SpokenLine,
    VoiceSpec,
    VoiceTrack,
    WatermarkSpec,
    WordSpan,
)
from tests.renderer.speakers import AD_LINES, synthesizer, transcriber

NOWHERE = InputFile(Path("unused"), "")
SECONDS = 6.0


def plan_for(locale: str, text: str, voice: VoiceSpec | None) -> RenderPlan:
    manifest = ManifestSpec("v", "t", (), (), (), "", "", "en-US", locale, "synthetic_performer", "0")
    return RenderPlan(
        "v", "j", NOWHERE, NOWHERE, None, locale, (SpokenLine(text, 0.2, SECONDS),), voice, None,
        LabelSpec("AI", "1"), OutputProfile(), WatermarkSpec(1), manifest, {},
    )  # fmt: skip


def recorded(path: Path, samples: Sound, rate: int = 24_000) -> VoiceSpec:
    write_wav(path, samples, rate)
    return VoiceSpec("recording", recording=InputFile(path, ""))


def room(samples: Sound, noise: float = 0.002) -> Sound:
    """The sound as a microphone in a room might have it: quieter, with noise and a little echo."""
    echo = np.concatenate((np.zeros(600, np.float32), samples[:-600]))
    return (0.5 * samples + 0.1 * echo + np.random.default_rng(2).normal(0, noise, len(samples))).astype(
        np.float32
    )


@pytest.fixture(scope="module")
def man() -> VoiceTrack:
    """The Spanish ad line by another voice than the one that will read it for comparison."""
    return synthesizer().speak([SpokenLine(AD_LINES["es-MX"], 0.8, 5.6)], "es-MX", "em_alex", SECONDS)


@pytest.mark.slow
def test_a_recording_gets_the_times_of_its_sounds(man: VoiceTrack, tmp_path: Path) -> None:
    plan = plan_for("es-MX", AD_LINES["es-MX"], recorded(tmp_path / "take.wav", room(man.samples)))
    track = speak(plan, synthesizer(), transcriber, SECONDS)
    assert track is not None
    assert (track.rate, len(track.samples)) == (RECORDING_RATE, round(SECONDS * RECORDING_RATE))
    assert track.spans[0].start == 0.0 and track.spans[-1].end == SECONDS
    assert all(before.end == after.start for before, after in pairwise(track.spans))
    assert [word.text for word in track.words] == [word.text for word in man.words]
    errors = [abs(a.start - b.start) for a, b in zip(track.words, man.words, strict=True)]
    assert np.mean(errors) < 0.05 and max(errors) < 0.2
    mouths = [[s for s in spans if s.symbol and s.symbol in "pbm"] for spans in (track.spans, man.spans)]
    closures = [abs(a.start - b.start) for a, b in zip(*mouths, strict=True)]
    assert np.mean(closures) < 0.05


@pytest.mark.slow
def test_a_recording_of_another_text_is_refused(man: VoiceTrack, tmp_path: Path) -> None:
    voice = recorded(tmp_path / "take.wav", man.samples)
    plan = plan_for("es-MX", "Nuestros zapatos nuevos llegan a todas las tiendas el jueves.", voice)
    with pytest.raises(InputError) as refusal:
        speak(plan, synthesizer(), transcriber, SECONDS)
    assert refusal.value.code == "SCRIPT_MISMATCH" and "%" in refusal.value.message


@pytest.mark.parametrize(
    "samples", [np.zeros(48_000, np.float32), np.full(48_000, 1e-5, np.float32), np.zeros(9, np.float32)]
)
def test_a_silent_recording_is_refused(tmp_path: Path, samples: Sound) -> None:
    plan = plan_for("en-US", "Hello", recorded(tmp_path / "silent.wav", samples))
    with pytest.raises(InputError) as refusal:
        speak(plan, synthesizer(), transcriber, SECONDS)
    assert refusal.value.code == "SILENT_AUDIO"


def test_a_file_that_is_no_recording_is_refused(tmp_path: Path) -> None:
    (tmp_path / "take.wav").write_bytes(b"")
    plan = plan_for("en-US", "Hello", VoiceSpec("recording", recording=InputFile(tmp_path / "take.wav", "")))
    with pytest.raises(InputError) as refusal:
        speak(plan, synthesizer(), transcriber, SECONDS)
    assert refusal.value.code == "UNREADABLE_FILE"


def test_a_preset_voice_speaks_and_no_voice_says_nothing() -> None:
    plan = plan_for("en-US", "Only today!", VoiceSpec("preset", "am_adam"))
    track = speak(plan, synthesizer(), transcriber, 3.0)
    assert track is not None and [word.text for word in track.words] == ["Only", "today!"]
    assert speak(plan_for("en-US", "Only today!", None), synthesizer(), transcriber, 3.0) is None


def test_warping_finds_stretched_sounds() -> None:
    rate = 16_000
    chirps = [np.sin(2 * np.pi * f * np.arange(3200) / rate) for f in (300, 900, 2000, 500, 1500)]
    slow = [
        np.sin(2 * np.pi * f * np.arange(n) / rate)
        for f, n in zip((300, 900, 2000, 500, 1500), (3200, 6400, 1600, 3200, 4800), strict=True)
    ]
    rest = np.zeros(4800)
    a, b = (np.concatenate((rest, *parts, rest)).astype(np.float32) for parts in (chirps, slow))
    edges = np.array([0.3, 0.5, 0.7, 0.9, 1.1, 1.3])
    assert carried(edges, a, b, rate) == pytest.approx([0.3, 0.5, 0.9, 1.0, 1.2, 1.5], abs=0.03)


def test_warping_onto_itself_changes_nothing() -> None:
    rows = cepstra(np.random.default_rng(3).normal(0, 0.1, 16_000).astype(np.float32), 16_000)
    assert warp(rows, rows) == pytest.approx(np.arange(len(rows)))


def test_script_words_take_the_times_they_were_heard() -> None:
    heard = [
        ("ahorra", 0.5, 1.0),
        ("20", 1.0, 1.4),
        ("%", 1.4, 2.0),
        ("con", 2.0, 2.2),
        ("brisas.", 2.2, 2.8),
    ]
    words = alignment.script_words(["Ahorra", "veinte por ciento", "con", "Brisa"], heard)
    assert words[0] == WordSpan("Ahorra", 0.5, 1.0)
    assert (words[1].start, words[2].start, words[2].end) == pytest.approx((1.0, 2.0, 2.2))
    assert words[3].start == pytest.approx(2.2) and 2.6 < words[3].end <= 2.8
    assert alignment.script_words(["Hola"], []) == []


def test_script_words_without_spaces() -> None:
    heard = [(sign, i * 0.2, i * 0.2 + 0.2) for i, sign in enumerate("今日だけです")]
    words = alignment.script_words(["今日だけ", "です。"], heard)
    assert [(w.start, w.end) for w in words] == [pytest.approx((0.0, 0.8)), pytest.approx((0.8, 1.2))]


def test_the_match_score_compares_sounds() -> None:
    def read(text: str) -> str:
        return phonemize(text, "en-US")

    assert alignment.match_score("20% off!", "twenty percent off", read) == 1.0
    assert alignment.match_score("20% off!", "twenty percent of", read) > 0.8
    assert alignment.match_score("Only today", "Some shoes", read) < 0.5
    assert alignment.match_score("", "anything", read) == alignment.match_score("today", "", read) == 0.0


def test_words_lose_the_silence_at_their_edges() -> None:
    samples = np.zeros(16_000, np.float32)
    samples[4000:12_000] = np.random.default_rng(4).normal(0, 0.2, 8000)
    (word,) = alignment.trimmed([WordSpan("a", 0.1, 0.9)], samples, 16_000)
    assert (word.start, word.end) == (pytest.approx(0.25, abs=0.02), pytest.approx(0.75, abs=0.02))


def test_sounds_share_a_word_by_their_usual_length() -> None:
    spans = alignment.sound_spans([WordSpan("x", 0.5, 1.0), WordSpan("y", 1.05, 1.5)], 2.0, lambda _: "pˈaːt")
    assert [span.symbol for span in spans] == ["", "p", "a", "t", "p", "a", "t", ""]
    assert spans[0] == PhonemeSpan("", 0.0, 0.5) and spans[-1].end == 2.0
    assert all(before.end == after.start for before, after in pairwise(spans))
    long, short = spans[2], spans[1]
    assert long.end - long.start > 2 * (short.end - short.start)


def test_two_alignments_are_compared_by_the_middle_of_their_words() -> None:
    words = [WordSpan("a", 0.0, 1.0), WordSpan("b", 1.0, 2.0)]
    assert alignment.disagreement(words, [WordSpan("a", 0.2, 1.2), WordSpan("b", 1.2, 2.2)]) == pytest.approx(
        0.2
    )
    assert alignment.disagreement([], words) == float("inf")
