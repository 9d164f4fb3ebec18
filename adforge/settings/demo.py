"""Sign-ins of the demo organisation: one per role, with passwords of this installation."""

from __future__ import annotations

import base64
import hashlib
import hmac

from adforge.settings.base import ADFORGE_DEMO, DEBUG, SECRET_KEY

DEMO_ROLES = ("marketer", "reviewer", "consent_admin", "auditor", "owner")


def demo_accounts(secret: str) -> list[dict[str, str]]:
    """Name, role and password of each demo user.

    The passwords are derived from the installation's secret, so they can be shown again at every start
    without being stored, and no two installations share them.
    """
    return [{"username": f"demo-{role.replace('_', '-')}", "role": role, "password": _password(secret, role)}
            for role in DEMO_ROLES]  # fmt: skip


def _password(secret: str, role: str) -> str:
    digest = hmac.new(secret.encode(), f"demo sign-in {role}".encode(), hashlib.sha256).digest()
    letters = base64.b32encode(digest).decode().lower()
    return "-".join(letters[start : start + 4] for start in (0, 4, 8))


ADFORGE_DEMO_ACCOUNTS = demo_accounts(SECRET_KEY) if ADFORGE_DEMO or DEBUG else []
