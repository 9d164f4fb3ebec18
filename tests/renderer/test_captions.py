"""Captions a viewer can read, in every script, as WebVTT and ASS."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from renderer.media import ffmpeg
from renderer.media.captions import LINE_WIDTH, READING_SPEED, Cue, cues, joined, to_ass, to_webvtt, width
from renderer.types import WordSpan

ENGLISH = (
    "Start your morning with Brisa Coffee: twenty percent off, only today! Bring a friend to any of our twelve cafés in "
    "the city and the second cup is on us. Don't miss it."
)
JAPANESE = "今日は、 新しい コーヒーを ご紹介 します。 ブリサ コーヒーで、 素敵な 朝を 始め ましょう。 今日だけ 二十パーセント 引きです。"


def spoken(text: str, per_second: float = 15.0) -> list[WordSpan]:
    """The words of a text said one after the other, with a breath after each sentence."""
    spans: list[WordSpan] = []
    clock = 0.5
    for word in text.split():
        end = clock + width(word) / per_second
        spans.append(WordSpan(word, clock, end))
        clock = end + (0.4 if word[-1] in ".!?。" else 0.06)
    return spans


@pytest.mark.parametrize("text", [ENGLISH, JAPANESE])
@pytest.mark.parametrize("per_second", [9.0, 13.0, 16.0])
def test_cues_keep_the_reading_limits(text: str, per_second: float) -> None:
    words = spoken(text, per_second)
    made = cues(words)
    assert joined(" ".join(cue.lines[i] for cue in made for i in range(len(cue.lines))).split()) == joined(
        text.split()
    )
    for cue in made:
        assert 1 <= len(cue.lines) <= 2 and all(width(line) <= LINE_WIDTH for line in cue.lines)
        assert sum(map(width, cue.lines)) / (cue.end - cue.start) <= READING_SPEED + 0.5
    assert all(before.end <= after.start + 1e-9 for before, after in pairwise(made))
    starts = {word.start for word in words}
    assert all(cue.start in starts for cue in made)


def test_cues_end_with_sentences() -> None:
    made = cues(spoken(ENGLISH))
    assert [cue.text[-1] for cue in made] == ["!", ".", "."]
    assert made[0].lines == ("Start your morning with Brisa Coffee:", "twenty percent off, only today!")


def test_a_long_pause_clears_the_screen() -> None:
    made = cues([WordSpan("Wait", 0.0, 0.3), WordSpan("now.", 5.0, 5.3)])
    assert [cue.text for cue in made] == ["Wait", "now."]
    assert made[0].end <= 1.3


def test_a_word_longer_than_a_line_is_broken() -> None:
    (cue,) = cues([WordSpan("w" * 60, 0.0, 4.0)])
    assert cue.lines == ("w" * LINE_WIDTH, "w" * (60 - LINE_WIDTH))


def test_east_asian_text_has_no_spaces_and_counts_double() -> None:
    assert joined(["今日は、", "Brisa", "Coffee", "で", "朝を。"]) == "今日は、 Brisa Coffee で朝を。"
    assert width("朝a\u0301") == 3


def test_no_words_no_cues() -> None:
    assert cues([]) == [] and to_webvtt([]) == "WEBVTT\n"


def test_webvtt_has_clock_times_and_escaped_text() -> None:
    text = to_webvtt([Cue(0.5, 2.25, ("Salt & <pepper>", "now")), Cue(3661.0, 3662.0, ("late",))])
    assert text == (
        "WEBVTT\n\n00:00:00.500 --> 00:00:02.250\nSalt &amp; &lt;pepper&gt;\nnow\n\n01:01:01.000 --> 01:01:02.000\nlate\n"
    )


def test_ass_commands_in_a_caption_do_nothing() -> None:
    script = to_ass([Cue(0.0, 1.0, (r"{\b1}big\N", "two"))], (1920, 1080))
    assert (
        script.splitlines()[-1]
        == r"Dialogue: 0,0:00:00.00,0:00:01.00,Ad,,0,0,0,,{\fnNoto Sans}(/b1)big/N\N{\fnNoto Sans}two"
    )


@pytest.mark.parametrize(("text", "font"), [
    ("Olá", "Noto Sans"), ("आजही", "Noto Sans Devanagari"), ("今日だけ", "Droid Sans Fallback"),
])  # fmt: skip
def test_every_script_has_its_font(text: str, font: str) -> None:
    assert to_ass([Cue(0.0, 1.0, (text,))], (1920, 1080)).endswith(f",,{{\\fn{font}}}{text}\n")


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920)])
def test_burnt_captions_stay_inside_the_picture(tmp_path: Path, size: tuple[int, int]) -> None:
    line = "Café " * 8 + "ab"
    assert width(line) == LINE_WIDTH
    (tmp_path / "c.ass").write_text(to_ass([Cue(0.0, 1.0, (line, line))], size), encoding="utf-8")
    picture = f"color=black:s={size[0]}x{size[1]}:r=1:d=1"
    burn = [
        "-f",
        "lavfi",
        "-i",
        picture,
        "-vf",
        "ass=c.ass",
        "-frames:v",
        "1",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "gray",
    ]
    ffmpeg.run([*burn, "out.gray"], timeout=60, cwd=tmp_path)
    grey = np.fromfile(tmp_path / "out.gray", np.uint8).reshape(size[1], size[0])
    rows, columns = np.nonzero(grey > 128)
    assert rows.size > 500
    assert columns.min() > 0.02 * size[0] and columns.max() < 0.98 * size[0]
    assert rows.min() > 0.5 * size[1] and rows.max() < (0.83 if size[1] > size[0] else 0.97) * size[1]


def test_ass_is_well_formed() -> None:
    script = to_ass([Cue(0.0, 1.0, ("x",))], (1280, 720))
    names, style = (re.search(rf"^{key}: (.*)$", script, re.M) for key in ("Format", "Style"))
    assert names and style and names[1].count(",") == style[1].count(",")
    assert "PlayResX: 1280" in script and "PlayResY: 720" in script
