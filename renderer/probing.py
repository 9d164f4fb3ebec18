"""What an uploaded master or take is: decoded in full, its one face followed, before anybody may use it."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from django.conf import settings
from django.core.files import File
from django.db import transaction

from campaigns.models import MasterClip, Take
from campaigns.states import transition
from renderer.engines import registry
from renderer.errors import InputError, RenderError
from renderer.material import disk_full_is_coded, fetch, scratch, sha256_of
from renderer.media import audio
from renderer.media.frames import read_frames
from renderer.media.probe import ClipLimits, probe
from renderer.vision import enrolment
from renderer.vision.align import head_angles
from renderer.vision.landmarks import face_size, save_track
from renderer.vision.tracking import FaceLimits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from renderer.engines.base import FaceDetector
    from renderer.types import ClipFacts, FaceTrack

logger = logging.getLogger(__name__)

POSTER_QUALITY = 85
# Never the status: that is moved by a conditional update only.
MASTER_FACTS = (
    "width", "height", "fps_num", "fps_den", "frames", "seconds", "loudness", "summary",
    "track", "track_sha256", "poster", "updated_at",
)  # fmt: skip
TAKE_FACTS = ("quality", "track", "track_sha256", "updated_at")
MIN_VOICE_SECONDS = 1.0
SILENT_PEAK = 0.001


@dataclass(frozen=True, slots=True)
class Examined:
    """A clip that passed: its facts, its face track in ``track_file``, the frame chosen as poster, its loudness."""

    facts: ClipFacts
    track: FaceTrack
    track_file: Path
    poster: Path
    lufs: float | None


def clip_limits(*, needs_sound: bool) -> ClipLimits:
    """The deployment's limits for uploaded clips; a master without sound is an export gone wrong."""
    return ClipLimits(
        max_pixels=settings.CLIP_MAX_PIXELS,
        max_seconds=settings.CLIP_MAX_SECONDS,
        needs_sound=needs_sound,
        max_fps=settings.CLIP_MAX_FPS,
    )


def detector() -> FaceDetector:
    """The configured face detector."""
    found: FaceDetector = registry.create("detect", settings.RENDER_ENGINES["detect"], settings.MODEL_DIR)
    return found


def probe_master(master: MasterClip) -> None:
    """Examine a master and mark it ready, or rejected with the reason. A second call finds nothing to do."""
    if not _begin(master, MasterClip.Status.UPLOADED, MasterClip.Status.PROBING):
        return
    with _rejecting(master, MasterClip.Status.REJECTED), scratch() as folder:
        _keep_master(
            master, _examine(fetch(master.file, folder, master.sha256).path, folder, needs_sound=True)
        )


def check_take(take: Take) -> None:
    """Examine a take and mark it ready, or rejected with the reason."""
    if not _begin(take, Take.Status.UPLOADED, Take.Status.CHECKING):
        return
    with _rejecting(take, Take.Status.REJECTED), scratch() as folder:
        _check(take, folder)


@contextmanager
def _rejecting(asset: MasterClip | Take, status: str) -> Iterator[None]:
    """Whatever goes wrong, the asset ends in a state that says so."""
    try:
        yield
    except RenderError as error:
        transition(asset, status, actor=None, code=error.code, message=error.message)
    except Exception:
        logger.exception("Asset %s could not be examined", asset.public_id)
        text = "An unexpected error while the file was examined; upload it again or tell the operator."
        transition(asset, status, actor=None, code="INTERNAL", message=text)


def _begin(asset: MasterClip | Take, waiting: str, working: str) -> bool:
    """An asset left in its working state by a killed worker is examined again."""
    if asset.status == waiting:
        transition(asset, working, actor=None)
        return True
    return asset.status == working


def _examine(path: Path, folder: Path, *, needs_sound: bool = False) -> Examined:
    facts = probe(path, clip_limits(needs_sound=needs_sound))
    track = detector().track(path)
    track_file = folder / "track.npz"
    with disk_full_is_coded():
        save_track(track, track_file)
    lufs = audio.measure_lufs(path)[0] if facts.audio_codec else None
    return Examined(facts, track, track_file, _poster(path, track, folder), lufs)


