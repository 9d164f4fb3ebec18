"""Lip-sync ``rewrite``: real mouth frames of the actor chosen along the phonemes' trajectory and blended in.

Idea: Video Rewrite (Bregler, Covell, Slaney 1997) with trajectory-guided unit selection; no network, no weights.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from renderer.engines.base import EngineInfo, LipTargets
from renderer.errors import InputError
from renderer.media.frames import read_frames
from renderer.speech.trajectory import targets
from renderer.vision import mouthplan
from renderer.vision.landmarks import SURFACE, iod
from renderer.vision.mouth import MouthRange, breadth_of, follow_mouth, mouth_range, speaking
from renderer.vision.mouthbank import build_bank, choose_frames
from renderer.vision.mouthpaint import MouthPainter, Texture
from renderer.vision.mouthpath import JoinWeights
from renderer.vision.mouthplan import TargetWeights, Wants
from renderer.vision.mouthshape import MouthBasis, calm_down, correct, learn_basis, lend, part_lips

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from renderer.engines.base import FaceSession
    from renderer.types import FaceTrack, Frame, Points, VoiceTrack
    from renderer.vision.mouth import MouthTrack
    from renderer.vision.mouthbank import MouthBank

KEPT_BANKS = 2
SHARPEN_LIMIT = 0.6
SHARPEN_LOSS = 1.15  # what JPEG and resampling cost in Laplacian variance, measured on still frames


@dataclass(frozen=True, slots=True)
class RewriteSettings:
    """Limits and prices. ``min_seconds``: shortest recording of a face that holds enough different mouths."""

    min_seconds: float = 5.0
    max_units: int = 1500
    max_iod: float = 260.0
    targets: TargetWeights = field(default_factory=TargetWeights)
    joins: JoinWeights = field(default_factory=JoinWeights)


@dataclass(frozen=True, slots=True)
class _Actor:
    """A clip seen as a source or bearer of mouths."""

    track: FaceTrack
    mouth: MouthTrack
    basis: MouthBasis
    range: MouthRange
    fps: float


class RewriteLipSyncer:
    """LipSyncer that shows the actor's own recorded mouths."""

    info = EngineInfo(
        name="rewrite",
        version="1.0",
        stage="lipsync",
        licence="AdForge",
        licence_url="",
        commercial_use=True,
    )

    def __init__(self, settings: RewriteSettings | None = None) -> None:
        self.settings = settings or RewriteSettings()
        self._banks: OrderedDict[str, MouthBank] = OrderedDict()

    def prepare(
        self,
        track: FaceTrack,
        voice: VoiceTrack,
        master: Path,
        source: tuple[Path, FaceTrack] | None,
        face: FaceSession | None,
    ) -> RewriteSession:
        """Choose a recorded mouth for every frame that speaks.

        Raises:
            InputError: ``DB_TOO_SHORT`` when the recording shows the face for less than ``min_seconds``.
        """
        bearer = _actor(track)
        lender = _actor(source[1]) if source else bearer
        self._require_length(lender)
        bank = self._bank(source[0] if source else master, lender, bearer)
        aim = _aim(bearer, lender, voice)
        units = mouthplan.describe_units(bank, lender.mouth, lender.range)
        wants = Wants(aim.opening, aim.width, aim.closed, mouthplan.turns(bearer.mouth.poses), None)
        involved = _involvement(aim, bearer)
        chosen = mouthplan.choose_units(
            wants, units, involved > 0, self.settings.targets, self.settings.joins
        )
        worn = _worn_range(bearer, lender)
        meshes = _meshes(aim, chosen, bank, lender, bearer, worn)
        painter = MouthPainter(bearer.basis, lips_only=face is not None and source is None)
        shares = mouthplan.crossfades(chosen, units, aim.opening)
        final = _with_own(aim, involved, bearer, worn)
        return RewriteSession(final, bearer, lender, bank, painter, meshes, shares, involved)

    def _require_length(self, lender: _Actor) -> None:
        seconds = float(lender.mouth.present.sum()) / lender.fps
        if seconds < self.settings.min_seconds:
            text = f"The recording shows the face for {seconds:.1f} s; lip-sync needs {self.settings.min_seconds:g} s."
            raise InputError("DB_TOO_SHORT", text)

    def _bank(self, clip: Path, lender: _Actor, bearer: _Actor) -> MouthBank:
        limit = min(self.settings.max_iod, 1.25 * _eyes(bearer))
        key = hashlib.sha256(lender.track.points.tobytes() + f"{limit:.0f} {bearer.fps}".encode()).hexdigest()
        if key not in self._banks:
            stride = max(1, round(lender.fps / bearer.fps))
            wanted = choose_frames(lender.mouth.present, lender.fps, stride, self.settings.max_units)
            self._banks[key] = build_bank(read_frames(clip), lender.track, wanted, limit)
            while len(self._banks) > KEPT_BANKS:
                self._banks.popitem(last=False)
        self._banks.move_to_end(key)
        return self._banks[key]


def _actor(track: FaceTrack) -> _Actor:
    mouth = follow_mouth(track)
    return _Actor(track, mouth, learn_basis(mouth), mouth_range(mouth), float(track.fps))


