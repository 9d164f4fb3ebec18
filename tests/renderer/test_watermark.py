"""The invisible mark: what is written comes back, nothing else ever does."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from renderer.errors import InputError
from renderer.provenance import watermark_code as code
from renderer.provenance.watermark import Embedder, WatermarkKeys, detect
from renderer.provenance.watermark_tile import SYNC_GATE
from tests.renderer import talking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from renderer.types import Frame

OLD, NEW, FOREIGN = (
    b"old secret of this deployment",
    b"new secret of this deployment",
    b"secret of somebody else",
)
KEYS = WatermarkKeys("2026-2", {"2026-1": OLD, "2026-2": NEW})
PAYLOAD = 0xABCDEF012345
STRENGTH = 1.0
FAST_MS = 15.0
FEW, SLOW = 66, 15


def marked(payload: int = PAYLOAD, keys: WatermarkKeys = KEYS, fps: int = 25) -> Iterator[Frame]:
    """The test clip with a mark; at 15 frames per second the first 66 frames last as long as all at 25."""
    embedder = Embedder(keys, payload, talking.SIZE, fps, STRENGTH)
    shown = talking.frames()[: talking.COUNT if fps == talking.FPS else FEW]
    return (embedder.apply(index, frame) for index, frame in enumerate(shown))


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return talking.encode(marked(), tmp_path_factory.mktemp("mark") / "marked.mp4")


def test_own_encode_reads_back_in_every_window(video: Path) -> None:
    found = detect(video, None, KEYS)
    assert found.ids == {PAYLOAD}
    assert found.key_id == "2026-2"
    assert (found.scale, found.mirrored) == (1.0, False)
    assert found.read == found.windows >= 1
    assert found.z > 2 * SYNC_GATE


@pytest.mark.slow
@pytest.mark.parametrize(
    ("crf", "filters", "rate"),
    [
        pytest.param(28, "null", "25", id="crf28"),
        pytest.param(33, "null", "25", id="crf33"),
        pytest.param(28, "scale=640:360", "25", id="half"),
        pytest.param(28, "crop=iw*0.9:ih*0.9,scale=1280:720", "25", id="crop"),
        pytest.param(28, "eq=brightness=0.06:contrast=1.2:gamma=1.1", "15", id="bright-15fps"),
        pytest.param(28, "hflip", "30", id="mirror-30fps"),
        pytest.param(28, "crop=ih*9/16:ih", "25", id="upright-cut"),
    ],
)
def test_mark_survives_a_platform(video: Path, tmp_path: Path, crf: int, filters: str, rate: str) -> None:
    copy = talking.attack(video, tmp_path / "copy.mp4", crf=crf, filters=filters, rate=rate)
    assert detect(copy, None, KEYS).ids == {PAYLOAD}


def test_unmarked_frames_say_nothing() -> None:
    found = detect(talking.frames()[:FEW], SLOW, KEYS)
    assert found.ids == frozenset()
    assert found.key_id is None


def test_another_key_reads_nothing(video: Path) -> None:
    assert detect(video, None, WatermarkKeys("x", {"x": FOREIGN})).ids == frozenset()


def test_a_retired_key_still_reads() -> None:
    embedder = Embedder(
        WatermarkKeys("2026-1", {"2026-1": OLD}), PAYLOAD, talking.SIZE, talking.FPS, STRENGTH
    )
    frames = (embedder.apply(index, frame) for index, frame in enumerate(talking.frames()))
    found = detect(frames, float(talking.FPS), KEYS)
    assert (found.ids, found.key_id) == ({PAYLOAD}, "2026-1")


def test_a_personal_slot_gives_a_second_id() -> None:
    found = detect([*marked(1, fps=SLOW), *marked(2, fps=SLOW)], SLOW, KEYS)
    assert found.ids == {1, 2}


@pytest.mark.parametrize("size", [(1080, 1920), (853, 480), (1921, 1081)])
def test_other_shapes_are_marked_too(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(2)
    blobs = rng.normal(128, 40, (size[1] // 24, size[0] // 24, 3)).astype(np.float32)
    still = np.clip(cv2.resize(blobs, size, interpolation=cv2.INTER_CUBIC), 0, 255).astype(np.uint8)
    embedder = Embedder(KEYS, PAYLOAD, size, Fraction(12), 1.0)
    found = detect((embedder.apply(index, still) for index in range(52)), 12.0, KEYS)
    assert found.ids == {PAYLOAD}


def test_brightness_alone_changes_and_only_a_little() -> None:
    frame = talking.frames()[5]
    changed = Embedder(KEYS, PAYLOAD, talking.SIZE, talking.FPS, STRENGTH).apply(5, frame)
    delta = changed.astype(np.int16) - frame
    inside = (frame.min(axis=2) > 12) & (frame.max(axis=2) < 243)
    assert (delta[inside].max(axis=1) == delta[inside].min(axis=1)).all()
    luma = delta[..., 1] * (219 / 255)
    assert 10 * np.log10(255**2 / np.square(luma).mean()) > 45.0


def test_flat_areas_take_less_than_busy_ones() -> None:
    frame = np.full((720, 1280, 3), 128, np.uint8)
    frame[:, 640:] = np.random.default_rng(3).integers(60, 200, (720, 640, 1))
    delta = Embedder(KEYS, PAYLOAD, (1280, 720), 25, 1.0).apply(5, frame).astype(np.int16) - frame
    assert delta[:, :600].std() < 0.6 * delta[:, 680:].std()


def test_frames_are_marked_fast_enough() -> None:
    frame = np.ascontiguousarray(cv2.resize(talking.frames()[0], (1920, 1080)))
    embedder = Embedder(KEYS, PAYLOAD, (1920, 1080), 25, STRENGTH)
    best = min(_seconds(embedder, index, frame) for index in range(3, 11))
    assert best * 1000 < FAST_MS


def _seconds(embedder: Embedder, index: int, frame: Frame) -> float:
    began = time.thread_time()
    embedder.apply(index, frame)
    return time.thread_time() - began


def test_same_input_same_output() -> None:
    frame = talking.frames()[0]
    first, second = (Embedder(KEYS, 7, talking.SIZE, talking.FPS, 1.0).apply(4, frame) for _ in range(2))
    assert np.array_equal(first, second)


class TestCode:
    def ranked(self, payload: int, secret: bytes = NEW) -> np.ndarray:
        best = np.array(code.encode(secret, payload), np.uint8)
        return np.stack([best, best ^ 255], axis=1)

    def test_round_trip(self) -> None:
        for payload in (0, 1, PAYLOAD, (1 << 48) - 1):
            assert code.decode(NEW, self.ranked(payload), np.ones(16, np.float32)) == payload

    def test_an_id_of_more_than_48_bits_is_refused(self) -> None:
        with pytest.raises(ValueError, match="48 bits"):
            code.encode(NEW, 1 << 48)

    @pytest.mark.parametrize("wrong", [1, 2, 3])
    def test_up_to_three_unmarked_errors_are_repaired(self, wrong: int) -> None:
        ranked = self.ranked(PAYLOAD)
        ranked[4 : 4 + wrong, 0] ^= 0x5A
        assert code.decode(NEW, ranked, np.ones(16, np.float32)) == PAYLOAD

    def test_a_codeword_without_our_mac_is_refused(self) -> None:
        forged = bytes(code._CODEC.encode(PAYLOAD.to_bytes(6, "big") + b"\0\0"))
        best = np.frombuffer(forged, np.uint8)
        ranked = np.stack([best, best ^ 255], axis=1)
        assert code.mac(NEW, PAYLOAD) != b"\0\0"
        assert code.decode(NEW, ranked, np.ones(16, np.float32)) is None

    def test_a_mac_of_another_key_is_refused(self) -> None:
        assert code.decode(NEW, self.ranked(PAYLOAD, FOREIGN), np.ones(16, np.float32)) is None

    def test_random_words_never_become_an_id(self) -> None:
        rng = np.random.default_rng(4)
        for _ in range(100):
            ranked = rng.integers(0, 256, (16, 2), np.uint8)
            assert code.decode(NEW, ranked, rng.random(16, np.float32)) is None

    def test_the_sequences_never_change(self) -> None:
        """A new library version must not make old videos unreadable."""
        letters = code.alphabet(b"a secret that stays the same")
        assert "".join("+" if chip > 0 else "-" for chip in letters.sync[:16]) == "--++-++-+-++-+-+"
        assert code.encode(b"a secret that stays the same", 1) == (
            0,
            0,
            0,
            0,
            0,
            1,
            209,
            56,
            171,
            122,
            8,
            15,
            166,
            107,
            25,
            234,
        )

    def test_the_sign_swings_and_cancels(self) -> None:
        signs = [code.wave(step / 100) for step in range(96)]
        assert max(signs) == 1.0
        assert min(signs) == -1.0
        assert abs(sum(signs)) < 1e-9
        assert code.wave(0.48) == pytest.approx(0.0, abs=1e-9)


class TestKeys:
    def test_short_secrets_are_refused(self) -> None:
        with pytest.raises(ValueError, match="16 bytes"):
            WatermarkKeys("a", {"a": b"short"})

    def test_the_current_key_must_be_there(self) -> None:
        with pytest.raises(ValueError, match="current"):
            WatermarkKeys("b", {"a": NEW})

    def test_secrets_do_not_show(self) -> None:
        assert "secret" not in repr(KEYS)


def test_an_unreadable_file_is_a_coded_error(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"\0" * 2000)
    with pytest.raises(InputError, match="UNREADABLE_FILE"):
        detect(broken, None, KEYS)


def test_frames_need_a_rate() -> None:
    with pytest.raises(ValueError, match="rate"):
        detect([], None, KEYS)
