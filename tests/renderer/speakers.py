"""The real voice engines, loaded once per test process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from renderer.engines.kokoro import KokoroSynthesizer
from renderer.engines.whisper import WhisperTranscriber

MODEL_DIR = Path(__file__).parents[2] / "var" / "models"

AD_LINES = {
    "en-US": "Start your morning with Brisa Coffee: 20% off, only today!",
    "es-MX": "Empieza tu mañana con Brisa Coffee: 20% de descuento, ¡solo hoy!",
    "pt-BR": "Comece a sua manhã com Brisa Coffee: 20% de desconto, só hoje!",
}


@cache
def synthesizer() -> KokoroSynthesizer:
    return KokoroSynthesizer(MODEL_DIR)


@cache
def transcriber() -> WhisperTranscriber:
    return WhisperTranscriber(MODEL_DIR)
