"""The first minute of a newcomer: clear words where something is in the way, short paths, one start at a time."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from adforge import broker, launch

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADFORGE_VAR", str(tmp_path))
    (tmp_path / "run").mkdir(mode=0o700)


def test_run_names_the_debian_packages_when_python_is_missing(tmp_path: Path) -> None:
    script = shutil.copy(ROOT / "run", tmp_path / "start")
    environment = {"PATH": os.environ["PATH"], "ADFORGE_PYTHON": "no-such-python"}
    done = subprocess.run([script], env=environment, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert "apt-get install python3 python3-venv git" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_a_taken_port_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setenv("ADFORGE_PORT", str(other.getsockname()[1]))
        with pytest.raises(launch.LaunchError, match=r"choose another port: ADFORGE_PORT=8001 ./run"):
            launch.require_free_port()


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1"])
def test_a_bad_port_is_explained(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADFORGE_PORT", text)
    with pytest.raises(launch.LaunchError, match="must be a port number"):
        launch.port()


def test_a_second_start_knows_the_first() -> None:
    with launch.only_one() as first, launch.only_one() as second:
        assert (first, second) == (True, False)
        assert launch.owner() == str(os.getpid())
    with launch.only_one() as again:
        assert again


def test_the_address_follows_the_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"ADFORGE_PORT": "8123", "ADFORGE_VAR": str(tmp_path)})
    launch.set_local_defaults()
    assert os.environ["ADFORGE_PUBLIC_URL"] == "http://127.0.0.1:8123"
    assert os.environ["ADFORGE_DEMO"] == "1"


def test_another_broker_leaves_out_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
    assert [service.name for service in launch.core_services()] == ["broker", "render", "light", "beat"]
    monkeypatch.setenv("CELERY_BROKER_URL", "amqp://broker.example")
    assert [service.name for service in launch.core_services()] == ["render", "light", "beat"]


def test_every_service_has_its_place_in_the_stop_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
    services = [*launch.core_services(), launch.web_service()]
    assert {service.name for service in services} == set(launch.STOP_ORDER)


def test_a_deep_folder_gets_a_short_socket_path(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    assert broker.socket_path(Path("/srv")) == Path("/srv/run/broker.sock")
    assert len(os.fsencode(broker.socket_path(deep))) <= broker.LONGEST_SOCKET_PATH
    assert broker.socket_path(deep) != broker.socket_path(tmp_path / ("e" * 100))


def test_a_socket_folder_open_to_others_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(PermissionError, match="remove it"):
        broker.prepare_folder(folder / "broker.sock")
