"""Errors of the render toolkit. Each one carries a catalogue code and says whether a retry can help."""

from __future__ import annotations


class RenderError(Exception):
    """A render could not go on.

    Args:
        code: key of the error catalogue (``campaigns.catalogue``), upper case, stable.
        message: plain words for the person who asked for the render.
        permanent: True when the same inputs will fail again, so a retry is pointless.
    """

    permanent_by_default = True

    def __init__(self, code: str, message: str, *, permanent: bool | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.permanent = self.permanent_by_default if permanent is None else permanent


class InputError(RenderError):
    """The material is unusable as it is: no face, silent audio, unreadable file."""


class EngineError(RenderError):
    """An engine, or what it needs, is missing or failed."""

    permanent_by_default = False


class ResourceError(RenderError):
    """Disk, memory or a device ran out."""

    permanent_by_default = False


class ProvenanceError(RenderError):
    """Our own mark or signature does not verify; nothing may be stored."""


class Cancelled(RenderError):
    """The job was taken away (cancelled, fenced off by another worker, or blocked by the gate)."""
