"""The fictional café's brand: mark, logo, end card."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from moviepy import ColorClip, CompositeVideoClip, ImageClip, TextClip, VideoClip, vfx

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

INK, PAPER, CORAL = (16, 62, 64), (244, 233, 216), (230, 116, 78)  # RGB
WORD, PROMISE = "Brisa Coffee", "Take a breath. Take a sip."
VIEW = 512
SUPER = 4
# In units of VIEW: the bowl is the lower half of an ellipse under a flat rim, the breeze two sine strokes.
BOWL = (250, 268, 126, 158)  # centre x, rim y, half width, depth
HANDLE = (386, 324, 44)  # centre x, y, radius
BREEZE = ((160, 340, 214, 24), (190, 340, 150, 22))  # from x, to x, y, height
STROKE = 24


def mark(size: int, ink: tuple[int, int, int], accent: tuple[int, int, int]) -> NDArray[np.uint8]:
    """The mark as RGBA: a cup with two waves of breeze."""
    big = size * SUPER
    unit = big / VIEW
    layers = []
    for colour, draw in ((ink, _cup), (accent, _waves)):
        large = np.zeros((big, big), np.uint8)
        draw(large, unit)
        layers.append((colour, cv2.resize(large, (size, size), interpolation=cv2.INTER_AREA)))
    picture = np.zeros((size, size, 4), np.uint8)
    for colour, mask in layers:
        picture[mask > 0, :3] = colour
        picture[..., 3] = np.maximum(picture[..., 3], mask)
    return picture


def _cup(mask: NDArray[np.uint8], unit: float) -> None:
    cv2.fillPoly(mask, [np.round(_bowl() * unit).astype(np.int32)], 255, cv2.LINE_AA)
    x, y, radius = (round(value * unit) for value in HANDLE)
    cv2.circle(mask, (x, y), radius, 255, round(STROKE * unit), cv2.LINE_AA)


def _waves(mask: NDArray[np.uint8], unit: float) -> None:
    for stroke in BREEZE:
        curve = np.round(_wave(*stroke) * unit).astype(np.int32)
        cv2.polylines(
            mask, [curve], isClosed=False, color=255, thickness=round(STROKE * unit), lineType=cv2.LINE_AA
        )


def _bowl() -> NDArray[np.float64]:
    x, y, half, depth = BOWL
    angle = np.linspace(0, np.pi, 60)
    # A power below one squares the bowl a little, as cups are.
    across, down = np.cos(angle), np.sin(angle)
    return np.stack([x + half * np.sign(across) * np.abs(across) ** 0.75, y + depth * down**0.75], 1)


def _wave(first: float, last: float, y: float, height: float) -> NDArray[np.float64]:
    t = np.linspace(0, 1, 60)
    return np.stack([first + (last - first) * t, y - height * np.sin(2 * np.pi * t)], 1)


def logo_svg() -> str:
    """The mark as SVG."""
    x, y, radius = HANDLE
    waves = "".join(f'<polyline points="{_points(_wave(*stroke))}"/>' for stroke in BREEZE)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {VIEW} {VIEW}" role="img" aria-label="{WORD}">'
        f'<polygon fill="{_hex(INK)}" points="{_points(_bowl())}"/>'
        f'<circle cx="{x}" cy="{y}" r="{radius}" fill="none" stroke="{_hex(INK)}" stroke-width="{STROKE}"/>'
        f'<g fill="none" stroke="{_hex(CORAL)}" stroke-width="{STROKE}" stroke-linecap="round">{waves}</g></svg>\n'
    )


def _points(curve: NDArray[np.float64]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in curve)


def _hex(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def end_card(size: tuple[int, int], seconds: float, font: Path) -> VideoClip:
    """The closing card: mark and words rise softly on paper."""
    width, height = size
    ground = ColorClip(size, PAPER).with_duration(seconds)
    sign = ImageClip(mark(height // 3, INK, CORAL)).with_duration(seconds)
    word = TextClip(
        font=str(font), text=WORD, font_size=height // 9, color=INK, margin=(20, 20, 20, 80)
    ).with_duration(seconds)
    line = TextClip(
        font=str(font), text=PROMISE, font_size=height // 22, color=CORAL, margin=(20, 20, 20, 40)
    )
    parts = [(sign, 0.18, 0.0), (word, 0.52, 0.25), (line.with_duration(seconds), 0.70, 0.55)]
    rising = [_rise(part, height * top, late, height * 0.02) for part, top, late in parts]
    return CompositeVideoClip([ground, *rising], size=(width, height)).with_duration(seconds)


def _rise(part: VideoClip, top: float, late: float, reach: float) -> VideoClip:
    def place(time: float) -> tuple[str, float]:
        left = max(0.0, 1 - time / 0.7)
        return ("center", top + reach * left**3)

    rest = part.duration - late
    return part.with_duration(rest).with_start(late).with_position(place).with_effects([vfx.CrossFadeIn(0.5)])