def _eyes(actor: _Actor) -> float:
    return float(np.median(iod(actor.track.points[actor.mouth.present])))


def _worn_range(bearer: _Actor, lender: _Actor) -> MouthRange:
    """The lender's range on the bearer's face: same movement, the bearer's closed lips and calm width."""
    size = float(breadth_of(bearer.basis.neutral) / breadth_of(lender.basis.neutral))
    calm = float(breadth_of(bearer.basis.neutral))
    offset = [
        calm + size * (edge - float(breadth_of(lender.basis.neutral)))
        for edge in (lender.range.narrow, lender.range.wide)
    ]
    span = size * (lender.range.open - lender.range.closed)
    return MouthRange(bearer.range.closed, bearer.range.closed + span, *offset)


def _aim(bearer: _Actor, lender: _Actor, voice: VoiceTrack) -> LipTargets:
    """Targets of the phonemes, moved to the spread of the lender's own speech."""
    opening, width, speech, closed = targets(voice.spans, len(bearer.mouth), bearer.fps)
    active = speaking(lender.mouth, lender.fps)
    step = mouthplan.FASTEST / bearer.fps
    spoken = (
        lender.range.opening(lender.mouth.opening[active]),
        lender.range.width(lender.mouth.width[active]),
    )
    opening = mouthplan.in_manner(opening, spoken[0], speech, closed, step)
    width = mouthplan.in_manner(width, spoken[1], speech, np.zeros_like(closed), step)
    return LipTargets(opening, width, speech, closed)


def _involvement(aim: LipTargets, bearer: _Actor) -> NDArray[np.float32]:
    own = bearer.range.opening(bearer.mouth.opening)
    return mouthplan.involvement(aim.speech, own, bearer.fps) * bearer.mouth.present


def _with_own(aim: LipTargets, involved: NDArray[np.float32], bearer: _Actor, worn: MouthRange) -> LipTargets:
    """What the session truly aims at: where the bearer's own mouth stays, its own shape is the target."""
    own = worn.opening(bearer.mouth.opening), worn.width(bearer.mouth.width)
    opening = involved * aim.opening + (1 - involved) * own[0]
    width = involved * aim.width + (1 - involved) * own[1]
    return LipTargets(opening, width, aim.speech, aim.closed)


def _meshes(
    aim: LipTargets,
    chosen: NDArray[np.intp],
    bank: MouthBank,
    lender: _Actor,
    bearer: _Actor,
    worn: MouthRange,
) -> NDArray[np.float32]:
    """(T, 468, 3) wanted shapes on the bearer's face; frames without a unit keep the bearer's own."""
    shapes = bearer.mouth.shapes.copy()
    used = chosen >= 0
    frames = bank.frames[chosen[used]]
    shapes[used] = lend(lender.mouth.shapes[frames], lender.basis, bearer.basis)
    shapes = calm_down(shapes)
    gap, breadth = worn.gap(aim.opening), worn.breadth(aim.width)
    shapes[used] = correct(shapes[used], gap[used], breadth[used], bearer.basis)
    shapes[used] = part_lips(shapes[used], aim.closed[used])
    return shapes


class RewriteSession:
    """A prepared lip-sync of one clip."""

    def __init__(
        self,
        aim: LipTargets,
        bearer: _Actor,
        lender: _Actor,
        bank: MouthBank,
        painter: MouthPainter,
        shapes: NDArray[np.float32],
        shares: list[tuple[tuple[int, float], ...]],
        involved: NDArray[np.float32],
    ) -> None:
        self.targets = aim
        self.skipped = 0
        self._bearer, self._lender, self._bank, self._painter = bearer, lender, bank, painter
        self._shapes, self._shares, self._involved = shapes, shares, involved
        self._sharp = float(np.percentile(bank.sharpness, 60))

    def render(self, index: int, frame: Frame) -> Frame:
        """The frame with the wanted mouth; the frame itself in rests and where the face is lost."""
        if index >= len(self._shares) or not self._bearer.mouth.present[index]:
            self.skipped += 1
            return frame
        if not self._shares[index]:
            return frame
        now = self._bearer.track.points[index, :SURFACE]
        wanted = self._wanted(index, now)
        textures = [self._texture(unit, share) for unit, share in self._shares[index]]
        eyes = float(iod(self._bearer.track.points[index]))
        return self._painter.paint(frame, now[:, :2], wanted, eyes, textures, float(self._involved[index]))

    def _wanted(self, index: int, now: Points) -> NDArray[np.float32]:
        """(468, 2) pixels: the wanted shape posed as the head is in this frame, the upper face as it is."""
        posed = self._bearer.mouth.poses[index].invert(self._shapes[index])
        reach = self._bearer.basis.reach[:, None] * self._involved[index]
        return np.asarray((now + reach * (posed - now))[:, :2], np.float32)

    def _texture(self, unit: int, share: float) -> Texture:
        crop, frame = self._bank.crops[unit], self._bank.frames[unit]
        ratio = self._sharp * SHARPEN_LOSS / max(float(self._bank.sharpness[unit]), 1.0)
        amount = float(np.clip(np.sqrt(ratio) - 1, 0, SHARPEN_LIMIT))
        points = crop.place(self._lender.track.points[frame, :SURFACE])
        return Texture(crop, points, share, amount)
