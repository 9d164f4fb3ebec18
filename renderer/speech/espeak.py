"""Phonemes from the espeak-ng program, for the locales Kokoro was trained with its transcriptions.

espeak-ng is GPL: it runs as a separate program with text on stdin and is never linked or imported. The wrapper
gives the same strings as the in-process library Kokoro's own tools use: the program drops punctuation, which the
model needs for its melody, so text is phonemised piece by piece and the marks are put back.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata

from renderer.errors import EngineError

NAME = "espeak-ng"
_TIMEOUT = 20.0

_MARKS = re.compile(r"([.,!?;:—…“”()\"]+)")
_LANGUAGE_FLAG = re.compile(r"\([a-z-]+\)")
# Kokoro writes affricates and closing diphthongs as one symbol; the tie ^ is what tells them from two sounds.
_ONE_SYMBOL = {
    "a^ɪ": "I", "a^ʊ": "W", "d^z": "ʣ", "d^ʒ": "ʤ", "e^ɪ": "A", "o^ʊ": "O", "ə^ʊ": "Q", "s^s": "S",
    "t^s": "ʦ", "t^ʃ": "ʧ", "ɔ^ɪ": "Y",
}  # fmt: skip
_TO_MARKS = str.maketrans({"«": "“", "»": "”", "।": ".", "¡": None, "¿": None, "–": "—"})


def program() -> str | None:
    """Path of the espeak-ng program, None when it is not installed."""
    return shutil.which("espeak-ng")


def missing() -> str:
    """What to do when the program is not there, "" when it is."""
    return "" if program() else "Install the Debian package espeak-ng, or upload a recording of the script."


def phonemes(text: str, voice: str) -> str:
    """Kokoro phonemes of ``text`` in the espeak-ng voice ``voice``, punctuation kept.

    Raises:
        EngineError: FRONT_END_FAILED when the program is missing, fails or hangs.
    """
    pieces = _MARKS.split(text.translate(_TO_MARKS))
    spoken = "".join(piece if _MARKS.fullmatch(piece) else _piece(piece, voice) for piece in pieces)
    return re.sub(r"\s+", " ", spoken).strip()


def _piece(text: str, voice: str) -> str:
    words = text.strip()
    if not words:
        return " " if text else ""
    lead, trail = (" " if text[0].isspace() else ""), (" " if text[-1].isspace() else "")
    return lead + to_kokoro(" ".join(_run(words, voice).split())) + trail


def to_kokoro(ipa: str) -> str:
    """espeak-ng's tied IPA of one piece in Kokoro's symbols."""
    for tied, symbol in _ONE_SYMBOL.items():
        ipa = ipa.replace(tied, symbol)
    # The tie also lands inside language flags such as (^e^n), so it goes before them.
    plain = _LANGUAGE_FLAG.sub("", ipa.replace("^", "")).replace("-", "")
    return unicodedata.normalize("NFD", plain).replace("c\u0327", "ç")


def _run(text: str, voice: str) -> str:
    path = program()
    if path is None:
        raise EngineError("FRONT_END_FAILED", "The program espeak-ng is not installed.")
    argv = [path, "-q", "--ipa", "--tie=^", "-v", voice, "--stdin"]
    try:
        done = subprocess.run(argv, input=text, capture_output=True, text=True, timeout=_TIMEOUT, check=True)
    except (subprocess.SubprocessError, OSError) as error:
        raise EngineError("FRONT_END_FAILED", "espeak-ng could not read a line of the script.") from error
    return done.stdout
