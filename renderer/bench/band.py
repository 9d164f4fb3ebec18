"""The copy that leaves the bench: a band at the top and bottom edge says that it is a measurement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.errors import InputError
from renderer.media.frames import FrameWriter, read_frames

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

    from renderer.types import Frame, OutputProfile

TEXT = "MEASUREMENT, NOT FOR USE"
HEIGHT = 0.045  # of the short side: the letters of the AI label stay clear of it
MIN_HEIGHT = 12
INK, PAPER = (255, 255, 255), (40, 20, 160)
FONT = cv2.FONT_HERSHEY_SIMPLEX


def make_band(width: int, height: int) -> Frame:
    """The band of a picture of that size: the words, repeated over its whole width."""
    tall = max(MIN_HEIGHT, round(HEIGHT * min(width, height)))
    band = np.full((tall, width, 3), PAPER, np.uint8)
    scale = cv2.getFontScaleFromHeight(FONT, max(6, tall // 2))
    wide = cv2.getTextSize(TEXT, FONT, scale, 1)[0][0]
    columns = max(1, width // (wide + tall))
    for column in range(columns):
        left = round((column + 0.5) * width / columns - wide / 2)
        cv2.putText(band, TEXT, (left, tall - tall // 4), FONT, scale, INK, 1, cv2.LINE_AA)
    return band


def write_banded(
    video: Path, target: Path, size: tuple[int, int], fps: Fraction, profile: OutputProfile, *, sound: bool
) -> None:
    """Copy a measured video with the band burnt in."""
    band = make_band(*size)
    tall = len(band)
    with FrameWriter(target, size, fps, profile=profile, audio=video if sound else None) as writer:
        for frame in read_frames(video):
            marked = frame.copy()
            marked[:tall] = band
            marked[-tall:] = band
            writer.write(marked)


def refuse_library(target: Path, library: Path) -> None:
    """The bench is no way round consent: nothing it makes may lie where delivered media lie.

    Raises:
        InputError: ``OUTPUT_REFUSED``.
    """
    if target.resolve().is_relative_to(library.resolve()):
        raise InputError(
            "OUTPUT_REFUSED",
            "A measurement may not be written into the media library; choose another folder.",
        )
