"""Protect: the invisible watermark goes into every frame and must be read back from the encoded file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from renderer.errors import ProvenanceError
from renderer.provenance.watermark import Embedder, detect

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

    from renderer.provenance.watermark import Detection, WatermarkKeys
    from renderer.types import RenderPlan


def embedder(
    plan: RenderPlan, keys: WatermarkKeys, size: tuple[int, int], fps: Fraction, strength: float
) -> Embedder:
    """The per-frame step that marks with the plan's id."""
    return Embedder(keys, plan.watermark.payload_id, size, fps, strength)


def read_back(path: Path, plan: RenderPlan, keys: WatermarkKeys) -> Detection | None:
    """What the detector reads in the encoded file; None unless it is exactly the plan's id.

    Raises:
        InputError: ``UNREADABLE_FILE``.
    """
    found = detect(path, None, keys)
    return found if found.ids == {plan.watermark.payload_id} else None


def unreadable() -> ProvenanceError:
    """Even the strongest mark does not read; nothing is released."""
    return ProvenanceError(
        "MARK_UNREADABLE", "The invisible mark could not be read back from the finished video."
    )
