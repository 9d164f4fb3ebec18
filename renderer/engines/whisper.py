"""Words and their times in a recording, by Whisper base (MIT) on CTranslate2, int8, one processor thread."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.engines.base import EngineInfo
from renderer.errors import EngineError
from renderer.media.audio import resample
from renderer.types import Sound
from renderer.weights import REGISTRY, ensure

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

_RATE = 16_000
_PROMPTS = {"hi": "नमस्ते, यह हिन्दी में है।", "zh": "以下是普通话的句子，使用简体中文。"}
"""A sentence in the script to write in; without it Hindi comes back in Urdu letters, Chinese in either script."""


class WhisperTranscriber:
    """Hears what is said and when. The same recording gives the same words.

    Args:
        model_dir: folder where the joined model lies or is put (``renderer.weights``).
        threads: processor threads.
    """

    info = EngineInfo(
        name="whisper",
        version="base-int8",
        stage="transcribe",
        licence=REGISTRY["whisper-base"].licence,
        licence_url=REGISTRY["whisper-base"].licence_url,
        commercial_use=True,
        weights=("whisper-base",),
    )

    def __init__(self, model_dir: Path, *, threads: int = 1) -> None:
        self._model_dir = model_dir
        self._threads = threads

    def words(self, samples: Sound, rate: int, locale: str) -> Sequence[tuple[str, float, float]]:
        """(word, start, end) in seconds, in order; empty when nothing is said.

        Args:
            samples: mono sound at ``rate``.
            locale: BCP 47; only its language is used.

        Raises:
            EngineError: TRANSCRIPTION_FAILED.
        """
        language = locale.partition("-")[0].lower()
        known = language if language in self._model.supported_languages else None
        try:
            segments, _ = self._model.transcribe(
                resample(samples, rate, _RATE),
                language=known,
                initial_prompt=_PROMPTS.get(language),
                beam_size=3,
                temperature=0.0,
                word_timestamps=True,
                condition_on_previous_text=False,
            )
            # Segments are made while they are read; an error surfaces here.
            found = [word for segment in segments for word in segment.words or ()]
        except RuntimeError as error:
            raise EngineError("TRANSCRIPTION_FAILED", "The recording could not be transcribed.") from error
        return [
            (word.word.strip(), float(word.start), float(word.end)) for word in found if word.word.strip()
        ]

    @cached_property
    def _model(self) -> WhisperModel:
        from faster_whisper import WhisperModel

        folder = ensure("whisper-base", self._model_dir).parent
        return WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=self._threads, local_files_only=True
        )
