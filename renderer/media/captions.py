"""Captions from spoken words: cues a viewer can read, as WebVTT and as ASS for burning in.

Limits follow common broadcast practice: two lines of 42 characters, 17 characters per second. Wide East Asian
characters count double, which gives lines of 21 and about 8 characters per second.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from renderer.media.fonts import LATIN, with_families
from renderer.types import WordSpan

LINE_WIDTH = 42
LINES = 2
READING_SPEED = 17.0
MIN_SECONDS = 1.0
MAX_SECONDS = 6.0
LONG_PAUSE = 0.5

_LINGER = 1.0
"""Seconds a cue may stay after its last word to be read in time."""

_SENTENCE_END = tuple(".!?…。！？।")
_CLAUSE_END = tuple(",;:—，、；：")


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption: one or two lines of text and the seconds it is shown."""

    start: float
    end: float
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def cues(words: Sequence[WordSpan]) -> list[Cue]:
    """Group spoken words into cues that keep the limits wherever the speech leaves time for it.

    All groupings are weighed at once: a cue should end with a sentence, a clause or a pause, stay long enough to
    be read, and never overflow its two lines.
    """
    groups = _groups(words)
    limits = [*(group[0].start for group in groups[1:]), float("inf")][: len(groups)]
    return [_cue(group, limit) for group, limit in zip(groups, limits, strict=True)]


def to_webvtt(captions: Iterable[Cue]) -> str:
    """The WebVTT file (W3C) of the cues."""
    blocks = [f"{_clock(cue.start)} --> {_clock(cue.end)}\n{_escaped(cue.text)}\n" for cue in captions]
    return "\n".join(["WEBVTT\n", *blocks])


def to_ass(captions: Iterable[Cue], size: tuple[int, int]) -> str:
    """The cues as an ASS script (SSA 4+) for a picture of ``size`` = (width, height).

    Upright pictures keep the lower fifth free, where feeds draw their buttons.
    """
    events = [
        f"Dialogue: 0,{_ass_clock(cue.start)},{_ass_clock(cue.end)},Ad,,0,0,0,,{_ass_text(cue)}"
        for cue in captions
    ]
    return "\n".join([_ass_head(size), *events, ""])


def width(text: str) -> int:
    """Columns of a text; wide East Asian characters count two, combining marks none."""
    return sum(
        0
        if unicodedata.category(sign) in ("Mn", "Me")
        else 2
        if unicodedata.east_asian_width(sign) in "WF"
        else 1
        for sign in text
    )


def joined(texts: Iterable[str]) -> str:
    """Words as running text: no space between East Asian characters."""
    line = ""
    for text in texts:
        glued = not line or (_is_wide(line[-1]) and _is_wide(text[0]))
        line += text if glued else f" {text}"
    return line


def _groups(words: Sequence[WordSpan]) -> list[Sequence[WordSpan]]:
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(words) + 1):
        options = []
        for begin in range(end - 1, -1, -1):
            if end - begin > 1 and not _allowed(words[begin:end]):
                break
            options.append((best[begin][0] + _cost(words, begin, end), begin))
        best.append(min(options))
    groups: list[Sequence[WordSpan]] = []
    end = len(words)
    while end:
        begin = best[end][1]
        groups.append(words[begin:end])
        end = begin
    return groups[::-1]


def _allowed(group: Sequence[WordSpan]) -> bool:
    # A pause longer than the lingering time would leave old words on a silent picture.
    if any(after.start - before.end > _LINGER for before, after in pairwise(group)):
        return False
    return group[-1].end - group[0].start <= MAX_SECONDS and len(_wrapped(group)) <= LINES


