"""A person before the camera for four and a half seconds: the picture the watermark has to live in."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.media.ffmpeg import run
from renderer.media.frames import FrameWriter
from renderer.types import OutputProfile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from renderer.types import Frame

SIZE = (1280, 720)
FPS = Fraction(25)
COUNT = 112


@cache
def frames() -> tuple[Frame, ...]:
    """A studio shot of a person who does not exist, slightly moving, with sensor noise."""
    data = files("openpeople") / "data" / "curated" / "P009" / "assets" / "studio_posture.jpg"
    picture = cv2.imdecode(np.frombuffer(data.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    scale = SIZE[0] * 1.06 / picture.shape[1]
    picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    noise = np.random.default_rng(1).normal(0, 1.0, (SIZE[1] + 64, SIZE[0] + 64)).astype(np.float32)
    return tuple(_frame(picture, noise, index) for index in range(COUNT))


def _frame(picture: Frame, noise: np.ndarray, index: int) -> Frame:
    top = (picture.shape[0] - SIZE[1]) * 0.12
    shake = np.float32(
        [[1, 0, -20 - 8 * np.sin(index / 17)], [0, 1, -top - 4 * np.sin(index / 11)]],
    )
    moved = cv2.warpAffine(picture, shake, SIZE, borderMode=cv2.BORDER_REFLECT)
    down, right = index * 23 % 64, index * 41 % 64
    grain = noise[down : down + SIZE[1], right : right + SIZE[0], None]
    return np.clip(moved + grain + 0.5, 0, 255).astype(np.uint8)


def encode(pictures: Iterable[Frame], path: Path, crf: int = 20) -> Path:
    """Write frames as the product does."""
    with FrameWriter(path, SIZE, FPS, profile=OutputProfile(crf=crf)) as writer:
        for picture in pictures:
            writer.write(picture)
    return path


def attack(source: Path, target: Path, *, crf: int = 28, filters: str = "null", rate: str = "25") -> Path:
    """Re-encode a copy the way a platform does."""
    codec = ("-c:v", "libx264", "-preset", "medium", "-crf", str(crf), "-pix_fmt", "yuv420p")
    run(["-i", source, "-vf", filters, *codec, "-r", rate, "-an", target], timeout=120)
    return target
