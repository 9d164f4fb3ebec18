"""The picture pass: one stream from the decoder through every per-frame step into the encoder."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from renderer.media.frames import ahead, read_frames
from renderer.types import StageReport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from renderer.media.frames import FrameWriter
    from renderer.types import Frame

    PerFrame = Callable[[int, Frame], Frame]
    Progress = Callable[[str, int, int], None]

SPLIT_AFTER = "lipsync"


@dataclass(frozen=True, slots=True)
class Step:
    """One named change to every frame: ``apply(index, frame) -> frame`` of the same size."""

    name: str
    apply: PerFrame


@dataclass(slots=True)
class Clock:
    """Seconds and frames per stage, summed over a render."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    frames: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, name: str, seconds: float, frames: int = 0) -> None:
        self.seconds[name] += seconds
        self.frames[name] += frames

    def timed(self, step: Step) -> PerFrame:
        def apply(index: int, frame: Frame) -> Frame:
            began = time.perf_counter()
            result = step.apply(index, frame)
            self.add(step.name, time.perf_counter() - began, 1)
            return result

        return apply

    def reports(self) -> tuple[StageReport, ...]:
        return tuple(StageReport(name, self.seconds[name], self.frames[name]) for name in self.seconds)


def frames_through(master: Path, steps: Sequence[Step], clock: Clock) -> Iterator[tuple[int, Frame]]:
    """Yield (index, finished frame). Decoding and the first half of the steps run in threads of their own.

    The two halves meet after lip-sync, where the work before and behind is about equal on two cores.
    """
    decoded = enumerate(ahead(_decoded(master, clock)))
    names = [step.name for step in steps]
    cut = names.index(SPLIT_AFTER) + 1 if SPLIT_AFTER in names else 0
    first = ahead(_through(decoded, steps[:cut], clock)) if cut else decoded
    yield from _through(first, steps[cut:], clock)


def _decoded(master: Path, clock: Clock) -> Iterator[Frame]:
    frames = read_frames(master)
    while True:
        began = time.perf_counter()
        frame = next(frames, None)
        if frame is None:
            return
        clock.add("decode", time.perf_counter() - began, 1)
        yield frame


def _through(
    frames: Iterator[tuple[int, Frame]], steps: Sequence[Step], clock: Clock
) -> Iterator[tuple[int, Frame]]:
    applied = [clock.timed(step) for step in steps]
    for index, frame in frames:
        for apply in applied:
            frame = apply(index, frame)
        yield index, frame


def encode(
    frames: Iterator[tuple[int, Frame]], writer: FrameWriter, total: int, clock: Clock, on_progress: Progress
) -> int:
    """Write every frame, report progress, and return how many there were."""
    count = 0
    with writer:
        for index, frame in frames:
            writer.write(frame)
            count = index + 1
            on_progress("picture", count, total)
    clock.add("encode", writer.busy_seconds, count)
    return count
