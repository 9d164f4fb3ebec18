"""The bench: its report is complete, its output says what it is, and it keeps out of the library."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from renderer.bench.band import make_band, refuse_library
from renderer.bench.cases import TEST_MARK
from renderer.bench.quality import Ripple, ssim_outside
from renderer.bench.run import NO_LIKENESS, NO_TEXT, QUALITY
from renderer.errors import InputError
from renderer.media import ffmpeg
from renderer.media.frames import read_frames
from renderer.media.probe import probe
from renderer.provenance import keys
from renderer.provenance.watermark import detect
from renderer.toolbox import watermark_keys
from tests.renderer import puppet

DEMO = Path(settings.DEMO_DIR)
KEYS = {"stages", "frames", "wall_s", "clip_s", "x_realtime", "x_reencode", "peak_rss_mb", "quality"}


@pytest.fixture(scope="module", autouse=True)
def _installation() -> None:
    """Keys as the set-up makes them."""
    keys.ensure(settings.KEY_DIR)


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds of the demo's presenter, small enough to be quick."""
    path = tmp_path_factory.mktemp("master") / "master.mp4"
    cut: list[str | Path] = [
        "-ss",
        "1.2",
        "-i",
        DEMO / "master.mp4",
        "-t",
        "3",
        "-vf",
        "crop=810:720:540:0,scale=540:480",
    ]
    ffmpeg.run([*cut, "-c:v", "libx264", "-crf", "14", "-c:a", "aac", path], timeout=60)
    return path


def bench(folder: Path, **arguments: Any) -> dict[str, Any]:
    """Run the command and read its report back from the file."""
    report = folder / "report.json"
    given = [f"--{name}={value}" for name, value in {**arguments, "json": report}.items()]
    call_command("bench", "engine", *given)
    return dict(json.loads(report.read_text(encoding="utf-8")))


@pytest.mark.slow
def test_likeness_and_text_fill_the_whole_report(master: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    report = bench(
        tmp_path,
        master=master,
        likeness=DEMO / "likeness-maya.jpg",
        text="Please bring my big warm coffee.",
        locale="en-US",
        out=out,
    )
    assert set(report) >= KEYS and set(report["quality"]) == set(QUALITY)
    assert {"voice", "prepare", "face", "lipsync", "compose", "protect", "encode"} <= set(report["stages"])
    assert report["frames"] == 75 and report["clip_s"] == pytest.approx(3, abs=0.05)
    assert report["x_realtime"] == pytest.approx(report["wall_s"] / report["clip_s"], rel=0.01)
    quality = report["quality"]
    assert quality["lip_open_corr"] > 0.85 and abs(quality["lip_open_lag_frames"]) <= 1
    assert quality["bilabial_closed"] >= 0.6 and quality["ssim_outside"] > 0.98
    assert all(value is not None or name in report["reasons"] for name, value in quality.items())
    assert says_measurement(out, master)


def says_measurement(out: Path, master: Path) -> bool:
    """True when the copy is as long as the master, has sound, the band on both edges, and no variant's mark."""
    facts, frame = probe(out), next(read_frames(out))
    band = make_band(facts.width, facts.height)
    edges = frame[: len(band)], frame[-len(band) :]
    near = all(np.abs(edge.astype(int) - band).mean() < 12 for edge in edges)
    marks = detect(out, None, watermark_keys()).ids
    return near and facts.frames == probe(master).frames and bool(facts.audio_codec) and marks <= {TEST_MARK}


@pytest.mark.slow
def test_without_text_only_the_face_is_measured(master: Path, tmp_path: Path) -> None:
    report = bench(tmp_path, master=master, likeness=DEMO / "likeness-lena.jpg")
    quality = report["quality"]
    assert "lipsync" not in report["stages"] and "face" in report["stages"]
    assert quality["lip_open_corr"] is None and report["reasons"]["lip_open_corr"] == NO_TEXT
    assert quality["id_likeness_same"] is not None and quality["id_actor_different"] is not None
    assert NO_LIKENESS not in report["reasons"].values()


def test_neither_likeness_nor_text_is_refused(master: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="NOTHING_TO_DO"):
        bench(tmp_path, master=master)


def test_the_library_is_out_of_bounds(master: Path) -> None:
    target = Path(settings.MEDIA_ROOT) / "renditions" / "free.mp4"
    with pytest.raises(CommandError, match="OUTPUT_REFUSED"):
        call_command("bench", "engine", f"--master={master}", "--text=Hello.", f"--out={target}")
    assert not target.exists()


def test_no_detour_leads_into_the_library(tmp_path: Path) -> None:
    library = tmp_path / "media"
    library.mkdir()
    (tmp_path / "link").symlink_to(library)
    for target in (library / "a.mp4", tmp_path / "x" / ".." / "media" / "a.mp4", tmp_path / "link" / "a.mp4"):
        with pytest.raises(InputError, match="OUTPUT_REFUSED"):
            refuse_library(target, library)
    refuse_library(tmp_path / "mediafile.mp4", library)


def test_the_help_says_that_it_is_no_way_round_consent(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("bench", "--help")
    assert "no way round consent" in " ".join(capsys.readouterr().out.split())


def test_ssim_looks_only_outside_the_face() -> None:
    points = puppet.place(puppet.mesh(0.1))
    before = puppet.draw(points)
    inside, outside = before.copy(), before.copy()
    x, y = points[13, :2].astype(int)
    inside[y - 20 : y + 20, x - 20 : x + 20] = 0
    outside[:90] = cv2.GaussianBlur(outside[:90], (0, 0), 4)
    assert ssim_outside(before, inside, points) == pytest.approx(1, abs=1e-6)
    assert ssim_outside(before, outside, points) < 0.99


def test_trembling_is_seen_and_breaks_are_not() -> None:
    calm, nervous, broken = Ripple(), Ripple(), Ripple()
    flat, light = np.full((8, 8, 3), 100, np.uint8), np.full((8, 8, 3), 110, np.uint8)
    for index in range(8):
        calm.take(flat)
        nervous.take(light if index % 2 else flat)
        broken.take(flat if index < 4 else light)
        if index == 3:
            broken.take(None)
    assert calm.mean == broken.mean == 0
    assert nervous.mean == pytest.approx(20)
    assert Ripple().mean is None
