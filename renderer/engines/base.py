"""Contracts of the interchangeable engines: an identity, ``prepare`` once per clip, then one call per frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from renderer.types import FaceTrack, Frame, LikenessInput, Points, SpokenLine, VoiceTrack


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """Who the engine is. A commercial campaign refuses an engine whose ``commercial_use`` is not True."""

    name: str
    version: str
    stage: str
    licence: str
    licence_url: str
    commercial_use: bool
    weights: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LipTargets:
    """Mouth the engine aimed at, per master frame.

    Attributes:
        opening, width: (T,) float32 in the actor's own range: 0 = closed / narrowest, 1 = widest seen.
        speech: (T,) bool, True where the script is spoken (silence keeps the master's mouth).
        closed: (T,) bool, True in frames of p, b, m.
    """

    opening: NDArray[np.float32]
    width: NDArray[np.float32]
    speech: NDArray[np.bool_]
    closed: NDArray[np.bool_]


@runtime_checkable
class FaceDetector(Protocol):
    """Finds and tracks the face of a clip or photo. ``track`` judges new material, ``follow`` finds a known face again."""

    info: EngineInfo

    def track(self, path: Path) -> FaceTrack: ...

    def follow(self, path: Path) -> FaceTrack: ...

    def locate(self, picture: Frame) -> Sequence[Points]: ...


class FaceSession(Protocol):
    """A prepared substitution. ``render`` changes frame ``index`` and never raises for a lost face.

    ``track`` is the face as ``render`` shows it: the master's motion with the likeness's proportions.
    """

    @property
    def skipped(self) -> int: ...

    @property
    def track(self) -> FaceTrack: ...

    def render(self, index: int, frame: Frame) -> Frame: ...


@runtime_checkable
class FaceSubstituter(Protocol):
    """Puts a consented face on the master's face track."""

    info: EngineInfo

    def prepare(self, track: FaceTrack, likeness: LikenessInput) -> FaceSession: ...


class LipSession(Protocol):
    """A prepared lip-sync. ``targets`` is what it aims at, for the sync proof."""

    targets: LipTargets

    @property
    def skipped(self) -> int: ...

    def render(self, index: int, frame: Frame) -> Frame: ...


@runtime_checkable
class LipSyncer(Protocol):
    """Moves the mouth of the (already substituted) face with the voice.

    ``source`` is the clip that lends real mouth frames with its track; None takes the master itself
    (``master`` is always given and is the clip that ``track`` belongs to).
    """

    info: EngineInfo

    def prepare(
        self,
        track: FaceTrack,
        voice: VoiceTrack,
        master: Path,
        source: tuple[Path, FaceTrack] | None,
        face: FaceSession | None,
    ) -> LipSession: ...


@runtime_checkable
class VoiceSynthesizer(Protocol):
    """Speaks lines inside their time spans and knows when each sound starts and ends."""

    info: EngineInfo

    def voices(self, locale: str) -> Sequence[str]: ...

    def speak(self, lines: Sequence[SpokenLine], locale: str, voice: str, seconds: float) -> VoiceTrack: ...


@runtime_checkable
class Transcriber(Protocol):
    """Hears words and their times in a recording."""

    info: EngineInfo

    def words(
        self, samples: NDArray[np.float32], rate: int, locale: str
    ) -> Sequence[tuple[str, float, float]]: ...


@runtime_checkable
class IdentityModel(Protocol):
    """Compares faces. ``distance`` is 0 for the same picture; ``same_below`` and ``different_above`` are its gates."""

    info: EngineInfo
    same_below: float
    different_above: float

    def describe(self, picture: Frame, points: Points) -> NDArray[np.float32] | None: ...
