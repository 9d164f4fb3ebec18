"""What the demo folder says about itself: the manifest that seeds the demo campaign, spoken times, licence note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from renderer.demo.story import AD, FPS, MASTER_SECONDS, PRESENTER_VOICE, SLOTS, TAKE_VOICES

if TYPE_CHECKING:
    from renderer.types import VoiceTrack

PERSONAS = {"maya": "Maya Solano", "lena": "Lena Duarte"}
PERFORMER = "Asha Verin"
LICENCE_FILE = "LICENSE.txt"
LICENCE = """\
Demo footage of AdForge
=======================

No real person appears here. The faces come from the pictures of the Python package openpeople 0.1.2 (MIT
licence), which shows people who do not exist, made by an image generator. The names are invented.

The voices are synthetic: Kokoro-82M (Apache License 2.0).

Everything else - set, motion, music, brand, texts and the composition of all files of this folder - was made
by the scripts in renderer/demo and is dedicated to the public domain: CC0 1.0 Universal,
https://creativecommons.org/publicdomain/zero/1.0/. The files are remade by

    python -m renderer.demo.build OUTDIR

"Brisa Coffee" is a fictional company. The end card is set in Noto Sans (SIL Open Font License 1.1).

openpeople
----------
MIT License

Copyright (c) 2026 Prompt Haus

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation
the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and
to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of
the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO
THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF
CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS
IN THE SOFTWARE.
"""


def manifest() -> dict[str, object]:
    """The demo campaign as data; file names are relative to the folder."""
    return {
        "organisation": "Brisa Coffee (demo)",
        "campaign": {
            "name": "Morning breeze",
            "advertiser": "Brisa Coffee",
            "product_category": "beverages",
            "territories": ["US", "MX", "BR"],
            "channels": ["social", "video", "website"],
            "source_locale": "en-US",
        },
        "master": {
            "file": "master.mp4",
            "performer": PERFORMER,
            "person_kind": "synthetic",
            "seconds": MASTER_SECONDS,
            "fps": FPS,
            "voice": PRESENTER_VOICE,
        },
        "likenesses": [_likeness(key, name) for key, name in PERSONAS.items()],
        "script": {"lines": _lines("en-US"), "locales": {key: _lines(key) for key in AD if key != "en-US"}},
        "bed": "bed.m4a",
        "brand": {
            "logo": "logo.svg",
            "logo_png": "logo.png",
            "end_card": "end-card.mp4",
            "end_card_still": "end-card.png",
            "set": "set.jpg",
        },
        "times": "times.json",
        "licence": LICENCE_FILE,
    }


def _likeness(key: str, name: str) -> dict[str, object]:
    return {
        "key": key,
        "name": name,
        "person_kind": "synthetic",
        "photo": f"likeness-{key}.jpg",
        "clip": f"likeness-{key}.mp4",
        "voices": {"en-US": TAKE_VOICES[key], "es-MX": "ef_dora", "pt-BR": "pf_dora"},
    }


def _lines(locale: str) -> list[dict[str, object]]:
    return [
        {"start": start, "end": end, "text": text}
        for (start, end), text in zip(SLOTS, AD[locale], strict=True)
    ]


def times(voices: dict[str, VoiceTrack]) -> dict[str, object]:
    """Sounds of every clip as [symbol, start, end]: what the lips of the footage were moved by."""
    return {
        name: [[span.symbol, round(span.start, 4), round(span.end, 4)] for span in voice.spans]
        for name, voice in voices.items()
    }
