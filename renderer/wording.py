"""Words of the public pages in the languages of the ads. The texts are in ``data/public``, one file a language."""

from __future__ import annotations

import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation.trans_real import parse_accept_lang_header

FOLDER: Final = Path(__file__).parent / "data" / "public"
DEFAULT: Final = "en"
# Django's own names of the languages whose dates it writes.
_DJANGO: Final = {"zh": "zh-hans", "pt": "pt-br"}

Texts = dict[str, Any]


@cache
def languages() -> dict[str, str]:
    """Code -> the language's own name."""
    codes = sorted(path.stem for path in FOLDER.glob("*.toml"))
    return {code: str(texts(code)["name"]) for code in codes}


@cache
def texts(language: str) -> Texts:
    """All words of one language."""
    return tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))


def choose(*wishes: str) -> str:
    """The first wish that is spoken here; a wish is a BCP 47 tag or a whole ``Accept-Language`` header."""
    for wish in wishes:
        for tag, _quality in parse_accept_lang_header(wish.lower()):
            if (code := tag.partition("-")[0]) in languages():
                return code
    return DEFAULT


def day(moment: str | datetime | None, language: str) -> str:
    """A date as the language writes it; empty for None."""
    found = parse_datetime(moment) if isinstance(moment, str) else moment
    if found is None:
        return ""
    with translation.override(_DJANGO.get(language, language)):
        return date_format(timezone.localtime(found), "DATE_FORMAT")


def verdict_words(verdict: dict[str, Any], language: str) -> dict[str, str]:
    """Title and text of a verdict (provenance.md section 7): never "authentic", "real" or "fake"."""
    spoken = texts(language)
    words = spoken["words"]
    fields = {
        "date": day(verdict.get("signed_at"), language) or words["unknown"],
        "issuer": verdict.get("issuer") or words["unknown"],
        "trust": words["trusted" if verdict.get("issuer_trusted") else "not_known"],
        "frames": words[verdict.get("frames") or "not_compared"],
    }
    found = spoken["verdict"][verdict["code"]]
    return {"title": found["title"], "text": found["text"].format(**fields)}


def consent_words(consent: dict[str, Any], language: str) -> dict[str, str]:
    """The standing of the consent today, and the banner where it is withdrawn."""
    spoken = texts(language)["consent"]
    state = consent.get("state", "unknown")
    when = day(consent.get("at"), language) or "?"
    banner = spoken["banner"].format(since=when) if state == "revoked" else ""
    return {"state": state, "text": spoken[state].format(until=when, since=when), "banner": banner}
