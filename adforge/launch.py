"""What ``./run`` does once the packages are there: prepare the data, then keep all services of one machine alive.

Knows no Django: settings are read only by the processes it starts. Usage: ``python -m adforge.launch [demo | manage ARGS…]``.
"""

from __future__ import annotations

import fcntl
import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGQUIT, SIGTERM

import environ

from adforge import broker
from adforge.supervisor import Service, StartError, Supervisor

BASE = Path(__file__).resolve().parent.parent
STOP_ORDER = ("web", "render", "light", "beat", "broker")
WORKER_STOPS = (
    (SIGTERM, 6.0),
    (SIGQUIT, 12.0),
)  # finish the task if it is short, else hand it back to the broker


class LaunchError(Exception):
    """Something a person has to change before AdForge can start; the text says what."""


def main(arguments: list[str]) -> int:
    """Runs the command line; returns the exit status."""
    os.umask(0o077)  # faces and voices lie in var/
    os.chdir(BASE)
    try:
        set_local_defaults()
        if arguments[:1] == ["manage"]:
            os.execv(sys.executable, manage_command(*arguments[1:]))  # noqa: S606
        return run_demo() if arguments == ["demo"] else serve()
    except (LaunchError, StartError, PermissionError) as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def set_local_defaults() -> None:
    """What one machine with demo data needs; the environment and ``.env`` come first."""
    if (BASE / ".env").is_file():
        environ.Env.read_env(BASE / ".env")
    os.environ.setdefault("ADFORGE_DEMO", "1")
    os.environ.setdefault("PYTHONUNBUFFERED", "1")  # progress is seen at once, also through a pipe
    os.environ.setdefault("ADFORGE_PUBLIC_URL", address())
    for folder in ("log", "run"):
        (var() / folder).mkdir(parents=True, exist_ok=True)


def var() -> Path:
    """The folder of all data, as the settings see it."""
    return Path(os.environ.get("ADFORGE_VAR") or BASE / "var").expanduser().absolute()


def serve() -> int:
    """Everything until Ctrl-C."""
    with only_one() as first:
        if not first:
            raise LaunchError(
                f"AdForge is already running from this folder (process {owner()}). Stop it there first."
            )
        require_free_port()
        with prepared([*core_services(), web_service()]) as supervisor:
            if not supervisor.stopping.is_set():
                say(f"\nAdForge is ready: {address()}")
                manage("demo_accounts")
                say(f"Ctrl-C ends everything. All data stays in {var()}, logs in its folder log.")
            supervisor.watch()
            say("\nStopping…")
    return 0


def run_demo() -> int:
    """Renders the demo campaign with the services that run already, or with its own."""
    with only_one() as first:
        if not first:
            say(f"Using the services that are running already (process {owner()}).")
            return manage("demo")
        with prepared(core_services()) as supervisor:
            job = subprocess.Popen(manage_command("demo"))
            supervisor.watch(until=lambda: job.poll() is not None)
            job.terminate()
            return job.wait()


@contextmanager
def prepared(services: list[Service]) -> Iterator[Supervisor]:
    """Prepares the data, starts the services, and stops them at the end of the block.

    The broker comes before the preparation: demo data that is loaded for the first time sends its first tasks.
    """
    supervisor = Supervisor(services, var() / "log", stop_order=STOP_ORDER, say=say)
    supervisor.catch_signals()
    try:
        supervisor.start("broker")
        if not supervisor.stopping.is_set() and manage("prepare") != 0:
            raise LaunchError("Not started: see the line above. `./run manage doctor` tells what is missing.")
        supervisor.start()
        yield supervisor
    finally:
        supervisor.stop()


def core_services() -> list[Service]:
    """Broker (unless another one is configured), workers and clock."""
    own_broker = [] if os.environ.get("CELERY_BROKER_URL") else [broker_service()]
    cores = os.cpu_count() or 1
    renders = os.environ.get("ADFORGE_RENDER_WORKERS") or str(max(1, cores // 2))
    return [
        *own_broker,
        worker_service("render", queues="cpu", processes=renders),
        worker_service("light", queues="io", processes="2"),
        beat_service(),
    ]


def broker_service() -> Service:
    program = broker.server_program()
    if program is None:
        raise LaunchError("No Valkey for this processor. Install valkey or redis, or set CELERY_BROKER_URL.")
    broker.prepare_folder(broker.socket_path(var()))
    command = broker.server_command(program, var())
    return Service("broker", command, ready=lambda: broker.answers(var()), stops=((SIGTERM, 10.0),))


def worker_service(name: str, *, queues: str, processes: str) -> Service:
    options = (
        "--queues",
        queues,
        "--concurrency",
        processes,
        "--hostname",
        f"{name}@%h",
        "--loglevel",
        "INFO",
    )
    env = {"OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS") or "1", "GLOG_minloglevel": "2"}
    return Service(name, (*celery("worker"), *options), env=env, stops=WORKER_STOPS)


def beat_service() -> Service:
    return Service("beat", (*celery("beat"), "--pidfile="))


def web_service() -> Service:
    options = (
        "--bind",
        f"{host()}:{port()}",
        "--worker-class",
        "gthread",
        "--workers",
        "2",
        "--threads",
        "4",
    )
    command = (sys.executable, "-m", "gunicorn", "adforge.wsgi:application", *options)
    return Service("web", command, ready=login_answers, stops=((SIGTERM, 15.0),))


def celery(role: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "celery", "--app", "adforge", "--quiet", role)


def manage_command(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


def manage(*arguments: str) -> int:
    return subprocess.run(manage_command(*arguments), check=False).returncode


def host() -> str:
    return os.environ.get("ADFORGE_HOST") or "127.0.0.1"


def port() -> int:
    text = os.environ.get("ADFORGE_PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise LaunchError(f"ADFORGE_PORT must be a port number, not {text!r}.")
    return int(text)


def address() -> str:
    return f"http://{host()}:{port()}"


def require_free_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host(), port()))
        except OSError as error:
            advice = "Stop that program, or choose another port: ADFORGE_PORT=8001 ./run"
            raise LaunchError(f"Cannot listen on {host()}:{port()} ({error.strerror}). {advice}") from error


def login_answers() -> bool:
    connection = http.client.HTTPConnection(host(), port(), timeout=5)
    try:
        connection.request("GET", "/accounts/login/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def only_one() -> Iterator[bool]:
    """Holds the checkout's start lock; False when another launcher of this checkout holds it."""
    with (var() / "run" / "launch.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield True


def owner() -> str:
    return (var() / "run" / "launch.lock").read_text().strip() or "unknown"


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
