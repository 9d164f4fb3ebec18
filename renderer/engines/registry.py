"""Which engines there are. Dotted paths only: nothing heavy is imported before an engine is first asked for."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from renderer.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from renderer.engines.base import EngineInfo


@dataclass(frozen=True, slots=True)
class Entry:
    """Where an engine class is and whether it wants the folder of joined weights or the face detector."""

    path: str
    needs_models: bool = False
    needs_detector: bool = False


ENGINES: Mapping[str, Mapping[str, Entry]] = {
    "detect": {"mediapipe": Entry("renderer.engines.facemesh:FaceMeshDetector")},
    "voice": {"kokoro": Entry("renderer.engines.kokoro:KokoroSynthesizer", needs_models=True)},
    "transcribe": {"whisper": Entry("renderer.engines.whisper:WhisperTranscriber", needs_models=True)},
    "face": {"mesh": Entry("renderer.engines.mesh:MeshSubstituter", needs_detector=True)},
    "lipsync": {"rewrite": Entry("renderer.engines.rewrite:RewriteLipSyncer")},
    "identity": {"dlib": Entry("renderer.engines.dlibface:DlibIdentity")},
}
DEFAULTS: Mapping[str, str] = {stage: next(iter(engines)) for stage, engines in ENGINES.items()}


def engine_class(stage: str, name: str) -> Any:
    """The class behind a registry name.

    Raises:
        EngineError: ``ENGINE_UNKNOWN`` for a name that is not registered, ``ENGINE_MISSING`` when it cannot be imported.
    """
    try:
        module, _, attribute = ENGINES[stage][name].path.partition(":")
    except KeyError as error:
        raise EngineError(
            "ENGINE_UNKNOWN", f"There is no {stage} engine {name!r}.", permanent=True
        ) from error
    try:
        return getattr(importlib.import_module(module), attribute)
    except ImportError as error:
        raise EngineError(
            "ENGINE_MISSING", f"The {stage} engine {name!r} is not installed: {error}"
        ) from error


@cache
def create(stage: str, name: str, model_dir: Path) -> Any:
    """One shared instance per process: loading a model costs seconds and about a gigabyte."""
    factory, entry = engine_class(stage, name), ENGINES[stage][name]
    if entry.needs_detector:
        return factory(create("detect", DEFAULTS["detect"], model_dir))
    return factory(model_dir) if entry.needs_models else factory()


def info(stage: str, name: str) -> EngineInfo:
    """Identity of an engine without loading its weights."""
    found: EngineInfo = engine_class(stage, name).info
    return found


def require_licence(stage: str, name: str) -> EngineInfo:
    """Identity of an engine that may be used for advertising.

    Raises:
        EngineError: ``LICENCE_DENIED`` unless its licence is known to allow commercial use.
    """
    found = info(stage, name)
    if found.commercial_use is not True:
        text = f"Engine {name!r} ({found.licence}) may not be used for commercial campaigns."
        raise EngineError("LICENCE_DENIED", text, permanent=True)
    return found
