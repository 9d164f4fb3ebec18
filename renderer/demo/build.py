"""Make the demo footage: ``python -m renderer.demo.build OUTDIR``.

Needs the package ``openpeople`` (or its unpacked pictures, ``--people``) and the voice weights. The same machine
makes the same files; another one may round a pixel differently.
"""

from __future__ import annotations

import argparse
import json
import logging
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import soundfile

from renderer.demo import brand, cafe, clips, describe, sound, story
from renderer.demo.people import LIKENESSES, asset, pictures
from renderer.demo.studio import count, master_shot, take_shot
from renderer.engines.facemesh import FaceMeshDetector
from renderer.engines.kokoro import KokoroSynthesizer
from renderer.media import ffmpeg
from renderer.media.audio import REFERENCE_LUFS, measure_lufs, normalise_loudness, resample, write_wav
from renderer.media.levels import ducking

if TYPE_CHECKING:
    from renderer.demo.film import Shot
    from renderer.types import VoiceTrack

logger = logging.getLogger(__name__)
PHOTO_SIDE, PHOTO_QUALITY = 1080, 92
CARD_SECONDS = 3.0
MASTER_CRF, TAKE_CRF, CARD_CRF = 18, 20, 20
DUAL = 0.5**0.5  # one voice on two channels is 3 LU louder than on one
BED_UNDER, DUCK_DB = 10.0, 6.0
FONT = Path(__file__).parents[1] / "data" / "fonts" / "NotoSans-Bold.ttf"


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the demo footage.")
    parser.add_argument("outdir", type=Path)
    parser.add_argument("--people", type=Path, help="folder with the unpacked pictures of openpeople")
    parser.add_argument("--models", type=Path, help="folder for the joined voice weights")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    arguments.outdir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        models = arguments.models or Path(scratch)
        build(arguments.outdir, pictures(arguments.people), models, Path(scratch))


def build(out: Path, people: Path, models: Path, scratch: Path) -> None:
    """Write every file of the demo into ``out``.

    Raises:
        InputError: ``UNREADABLE_FILE`` when the pictures are missing. EngineError: no weights, or ffmpeg failed.
    """
    voices = speak(KokoroSynthesizer(models, threads=2))
    write_brand(out, scratch)
    locate = FaceMeshDetector().locate
    film(
        out / "master.mp4",
        master_shot(people, locate, voices["master"]),
        scratch,
        voices["master"],
        MASTER_CRF,
        out / "bed.m4a",
    )
    for key in LIKENESSES:
        shot = take_shot(key, people, locate, voices[key])
        film(out / f"likeness-{key}.mp4", shot, scratch, voices[key], TAKE_CRF, None)
        write_photo(out / f"likeness-{key}.jpg", people, key)
    write_texts(out, voices)


def speak(synthesizer: KokoroSynthesizer) -> dict[str, VoiceTrack]:
    """The master's line and both enrolment readings."""
    english = "en-US"
    lines = story.ad_lines(english)
    voices = {"master": synthesizer.speak(lines, english, story.PRESENTER_VOICE, story.MASTER_SECONDS)}
    for key, voice in story.TAKE_VOICES.items():
        reading, seconds = story.take_lines(key, synthesizer.length)
        voices[key] = synthesizer.speak(reading, english, voice, seconds)
        logger.info("%s reads for %.1f s", key, seconds)
    return voices


def film(path: Path, shot: Shot, scratch: Path, voice: VoiceTrack, crf: int, bed: Path | None) -> None:
    """Render one shot with its sound."""
    track = soundtrack(scratch, voice, bed)
    clips.write_clip(path, shot.frame, count(voice), story.FPS, track, crf)
    logger.info("%s: %.1f MB", path.name, path.stat().st_size / 1e6)


def soundtrack(scratch: Path, voice: VoiceTrack, bed: Path | None) -> Path:
    """The voice at the reference loudness, with the bed under it where there is one; stereo WAV."""
    raw, level, mixed = scratch / "voice.wav", scratch / "level.wav", scratch / "mix.wav"
    write_wav(raw, resample(voice.samples, voice.rate, sound.RATE), sound.RATE)
    normalise_loudness(raw, level, REFERENCE_LUFS, sound.RATE)
    spoken, _ = soundfile.read(level, dtype="float32")
    stereo = np.repeat(DUAL * spoken[:, None], 2, axis=1)
    if bed is not None:
        music = sound.bed(len(spoken) / sound.RATE)[: len(spoken)]
        gain = 10 ** ((REFERENCE_LUFS - BED_UNDER - measure_lufs(bed)[0]) / 20)
        stereo = stereo + music * gain * ducking(spoken, sound.RATE, DUCK_DB)[:, None]
    soundfile.write(mixed, np.clip(stereo, -0.99, 0.99), sound.RATE, subtype="PCM_16")
    return mixed


def write_brand(out: Path, scratch: Path) -> None:
    """Logo, set, end card and music."""
    (out / "logo.svg").write_text(brand.logo_svg(), "utf-8")
    mark = brand.mark(brand.VIEW, brand.INK, brand.CORAL)
    cv2.imwrite(str(out / "logo.png"), cv2.cvtColor(mark, cv2.COLOR_RGBA2BGRA))
    cv2.imwrite(str(out / "set.jpg"), cafe.paint(), [cv2.IMWRITE_JPEG_QUALITY, 88])
    music = scratch / "bed.wav"
    soundfile.write(music, sound.bed(), sound.RATE, subtype="PCM_16")
    ffmpeg.run(
        ["-i", music, "-c:a", "aac", "-b:a", "160k", "-movflags", "+faststart", out / "bed.m4a"], timeout=120
    )
    card = brand.end_card((1920, 1080), CARD_SECONDS, FONT)
    still = np.ascontiguousarray(np.asarray(card.get_frame(CARD_SECONDS - 0.1), np.uint8)[..., ::-1])
    cv2.imwrite(str(out / "end-card.png"), still)
    clips.write_silent(out / "end-card.mp4", card, story.FPS, CARD_CRF)


def write_photo(path: Path, people: Path, key: str) -> None:
    """The portrait that the persona enrols with."""
    portrait = asset(people, LIKENESSES[key].code, "studio_portrait")
    small = cv2.resize(portrait, (PHOTO_SIDE, PHOTO_SIDE), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(path), small, [cv2.IMWRITE_JPEG_QUALITY, PHOTO_QUALITY])


def write_texts(out: Path, voices: dict[str, VoiceTrack]) -> None:
    """Manifest, spoken times and licence note."""
    for name, data in (("manifest.json", describe.manifest()), ("times.json", describe.times(voices))):
        indent = 2 if name == "manifest.json" else None
        (out / name).write_text(json.dumps(data, ensure_ascii=False, indent=indent) + "\n", "utf-8")
    (out / describe.LICENCE_FILE).write_text(describe.LICENCE, "utf-8")


if __name__ == "__main__":
    main()
