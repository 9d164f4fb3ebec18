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
from renderer.vision.mouthactor import study, worn_range
from renderer.vision.mouthbank import build_bank, choose_frames, mouth_chip, sharpness
from renderer.vision.mouthguard import MouthGuard
from renderer.vision.mouthpaint import MouthPainter, Texture
from renderer.vision.mouthpath import JoinWeights
from renderer.vision.mouthplan import TargetWeights, Wants
from renderer.vision.mouthshape import calm_down, correct, lend, part_lips

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from renderer.engines.base import FaceSession
    from renderer.types import FaceTrack, Frame, Points, VoiceTrack
    from renderer.vision.mouth import MouthRange
    from renderer.vision.mouthactor import Actor
    from renderer.vision.mouthbank import MouthBank

    Shares = list[tuple[tuple[int, float], ...]]

KEPT_BANKS = 2
CROP_SPARE = 1.1  # crops keep a little more resolution than they are shown at
SHARPEN_GAIN, SHARPEN_LIMIT = 2.0, 1.0
SHARPEN_LOSS = 1.15  # Laplacian variance that JPEG and resampling cost
SHARP_PERCENTILE = 60
SHARP_SAMPLES = 32  # frames of the master that say how sharp its mouth is


@dataclass(frozen=True, slots=True)
class RewriteSettings:
    """Limits and prices. ``min_seconds``, above 0: shortest recording that holds enough different mouths."""

    min_seconds: float = 5.0
    max_units: int = 1500
    max_iod: float = 260.0
    targets: TargetWeights = field(default_factory=TargetWeights)
    joins: JoinWeights = field(default_factory=JoinWeights)


@dataclass(frozen=True, slots=True)
class _Cast:
    """Who bears the new mouth, who lends it, the lent mouths, the lent range on the bearer's face, and the
    sharpness that a mouth of the bearer's clip has."""

    bearer: Actor
    lender: Actor
    bank: MouthBank
    worn: MouthRange
    sharp: float


@dataclass(frozen=True, slots=True)
class _Score:
    """What to show in every frame: (T, 468, 3) shapes, units with their shares, and how much to change."""

    shapes: NDArray[np.float32]
    shares: Shares
    involved: NDArray[np.float32]


