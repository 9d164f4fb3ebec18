"""A recorded voice-over against its script: how well they match, when each word is said, and its sounds.

The recogniser gives words and rough times. Script words take the times of the heard words they match. Where a
synthesiser can read the script, its exact times are carried over by warping; else the sounds inside a word share
its time by how long such sounds usually last.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from renderer.speech.timeline import is_sound, merged
from renderer.speech.vocabulary import STRESS
from renderer.speech.warping import carried
from renderer.types import PhonemeSpan, Sound, VoiceTrack, WordSpan

Heard = tuple[str, float, float]
Times = tuple[float, float]
Reader = Callable[[str], str]

SHORT_PAUSE = 0.12
"""A gap between words up to this long is filled by the sounds beside it, as fluent speech has none."""

_FRAME = 0.01
_QUIET_DB = -32.0
_TYPICAL = (
    ("aeiouyæɑɐɒɔɛɜəɚɪʊʌøœɨɯᵻᵊɤ", 0.085),
    ("AIOQWY", 0.14),
    ("ʃʒɕʑʂʐszfvθðxχçħhɸβʝɣ", 0.085),
    ("ʧʤʦʣʨʥꭧ", 0.095),
    ("ptkbdɡqcɟʈɖ", 0.065),
    ("mnŋɲɳɴ", 0.065),
    ("ɾTʔ", 0.035),
)  # fmt: skip
_SECONDS = {symbol: seconds for symbols, seconds in _TYPICAL for symbol in symbols}
_OTHER = 0.06
_STRESSED, _LONG = 1.3, 1.5


def match_score(script: str, heard: str, read: Reader) -> float:
    """How much of the script was said: 1 - edit distance of the two phoneme strings / the script's length, 0..1.

    Phonemes are compared, so "20 %" matches "twenty percent" and spelling does not count.
    """
    wanted, said = (_sounds(read(text)) for text in (script, heard))
    if not wanted:
        return 0.0
    return max(0.0, 1.0 - _edit_distance(wanted, said) / len(wanted))


def script_words(words: Sequence[str], heard: Sequence[Heard]) -> list[WordSpan]:
    """The written words with the times at which they were heard.

    Letters are matched, not words, so it works without spaces too; what the recogniser missed or spelt otherwise
    shares the time of what was heard in its place. Empty when nothing was heard.
    """
    clock = [times for word, start, end in heard for times in _letter_times(_plain(word), start, end)]
    said = "".join(_plain(word) for word, _, _ in heard)
    letters = [_plain(word) or "." for word in words]
    if not said or not words:
        return []
    times = _matched_times("".join(letters), said, clock)
    ends = np.cumsum([len(word) for word in letters])
    return [
        WordSpan(word, times[end - len(own)][0], max(times[end - 1][1], times[end - len(own)][0]))
        for word, own, end in zip(words, letters, ends.tolist(), strict=True)
    ]


def _matched_times(wanted: str, said: str, clock: Sequence[Times]) -> list[Times]:
    times: list[Times] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, wanted, said, autojunk=False).get_opcodes():
        if tag == "equal":
            times += clock[j1:j2]
        else:
            start = clock[j1][0] if j2 > j1 else clock[max(j1 - 1, 0)][1]
            end = clock[j2 - 1][1] if j2 > j1 else start
            times += _letter_times(wanted[i1:i2], start, end)
    return times


def _letter_times(word: str, start: float, end: float) -> list[Times]:
    edges = np.linspace(start, max(start, end), len(word) + 1).tolist()
    return list(pairwise(edges))


def trimmed(words: Sequence[WordSpan], samples: Sound, rate: int) -> list[WordSpan]:
    """The words without the silence a recogniser tends to count into their edges; at most half of each is cut."""
    loud = _loud(samples, rate)
    return [_tight(word, loud) for word in words]


def sound_spans(words: Sequence[WordSpan], seconds: float, read: Reader) -> list[PhonemeSpan]:
    """Sounds and silences of the words without gaps from 0 to ``seconds``."""
    spans: list[PhonemeSpan] = []
    clock = 0.0
    ends = [
        after.start if after.start - word.end < SHORT_PAUSE else word.end for word, after in pairwise(words)
    ]
    for word, end in zip(words, [*ends, words[-1].end] if words else [], strict=True):
        if word.start > clock:
            spans.append(PhonemeSpan("", clock, word.start))
        spans += _spread(read(word.text), max(word.start, clock), max(end, clock))
        clock = max(clock, end)
    return merged([*spans, PhonemeSpan("", clock, seconds)])


def carried_track(reading: VoiceTrack, samples: Sound, rate: int) -> VoiceTrack:
    """The recording ``samples`` with the words and sounds of ``reading``, a synthetic reading of the same script."""
    same_rate = resample_poly(reading.samples, rate, reading.rate).astype(np.float32)
    edges = np.array([span.end for span in reading.spans] + [w.start for w in reading.words])
    ends = np.array([word.end for word in reading.words])
    moved = carried(np.concatenate((edges, ends)), same_rate, samples, rate)
    sounds, starts, stops = np.split(moved, [len(reading.spans), len(edges)])
    seconds = len(samples) / rate
    bounds = [0.0, *np.minimum(sounds[:-1], seconds).tolist(), seconds]
    spans = [replace(s, start=a, end=b) for s, (a, b) in zip(reading.spans, pairwise(bounds), strict=True)]
    words = [
        WordSpan(w.text, float(a), float(b)) for w, a, b in zip(reading.words, starts, stops, strict=True)
    ]
    return VoiceTrack(samples, rate, tuple(merged(spans)), tuple(words), reading.shift_ms)


def disagreement(words: Sequence[WordSpan], others: Sequence[WordSpan]) -> float:
    """Median distance in seconds between the middles of the same words in two alignments."""
    middles = [abs(a.start + a.end - b.start - b.end) / 2 for a, b in zip(words, others, strict=False)]
    return float(np.median(middles)) if middles else float("inf")


def _spread(phonemes: str, start: float, end: float) -> list[PhonemeSpan]:
    sounds = [symbol for symbol in phonemes if is_sound(symbol)]
    shares = _shares(phonemes)
    if not sounds:
        return [PhonemeSpan("", start, end)]
    edges = start + (end - start) * np.concatenate(([0.0], np.cumsum(shares) / sum(shares)))
    return [PhonemeSpan(s, float(a), float(b)) for s, (a, b) in zip(sounds, pairwise(edges), strict=True)]


def _shares(phonemes: str) -> list[float]:
    shares: list[float] = []
    stress = 1.0
    for symbol in phonemes:
        if symbol in STRESS:
            stress = _STRESSED
        elif is_sound(symbol):
            vowel = symbol in _TYPICAL[0][0] or symbol in _TYPICAL[1][0]
            shares.append(_SECONDS.get(symbol, _OTHER) * (stress if vowel else 1.0))
            stress = 1.0 if vowel else stress
        elif symbol == "ː" and shares:
            shares[-1] *= _LONG
    return shares


def _loud(samples: Sound, rate: int) -> NDArray[np.bool_]:
    step = round(_FRAME * rate)
    frames = samples[: len(samples) // step * step].reshape(-1, step)
    level = np.sqrt(np.mean(np.square(frames), axis=1)) if len(frames) else np.zeros(0)
    # The 95th percentile is speech even in a recording with a loud click.
    speech = float(np.percentile(level, 95)) if level.size else 0.0
    loud: NDArray[np.bool_] = level > speech * 10 ** (_QUIET_DB / 20)
    return loud


def _tight(word: WordSpan, loud: NDArray[np.bool_]) -> WordSpan:
    first, last = int(word.start / _FRAME), int(word.end / _FRAME)
    places = np.flatnonzero(loud[first:last])
    if not places.size:
        return word
    half = (word.end - word.start) / 2
    start = min(max(word.start, (first + int(places[0])) * _FRAME), word.start + half)
    end = max(min(word.end, (first + int(places[-1]) + 1) * _FRAME), word.end - half)
    return replace(word, start=start, end=max(end, start))


def _plain(word: str) -> str:
    folded = unicodedata.normalize("NFKD", word.casefold())
    return re.sub(r"[\W_]|[\u0300-\u036f]", "", folded)


def _sounds(phonemes: str) -> str:
    return "".join(symbol for symbol in phonemes if is_sound(symbol))


def _edit_distance(wanted: str, said: str) -> int:
    row = list(range(len(said) + 1))
    for i, symbol in enumerate(wanted, start=1):
        previous, row[0] = row[0], i
        for j, other in enumerate(said, start=1):
            cost = min(row[j] + 1, row[j - 1] + 1, previous + (symbol != other))
            previous, row[j] = row[j], cost
    return row[-1]