def _poster(path: Path, track: FaceTrack, folder: Path) -> Path:
    index = best_frame(track)
    picture = next(read_frames(path, start=index, stop=index + 1))
    poster = folder / "poster.jpg"
    with disk_full_is_coded():
        cv2.imwrite(str(poster), picture, [cv2.IMWRITE_JPEG_QUALITY, POSTER_QUALITY])
    return poster


def best_frame(track: FaceTrack) -> int:
    """The most frontal frame with a face."""
    turns = [sum(abs(angle) for angle in head_angles(points)) for points in track.points]
    return int(np.where(track.present, turns, np.inf).argmin())


def face_facts(track: FaceTrack) -> dict[str, Any]:
    """What the upload card shows; ``box`` is x, y, width, height of the poster's face in shares of the picture."""
    seen = track.points[track.present]
    poster = track.points[best_frame(track)]
    low, high = poster[:, :2].min(axis=0), poster[:, :2].max(axis=0)
    size = np.array(track.size, np.float32)
    return {
        "shots": len(track.shots),
        "face_share": round(float(track.present.mean()), 4),
        "face_px": round(float(np.median(face_size(seen)))),
        "max_yaw": round(max(abs(head_angles(points)[0]) for points in seen), 1),
        "box": [round(float(value), 4) for value in (*(low / size), *((high - low) / size))],
    }


def _keep_master(master: MasterClip, examined: Examined) -> None:
    facts = examined.facts
    master.width, master.height = facts.width, facts.height
    master.fps_num, master.fps_den = facts.fps.numerator, facts.fps.denominator
    master.frames, master.seconds = facts.frames, facts.seconds
    master.loudness = examined.lufs
    master.summary = {
        **face_facts(examined.track),
        "video_codec": facts.video_codec,
        "audio_codec": facts.audio_codec,
    }
    master.track_sha256 = sha256_of(examined.track_file)
    with opened(examined.track_file) as track, opened(examined.poster) as poster, transaction.atomic():
        master.track.save("track.npz", track, save=False)
        master.poster.save("poster.jpg", poster, save=False)
        master.save(update_fields=MASTER_FACTS)
        transition(master, MasterClip.Status.READY, actor=None)


def opened(path: Path) -> File[bytes]:
    """A Django file over a path, to be used in a ``with``."""
    return File(path.open("rb"), name=path.name)


def _check(take: Take, folder: Path) -> None:
    path = fetch(take.file, folder, take.sha256).path
    checks = {Take.Kind.PHOTO: _check_photo, Take.Kind.CLIP: _check_clip, Take.Kind.VOICE: _check_voice}
    quality = checks[Take.Kind(take.kind)](take, path, folder)
    with transaction.atomic():
        take.quality = quality
        take.save(update_fields=TAKE_FACTS)
        transition(take, Take.Status.READY, actor=None)


def _check_clip(take: Take, path: Path, folder: Path) -> dict[str, Any]:
    examined = _examine(path, folder)
    take.track_sha256 = sha256_of(examined.track_file)
    with opened(examined.track_file) as track:
        take.track.save("track.npz", track, save=False)
    return {**face_facts(examined.track), "seconds": examined.facts.seconds}


def _check_photo(take: Take, path: Path, folder: Path) -> dict[str, Any]:
    picture = enrolment.read_picture(path)
    mesh = enrolment.only_face(detector().locate(picture), FaceLimits())
    return {"face_px": round(float(face_size(mesh))), "width": picture.shape[1], "height": picture.shape[0]}


def _check_voice(take: Take, path: Path, folder: Path) -> dict[str, Any]:
    rate = 16_000
    sound = audio.read_sound(path, rate)
    if sound.size < MIN_VOICE_SECONDS * rate or float(np.abs(sound).max(initial=0.0)) < SILENT_PEAK:
        raise InputError("SILENT_AUDIO", "The recording is silent or shorter than a second; record it again.")
    return {"seconds": round(sound.size / rate, 2)}
