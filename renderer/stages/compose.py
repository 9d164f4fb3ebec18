"""Compose: speech over the bed at the target loudness, captions, visible label, poster."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.errors import ResourceError
from renderer.media import audio
from renderer.media.captions import cues, to_ass, to_webvtt
from renderer.media.frames import Subtitles, read_frames
from renderer.provenance.labels import LabelDrawer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from fractions import Fraction
    from pathlib import Path

    from renderer.types import Frame, RenderPlan, VoiceTrack, WordSpan

DUCK_DB = -12.0
POSTER_FRAME = 30
POSTER_QUALITY = 88
THUMBNAIL_SIDE = 640


def sound(plan: RenderPlan, speech: VoiceTrack | None, workdir: Path) -> Path | None:
    """The variant's sound as a WAV file at the profile's loudness; None when there is nothing to hear.

    Without a new voice the master's own sound is kept; with one it is replaced, over the bed where there is one.
    """
    rate = plan.profile.audio_rate
    if speech is not None:
        voice = audio.resample(speech.samples, speech.rate, rate)
        bed = audio.read_sound(plan.bed.path, rate) if plan.bed else None
        mixed = audio.mix(voice, bed, DUCK_DB)
    else:
        mixed = audio.read_sound(plan.master.path, rate)
    if not mixed.size:
        return None
    raw, levelled = workdir / "mix.wav", workdir / "sound.wav"
    audio.write_wav(raw, mixed, rate)
    audio.normalise_loudness(raw, levelled, plan.profile.lufs, rate)
    return levelled


def labeller(plan: RenderPlan, size: tuple[int, int], fps: Fraction) -> Callable[[int, Frame], Frame]:
    """The per-frame step that draws the visible AI label, for as long as the label pack asks."""
    drawer = LabelDrawer(plan.label, size)
    if plan.label.whole_clip:
        return drawer.apply
    last = round(plan.label.seconds * float(fps))
    return lambda index, frame: drawer.apply(index, frame) if index < last else frame


def burnt_captions(
    plan: RenderPlan, words: Sequence[WordSpan], size: tuple[int, int], workdir: Path, fonts: Path
) -> Subtitles | None:
    """Captions for the encoder to burn in, or None when the profile does not ask for them."""
    if not plan.profile.burn_captions or not words:
        return None
    path = workdir / "captions.ass"
    path.write_text(to_ass(cues(words), size), encoding="utf-8")
    return Subtitles(path, fonts)


def caption_file(words: Sequence[WordSpan], workdir: Path) -> Path:
    """The WebVTT file of the variant (only its header where nobody speaks)."""
    path = workdir / "captions.vtt"
    path.write_text(to_webvtt(cues(words)), encoding="utf-8")
    return path


def poster(video: Path, workdir: Path) -> Path:
    """A JPEG of the finished file, so it carries the same label and mark.

    Raises:
        ResourceError: ``DISK_FULL`` when the picture cannot be written.
    """
    last = deque(read_frames(video, stop=POSTER_FRAME + 1), maxlen=1)
    return _jpeg(last[0], workdir / "poster.jpg")


def thumbnail(picture: Path, workdir: Path) -> Path:
    """The poster at list size.

    Raises:
        ResourceError: ``DISK_FULL`` when the picture cannot be written.
    """
    full = np.asarray(cv2.imread(str(picture)), np.uint8)
    scale = THUMBNAIL_SIDE / max(full.shape[:2])
    small = cv2.resize(full, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return _jpeg(np.asarray(small, np.uint8), workdir / "thumbnail.jpg")


def _jpeg(picture: Frame, path: Path) -> Path:
    if not cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, POSTER_QUALITY]):
        raise ResourceError("DISK_FULL", "A picture could not be written; free some space and retry.")
    return path
