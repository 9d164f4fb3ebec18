"""How accounts are made: by invitation, unless the operator opened the door."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Signup stays closed unless ``ADFORGE_OPEN_SIGNUP`` is set."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.ADFORGE_OPEN_SIGNUP)
