"""Face: the consented likeness takes the performer's place, frame by frame, before anything else is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from renderer.engines.base import FaceSession, FaceSubstituter
    from renderer.types import FaceTrack, RenderPlan


def prepare(plan: RenderPlan, engine: FaceSubstituter, track: FaceTrack) -> FaceSession | None:
    """Set the engine up for one render; None when the variant keeps the performer's own face.

    Raises:
        InputError: ``NO_FACE``, ``MANY_FACES``, ``FACE_TOO_SMALL``, ``PROFILE_FACE``, ``UNREADABLE_FILE``.
    """
    likeness = plan.likeness
    if likeness is None or not (likeness.photos or likeness.clip):
        return None
    return engine.prepare(track, likeness)
