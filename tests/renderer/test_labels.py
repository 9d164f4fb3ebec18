"""The visible label: there, readable on any ground, large enough, and in the locale's language."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.media.fonts import EAST_ASIAN, LATIN, with_families
from renderer.provenance.labels import TEXTS, LabelDrawer, label_text, legibility
from renderer.types import LabelSpec

SIZES = [(1920, 1080), (1080, 1920), (640, 360)]


def ground(size: tuple[int, int], grey: int) -> np.ndarray:
    return np.full((size[1], size[0], 3), grey, np.uint8)


@pytest.mark.parametrize("grey", [0, 128, 255])
@pytest.mark.parametrize("language", sorted(TEXTS))
def test_readable_on_any_ground(language: str, grey: int) -> None:
    spec = LabelSpec(label_text(language), "EU-1")
    frame = LabelDrawer(spec, (1280, 720)).apply(0, ground((1280, 720), grey))
    assert legibility(frame, spec) > 7, "WCAG AAA"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("corner", ["top-left", "top-right", "bottom-left", "bottom-right"])
def test_whole_plate_lies_inside_the_frame(size: tuple[int, int], corner: str) -> None:
    spec = LabelSpec(label_text("de-DE"), "EU-1", position=corner)  # type: ignore[arg-type]
    frame = LabelDrawer(spec, size).apply(0, ground(size, 128))
    rows, columns = np.nonzero((frame != 128).any(axis=2))
    assert rows.size
    margin = 0.02 * min(size)
    assert rows.min() > margin and columns.min() > margin
    assert rows.max() < size[1] - margin and columns.max() < size[0] - margin


def test_only_the_plate_changes() -> None:
    drawer = LabelDrawer(LabelSpec(label_text("en-US"), "EU-1"), (1280, 720))
    frame = drawer.apply(0, ground((1280, 720), 77))
    x, y, width, height = drawer.box
    frame[y : y + height, x : x + width] = 77
    assert (frame == 77).all()


def test_area_asked_by_a_pack_is_reached() -> None:
    spec = LabelSpec(label_text("hi-IN"), "IN-1", min_area=0.10)
    for size in SIZES:
        _, _, width, height = LabelDrawer(spec, size).box
        assert width * height >= 0.099 * size[0] * size[1]


def test_letters_are_as_tall_as_asked() -> None:
    for share in (0.03, 0.05):
        drawer = LabelDrawer(LabelSpec("HIER", "CN-1", min_height=share), (1920, 1080))
        ink = np.flatnonzero((drawer._ink > 0.5).any(axis=1))
        assert ink[-1] - ink[0] + 1 >= 0.95 * share * 1080


def test_a_frame_without_label_is_not_legible() -> None:
    spec = LabelSpec(label_text("en-US"), "EU-1")
    assert legibility(ground((1280, 720), 90), spec) < 1.5


def test_unknown_language_gets_english_and_regions_their_language() -> None:
    assert label_text("xx") == TEXTS["en"]
    assert label_text("pt-BR") == label_text("pt-PT") == TEXTS["pt"]


def test_each_stretch_names_the_family_of_its_script() -> None:
    assert with_families("AI生成{x}") == f"{{\\fn{LATIN}}}AI{{\\fn{EAST_ASIAN}}}生成{{\\fn{LATIN}}}(x)"
