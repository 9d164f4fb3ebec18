"""Speech by Kokoro-82M (int8 ONNX), with the exact time of every sound.

Source: Kokoro-82M by hexgrad (Apache-2.0), a StyleTTS 2 decoder; ONNX export of kokoro-onnx (MIT). The graph
computes how many 25 ms units each token lasts; that tensor is taken out as a second output, so lips and captions
follow the sound without an aligner, and a graph cut down to it alone measures a line before it is spoken.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from renderer.engines.base import EngineInfo
from renderer.errors import InputError
from renderer.media.levels import fade, limit
from renderer.speech import fitting, onnxgraph
from renderer.speech.phonemes import phonemize, written_words
from renderer.speech.timeline import SHIFT_MS, TokenTimes, covering, is_sound, window
from renderer.speech.vocabulary import PAD, known, numbers
from renderer.speech.words import word_ranges
from renderer.types import PhonemeSpan, Sound, SpokenLine, VoiceTrack, WordSpan
from renderer.weights import REGISTRY, ensure

if TYPE_CHECKING:
    import onnxruntime
    from numpy.lib.npyio import NpzFile

logger = logging.getLogger(__name__)

RATE = 24_000
UNIT = 600
"""Samples one step of the duration tensor stands for (25 ms)."""

MOST_DROPPED = 0.02
"""A larger share of symbols outside the vocabulary means that a front end is at fault."""

_DURATIONS = "/encoder/Clip_output_0"
_LEAD, _TAIL = 0.06, 0.14
"""Seconds kept before the first and after the last sound of a piece; the model adds up to half a second."""

_CEILING = 0.95
_VOICE_LETTERS = {
    "en-US": "a", "en-GB": "b", "es": "e", "fr": "f", "hi": "h", "it": "i", "ja": "j", "pt": "p", "zh": "z",
}  # fmt: skip
_BEST = frozenset(
    {
        "af_heart",
        "bf_emma",
        "ef_dora",
        "ff_siwis",
        "hf_alpha",
        "if_sara",
        "jf_alpha",
        "pf_dora",
        "zf_xiaoxiao",
    }
)


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one call of the model says and its row of the voice's style."""

    symbols: str
    style: NDArray[np.float32]

    def inputs(self, speed: float) -> dict[str, NDArray[np.generic]]:
        tokens = np.array([[PAD, *numbers(self.symbols), PAD]], dtype=np.int64)
        return {"tokens": tokens, "style": self.style, "speed": np.array([speed], dtype=np.float32)}

    def times(self, durations: NDArray[np.float32]) -> TokenTimes:
        return TokenTimes.from_durations(self.symbols, durations.ravel(), UNIT / RATE).shifted()


@dataclass(frozen=True, slots=True)
class _Speech:
    """A spoken line: samples at ``RATE``, its sounds and words in seconds from the line's start."""

    samples: Sound
    spans: list[PhonemeSpan]
    words: list[WordSpan]


