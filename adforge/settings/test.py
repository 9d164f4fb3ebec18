"""Settings of the tests: everything written goes to a temporary folder, nothing leaves the process."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path

from adforge.settings import *  # noqa: F403
from adforge.settings.demo import demo_accounts
from adforge.settings.env import env_database
from adforge.settings.storage import STORAGES, private_files

ADFORGE_VAR = Path(tempfile.mkdtemp(prefix="adforge-test-"))
atexit.register(shutil.rmtree, ADFORGE_VAR, ignore_errors=True)

SECRET_KEY = "only-for-tests"  # noqa: S105
ADFORGE_DEMO = True
ADFORGE_DEMO_ACCOUNTS = demo_accounts(SECRET_KEY)
ADFORGE_OPEN_SIGNUP = False
ADFORGE_HTTPS = SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
DEBUG = False
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]

if env_database("DATABASE_URL") is None:
    DATABASES["default"] |= {"NAME": ADFORGE_VAR / "db.sqlite3"}  # noqa: F405
    # Threads of one test share the file, as the workers do in production.
    DATABASES["default"]["TEST"] = {"NAME": ADFORGE_VAR / "test.sqlite3"}  # noqa: F405

STORAGES = {
    **STORAGES,
    **private_files(ADFORGE_VAR / "media"),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = ADFORGE_VAR / "static"
STATIC_ROOT.mkdir()
WORK_DIR = ADFORGE_VAR / "work"
KEY_DIR = ADFORGE_VAR / "keys"

CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
CELERY_TASK_ALWAYS_EAGER = False

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
