"""Mandarin text to Kokoro phonemes with misaki's Chinese module (Apache-2.0).

Only ``misaki.zh`` is used: other modules of that package load GPL code into the process.
"""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from renderer.speech import english

if TYPE_CHECKING:
    from misaki.zh import ZHG2P

NAME = "misaki-zh 0.9.4"

_LATIN = re.compile(r"([A-Za-z][A-Za-z'’ .&-]*[A-Za-z]|[A-Za-z])")
_REWRITES = (
    (re.compile(r"(?<=\d),(?=\d{3})"), ""),
    (re.compile(r"[¥￥] ?(\d+(?:\.\d+)?)"), r"\1元"),
    (re.compile(r"\$ ?(\d+(?:\.\d+)?)"), r"\1美元"),
    (re.compile(r"(\d{1,2}):00"), r"\1点"),
    (re.compile(r"(\d{1,2}):(\d{2})"), r"\1点\2分"),
    (re.compile(r"％"), "%"),
    (re.compile(r"[&＆+]"), "和"),
)


def phonemes(text: str) -> str:
    """Kokoro phonemes of Mandarin text in either script; words in Latin letters are read as American English."""
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    parts = (english.american(part) if _LATIN.fullmatch(part) else _read(part) for part in _LATIN.split(text))
    return re.sub(r"\s+([.,!?;:])", r"\1", " ".join(part for part in parts if part))


def segments(text: str) -> list[str]:
    """The text cut into words."""
    import jieba

    _reader()
    return [str(word) for word in jieba.lcut(text)]


def _read(text: str) -> str:
    return str(_reader()(text)[0]).strip() if text.strip() else ""


@lru_cache(maxsize=1)
def _reader() -> ZHG2P:
    import jieba

    jieba.setLogLevel(logging.WARNING)  # it announces its dictionary on stderr
    from misaki.zh import ZHG2P

    return ZHG2P()