def _cost(words: Sequence[WordSpan], begin: int, end: int) -> float:
    group = words[begin:end]
    following = words[end].start if end < len(words) else group[-1].end + _LINGER
    shown = _shown_until(group, following) - group[0].start
    hurry = max(0.0, width(joined(w.text for w in group)) / max(shown, 0.05) - READING_SPEED)
    flash = max(0.0, MIN_SECONDS - shown)
    last = group[-1]
    pause = following - last.end
    if last.text.endswith(_SENTENCE_END) or end == len(words):
        cut = 0.0
    elif last.text.endswith(_CLAUSE_END) or pause > LONG_PAUSE:
        cut = 1.0
    else:
        cut = 4.0
    inner = sum(1.5 for word in group[:-1] if word.text.endswith(_SENTENCE_END))
    return 1.0 + cut + inner + hurry + 4 * flash


def _cue(group: Sequence[WordSpan], limit: float) -> Cue:
    return Cue(group[0].start, _shown_until(group, limit), tuple(_wrapped(group)))


def _shown_until(group: Sequence[WordSpan], limit: float) -> float:
    start, end = group[0].start, group[-1].end
    needed = max(MIN_SECONDS, width(joined(word.text for word in group)) / READING_SPEED)
    return min(max(end, min(start + needed, end + _LINGER)), max(limit, end))


def _wrapped(group: Sequence[WordSpan]) -> list[str]:
    """The text in lines of at most ``LINE_WIDTH``: one if it fits, else two about even ones, else as many as needed."""
    texts = [part for word in group for part in _hard_split(word.text)]
    whole = joined(texts)
    if width(whole) <= LINE_WIDTH:
        return [whole]
    pairs = [[joined(texts[:cut]), joined(texts[cut:])] for cut in range(1, len(texts))]
    fitting = [pair for pair in pairs if max(map(width, pair)) <= LINE_WIDTH]
    if fitting:
        return min(fitting, key=_unevenness)
    head = max((cut for cut in range(1, len(texts)) if width(pairs[cut - 1][0]) <= LINE_WIDTH), default=1)
    return [joined(texts[:head]), *_wrapped([WordSpan(text, 0.0, 0.0) for text in texts[head:]])]


def _unevenness(pair: Sequence[str]) -> float:
    bonus = 8 if pair[0].endswith(_SENTENCE_END + _CLAUSE_END) else 0
    return abs(width(pair[0]) - width(pair[1])) - bonus


def _hard_split(text: str) -> list[str]:
    parts = [""]
    for sign in text:
        if width(parts[-1] + sign) > LINE_WIDTH:
            parts.append("")
        parts[-1] += sign
    return parts


def _is_wide(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) in "WF"


def _clock(seconds: float) -> str:
    total = round(seconds * 1000)
    return f"{total // 3_600_000:02}:{total // 60_000 % 60:02}:{total // 1000 % 60:02}.{total % 1000:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _ass_clock(seconds: float) -> str:
    total = round(seconds * 100)
    return f"{total // 360_000}:{total // 6000 % 60:02}:{total // 100 % 60:02}.{total % 100:02}"


def _ass_text(cue: Cue) -> str:
    # A backslash is a command in ASS; a caption holds none of its own.
    return "\\N".join(with_families(line.replace("\\", "/")) for line in cue.lines)


def _ass_head(size: tuple[int, int]) -> str:
    across, down = size
    # 42 columns of about half an em must fit into nine tenths of the width.
    letters = round(min(0.05 * min(size), 0.9 * across / (0.52 * LINE_WIDTH)))
    foot = round(down * (0.2 if down > across else 0.06))
    # Border style 4 draws one box behind the whole cue; boxes per line or font would overlap.
    colours, plain = "&H00FFFFFF,&H00FFFFFF,&H00101010,&H50000000", "0,0,0,0,100,100,0,0"
    style = f"Ad,{LATIN},{letters},{colours},{plain},4,{letters // 24},{letters // 4},2"
    return f"""[Script Info]
ScriptType: v4.00+
PlayResX: {across}
PlayResY: {down}
WrapStyle: 2
ScaledBorderAndShadow: yes

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, \
Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, \
MarginV, Encoding
Style: {style},{across // 20},{across // 20},{foot},1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"""
