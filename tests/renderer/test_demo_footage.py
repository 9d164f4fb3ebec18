"""The committed demo footage keeps its promises, and the scripts still make it."""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from functools import cache
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from renderer.demo import brand, describe, story
from renderer.demo.people import pictures
from renderer.demo.sound import bed
from renderer.demo.studio import take_shot
from renderer.engines.facemesh import FaceMeshDetector
from renderer.media.frames import read_frames
from renderer.media.probe import probe
from renderer.speech.trajectory import targets
from renderer.types import FaceTrack, PhonemeSpan, VoiceTrack
from renderer.vision.align import head_angles
from renderer.vision.landmarks import eye_opening, face_size, mouth_opening, mouth_width

FOLDER = Path(__file__).parents[2] / "renderer" / "data" / "demo"
CLIPS = {"master": "master.mp4", "maya": "likeness-maya.mp4", "lena": "likeness-lena.mp4"}
TAKES = ("maya", "lena")
PART = {"start": 60, "stop": 220}
NOW_AND_THEN = 75  # frames between looks at the whole clip
MEGABYTE = 1_000_000


@cache
def manifest() -> dict:
    return json.loads((FOLDER / "manifest.json").read_text("utf-8"))


@cache
def spans(name: str) -> tuple[PhonemeSpan, ...]:
    times = json.loads((FOLDER / "times.json").read_text("utf-8"))
    return tuple(PhonemeSpan(*row) for row in times[name])


@cache
def track(name: str) -> FaceTrack:
    """Some six seconds of a clip, tracked frame by frame."""
    return FaceMeshDetector().track_frames(read_frames(FOLDER / CLIPS[name], **PART), Fraction(story.FPS))


@cache
def intended(name: str) -> tuple[np.ndarray, ...]:
    count = round(spans(name)[-1].end * story.FPS)
    return tuple(curve[PART["start"] : PART["stop"]] for curve in targets(spans(name), count, story.FPS))


def test_the_master_is_a_full_hd_clip_with_sound() -> None:
    facts = probe(FOLDER / "master.mp4")
    assert (facts.width, facts.height, facts.fps) == (1920, 1080, 25)
    assert 14 <= facts.seconds <= 16
    assert facts.frames == round(story.MASTER_SECONDS * story.FPS)
    assert facts.audio_codec == "aac" and facts.audio_rate == 48_000 and facts.audio_peak > 0.1


@pytest.mark.parametrize("name", TAKES)
def test_a_take_is_long_and_large_enough_to_enrol_with(name: str) -> None:
    facts = probe(FOLDER / CLIPS[name])
    assert facts.width >= 720 and facts.height >= 720 and facts.fps == 25
    assert 20 <= facts.seconds <= 30
    assert facts.audio_peak > 0.1


@pytest.mark.slow
@pytest.mark.parametrize("name", CLIPS)
def test_exactly_one_face_is_seen_in_all_of_the_clip(name: str) -> None:
    detector = FaceMeshDetector()
    frames = islice(read_frames(FOLDER / CLIPS[name]), 0, None, NOW_AND_THEN)
    assert {len(detector.locate(frame)) for frame in frames} == {1}


@pytest.mark.slow
@pytest.mark.parametrize("name", CLIPS)
def test_the_face_is_there_near_frontal_and_alive(name: str) -> None:
    seen = track(name)
    assert seen.present.mean() >= 0.99
    assert len(seen.shots) == 1
    angles = np.array([head_angles(points) for points in seen.points])
    assert np.abs(angles).max() < 10
    assert angles.std(axis=0).min() > 0.3, "a frozen head"
    lids = eye_opening(seen.points)
    assert (lids < 0.55 * np.median(lids)).sum() >= 3, "nobody stares for so long"


@pytest.mark.slow
def test_the_presenter_is_in_a_medium_shot_and_the_takes_show_more_face() -> None:
    size = float(face_size(track("master").points).mean())
    assert 300 <= size <= 420
    assert all(float(face_size(track(name).points).mean()) > size for name in TAKES)


