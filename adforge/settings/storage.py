"""Where files live. Every alias is private: no alias has a public URL, files leave through our own views."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from adforge.settings.base import ADFORGE_VAR
from adforge.settings.env import BASE_DIR, env_int, env_path, env_str

PRIVATE_ALIASES = ("uploads", "masters", "evidence", "takes", "renditions")

S3_BUCKET = env_str("S3_BUCKET")
S3_PRESIGN_SECONDS = env_int("S3_PRESIGN_SECONDS", 60)
MEDIA_ROOT = env_path("MEDIA", ADFORGE_VAR / "media")


def private_files(root: Path) -> dict[str, dict[str, Any]]:
    """The private aliases as folders under ``root``, readable by the service user only."""
    options = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
    backend = "django.core.files.storage.FileSystemStorage"
    return {
        alias: {"BACKEND": backend, "OPTIONS": {"location": root / alias, "base_url": None, **options}}
        for alias in PRIVATE_ALIASES
    }


def private_objects(bucket: str) -> dict[str, dict[str, Any]]:
    """The private aliases as prefixes of one S3 bucket; links live for a minute at most."""
    options = {
        "bucket_name": bucket,
        "endpoint_url": env_str("S3_ENDPOINT_URL") or None,
        "region_name": env_str("S3_REGION") or None,
        "access_key": env_str("S3_ACCESS_KEY") or None,
        "secret_key": env_str("S3_SECRET_KEY") or None,
        "addressing_style": env_str("S3_ADDRESSING_STYLE", "path"),
        "querystring_auth": True,
        "querystring_expire": min(S3_PRESIGN_SECONDS, 60),
        "file_overwrite": False,
        "default_acl": None,
    }
    backend = "storages.backends.s3.S3Storage"
    return {
        alias: {"BACKEND": backend, "OPTIONS": {**options, "location": alias}} for alias in PRIVATE_ALIASES
    }


STATIC_URL = "static/"
STATIC_ROOT = env_path("STATIC_ROOT", ADFORGE_VAR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": MEDIA_ROOT / "other", "base_url": None},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    **(private_objects(S3_BUCKET) if S3_BUCKET else private_files(MEDIA_ROOT)),
}

UPLOAD_PART_BYTES = 8 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_PART_BYTES + 1024 * 1024
UPLOAD_LIFETIME_HOURS = env_int("UPLOAD_LIFETIME_HOURS", 24)
UPLOAD_LIMIT_MB = {
    "master": env_int("MAX_MASTER_MB", 4096),
    "clip": env_int("MAX_CLIP_MB", 1024),
    "photo": env_int("MAX_PHOTO_MB", 25),
    "voice": env_int("MAX_VOICE_MB", 200),
    "bed": env_int("MAX_BED_MB", 200),
    "evidence": env_int("MAX_EVIDENCE_MB", 500),
    "release": env_int("MAX_RELEASE_MB", 50),
    "verify": env_int("MAX_VERIFY_MB", 512),
}
