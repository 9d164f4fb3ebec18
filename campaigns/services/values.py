"""Checks and spelling of single values, shared by the services."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from campaigns import scope
from campaigns.exceptions import CampaignError
from campaigns.types import Channel, Modality

_TERRITORY: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_LOCALE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_CATEGORY: Final = re.compile(r"[a-z0-9_-]{2,50}")


def invalid(field: str, why: str) -> CampaignError:
    """The error for a value that cannot be taken."""
    return CampaignError("FIELD_INVALID", f"{field}: {why}")


def text(field: str, value: str, *, limit: int = 200) -> str:
    """A single line that is not empty."""
    cleaned = " ".join(value.split())
    if not cleaned:
        raise invalid(field, "a value is needed.")
    if len(cleaned) > limit:
        raise invalid(field, f"at most {limit} characters.")
    return cleaned


def reason(value: str) -> str:
    """The reason a decision owes."""
    cleaned = value.strip()
    if not cleaned:
        raise CampaignError("REASON_MISSING", "Please say why.")
    return cleaned[:2000]


def locale(value: str) -> str:
    """A BCP 47 tag in its usual spelling: ``PT-br`` becomes ``pt-BR``."""
    tag = value.strip()
    if tag == scope.ANY:
        return tag
    language, *rest = tag.replace("_", "-").split("-")
    spelled = "-".join([language.lower(), *(part.upper() if len(part) == 2 else part for part in rest)])
    if not _LOCALE.fullmatch(spelled):
        raise invalid("Language", f"{value!r} is not a language tag.")
    return spelled


def locales(values: Iterable[str]) -> list[str]:
    return _unique(locale(value) for value in values)


def territories(values: Iterable[str]) -> list[str]:
    """ISO 3166 codes in upper case, ``EU`` or ``*``."""
    codes = [value.strip().upper() for value in values]
    bad = [code for code in codes if code != scope.ANY and not _TERRITORY.fullmatch(code)]
    if bad:
        raise invalid("Territories", f"{bad[0]!r} is not a country code.")
    return _unique(codes)


def channels(values: Iterable[str]) -> list[str]:
    return _known("Channels", values, frozenset(Channel) | {scope.ANY})


def uses(values: Iterable[str]) -> list[str]:
    return _known("Uses", values, frozenset(Modality))


def category(value: str) -> str:
    code = value.strip().lower()
    if not _CATEGORY.fullmatch(code):
        raise invalid("Product category", f"{value!r} is not a category.")
    return code


def categories(values: Iterable[str]) -> list[str]:
    return _unique(value if value == scope.ANY else category(value) for value in values)


def words(values: Iterable[str]) -> list[str]:
    """Banned words or phrases, without empty ones."""
    return _unique(" ".join(value.split()) for value in values if scope.plain(value))


def _known(field: str, values: Iterable[str], allowed: frozenset[str]) -> list[str]:
    given = [value.strip() for value in values]
    bad = [value for value in given if value not in allowed]
    if bad:
        raise invalid(field, f"{bad[0]!r} is not known.")
    return _unique(given)


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