@pytest.mark.slow
@pytest.mark.parametrize("name", CLIPS)
def test_the_lips_say_what_the_voice_says(name: str) -> None:
    opening, width = mouth_opening(track(name).points), mouth_width(track(name).points)
    wanted_opening, wanted_width, speech, closed = intended(name)
    assert np.corrcoef(opening, wanted_opening)[0, 1] > 0.85
    assert np.corrcoef(width[speech], wanted_width[speech])[0, 1] > 0.85
    assert np.median(opening[closed]) < 0.025, "p, b and m must close the lips"


@pytest.mark.slow
@pytest.mark.parametrize("name", TAKES)
def test_a_take_covers_the_mouths_that_speech_needs(name: str) -> None:
    opening, width = mouth_opening(track(name).points), mouth_width(track(name).points)
    assert opening.min() < 0.015 and np.percentile(opening, 97) > 0.10
    assert np.percentile(width, 97) - np.percentile(width, 4) > 0.12


def test_the_manifest_names_files_that_are_there() -> None:
    told = manifest()
    files = [told["master"]["file"], told["bed"], told["times"], told["licence"], *told["brand"].values()]
    files += [likeness[kind] for likeness in told["likenesses"] for kind in ("photo", "clip")]
    assert [name for name in files if not (FOLDER / name).is_file()] == []
    assert told == describe.manifest()


def test_every_locale_says_its_lines_in_the_masters_slots() -> None:
    script = manifest()["script"]
    locales = {"en-US": script["lines"], **script["locales"]}
    assert set(locales) == {"en-US", "es-MX", "pt-BR"}
    for lines in locales.values():
        edges = [edge for line in lines for edge in (line["start"], line["end"])]
        assert edges == sorted(edges) and edges[-1] < story.MASTER_SECONDS
        assert all(line["text"].strip() for line in lines)
    for likeness in manifest()["likenesses"]:
        assert set(likeness["voices"]) == set(locales)
        assert likeness["person_kind"] == "synthetic"


def test_photos_music_and_logo_have_their_form() -> None:
    for likeness in manifest()["likenesses"]:
        photo = cv2.imread(str(FOLDER / likeness["photo"]))
        assert photo.shape == (1080, 1080, 3)
    with av.open(str(FOLDER / "bed.m4a")) as container:
        stream = container.streams.audio[0]
        assert (stream.rate, stream.channels) == (48_000, 2)
        assert 16 <= float(container.duration / av.time_base) <= 20
    assert (FOLDER / "logo.svg").read_text("utf-8") == brand.logo_svg()


def test_the_licence_note_is_there_and_the_folder_small() -> None:
    note = (FOLDER / describe.LICENCE_FILE).read_text("utf-8")
    assert all(word in note for word in ("openpeople", "MIT", "CC0", "Kokoro", "fictional"))
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) <= 25 * MEGABYTE


def test_the_music_ends_softly_and_leaves_headroom() -> None:
    music = bed(6.0)
    assert music.shape == (6 * 48_000, 2)
    assert 0.5 < np.abs(music).max() < 0.95
    assert np.abs(music[-480:]).max() < 0.02


@pytest.mark.slow
def test_the_same_script_makes_the_same_frames() -> None:
    voice = VoiceTrack(
        np.zeros(round(spans("maya")[-1].end * 24_000), np.float32), 24_000, spans("maya"), (), -50.0
    )
    assert _twelve(voice) == _twelve(voice)


def _twelve(voice: VoiceTrack) -> str:
    shot = take_shot("maya", pictures(), FaceMeshDetector().locate, voice)
    digest = hashlib.sha256()
    for index in range(40, 52):
        frame = shot.frame(index)
        assert frame.shape == (960, 960, 3) and frame.dtype == np.uint8
        digest.update(frame.tobytes())
    return digest.hexdigest()
