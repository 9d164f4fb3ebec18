"""A worker is killed in the middle of a task; the broker must hand the task to the next one, on both brokers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import amqp
import pytest
from kombu import Connection
from kombu import Queue as KombuQueue

from adforge import broker

pytestmark = [pytest.mark.integration, pytest.mark.slow]

Environment = Mapping[str, str]
AMQP = os.environ.get("ADFORGE_TEST_AMQP", "amqp://guest:guest@127.0.0.1:5672//")


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Environment]:
    """The product's own embedded broker; the sweep of lost tasks is at its shipped pace."""
    program = broker.server_program()
    if program is None:
        pytest.skip("no Valkey for this processor")
    broker.prepare_folder(broker.socket_path(tmp_path))
    process = subprocess.Popen(broker.server_command(program, tmp_path), stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: broker.answers(tmp_path), "the broker")
        yield {"CELERY_BROKER_URL": "", "ADFORGE_VAR": str(tmp_path)}
    finally:
        process.terminate()
        process.wait(10)
        assert not broker.answers(tmp_path)


@pytest.fixture
def rabbitmq(tmp_path: Path) -> Environment:
    try:
        with Connection(AMQP, connect_timeout=3) as link:
            link.ensure_connection(max_retries=1)
    except OSError as error:
        pytest.skip(f"no RabbitMQ at ADFORGE_TEST_AMQP: {error}")
    return {"CELERY_BROKER_URL": AMQP, "ADFORGE_VAR": str(tmp_path)}


@pytest.fixture(params=["valkey", "rabbitmq"])
def environment(request: pytest.FixtureRequest) -> Environment:
    chosen: Environment = request.getfixturevalue(request.param)
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "adforge.settings", **chosen}


def wait_for(answer: Callable[[], bool], what: str, log: Path | None = None) -> None:
    deadline = time.monotonic() + 60
    while not answer():
        said = log.read_text()[-3000:] if log else ""
        assert time.monotonic() < deadline, f"waited too long for {what}\n{said}"
        time.sleep(0.1)


@contextmanager
def worker(queue: str, environment: Environment, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [
        sys.executable,
        "-m",
        "celery",
        "--app",
        "adforge",
        "worker",
        "--queues",
        queue,
        "--concurrency",
        "1",
    ]
    options = ["--include", "tests.integration.killable", "--without-mingle", "--without-gossip"]
    with log.open("ab") as file:
        process = subprocess.Popen(
            [*command, *options], env=environment, stdout=file, stderr=file, start_new_session=True
        )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def send(notes: Path, queue: str, environment: Environment) -> None:
    command = [sys.executable, "-m", "tests.integration.killable", str(notes), queue]
    subprocess.run(command, env=environment, check=True)


def started(notes: Path) -> list[int]:
    """Process ids that began the task, in order."""
    lines = notes.read_text().splitlines() if notes.exists() else []
    return [int(line.split()[1]) for line in lines if line.startswith("started")]


def test_a_killed_pool_process_gives_its_task_back(environment: Environment, tmp_path: Path) -> None:
    notes, log, queue = tmp_path / "notes", tmp_path / "worker.log", f"test-{uuid4().hex}"
    with worker(queue, environment, log):
        send(notes, queue, environment)
        wait_for(lambda: bool(started(notes)), "the first start", log)
        os.kill(started(notes)[0], signal.SIGKILL)
        wait_for(lambda: "finished" in notes.read_text(), "the redelivery", log)
    assert len(started(notes)) == 2


def test_rabbitmq_gives_the_task_of_a_killed_worker_to_the_next(
    rabbitmq: Environment, tmp_path: Path
) -> None:
    # On Valkey the lease rows of the database do this: its own redelivery waits for the visibility timeout.
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "adforge.settings", **rabbitmq}
    notes, log, queue = tmp_path / "notes", tmp_path / "worker.log", f"test-{uuid4().hex}"
    with worker(queue, environment, log):
        send(notes, queue, environment)
        wait_for(lambda: bool(started(notes)), "the first start", log)
    with worker(queue, environment, log):
        wait_for(lambda: "finished" in notes.read_text(), "the redelivery", log)
    assert len(started(notes)) == 2


def test_queues_on_rabbitmq_are_quorum_queues(rabbitmq: Environment) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "adforge.settings", **rabbitmq}
    declare = "from adforge.celery import app; [q(app.connection().channel()).declare() for q in app.amqp.queues.values()]"
    subprocess.run([sys.executable, "-c", declare], env=environment, check=True)
    for name in ("cpu", "io"):
        with Connection(AMQP) as link, pytest.raises(amqp.PreconditionFailed, match="x-queue-type"):
            KombuQueue(name, durable=True)(link.channel()).declare()
