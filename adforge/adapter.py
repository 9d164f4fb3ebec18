"""How accounts are made: by invitation, unless the operator opened the door."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from campaigns.services import organisations


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Signup stays closed unless ``ADFORGE_OPEN_SIGNUP`` is set."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.ADFORGE_OPEN_SIGNUP)

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:  # noqa: FBT001, FBT002
        """Whoever signs up gets an organisation of their own; joining another one takes an invitation."""
        saved = super().save_user(request, user, form, commit=commit)
        if commit:
            organisations.create_organisation(name=f"Organisation of {saved.get_username()}", owner=saved)
        return saved
