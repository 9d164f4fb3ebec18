"""Keeps the processes of a one-machine installation alive and ends them in order. Standard library only.

honcho was tried first: it ends everything when one child ends and signals all children at once, while we restart
a dead child and stop the web server before the workers and the broker last, so that no request loses its task.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

START_SECONDS = 60.0
HEALTHY_SECONDS = 30.0
LONGEST_PAUSE = 30.0
LOG_BYTES = 5_000_000
PR_SET_PDEATHSIG = 1


class StartError(Exception):
    """A service ended or stayed silent while it was being started."""


@dataclass(frozen=True, slots=True)
class Service:
    """One process to keep alive.

    Attributes:
        name: also the name of its log file.
        argv: program and arguments.
        env: added to the supervisor's own environment.
        ready: answers whether the service does its work; None means "running is enough".
        stops: signals in order, each with the seconds to wait for the end; SIGKILL to its whole group follows.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] | None = None
    stops: tuple[tuple[signal.Signals, float], ...] = ((signal.SIGTERM, 15.0),)


def die_with_parent() -> None:
    """Runs in the child before exec: a killed supervisor must not leave workers behind (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Waits at most ``seconds`` for the end of a process."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


class Child:
    """A service with its present process and its restart count."""

    def __init__(self, service: Service, log_dir: Path) -> None:
        self.service = service
        self.log = log_dir / f"{service.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.restarts = 0
        self.started = 0.0
        self.resume_at = 0.0

    def start(self) -> None:
        with self._open_log() as log:
            self.process = subprocess.Popen(
                self.service.argv,
                env={**os.environ, **self.service.env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C must reach the supervisor alone, which then keeps the order
                preexec_fn=die_with_parent,
            )
        self.started = time.monotonic()

    def _open_log(self) -> IO[bytes]:
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        return self.log.open("ab")

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tail(self, lines: int = 12) -> str:
        """The end of the log, for the person who must find out why it died."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])

    def pause(self) -> float:
        """Seconds to wait before the next restart: doubles, and starts again after a healthy spell."""
        if time.monotonic() - self.started > HEALTHY_SECONDS:
            self.restarts = 0
        self.restarts += 1
        return min(LONGEST_PAUSE, 2.0 ** (self.restarts - 1))

    def stop(self) -> None:
        """Asks politely first; then kills the whole group, so no encoder of a killed worker is left behind."""
        if self.process is None:
            return
        for number, seconds in self.service.stops:
            self.process.send_signal(number)
            if ended(self.process, seconds):
                break
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Supervisor:
    """Starts services in the given order, restarts the dead, stops all in ``stop_order``."""

    def __init__(
        self,
        services: Sequence[Service],
        log_dir: Path,
        *,
        stop_order: Sequence[str],
        say: Callable[[str], None] = print,
    ) -> None:
        self.children = {service.name: Child(service, log_dir) for service in services}
        self.stop_order = stop_order
        self.say = say
        self.stopping = threading.Event()

    def catch_signals(self) -> None:
        """From here on SIGINT, SIGTERM and SIGHUP ask for an orderly end."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())

    def start(self, *names: str) -> None:
        """Starts the named services, or all that do not run yet, and waits until each is ready.

        Raises:
            StartError: one ended or was not ready in time; all are stopped again.
        """
        try:
            for child in self.children.values():
                if self._wanted(child, names):
                    child.start()
                    self._await_ready(child)
        except StartError:
            self.stop()
            raise

    def _wanted(self, child: Child, names: tuple[str, ...]) -> bool:
        named = not names or child.service.name in names
        return named and child.process is None and not self.stopping.is_set()

    def _await_ready(self, child: Child) -> None:
        deadline = time.monotonic() + START_SECONDS
        ready = child.service.ready or child.alive
        while not self.stopping.is_set() and not (child.alive() and ready()):
            if not child.alive() or time.monotonic() > deadline:
                raise StartError(
                    f"{child.service.name} did not start. The end of {child.log}:\n{child.tail()}"
                )
            self.stopping.wait(0.1)

    def watch(self, until: Callable[[], bool] = lambda: False) -> None:
        """Keeps the services alive until a signal comes or ``until`` answers True."""
        while not self.stopping.is_set() and not until():
            for child in self.children.values():
                self._mend(child)
            self.stopping.wait(0.5)

    def _mend(self, child: Child) -> None:
        if child.alive():
            return
        now = time.monotonic()
        if not child.resume_at:
            pause = child.pause()
            child.resume_at = now + pause
            self.say(f"{child.service.name} ended and starts again in {pause:.0f} s. The end of {child.log}:")
            self.say(child.tail())
        elif now >= child.resume_at:
            child.resume_at = 0.0
            child.start()

    def stop(self) -> None:
        """Ends all services, each fully gone before the next one is asked."""
        self.stopping.set()
        for name in self.stop_order:
            if name in self.children:
                self.children[name].stop()
