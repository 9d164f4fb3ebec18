"""Read watermarks ``org.adforge.wm.v1`` back from a file or from frames.

Windows of four seconds, one per second, are folded into one tile; the keyed sync finds its place, sixteen symbols
are read there, and an id counts only past three gates: sync z-score, repair limit, MAC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from renderer.provenance.luma import read_luma, timed
from renderer.provenance.watermark_tile import Reading, View, likely_views, readings
from renderer.provenance.watermark_windows import Window, windows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from renderer.provenance.watermark_code import FloatArray, WatermarkKeys
    from renderer.types import Frame

SEARCHES = 2


@dataclass(frozen=True, slots=True)
class Sighting:
    """One accepted reading. ``start`` is the window's first second; ``symbols_right`` is counted before repair."""

    payload_id: int
    start: float
    z: float
    symbols_right: int


@dataclass(frozen=True, slots=True)
class Detection:
    """What the watermark says.

    Attributes:
        ids: ids that passed sync, error correction and MAC; empty when nothing was found.
        z: strongest sync z-score; 6.5 is the gate. A full search of unmarked material reaches about 6 and one of
            material with a mark of another key about 8, so the gate alone says nothing: repair limit and MAC do.
        key_id: key the ids were written with, None when nothing was found.
        scale: size factor against the picture as marked, at equal short sides; 1.0 for an uncropped copy.
        mirrored: True when the copy is flipped left to right.
        windows, read: windows examined, and those that gave an id.
        symbols_right: fewest of the 16 code symbols right before repair in any read window (10 is the limit).
        sightings: the readings one by one.
    """

    ids: frozenset[int] = frozenset()
    z: float = 0.0
    key_id: str | None = None
    scale: float = 1.0
    mirrored: bool = False
    windows: int = 0
    read: int = 0
    symbols_right: int = 0
    sightings: tuple[Sighting, ...] = field(default=(), repr=False)


def detect(source: Path | Iterable[Frame], fps: float | None, keys: WatermarkKeys) -> Detection:
    """Find every id in a video.

    Args:
        source: a video file, or upright BGR or grey frames in order.
        fps: frame rate of ``source`` when it is frames; a file brings its own times.
        keys: all keys are tried.

    Raises:
        InputError: ``UNREADABLE_FILE`` when the file does not decode to its end.
        ValueError: frames without a rate.
    """
    if isinstance(source, Path):
        planes = read_luma(source)
    elif fps:
        planes = timed(source, fps)
    else:
        raise ValueError("frames need a rate")
    scan = _Scan(keys)
    for window in windows(planes):
        scan.examine(window)
    return scan.result()


class _Scan:
    """Reads windows one by one; what a search learns about the copy is used for the rest."""

    def __init__(self, keys: WatermarkKeys) -> None:
        self.keys = keys
        self.view = View()
        self.best = Reading(0.0, keys.current_id, self.view)
        self.sightings: list[Sighting] = []
        self.windows = 0
        self.searches = SEARCHES

    def examine(self, window: Window) -> None:
        # The sum of a whole clip reads where four seconds are too noisy; otherwise it adds nothing.
        if window.whole and self.sightings:
            return
        self.windows += 1
        found = self._try([self.view], window.swing)
        if found is None and self.searches and not self.sightings:
            self.searches -= 1
            found = self._try(likely_views(window.swing, self.keys), window.swing)
        if found is not None and found.payload_id is not None:
            self.view = found.view
            self.sightings.append(Sighting(found.payload_id, window.start, found.z, found.symbols_right))

    def _try(self, views: Sequence[View], swing: FloatArray) -> Reading | None:
        for view in views:
            for reading in readings(swing, view, self.keys):
                self.best = max(self.best, reading, key=lambda each: (each.payload_id is not None, each.z))
                if reading.payload_id is not None:
                    return reading
        return None

    def result(self) -> Detection:
        return Detection(
            ids=frozenset(sighting.payload_id for sighting in self.sightings),
            z=self.best.z,
            key_id=self.best.key_id if self.sightings else None,
            scale=self.view.scale,
            mirrored=self.view.mirrored,
            windows=self.windows,
            read=len(self.sightings),
            symbols_right=min((sighting.symbols_right for sighting in self.sightings), default=0),
            sightings=tuple(self.sightings),
        )
