"""The demo's shots: the presenter before the café set, and the personas reading before a plain wall."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from renderer.demo import cafe
from renderer.demo.actor import hire
from renderer.demo.film import Backing, Shot, glow_of, grain_plate, tone_table
from renderer.demo.head import build_head
from renderer.demo.motion import Manner, drift, perform
from renderer.demo.people import LIKENESSES, PRESENTER, canonical
from renderer.demo.plate import full_figure
from renderer.demo.story import FPS
from renderer.vision.landmarks import iod

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from renderer.demo.people import Locate
    from renderer.types import VoiceTrack

MASTER_SIZE, TAKE_SIZE = (1920, 1080), (960, 960)
MASTER_EYES, MASTER_SCALE, MASTER_ORIGIN = 255.0, 0.80, (405.0, 75.0)
TAKE_SCALE, TAKE_SPARE = 0.9, 1.03  # the portrait is a little wider than the take: nobody sees its border
COLLAR = 0.62  # from the chin down to where nothing follows the head, in eye distances
MANNERS = {"maya": Manner(21, yaw=2.6, smile=0.26), "lena": Manner(34, yaw=3.0, smile=0.28)}


def master_shot(root: Path, locate: Locate, voice: VoiceTrack) -> Shot:
    """The ad: the presenter in a medium shot, the café out of focus behind her."""
    portrait = canonical(root, PRESENTER, locate, eyes=MASTER_EYES)
    plate = full_figure(root, PRESENTER, locate, portrait)
    actor = hire(root, PRESENTER, locate, plate)
    height, width = plate.image.shape[:2]
    chin = float(plate.points[152, 1])
    head = build_head(plate.points, (width, height), MASTER_EYES, chin + COLLAR * MASTER_EYES)
    frames = count(voice)
    picture = cafe.paint()
    return Shot(
        actor=actor,
        head=head,
        moments=perform(voice, frames, FPS, Manner(seed=3, yaw=3.6, smile=0.44, brows=0.60)),
        drift=camera(5, frames, (7.0, 4.0)),
        size=MASTER_SIZE,
        scale=MASTER_SCALE,
        origin=MASTER_ORIGIN,
        backing=Backing(picture, glow_of(picture, MASTER_SIZE)),
        tone=tone_table(0.05, 0.10),
        noise=grain_plate(MASTER_SIZE, 1.1),
    )


def take_shot(name: str, root: Path, locate: Locate, voice: VoiceTrack) -> Shot:
    """An enrolment take: close, plain studio backdrop, steady camera."""
    portrait = canonical(root, LIKENESSES[name], locate, width=TAKE_SPARE * TAKE_SIZE[0] / TAKE_SCALE)
    eyes = float(iod(portrait.points))
    actor = hire(root, LIKENESSES[name], locate, portrait)
    height, width = portrait.image.shape[:2]
    chin = float(portrait.points[152, 1])
    head = build_head(portrait.points, (width, height), eyes, chin + COLLAR * eyes)
    frames = count(voice)
    spare = TAKE_SIZE[0] - TAKE_SCALE * width
    return Shot(
        actor=actor,
        head=head,
        moments=perform(voice, frames, FPS, MANNERS[name]),
        drift=camera(8, frames, (1.5, 1.5)),
        size=TAKE_SIZE,
        scale=TAKE_SCALE,
        origin=(spare / 2, 0.7 * spare),
        backing=None,
        tone=tone_table(0.02, 0.05),
        noise=grain_plate(TAKE_SIZE, 0.9),
    )


def count(voice: VoiceTrack) -> int:
    """Frames of a clip that lasts as long as its voice."""
    return round(len(voice.samples) / voice.rate * FPS)


def camera(seed: int, frames: int, reach: tuple[float, float]) -> NDArray[np.float32]:
    """Slow drift of a camera held by a person, (frames, 2) pixels."""
    rng = np.random.default_rng(seed)
    x = reach[0] * drift(rng, frames, FPS, 0.04, 0.12)
    y = reach[1] * drift(rng, frames, FPS, 0.05, 0.15)
    return np.stack([x, y], -1).astype(np.float32)
