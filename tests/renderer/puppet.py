"""A drawn face with a moving mouth and its exact mesh: a clip whose every lip position is known."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.media.frames import FrameWriter
from renderer.types import FaceTrack, Frame, OutputProfile, PhonemeSpan, Points, VoiceTrack
from renderer.vision.align import FRONTAL
from renderer.vision.landmarks import LIPS_IN, LIPS_OUT, LOWER_RING, OVAL, POINTS, STABLE

FPS = 25
SIZE = (320, 320)
EYES = 90.0
MIDDLE = np.array((160.0, 130.0, 0.0))
MOUTH = np.array((0.0, 0.62))
SKIN, LIPS, INSIDE = (150, 175, 215), (80, 80, 190), (20, 15, 30)
WIDE, LIP = 0.28, 0.09  # half width of the mouth and height of a lip, eye distances


def mesh(opening: float, width: float = 1.0) -> Points:
    """(478, 3) frontal mesh in eye distances with a gap of ``opening`` between the inner lips."""
    points = np.zeros((POINTS, 3))
    points[:, :2] = _scatter()
    _ring(points, OVAL, (0.0, 0.35), 0.72, 1.0, start=-90)
    _ring(points, LOWER_RING, (0.0, 0.68), 0.52, 0.42, start=-90)
    half = WIDE * width
    _lips(points, LIPS_OUT, half, opening / 2 + LIP)
    _lips(points, LIPS_IN, half * 0.85, opening / 2)
    points[2, :2] = (0.0, 0.35)
    points[152, :2] = (0.0, 1.25 + 0.5 * opening)
    points[list(STABLE)] = FRONTAL
    return points.astype(np.float32)


def _scatter() -> NDArray[np.float64]:
    """Points all over the face, never twice the same."""
    index = np.arange(POINTS)
    radius, angle = 0.05 + 0.6 * np.sqrt(index / POINTS), index * 2.399963
    return np.c_[radius * np.cos(angle), 0.4 + 1.2 * radius * np.sin(angle)]


def _ring(
    points: NDArray[np.float64],
    rows: tuple[int, ...],
    middle: tuple[float, float],
    a: float,
    b: float,
    start: float,
) -> None:
    angles = np.radians(start + np.arange(len(rows)) * 360 / len(rows))
    points[list(rows), :2] = np.c_[middle[0] + a * np.cos(angles), middle[1] + b * np.sin(angles)]


def _lips(points: NDArray[np.float64], rows: tuple[int, ...], half: float, height: float) -> None:
    """From the left corner along the lower lip to the right one and back along the upper lip."""
    angles = np.radians(180 - np.arange(20) * 18)
    points[list(rows), :2] = MOUTH + np.c_[half * np.cos(angles), height * np.sin(angles)]


def place(points: Points, shift: tuple[float, float] = (0.0, 0.0)) -> Points:
    """Eye distances to pixels."""
    return np.asarray(points * EYES + MIDDLE + np.array((*shift, 0.0)), np.float32)


def draw(points: Points) -> Frame:
    """Picture of a placed mesh: skin with freckles, red lips, dark mouth."""
    frame = np.full((SIZE[1], SIZE[0], 3), (90, 110, 60), np.uint8)
    _fill(frame, points[list(OVAL)], SKIN)
    noise = np.random.default_rng(1).normal(0, 6, frame.shape)
    frame = np.clip(frame + noise, 0, 255).astype(np.uint8)
    _fill(frame, points[list(LIPS_OUT)], LIPS)
    if points[14, 1] - points[13, 1] > 0.5:
        _fill(frame, points[list(LIPS_IN)], INSIDE)
    return frame


def _fill(frame: Frame, corners: Points, colour: tuple[int, int, int]) -> None:
    cv2.fillPoly(frame, [np.round(corners[:, :2] * 16).astype(np.int32)], colour, cv2.LINE_AA, shift=4)


def dark(frame: Frame, points: Points) -> int:
    """Pixels of open mouth round the lips of a placed mesh."""
    x, y = np.round(points[list(LIPS_OUT), :2].mean(0)).astype(int)
    window = frame[y - 30 : y + 45, x - 35 : x + 35].astype(int)
    return int((window.sum(2) < 150).sum())


def speaking_gaps(frames: int) -> NDArray[np.float64]:
    """Openings of a talking puppet: syllables of different size with closed lips between them."""
    time = np.arange(frames) / FPS
    return 0.2 * np.abs(np.sin(time * 7)) * (0.4 + 0.6 * np.abs(np.sin(time * 1.3)))


def track_of(gaps: NDArray[np.float64], lost: tuple[int, ...] = ()) -> FaceTrack:
    """Track of a puppet that nods a little while it speaks."""
    points = [
        place(mesh(gap, 1 - gap), (0.0, 3 * np.sin(index / 9))) for index, gap in enumerate(gaps.tolist())
    ]
    present = np.ones(len(gaps), bool)
    present[list(lost)] = False
    return FaceTrack(np.stack(points), present, (0,), SIZE, Fraction(FPS))


def film(track: FaceTrack, path: Path) -> Path:
    """The track's clip as a nearly lossless file."""
    with FrameWriter(path, SIZE, Fraction(FPS), profile=OutputProfile(crf=8)) as writer:
        for points in track.points:
            writer.write(draw(points))
    return path


def voice(*sounds: tuple[str, float]) -> VoiceTrack:
    """Silent samples with the given (symbol, seconds)."""
    clock, spans = 0.0, []
    for symbol, seconds in sounds:
        spans.append(PhonemeSpan(symbol, clock, clock + seconds))
        clock += seconds
    samples = np.zeros(int(clock * 24_000), np.float32)
    return VoiceTrack(samples, 24_000, tuple(spans), (), -50.0)
