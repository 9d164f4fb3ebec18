"""The check of the encoded file: what it scores and what it flags."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from renderer.bench.cases import NO_MANIFEST
from renderer.engines.base import LipTargets
from renderer.engines.facemesh import FaceMeshDetector
from renderer.media.audio import write_wav
from renderer.media.frames import FrameWriter
from renderer.provenance.labels import LabelDrawer
from renderer.stages.check import NO_FACE, NO_SPEECH, STILL, Gates, LipScores, compare_lips, flags, measure
from renderer.types import (
    FaceTrack,
    InputFile,
    LabelSpec,
    OutputProfile,
    QualityScores,
    RenderPlan,
    WatermarkSpec,
)
from renderer.vision.mouthscores import closure_share, correlation, lag_frames, spread_ratio
from tests.renderer import puppet

FRAMES = 130
HALF_SECOND = 12
LABEL = LabelSpec("Made with AI", "test")


class Aim:
    """A lip session as far as the check looks at it: what it aimed at."""

    skipped = 0

    def __init__(self, targets: LipTargets) -> None:
        self.targets = targets

    def render(self, index: int, frame: np.ndarray) -> np.ndarray:
        raise AssertionError("the check renders nothing")


def aim(gaps: np.ndarray) -> LipTargets:
    everywhere = np.ones(len(gaps), bool)
    opening = (gaps / gaps.max()).astype(np.float32)
    return LipTargets(opening, 1 - opening, everywhere, opening < 0.02)


def scores(track: FaceTrack, wanted: LipTargets) -> tuple[LipScores, tuple[str, ...]]:
    found = compare_lips(track, wanted)
    reasons = {} if found.open_corr is not None else {"lip_open_corr": found.reason}
    quality = QualityScores(found.open_corr, found.lag, found.width_corr, reasons=reasons)
    return found, flags(quality, -16.0, Gates())


def test_a_mouth_that_does_what_was_wanted_is_not_flagged() -> None:
    gaps = puppet.speaking_gaps(FRAMES)
    found, flagged = scores(puppet.track_of(gaps), aim(gaps))
    assert found.open_corr is not None and found.open_corr > 0.98
    assert found.width_corr is not None and found.width_corr > 0.98
    assert found.lag == 0 and flagged == ()


@pytest.mark.parametrize("shift", [HALF_SECOND, -HALF_SECOND])
def test_speech_half_a_second_off_is_flagged(shift: int) -> None:
    gaps = puppet.speaking_gaps(FRAMES + 2 * HALF_SECOND)
    seen = gaps[HALF_SECOND : HALF_SECOND + FRAMES]
    wanted = gaps[HALF_SECOND + shift : HALF_SECOND + shift + FRAMES]
    found, flagged = scores(puppet.track_of(seen), aim(wanted))
    assert found.lag == shift, "above 0 the mouth comes late"
    assert {"lip_open_corr", "lip_open_lag_frames"} <= set(flagged)


def test_a_frozen_mouth_is_flagged() -> None:
    found, flagged = scores(puppet.track_of(np.full(FRAMES, 0.05)), aim(puppet.speaking_gaps(FRAMES)))
    assert found.open_corr is None and found.reason == STILL
    assert flagged == ("lip_open_corr",)


def test_a_shorter_file_and_lost_frames_are_compared_as_far_as_they_go() -> None:
    gaps = puppet.speaking_gaps(FRAMES)
    found, _ = scores(puppet.track_of(gaps[:100], lost=(20, 21, 22)), aim(gaps))
    assert found.open_corr is not None and found.open_corr > 0.98


def test_closures_count_by_sound_and_not_by_frame() -> None:
    opening = np.array([0.5, 0.3, 0.05, 0.4, 0.5, 0.2, 0.3, 0.5], np.float32)
    closed = np.array([0, 1, 1, 0, 0, 1, 1, 0], bool)
    assert closure_share(opening, closed) == 0.5
    assert closure_share(opening, np.zeros(8, bool)) is None


def test_measures_say_none_where_there_is_nothing_to_measure() -> None:
    still, few = np.zeros(50, np.float32), np.arange(50) < 5
    moving = np.sin(np.arange(50)).astype(np.float32)
    assert correlation(moving, still, np.ones(50, bool)) is None
    assert correlation(moving, moving, few) is None
    assert lag_frames(moving, still, np.ones(50, bool)) is None
    assert spread_ratio(moving, few, moving) is None
    assert spread_ratio(moving, np.ones(50, bool), moving) == pytest.approx(1)


def test_loudness_and_label_are_flagged_beyond_their_gates() -> None:
    good = QualityScores(0.95, 0, 0.8, loudness_lufs=-16.6, label_contrast=9.0)
    assert flags(good, -16.0, Gates()) == ()
    loud = replace(good, loudness_lufs=-13.0, label_contrast=2.0, lip_width_corr=0.3)
    assert flags(loud, -16.0, Gates()) == ("lip_width_corr", "loudness_lufs", "label_contrast")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A labelled clip with a tone and a face that no detector takes for one."""
    folder = tmp_path_factory.mktemp("film")
    tone = 0.1 * np.sin(np.arange(48_000 * 2) * 0.08).astype(np.float32)
    write_wav(folder / "tone.wav", tone, 48_000)
    drawer, path = LabelDrawer(LABEL, puppet.SIZE), folder / "film.mp4"
    writer = FrameWriter(path, puppet.SIZE, Fraction(25), profile=OutputProfile(), audio=folder / "tone.wav")
    with writer:
        for index in range(50):
            frame = np.full((*puppet.SIZE[::-1], 3), 120, np.uint8)
            writer.write(drawer.apply(index, frame))
    return path


def plan(video: Path) -> RenderPlan:
    file = InputFile(video, "")
    return RenderPlan(
        "variant", "job", file, file, None, "en-US", (), None, None, LABEL, OutputProfile(),
        WatermarkSpec(1), NO_MANIFEST, {},
    )  # fmt: skip


def test_a_file_without_new_speech_says_so_and_measures_the_rest(film: Path) -> None:
    found = measure(film, plan(film), None, FaceMeshDetector())
    assert found.lip_open_corr is None and found.reasons["lip_open_corr"] == NO_SPEECH
    assert found.loudness_lufs is not None and -40 < found.loudness_lufs < -10
    assert found.label_contrast is not None and found.label_contrast > 7
    assert "lip_open_corr" not in found.flags and "label_contrast" not in found.flags


def test_a_face_that_is_lost_in_the_result_is_flagged_and_no_error(film: Path) -> None:
    found = measure(film, plan(film), Aim(aim(puppet.speaking_gaps(50))), FaceMeshDetector())
    assert found.reasons["lip_open_lag_frames"] == NO_FACE
    assert "lip_open_corr" in found.flags


def test_a_missing_label_is_flagged(film: Path) -> None:
    other = replace(plan(film), label=LabelSpec("Made with AI", "test", position="bottom-right"))
    assert "label_contrast" in measure(film, other, None, FaceMeshDetector()).flags
