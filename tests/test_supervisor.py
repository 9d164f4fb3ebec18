"""The process keeper of ./run, with real little processes."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from adforge.supervisor import Service, StartError, Supervisor

NOTE = "import pathlib,sys,time,signal;p=pathlib.Path(sys.argv[1])\n"
POLITE = NOTE + (
    "def end(*_):\n  p.open('a').write(sys.argv[2]+' ended\\n'); sys.exit(0)\n"
    "signal.signal(signal.SIGTERM,end); p.open('a').write(sys.argv[2]+' ready\\n'); time.sleep(60)"
)
STUBBORN = NOTE + (
    "signal.signal(signal.SIGTERM,signal.SIG_IGN); p.open('a').write(sys.argv[2]+' ready\\n'); time.sleep(60)"
)


def service(program: str, notes: Path, name: str, **options: object) -> Service:
    argv = (sys.executable, "-c", program, str(notes), name)
    return Service(name, argv, ready=lambda: f"{name} ready" in said(notes), **options)  # type: ignore[arg-type]


def said(notes: Path) -> list[str]:
    return notes.read_text().splitlines() if notes.exists() else []


def wait_for(answer: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not answer():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def test_services_start_in_order_and_stop_in_the_given_order(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    services = [service(POLITE, notes, name) for name in ("broker", "web", "worker")]
    supervisor = Supervisor(services, tmp_path, stop_order=("web", "worker", "broker"))
    supervisor.start()
    supervisor.stop()
    assert said(notes) == [
        "broker ready", "web ready", "worker ready", "web ended", "worker ended", "broker ended"
    ]  # fmt: skip


def test_a_dead_service_is_started_again(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    lines: list[str] = []
    supervisor = Supervisor([service(POLITE, notes, "web")], tmp_path, stop_order=("web",), say=lines.append)
    supervisor.start()
    first = supervisor.children["web"].process
    assert first is not None
    watcher = threading.Thread(target=supervisor.watch)
    watcher.start()
    os.kill(first.pid, signal.SIGKILL)
    wait_for(lambda: said(notes).count("web ready") == 2)
    supervisor.stopping.set()
    watcher.join()
    supervisor.stop()
    assert "web ended and starts again in 1 s" in lines[0]


def test_pauses_between_restarts_grow_and_stay_bounded(tmp_path: Path) -> None:
    child = Supervisor([Service("x", ("true",))], tmp_path, stop_order=()).children["x"]
    child.started = time.monotonic()
    assert [child.pause() for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]


def test_a_stubborn_service_is_killed_with_its_group(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    stubborn = service(STUBBORN, notes, "worker", stops=((signal.SIGTERM, 0.2),))
    supervisor = Supervisor([stubborn], tmp_path, stop_order=("worker",))
    supervisor.start()
    supervisor.stop()
    process = supervisor.children["worker"].process
    assert process is not None
    assert process.returncode == -signal.SIGKILL


def test_a_service_that_cannot_start_is_reported_and_the_others_are_stopped(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    broken = Service("web", (sys.executable, "-c", "raise SystemExit('no such port')"), ready=lambda: False)
    supervisor = Supervisor(
        [service(POLITE, notes, "broker"), broken], tmp_path, stop_order=("web", "broker")
    )
    with pytest.raises(StartError, match="no such port"):
        supervisor.start()
    assert said(notes)[-1] == "broker ended"
