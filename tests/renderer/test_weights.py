"""Weights: parts joined and checked, damage and absence told apart, nothing fetched."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from renderer import weights
from renderer.errors import EngineError
from renderer.speech.vocabulary import MAX_SYMBOLS
from renderer.weights import REGISTRY, WeightSpec, check, ensure
from tests.renderer.speakers import MODEL_DIR

WHOLE = b"first half, second half"


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WeightSpec]:
    """A weight in two parts of an importable package."""
    package = tmp_path / "some_weights"
    package.mkdir()
    (package / "__init__.py").write_text("raise AssertionError('the package must not be imported')")
    (package / "a.bin").write_bytes(WHOLE[:11])
    (package / "b.bin").write_bytes(WHOLE[11:])
    monkeypatch.syspath_prepend(tmp_path)
    parts = ("some_weights:a.bin", "some_weights:b.bin")
    digest = hashlib.sha256(WHOLE).hexdigest()
    made = WeightSpec(
        "made", "some-weights 1", parts, digest, "MIT", "", commercial_use=True, target="deep/made.bin"
    )
    monkeypatch.setitem(REGISTRY, "made", made)
    yield made
    sys.modules.pop("some_weights", None)


def test_parts_are_joined_once(spec: WeightSpec, tmp_path: Path) -> None:
    models = tmp_path / "models"
    assert check("made", models).state == "joinable"
    path = ensure("made", models)
    first = path.stat().st_mtime_ns
    assert path == models / "deep" / "made.bin" and path.read_bytes() == WHOLE
    assert ensure("made", models).stat().st_mtime_ns == first
    assert check("made", models).state == "ready"
    assert [file.name for file in path.parent.iterdir()] == ["made.bin"]


def test_a_damaged_file_is_put_together_again(spec: WeightSpec, tmp_path: Path) -> None:
    path = ensure("made", tmp_path)
    path.write_bytes(WHOLE[:-1] + b"!")
    assert check("made", tmp_path).state == "corrupt"
    assert ensure("made", tmp_path).read_bytes() == WHOLE


def test_wrong_parts_leave_nothing_behind(
    spec: WeightSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(REGISTRY, "made", replace(spec, parts=spec.parts[::-1]))
    with pytest.raises(EngineError) as refusal:
        ensure("made", tmp_path / "models")
    assert refusal.value.code == "WEIGHTS_CORRUPT"
    assert list((tmp_path / "models" / "deep").iterdir()) == []


def test_an_absent_package_says_what_to_install(
    spec: WeightSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(REGISTRY, "made", replace(spec, parts=("not_installed_anywhere:a.bin",)))
    with pytest.raises(EngineError) as refusal:
        ensure("made", tmp_path)
    assert refusal.value.code == "WEIGHTS_MISSING" and "some-weights 1" in refusal.value.message
    assert check("made", tmp_path).state == "missing"


def test_unknown_weight(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="WEIGHTS_MISSING"):
        ensure("no such weight", tmp_path)


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_every_weight_is_here_with_its_hash_and_licence(name: str) -> None:
    ensure(name, MODEL_DIR)
    status = check(name, MODEL_DIR)
    assert status.state == "ready"
    assert status.spec.commercial_use is True
    assert (
        status.spec.licence
        and status.spec.licence_url.startswith("https://")
        and len(status.spec.sha256) == 64
    )


def test_the_voices_come_with_licence_and_notice() -> None:
    path = ensure("kokoro-voices", MODEL_DIR)
    assert "Apache License" in (path.parent / "LICENSE-Apache-2.0.txt").read_text()
    assert REGISTRY["kokoro-voices"].sha256 in (path.parent / "NOTICE").read_text()
    with np.load(path) as voices:
        assert len(voices.files) == 54
        assert {(voices[name].shape, voices[name].dtype.name) for name in voices.files} == {
            ((MAX_SYMBOLS, 256), "float16")
        }


def test_weights_never_touch_the_network() -> None:
    source = Path(weights.__file__).read_text()
    assert not any(word in source for word in ("urllib", "http.client", "requests", "socket"))
