"""Typed readers of the environment. A bad value stops start-up and names the variable."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parents[2]

_env = environ.Env()
if (BASE_DIR / ".env").is_file():
    _env.read_env(BASE_DIR / ".env")


def _typed(read: Callable[..., Any], name: str, default: Any) -> Any:
    try:
        return read(name, default=default)
    except (TypeError, ValueError) as error:
        raise ImproperlyConfigured(f"{name} has a value that cannot be read: {error}") from error


def env_str(name: str, default: str = "") -> str:
    return str(_typed(_env.str, name, default))


def env_bool(name: str, *, default: bool = False) -> bool:
    return bool(_typed(_env.bool, name, default))


def env_int(name: str, default: int) -> int:
    return int(_typed(_env.int, name, default))


def env_float(name: str, default: float) -> float:
    return float(_typed(_env.float, name, default))


def env_list(name: str, default: list[str]) -> list[str]:
    return list(_typed(_env.list, name, default))


def env_path(name: str, default: Path) -> Path:
    return Path(env_str(name, str(default))).expanduser().absolute()


def env_database(name: str) -> dict[str, Any] | None:
    """The database of a URL like ``postgres://user:password@host/name``, None when the variable is empty."""
    return dict(_env.db_url(name)) if env_str(name) else None


def env_cache(name: str, default: str) -> dict[str, Any]:
    return dict(_env.cache_url(name, default=default))


def env_secret(name: str, keep: Path | None = None) -> str:
    """A secret from ``NAME``, from the file named by ``NAME_FILE``, or made once and kept in ``keep``.

    Raises:
        ImproperlyConfigured: nothing is set and there is no place to keep a made one.
    """
    if value := env_str(name):
        return value
    if file := env_str(f"{name}_FILE"):
        return Path(file).read_text("utf-8").strip()
    if keep is None:
        raise ImproperlyConfigured(f"{name} or {name}_FILE must be set")
    return _kept_secret(keep)


def _kept_secret(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("utf-8").strip()
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(value := secrets.token_urlsafe(48))
    return value
