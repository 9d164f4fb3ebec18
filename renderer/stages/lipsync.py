"""Lip-sync: the mouth follows the new voice, with the likeness's own recorded mouths where there is a take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from renderer.vision.landmarks import load_track

if TYPE_CHECKING:
    from pathlib import Path

    from renderer.engines.base import FaceSession, LipSession, LipSyncer
    from renderer.types import FaceTrack, LikenessInput, RenderPlan, VoiceTrack


def prepare(
    plan: RenderPlan,
    engine: LipSyncer,
    track: FaceTrack,
    speech: VoiceTrack | None,
    face: FaceSession | None,
) -> LipSession | None:
    """Set the engine up for one render; None when the variant keeps the master's own speech.

    Raises:
        InputError: ``DB_TOO_SHORT``, ``UNREADABLE_FILE``.
    """
    if speech is None:
        return None
    shown = face.track if face else track
    return engine.prepare(shown, speech, plan.master.path, mouth_source(plan.likeness), face)


def mouth_source(likeness: LikenessInput | None) -> tuple[Path, FaceTrack] | None:
    """The take that lends its mouths, with its track; None where the master's own are all there is."""
    if likeness is None or likeness.clip is None or likeness.clip_track is None:
        return None
    return likeness.clip.path, load_track(likeness.clip_track.path)
