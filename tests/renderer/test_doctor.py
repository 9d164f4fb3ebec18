"""The doctor finds what is missing, says what to do, and reaches the end of its list whatever breaks."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from renderer import doctor
from renderer.provenance import keys

pytestmark = pytest.mark.django_db


@pytest.fixture
def installation(tmp_path: Path, settings: Any) -> Path:
    """Keys made, and a broker address where nobody listens."""
    settings.KEY_DIR = tmp_path / "keys"
    settings.CELERY_BROKER_URL = "amqp://127.0.0.1:1//"
    keys.ensure(settings.KEY_DIR)
    return tmp_path


def service(name: str) -> doctor.Finding:
    return next(finding for finding in doctor.services() if finding.name == name)


def test_every_pinned_package_is_found_with_a_licence() -> None:
    findings = list(doctor.packages())
    assert [finding.name for finding in findings if finding.state == "missing"] == []
    assert {finding.licence for finding in findings[:-1]}.isdisjoint({"", "not stated"})


@pytest.mark.parametrize(("found", "good"), [("2.13.0", True), ("2.13.0+cpu", True), ("2.13.1", False)])
def test_a_build_tag_does_not_make_another_release(found: str, good: bool) -> None:
    assert doctor.same_release(found, "2.13.0") is good


def test_every_engine_names_a_licence_and_its_weights_by_name() -> None:
    findings = {finding.name: finding for finding in doctor.engines()}
    assert all(finding.state == "ready" and finding.licence for finding in findings.values())
    assert "kokoro-82m-int8" in findings["voice: kokoro"].detail


def test_weights_are_found_with_their_hash(tmp_path: Path, settings: Any) -> None:
    settings.MODEL_DIR = tmp_path
    findings = list(doctor.model_weights())
    assert {finding.state for finding in findings} == {"ready"}
    assert all(len(finding.sha256) == 64 and finding.licence for finding in findings)


@pytest.mark.usefixtures("installation")
def test_what_works_is_ready() -> None:
    for name in ("database", "storage renditions", "signing keys", "ffmpeg", "disk", "fonts"):
        assert service(name).state == "ready", service(name)


@pytest.mark.usefixtures("installation")
def test_a_broker_that_does_not_answer_is_missing_with_advice() -> None:
    finding = service("broker")
    assert (finding.state, finding.required) == ("missing", True)
    assert "CELERY_BROKER_URL" in finding.advice


def test_a_certificate_that_has_ended_is_missing(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys.Signer, "expires", property(lambda signer: signer.leaf.not_valid_before_utc))
    assert "ended on" in service("signing keys").detail


def test_storage_that_cannot_be_written_is_missing(tmp_path: Path, settings: Any) -> None:
    (tmp_path / "file").write_text("not a folder")
    storage = {**settings.STORAGES["takes"], "OPTIONS": {"location": tmp_path / "file" / "takes"}}
    settings.STORAGES = {**settings.STORAGES, "takes": storage}
    assert service("storage takes").state == "missing"
    assert service("storage masters").state == "ready"


@pytest.mark.usefixtures("installation")
def test_the_command_exits_with_1_and_prints_json() -> None:
    out = StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("doctor", "--json", stdout=out)
    report = json.loads(out.getvalue())
    missing = [f["name"] for f in report["findings"] if f["required"] and f["state"] == "missing"]
    assert (report["ready"], missing) == (False, ["broker"])
