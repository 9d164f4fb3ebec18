"""Which symbols of a line's phonemes belong to which written word."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher

from renderer.speech.timeline import is_sound
from renderer.speech.vocabulary import EXTENDERS

_SIGN = r"(?:R\$|US\$|[$€£₹¥])"
_WRITTEN = re.compile(rf"{_SIGN}\s\d\S*|\d[\d.,\u202f\u00a0]*\s(?:%|{_SIGN})\S*|\S+")
_OPENING = frozenset("(（「『《〈【“‘¿¡$€£₹¥￥")

Range = tuple[int, int]


def written_words(text: str) -> list[str]:
    """The words as written, punctuation attached; an amount and its sign stay one word."""
    return _WRITTEN.findall(text)


def attached(segments: Sequence[str]) -> list[str]:
    """Segments of a language without spaces; a segment that is punctuation joins its neighbour."""
    joined: list[str] = []
    opening = ""
    for segment in (part for part in segments if part.strip()):
        if segment in _OPENING:
            opening += segment
        elif joined and not opening and not any(sign.isalnum() for sign in segment):
            joined[-1] += segment
        else:
            joined.append(opening + segment)
            opening = ""
    return joined


def word_ranges(
    words: Sequence[str], phonemes: str, read: Callable[[str], str]
) -> list[tuple[str, int, int]]:
    """The words with the first and one-past-last index of their symbols in ``phonemes``, in order.

    Reading a sentence joins words and changes sounds at their edges, so each word is also read alone and the
    two strings are aligned. A word that makes no sound joins its neighbour.

    Args:
        read: phonemes of one word on its own.
    """
    owners = [place for place, word in enumerate(words) for symbol in read(word) if is_sound(symbol)]
    alone = [symbol for word in words for symbol in read(word) if is_sound(symbol)]
    spoken = [place for place, symbol in enumerate(phonemes) if is_sound(symbol)]
    if not owners or not spoken:
        return []
    matches = _aligned([phonemes[place] for place in spoken], alone)
    heard: list[list[int]] = [[] for _ in words]
    for place, match in zip(spoken, matches, strict=True):
        heard[owners[match]].append(place)
    return _snapped(_named(words, heard), phonemes)


def _aligned(spoken: Sequence[str], alone: Sequence[str]) -> list[int]:
    """For every spoken symbol the index of its partner in ``alone``, never falling."""
    partners: list[int] = []
    for _, i1, i2, j1, j2 in SequenceMatcher(None, spoken, alone, autojunk=False).get_opcodes():
        share = (j2 - j1) / max(i2 - i1, 1)
        partners.extend(min(j1 + int((i - i1) * share), len(alone) - 1) for i in range(i1, i2))
    return partners


def _named(words: Sequence[str], heard: Sequence[Sequence[int]]) -> list[tuple[str, Range]]:
    named: list[tuple[str, Range]] = []
    waiting = ""
    for word, places in zip(words, heard, strict=True):
        if places:
            named.append((f"{waiting}{word}", (places[0], places[-1] + 1)))
            waiting = ""
        elif named:
            text, extent = named[-1]
            named[-1] = (f"{text} {word}", extent)
        else:
            waiting += f"{word} "
    return named


def _snapped(named: Sequence[tuple[str, Range]], phonemes: str) -> list[tuple[str, int, int]]:
    """Word edges moved to a space that lies at most two sounds away; stress marks go with the sound after them."""
    starts = [_near_space(phonemes, start) if place else start for place, (_, (start, _)) in enumerate(named)]
    result = []
    for place, (word, (_, end)) in enumerate(named):
        last = place + 1 == len(named)
        stop = end if last else max(starts[place] + 1, min(starts[place + 1], len(phonemes)))
        while (
            stop > starts[place] + 1
            and not is_sound(phonemes[stop - 1])
            and phonemes[stop - 1] not in EXTENDERS
        ):
            stop -= 1
        result.append((word, starts[place], stop))
    return result


def _near_space(phonemes: str, start: int) -> int:
    for distance in range(4):
        for place in (start - distance, start + distance):
            if 0 < place < len(phonemes) and phonemes[place - 1] == " ":
                return place
    return start