class RewriteLipSyncer:
    """LipSyncer that shows the actor's own recorded mouths."""

    info = EngineInfo(
        name="rewrite",
        version="1.0",
        stage="lipsync",
        licence="own code; landmarks: Apache-2.0",
        licence_url="https://www.apache.org/licenses/LICENSE-2.0",
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
        bearer = study(track)
        lender = study(source[1]) if source else bearer
        self._require(lender.seconds)
        cast = self._cast(bearer, lender, master, source[0] if source else None, face)
        aim = _aim(cast, voice)
        score = self._compose(cast, aim)
        return RewriteSession(_with_own(aim, score.involved, cast), cast, score)

    def _require(self, seconds: float) -> None:
        least = self.settings.min_seconds
        if seconds < least:
            text = f"The recording shows the mouth for {seconds:.1f} s; lip-sync needs {least:g} s."
            raise InputError("DB_TOO_SHORT", text)

    def _cast(
        self, bearer: Actor, lender: Actor, master: Path, take: Path | None, face: FaceSession | None
    ) -> _Cast:
        if take is None:
            bank = self._collect(_substituted(master, face), lender, bearer)
            seen = bank.sharpness
        else:
            bank, seen = self._kept_bank(take, lender, bearer), _sharpness(master, bearer)
        self._require(len(bank) / bearer.fps)  # a mouth outside the picture lends nothing
        sharp = float(np.percentile(seen, SHARP_PERCENTILE)) if len(seen) else 0.0
        return _Cast(bearer, lender, bank, worn_range(bearer, lender), sharp)

    def _kept_bank(self, clip: Path, lender: Actor, bearer: Actor) -> MouthBank:
        """A take serves every variant of its likeness: the last ones used stay in memory."""
        size = f"{_crop_limit(self.settings, bearer):.0f} {bearer.fps}"
        key = hashlib.sha256(lender.track.points.tobytes() + size.encode()).hexdigest()
        if key not in self._banks:
            self._banks[key] = self._collect(read_frames(clip), lender, bearer)
        self._banks.move_to_end(key)
        while len(self._banks) > KEPT_BANKS:
            self._banks.popitem(last=False)
        return self._banks[key]

    def _collect(self, frames: Iterator[Frame], lender: Actor, bearer: Actor) -> MouthBank:
        stride = max(1, round(lender.fps / bearer.fps))
        wanted = choose_frames(lender.mouth.present, lender.fps, stride, self.settings.max_units)
        return build_bank(frames, lender.track, wanted, _crop_limit(self.settings, bearer))

    def _compose(self, cast: _Cast, aim: LipTargets) -> _Score:
        lender = cast.lender
        units = mouthplan.describe_units(cast.bank, lender.mouth, lender.range, lender.track.shots)
        wants = Wants(aim.opening, aim.width, aim.closed, mouthplan.turns(cast.bearer.mouth.poses))
        own = cast.bearer.range.opening(cast.bearer.mouth.opening)
        involved = mouthplan.involvement(aim.speech, own, cast.bearer.fps) * cast.bearer.mouth.present
        chosen = mouthplan.choose_units(
            wants, units, involved > 0, self.settings.targets, self.settings.joins
        )
        shares = mouthplan.crossfades(chosen, units, aim.opening)
        return _Score(_shapes(cast, aim, chosen), shares, involved.astype(np.float32))


def _crop_limit(settings: RewriteSettings, bearer: Actor) -> float:
    return min(settings.max_iod, CROP_SPARE * bearer.eyes)


def _substituted(master: Path, face: FaceSession | None) -> Iterator[Frame]:
    """The master as the lips will find it: with the substituted face, whose mouths must look like it."""
    for index, frame in enumerate(read_frames(master)):
        yield face.render(index, frame) if face else frame


def _sharpness(master: Path, bearer: Actor) -> NDArray[np.float32]:
    frames = enumerate(read_frames(master, stop=SHARP_SAMPLES))
    chips = [mouth_chip(frame, bearer.track.points[i]) for i, frame in frames if bearer.mouth.present[i]]
    return np.array([sharpness(chip) for chip in chips], np.float32)


def _aim(cast: _Cast, voice: VoiceTrack) -> LipTargets:
    """Targets of the phonemes with the mean and spread of the lender's own speech."""
    fps = cast.bearer.fps
    opening, width, speech, closed = targets(voice.spans, len(cast.bearer.mouth), fps)
    openings, widths = cast.lender.speech()
    step = mouthplan.FASTEST / fps
    opening = mouthplan.in_manner(opening, openings, speech, closed, step)
    width = mouthplan.in_manner(width, widths, speech, np.zeros_like(closed), step, rounds=2)
    return LipTargets(opening, width, speech, closed)


def _with_own(aim: LipTargets, involved: NDArray[np.float32], cast: _Cast) -> LipTargets:
    """What the session truly aims at: where the bearer's own mouth stays, its own shape is the target."""
    mouth = cast.bearer.mouth
    opening = involved * aim.opening + (1 - involved) * cast.worn.opening(mouth.opening)
    width = involved * aim.width + (1 - involved) * cast.worn.width(mouth.width)
    return LipTargets(opening, width, aim.speech, aim.closed)


def _shapes(cast: _Cast, aim: LipTargets, chosen: NDArray[np.intp]) -> NDArray[np.float32]:
    """(T, 468, 3) wanted shapes on the bearer's face; frames without a unit keep the bearer's own."""
    shapes, used = cast.bearer.mouth.shapes.copy(), chosen >= 0
    lent = cast.lender.mouth.shapes[cast.bank.frames[chosen[used]]]
    shapes[used] = lend(lent, cast.lender.basis, cast.bearer.basis)
    calm = calm_down(shapes)[used]
    gap, breadth = cast.worn.gap(aim.opening[used]), cast.worn.breadth(aim.width[used])
    shapes[used] = part_lips(correct(calm, gap, breadth, cast.bearer.basis), aim.closed[used])
    return shapes


class RewriteSession:
    """LipSession of one clip and one voice. Call ``render`` in frame order; a jump back starts afresh."""

    def __init__(self, aim: LipTargets, cast: _Cast, score: _Score) -> None:
        self.targets = aim
        self._cast, self._score = cast, score
        self._painter = MouthPainter(cast.bearer.basis)
        self._guard = MouthGuard(cast.bearer.track)
        self._skipped: set[int] = set()

    @property
    def skipped(self) -> int:
        """Frames passed through because no usable face was in them."""
        return len(self._skipped)

    def render(self, index: int, frame: Frame) -> Frame:
        """The frame with the wanted mouth; the frame itself in rests and where the face is lost or covered."""
        track = self._cast.bearer.track
        seen = index < len(track) and bool(track.present[index])
        if seen and not self._score.shares[index]:
            return frame
        cover = self._guard.cover(index, frame) if seen else None
        if cover is None:
            self._skipped.add(index)
            return frame
        return cover.keep(frame, self._paint(index, frame))

    def _paint(self, index: int, frame: Frame) -> Frame:
        track = self._cast.bearer.track
        now = track.points[index, :SURFACE]
        textures = [self._texture(unit, share) for unit, share in self._score.shares[index]]
        eyes = float(iod(track.points[index]))
        alpha = float(self._score.involved[index])
        return self._painter.paint(frame, now[:, :2], self._wanted(index, now), eyes, textures, alpha)

    def _wanted(self, index: int, now: Points) -> NDArray[np.float32]:
        """(468, 2) pixels: the wanted shape posed as the head is in this frame, the upper face as it is."""
        bearer = self._cast.bearer
        posed = bearer.mouth.poses[index].invert(self._score.shapes[index])
        reach = bearer.basis.reach[:, None] * self._score.involved[index]
        return np.asarray((now + reach * (posed - now))[:, :2], np.float32)

    def _texture(self, unit: int, share: float) -> Texture:
        crop, frame = self._cast.bank.crops[unit], self._cast.bank.frames[unit]
        ratio = SHARPEN_LOSS * self._cast.sharp / max(float(self._cast.bank.sharpness[unit]), 1.0)
        unsharp = float(np.clip(SHARPEN_GAIN * (np.sqrt(ratio) - 1), 0, SHARPEN_LIMIT))
        return Texture(crop, crop.place(self._cast.lender.track.points[frame, :SURFACE]), share, unsharp)
