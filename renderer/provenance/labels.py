"""The visible AI label: what it says in each language, and how it is drawn into every frame.

The text is set once by ffmpeg's libass, which brings its own HarfBuzz and FriBidi and so shapes every script on a
bare machine; per frame only a small plate is blended.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from renderer.errors import EngineError
from renderer.media.ffmpeg import filter_path, run
from renderer.media.fonts import FONTS, LATIN, with_families

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from renderer.types import Frame, LabelSpec

    Mask = NDArray[np.float32]

TEXTS: Final[Mapping[str, str]] = {
    "en": "Made with AI · face and voice altered",
    "es": "Hecho con IA · rostro y voz modificados",
    "pt": "Feito com IA · rosto e voz modificados",
    "fr": "Créé avec l’IA · visage et voix modifiés",
    "it": "Creato con l’IA · volto e voce modificati",
    "de": "Mit KI erstellt · Gesicht und Stimme verändert",
    "nl": "Gemaakt met AI · gezicht en stem aangepast",
    "hi": "AI से निर्मित · चेहरा और आवाज़ बदले गए हैं",
    "ja": "AI生成・顔と声を加工しています",
    "zh": "AI生成 · 面部与声音经过合成处理",
}
PLATE_GREY: Final = 18.0
TEXT_GREY: Final = 250.0
PLATE_ALPHA: Final = 0.72
GLYPH_SHARE: Final = 0.53  # height of a capital in shares of libass's font size
MARGIN: Final = 0.035  # of the short side: inside every platform's title-safe area
WIDEST: Final = 0.92  # of the frame's width
PAD_X, PAD_Y = 0.42, 0.10  # of the line height
TIMEOUT: Final = 30.0


def label_text(locale: str) -> str:
    """What the label says in a locale; English where there is no translation."""
    return TEXTS.get(locale.split("-")[0].lower(), TEXTS["en"])


class LabelDrawer:
    """Draws one label into frames of one size.

    Args:
        spec: text, least height and area, corner.
        size: (width, height) of the frames in pixels.

    Raises:
        EngineError: ``LABEL_FAILED`` when the text cannot be set.
    """

    def __init__(self, spec: LabelSpec, size: tuple[int, int]) -> None:
        text = _fitted(spec, size)
        plate = _plate_size(spec, size, text)
        self.box = _place(spec, size, plate)
        ink = _centred(text, plate)
        alpha = np.maximum(_rounded(plate) * PLATE_ALPHA, ink)
        grey = PLATE_GREY + (TEXT_GREY - PLATE_GREY) * ink
        self._ink = ink
        self._add: Mask = cv2.merge([alpha * grey] * 3).astype(np.float32)
        self._keep: Mask = cv2.merge([1 - alpha] * 3).astype(np.float32)

    def apply(self, index: int, frame: Frame) -> Frame:
        """``frame`` with the label blended in; the array is changed in place. ``index`` does not matter."""
        del index
        x, y, width, height = self.box
        part = frame[y : y + height, x : x + width]
        part[...] = cv2.add(cv2.multiply(part.astype(np.float32), self._keep), self._add)
        return frame

    def legibility(self, frame: Frame) -> float:
        """Contrast ratio (WCAG 2.2) between letters and plate as measured in a frame that carries the label."""
        x, y, width, height = self.box
        grey = cv2.cvtColor(frame[y : y + height, x : x + width], cv2.COLOR_BGR2GRAY).astype(np.float32)
        letters, plate = grey[self._ink > 0.9], grey[(self._ink < 0.02) & (_rounded((width, height)) > 0.99)]
        if not letters.size or not plate.size:
            return 1.0
        light, dark = sorted((_luminance(float(np.median(part))) for part in (letters, plate)), reverse=True)
        return (light + 0.05) / (dark + 0.05)


def legibility(frame: Frame, spec: LabelSpec) -> float:
    """Contrast of the label that ``spec`` asks for, measured in ``frame`` (H, W, 3) BGR."""
    return LabelDrawer(spec, (frame.shape[1], frame.shape[0])).legibility(frame)


def _luminance(grey: float) -> float:
    return float((max(grey, 0.0) / 255) ** 2.2)


def _fitted(spec: LabelSpec, size: tuple[int, int]) -> Mask:
    """The text as an alpha mask (H, W), as tall as asked, smaller only where the frame is too narrow."""
    glyph = max(spec.min_height * min(size), 10.0)
    text = _set_text(spec.text, round(glyph / GLYPH_SHARE))
    room = WIDEST * size[0] - 2 * MARGIN * min(size) - 2 * PAD_X * text.shape[0]
    if text.shape[1] <= room:
        return text
    return _set_text(spec.text, int(glyph / GLYPH_SHARE * room / text.shape[1]))


def _set_text(text: str, pixels: int) -> Mask:
    """Set one line with libass and return its alpha in 0..1, cropped to the ink's width and the line's height.

    The height is the same for every text, so plates look alike and capitals stand in their middle.
    """
    width, height = pixels * (len(text) + 4), pixels * 3
    with tempfile.TemporaryDirectory() as folder:
        script, picture = Path(folder) / "line.ass", Path(folder) / "line.png"
        script.write_text(_ass(text, pixels, (width, height)), encoding="utf-8")
        source, burn = (
            f"color=black:s={width}x{height}:d=1",
            f"ass={filter_path(script)}:fontsdir={filter_path(FONTS)}",
        )
        run(["-f", "lavfi", "-i", source, "-vf", burn, "-frames:v", "1", picture], timeout=TIMEOUT)
        grey = cv2.imread(str(picture), cv2.IMREAD_GRAYSCALE)
    if grey is None or not grey.any():
        raise EngineError("LABEL_FAILED", "The AI label could not be drawn.", permanent=True)
    rows, columns = np.flatnonzero(grey.any(axis=1)), np.flatnonzero(grey.any(axis=0))
    middle = height // 2
    half = max(pixels // 2, middle - int(rows[0]), int(rows[-1]) + 1 - middle)
    ink = grey[middle - half : middle + half, columns[0] : columns[-1] + 1]
    return np.asarray(ink / 255, np.float32)


def _ass(text: str, pixels: int, size: tuple[int, int]) -> str:
    """A subtitle script (SSA 4+) with one centred bold line in white."""
    style = f"Style: L,{LATIN},{pixels},&H00FFFFFF,&H00FFFFFF,&H00FFFFFF,&H00FFFFFF,-1,0,0,0,100,100,0,0,1,0,0,5,0,0,0,1"
    return "\n".join(
        [
            "[Script Info]",
            "ScriptType: v4.00+",
            f"PlayResX: {size[0]}",
            f"PlayResY: {size[1]}",
            "[V4+ Styles]",
            "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, "
            "Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, "
            "MarginR, MarginV, Encoding",
            style,
            "[Events]",
            "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text",
            f"Dialogue: 0,0:00:00.00,0:00:09.00,L,,0,0,0,,{with_families(text)}",
            "",
        ]
    )


def _plate_size(spec: LabelSpec, size: tuple[int, int], text: Mask) -> tuple[int, int]:
    high, wide = text.shape
    width, height = wide + 2 * PAD_X * high, high * (1 + 2 * PAD_Y)
    least = spec.min_area * size[0] * size[1]
    if width * height < least:
        width = min(max(width, (least * width / height) ** 0.5), WIDEST * size[0])
        height = max(height, least / width)
    return round(width), round(height)


def _place(spec: LabelSpec, size: tuple[int, int], plate: tuple[int, int]) -> tuple[int, int, int, int]:
    margin = round(MARGIN * min(size))
    x = margin if spec.position.endswith("left") else size[0] - plate[0] - margin
    y = margin if spec.position.startswith("top") else size[1] - plate[1] - margin
    return max(x, 0), max(y, 0), plate[0], plate[1]


def _centred(text: Mask, plate: tuple[int, int]) -> Mask:
    canvas = np.zeros((plate[1], plate[0]), np.float32)
    y, x = (plate[1] - text.shape[0]) // 2, (plate[0] - text.shape[1]) // 2
    canvas[y : y + text.shape[0], x : x + text.shape[1]] = text
    return canvas


def _rounded(plate: tuple[int, int]) -> Mask:
    """A filled rectangle with round corners, smooth at the edge."""
    width, height = plate
    radius = min(height // 3, 24)
    fine = np.zeros((height * 4, width * 4), np.uint8)
    inner = (radius * 4, radius * 4, (width - radius) * 4 - 1, (height - radius) * 4 - 1)
    cv2.rectangle(fine, (inner[0], 0), (inner[2], height * 4 - 1), 255, -1)
    cv2.rectangle(fine, (0, inner[1]), (width * 4 - 1, inner[3]), 255, -1)
    for x in (inner[0], inner[2]):
        for y in (inner[1], inner[3]):
            cv2.circle(fine, (x, y), radius * 4, 255, -1)
    return np.asarray(cv2.resize(fine, plate, interpolation=cv2.INTER_AREA) / 255, np.float32)