class KokoroSynthesizer:
    """The 54 voices of Kokoro. The same lines, voice and locale give the same samples, bit for bit.

    Args:
        model_dir: folder where the joined model lies or is put (``renderer.weights``).
        threads: processor threads of one call.
    """

    info = EngineInfo(
        name="kokoro",
        version="82m-v1.0-int8",
        stage="voice",
        licence=REGISTRY["kokoro-82m-int8"].licence,
        licence_url=REGISTRY["kokoro-82m-int8"].licence_url,
        commercial_use=True,
        weights=("kokoro-82m-int8", "kokoro-voices"),
    )

    def __init__(self, model_dir: Path, *, threads: int = 1) -> None:
        self._model_dir = model_dir
        self._threads = threads

    def voices(self, locale: str) -> Sequence[str]:
        """Voices whose native language is the locale's, best first; empty when Kokoro has none."""
        letter = _VOICE_LETTERS.get(locale) or _VOICE_LETTERS.get(locale.partition("-")[0], "")
        names = sorted(name for name in self._styles.files if letter and name[0] == letter)
        return sorted(names, key=lambda name: name not in _BEST)

    def length(self, text: str, locale: str, voice: str, speed: float = 1.0) -> float:
        """Seconds a text takes at a speed, without speaking it.

        Raises:
            InputError: as ``speak``.
        """
        pieces, _ = self._pieces(text, locale, self._style(voice, locale))
        return self._seconds(pieces, speed)

    def speak(self, lines: Sequence[SpokenLine], locale: str, voice: str, seconds: float) -> VoiceTrack:
        """The lines at their start times, each no longer than its span, on a clock of ``seconds``.

        A line must end where its span, the next line or the clip ends. ``voice`` "" takes the locale's first.

        Raises:
            InputError: TEXT_TOO_LONG when a line does not fit even at the fastest speed, LOCALE_UNAVAILABLE,
                VOICE_UNAVAILABLE, EMPTY_SCRIPT when a line has nothing to say.
        """
        style, ordered = self._style(voice, locale), sorted(lines, key=lambda line: line.start)
        stops = [*(line.start for line in ordered[1:]), seconds][: len(ordered)]
        samples = np.zeros(round(seconds * RATE), np.float32)
        spans: list[PhonemeSpan] = []
        words: list[WordSpan] = []
        dropped = 0
        for line, stop in zip(ordered, stops, strict=True):
            pieces, lost = self._pieces(line.text, locale, style)
            speech = self._spoken(line, pieces, min(line.end, stop, seconds) - line.start, locale)
            first = round(line.start * RATE)
            samples[first : first + len(speech.samples)] = speech.samples
            spans += window(speech.spans, 0.0, len(speech.samples) / RATE, first / RATE)
            words += [replace(w, start=w.start + line.start, end=w.end + line.start) for w in speech.words]
            dropped += lost
        covered = covering(spans, len(samples) / RATE)
        return VoiceTrack(limit(samples, RATE, _CEILING), RATE, covered, tuple(words), SHIFT_MS, dropped)

    def _spoken(self, line: SpokenLine, pieces: Sequence[_Piece], available: float, locale: str) -> _Speech:
        fit = fitting.fit_speed(lambda speed: self._seconds(pieces, speed), available)
        if not fit.fits:
            raise _too_long(line, fit.seconds, available)
        parts = [self._sound(piece, fit.speed) for piece in pieces]
        starts = [float(start) for start in np.cumsum([0, *(len(samples) for samples, _ in parts)]) / RATE]
        spans = [
            span for (_, times), start in zip(parts, starts, strict=False) for span in _kept(times, start)
        ]
        symbols = " ".join(piece.symbols for piece in pieces)
        edges = np.concatenate(
            [_edges(times, start) for (_, times), start in zip(parts, starts, strict=False)]
        )
        named = word_ranges(written_words(line.text, locale), symbols, lambda word: phonemize(word, locale))
        words = [
            WordSpan(word, float(edges[first, 0]), float(edges[last - 1, 1])) for word, first, last in named
        ]
        return _Speech(np.concatenate([samples for samples, _ in parts]), spans, words)

    def _sound(self, piece: _Piece, speed: float) -> tuple[Sound, TokenTimes]:
        """Samples of one piece without the silence around it, and the times of its tokens before that cut."""
        audio, durations = self._voice_session.run(None, piece.inputs(speed))
        times = piece.times(durations)
        first, last = _extent(times)
        return fade(np.asarray(audio, np.float32).ravel()[first:last], RATE), times

    def _seconds(self, pieces: Sequence[_Piece], speed: float) -> float:
        total = 0
        for piece in pieces:
            (durations,) = self._duration_session.run(None, piece.inputs(speed))
            first, last = _extent(piece.times(durations))
            total += last - first
        return total / RATE

    def _pieces(self, text: str, locale: str, style: NDArray[np.float32]) -> tuple[list[_Piece], int]:
        symbols, dropped = known(phonemize(text, locale))
        if not any(is_sound(symbol) for symbol in symbols):
            raise InputError("EMPTY_SCRIPT", "A line of the script has nothing to say.")
        if dropped > MOST_DROPPED * (len(symbols) + dropped):
            logger.warning(
                "%d of %d symbols of a %s line are unknown to the model",
                dropped,
                len(symbols) + dropped,
                locale,
            )
        # Upstream takes the row of the symbol count less one; the duration graph must use the same row.
        pieces = [_Piece(part, style[len(part) - 1][None]) for part in fitting.split(symbols)]
        return pieces, dropped

    def _style(self, voice: str, locale: str) -> NDArray[np.float32]:
        name = voice or next(iter(self.voices(locale)), "")
        if name not in self._styles:
            raise InputError(
                "VOICE_UNAVAILABLE", f"There is no voice {name!r} for {locale}; choose another voice."
            )
        return np.asarray(self._styles[name], np.float32)

    @cached_property
    def _styles(self) -> NpzFile:
        archive: NpzFile = np.load(ensure("kokoro-voices", self._model_dir))
        return archive

    @cached_property
    def _voice_session(self) -> onnxruntime.InferenceSession:
        return self._session(onnxgraph.with_output(self._model, _DURATIONS))

    @cached_property
    def _duration_session(self) -> onnxruntime.InferenceSession:
        return self._session(onnxgraph.cut_to(self._model, _DURATIONS))

    @property
    def _model(self) -> bytes:
        return ensure("kokoro-82m-int8", self._model_dir).read_bytes()

    def _session(self, model: bytes) -> onnxruntime.InferenceSession:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = self._threads
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _extent(times: TokenTimes) -> tuple[int, int]:
    """First and one-past-last sample of a piece that are kept: its sounds with a little air around them."""
    start, end = times.audible()
    length = round(float(times.edges[-1]) * RATE)
    return max(0, round((start - _LEAD) * RATE)), min(length, round((end + _TAIL) * RATE))


def _kept(times: TokenTimes, offset: float) -> list[PhonemeSpan]:
    first, last = _extent(times)
    return window(times.spans(), first / RATE, last / RATE, offset)


def _edges(times: TokenTimes, offset: float) -> NDArray[np.float64]:
    """(n + 1, 2) start and end of every symbol and of the space that joins the piece to the next one."""
    first, _ = _extent(times)
    moved = times.edges[1:] - first / RATE + offset
    return np.stack((moved[:-1], moved[1:]), axis=1)


def _too_long(line: SpokenLine, needed: float, available: float) -> InputError:
    cut = fitting.characters_to_cut(line.text, needed, available)
    return InputError(
        "TEXT_TOO_LONG",
        f"The line at {line.start:.1f} s needs {needed:.1f} s even at the fastest speed, but has "
        f"{max(available, 0.0):.1f} s. Shorten it by about {cut} characters or give it more time.",
    )
