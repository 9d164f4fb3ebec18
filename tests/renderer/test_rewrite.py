"""Lip-sync from recorded mouths: choice, geometry and pixels, on a drawn face whose lips are known exactly."""

from __future__ import annotations

from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest

from renderer.engines.base import LipSyncer
from renderer.engines.rewrite import RewriteLipSyncer, RewriteSession, RewriteSettings
from renderer.errors import InputError
from renderer.media.frames import read_frames
from renderer.types import FaceTrack, Frame, VoiceTrack
from renderer.vision.landmarks import LIPS_OUT
from renderer.vision.mouth import breadth_of, gap_of
from renderer.vision.mouthactor import study, worn_range
from renderer.vision.mouthbank import choose_frames
from renderer.vision.mouthpath import JoinWeights, cheapest_path, join_costs, nearest
from renderer.vision.mouthplan import Units, crossfades, in_manner, involvement
from renderer.vision.mouthshape import correct, part_lips
from tests.renderer import puppet

FRAMES = 130
LINE = (("", 1.0), ("a", 0.4), ("b", 0.2), ("a", 0.4), ("m", 0.2), ("O", 0.3), ("", 2.7))
LOST = (40, 41)


@pytest.fixture(scope="module")
def track() -> FaceTrack:
    """A puppet that talks for three seconds and then keeps its mouth shut."""
    gaps = puppet.speaking_gaps(FRAMES)
    gaps[80:] = 0.0
    return puppet.track_of(gaps, LOST)


@pytest.fixture(scope="module")
def clip(track: FaceTrack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return puppet.film(track, tmp_path_factory.mktemp("puppet") / "clip.mp4")


@pytest.fixture(scope="module")
def session(track: FaceTrack, clip: Path) -> RewriteSession:
    return RewriteLipSyncer().prepare(track, puppet.voice(*LINE), clip, None, None)


@pytest.fixture(scope="module")
def pictures(clip: Path, session: RewriteSession) -> list[tuple[Frame, Frame]]:
    """Master and result, frame by frame."""
    return [(frame, session.render(index, frame)) for index, frame in enumerate(read_frames(clip))]


def test_viterbi_finds_the_path_that_trying_all_finds() -> None:
    rng = np.random.default_rng(5)
    costs = rng.random((6, 6)).astype(np.float32)
    candidates = np.stack([rng.permutation(6) for _ in range(6)])
    between = rng.random((6, 6)).astype(np.float32)

    def price(path: tuple[int, ...]) -> float:
        units = [candidates[row, column] for row, column in enumerate(path)]
        steps = sum(between[a, b] for a, b in pairwise(units))
        return float(steps + sum(costs[row, column] for row, column in enumerate(path)))

    best = min(product(range(6), repeat=6), key=price)
    found = cheapest_path(candidates, costs, lambda before, after: between[np.ix_(before, after)])
    assert found.tolist() == [candidates[row, column] for row, column in enumerate(best)]


def test_nearest_keeps_the_cheapest_candidates() -> None:
    costs = np.random.default_rng(2).random((5, 40)).astype(np.float32)
    kept = np.sort(np.take_along_axis(costs, nearest(costs, 7), axis=1), axis=1)
    assert np.allclose(kept, np.sort(costs, axis=1)[:, :7])
    assert nearest(costs, 99).shape == (5, 40)


def test_following_the_recording_is_free_and_ping_pong_is_dear() -> None:
    features = np.zeros((20, 3), np.float32)
    follows = np.ones(20, bool)
    follows[[9, 19]] = False
    join = join_costs(features, follows, JoinWeights(jump=1.0, bounce=1.0, memory=12))
    price = join(np.array([5, 9]), np.array([6, 5, 7, 4, 15, 10]))
    assert price[0].tolist() == [0.0, 0.25, 0.25, 2.0, 1.0, 1.0]
    assert price[1, 5] == 1.0, "frame 10 does not continue frame 9"


def test_targets_take_on_the_actors_spread_and_keep_closures() -> None:
    rng = np.random.default_rng(3)
    wanted = np.repeat(rng.uniform(0.2, 0.6, 40), 5).astype(np.float32)
    closed = np.zeros(200, bool)
    closed[50:53] = True
    wanted[closed] = 0
    natural = rng.uniform(0, 1, 300).astype(np.float32)
    speech = np.ones(200, bool)
    made = in_manner(wanted, natural, speech, closed, step=0.4)
    assert made[closed].max() == 0
    assert made[speech].std() == pytest.approx(natural.std(), rel=0.1)
    assert np.abs(np.diff(made)).max() <= 0.4 + 1e-6
    assert np.corrcoef(made, wanted)[0, 1] > 0.85


def test_rests_keep_a_calm_mouth_and_shut_a_talking_one() -> None:
    speech = np.zeros(100, bool)
    speech[30:50] = True
    own = np.zeros(100, np.float32)
    own[70:90] = 0.8
    share = involvement(speech, own, 25.0)
    assert share[:20].max() == 0 and share[55:64].max() == 0
    assert share[30:50].min() == 1 and share[70:90].min() == 1
    assert 0 < share[28] < 1, "the mouth gets ready before the first sound"


def test_shapes_are_moved_to_exactly_the_wanted_gap_and_breadth(track: FaceTrack) -> None:
    actor = study(track)
    gap, breadth = np.linspace(0, 0.2, 30, dtype=np.float32), np.linspace(0.45, 0.55, 30, dtype=np.float32)
    made = correct(actor.mouth.shapes[:30], gap, breadth, actor.basis)
    assert np.allclose(gap_of(made), gap, atol=1e-4)
    assert np.allclose(breadth_of(made), breadth, atol=1e-3)


def test_closed_lips_lie_on_one_line_and_never_cross(track: FaceTrack) -> None:
    shapes = study(track).mouth.shapes[:12].copy()
    shapes[6:, 14, 1] = shapes[6:, 13, 1] - 0.1
    closed = np.arange(12) < 6
    made = part_lips(shapes, closed)
    assert np.allclose(made[:, 13, 1], made[:, 14, 1], atol=1e-6)
    assert (made[:, 178, 1] >= made[:, 81, 1] - 1e-6).all()


def test_a_lent_movement_has_the_bearers_scale(track: FaceTrack) -> None:
    bearer, lender = study(track), study(puppet.track_of(2 * puppet.speaking_gaps(FRAMES)))
    worn = worn_range(bearer, lender)
    assert worn.closed == bearer.range.closed
    assert worn.open - worn.closed == pytest.approx(lender.range.open - lender.range.closed, rel=0.1)


def test_long_recordings_are_thinned_in_blocks() -> None:
    chosen = choose_frames(np.ones(3000, bool), 25.0, stride=1, limit=1500)
    assert chosen.sum() == pytest.approx(1500, abs=50)
    assert (np.diff(np.flatnonzero(chosen)) == 1).mean() > 0.95
    assert choose_frames(np.ones(100, bool), 50.0, stride=2, limit=1500).sum() == 50


def test_crossfades_leave_out_mouths_that_are_too_different() -> None:
    zeros = np.zeros(8, np.float32)
    opening = np.array([0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.0, 0.0], np.float32)
    units = Units(opening, zeros, zeros, zeros, zeros, zeros[:, None], np.arange(8) != 7)
    alike = crossfades(np.array([0, 1, 5, -1]), units, np.full(4, 0.5, np.float32))
    assert alike[1] == ((1, pytest.approx(2 / 3)), (4, pytest.approx(1 / 3)))
    assert alike[2] == ((5, pytest.approx(2 / 3)), (2, pytest.approx(1 / 3)))
    assert alike[3] == ()
    apart = crossfades(np.array([0, 1, 7]), units, np.array([0.5, 0.5, 0.0], np.float32))
    assert [len(shares) for shares in apart] == [1, 1, 1]


def test_it_is_a_lip_syncer() -> None:
    assert isinstance(RewriteLipSyncer(), LipSyncer)


def test_lips_close_on_bilabials_and_open_on_vowels_in_the_pixels(
    track: FaceTrack, session: RewriteSession, pictures: list[tuple[Frame, Frame]]
) -> None:
    opened = [puppet.dark(after, track.points[index]) for index, (_, after) in enumerate(pictures)]
    closed = np.flatnonzero(session.targets.closed)
    assert len(closed) >= 8
    vowels = np.flatnonzero((session.targets.opening > 0.7) & session.targets.speech & track.present)
    least = min(opened[index] for index in vowels)
    assert len(vowels) >= 8 and least > 350
    assert max(opened[index] for index in closed) < least / 4, "no more than the dark line between shut lips"


def test_the_opening_in_the_pixels_follows_the_targets(
    track: FaceTrack, session: RewriteSession, pictures: list[tuple[Frame, Frame]]
) -> None:
    speech = session.targets.speech & track.present
    opened = np.array([puppet.dark(after, track.points[index]) for index, (_, after) in enumerate(pictures)])
    assert np.corrcoef(opened[speech], session.targets.opening[speech])[0, 1] > 0.9


def test_a_rest_with_a_calm_mouth_stays_bit_for_bit(pictures: list[tuple[Frame, Frame]]) -> None:
    for before, after in pictures[90:]:
        assert after is before


def test_a_mouth_that_talks_on_without_a_voice_is_shut(
    track: FaceTrack, session: RewriteSession, pictures: list[tuple[Frame, Frame]]
) -> None:
    first_second = [index for index in range(3, 20) if track.present[index]]
    assert not session.targets.speech[first_second].any()
    assert max(puppet.dark(pictures[index][0], track.points[index]) for index in first_second) > 300
    assert max(puppet.dark(pictures[index][1], track.points[index]) for index in first_second) < 10


def test_lost_faces_pass_untouched_and_are_counted(
    session: RewriteSession, pictures: list[tuple[Frame, Frame]]
) -> None:
    for index in LOST:
        assert pictures[index][1] is pictures[index][0]
    assert session.skipped == len(LOST)


def test_nothing_far_from_the_mouth_changes(track: FaceTrack, pictures: list[tuple[Frame, Frame]]) -> None:
    for index in (30, 35, 45):
        before, after = pictures[index]
        x, y = track.points[index][list(LIPS_OUT), :2].mean(0)
        rows, columns = np.mgrid[0 : before.shape[0], 0 : before.shape[1]]
        far = np.hypot(columns - x, rows - y) > 1.4 * puppet.EYES
        assert (before[far] == after[far]).all()
        assert (before != after).any()


def test_the_same_inputs_give_the_same_bytes(track: FaceTrack, clip: Path, session: RewriteSession) -> None:
    again = RewriteLipSyncer().prepare(track, puppet.voice(*LINE), clip, None, None)
    for index, frame in enumerate(read_frames(clip, stop=36)):
        if index >= 30:
            assert (again.render(index, frame) == session.render(index, frame)).all()


def test_another_clip_can_lend_its_mouths(track: FaceTrack, clip: Path, tmp_path: Path) -> None:
    lender = puppet.track_of(1.3 * puppet.speaking_gaps(FRAMES))
    take = puppet.film(lender, tmp_path / "take.mp4")
    syncer = RewriteLipSyncer()
    session = syncer.prepare(track, puppet.voice(*LINE), clip, (take, lender), None)
    frames = dict(enumerate(read_frames(clip, stop=45)))
    wide = int(np.argmax(session.targets.opening[:39]))
    assert puppet.dark(session.render(wide, frames[wide]), track.points[wide]) > 250
    other = syncer.prepare(track, puppet.voice(("o", 5.2)), clip, (take, lender), None)
    assert other._cast.bank is session._cast.bank, "the take is read once for all variants of a likeness"


def test_a_recording_under_five_seconds_is_refused(tmp_path: Path) -> None:
    short = puppet.track_of(puppet.speaking_gaps(100))
    clip = puppet.film(short, tmp_path / "short.mp4")
    with pytest.raises(InputError) as refused:
        RewriteLipSyncer().prepare(short, puppet.voice(("a", 4.0)), clip, None, None)
    assert refused.value.code == "DB_TOO_SHORT" and refused.value.permanent
    RewriteLipSyncer(RewriteSettings(min_seconds=1)).prepare(
        short, puppet.voice(("a", 4.0)), clip, None, None
    )


def test_a_voice_longer_or_shorter_than_the_clip_is_fine(track: FaceTrack, clip: Path) -> None:
    frame = next(read_frames(clip))
    voices: tuple[VoiceTrack, ...] = (puppet.voice(("a", 0.4)), puppet.voice(("a", 30.0)))
    for spoken in voices:
        session = RewriteLipSyncer().prepare(track, spoken, clip, None, None)
        assert session.render(0, frame).shape == frame.shape
        assert session.render(FRAMES + 5, frame) is frame


def test_a_cup_before_the_mouth_is_not_painted_over(track: FaceTrack, clip: Path) -> None:
    session = RewriteLipSyncer().prepare(track, puppet.voice(*LINE), clip, None, None)
    for index, frame in enumerate(read_frames(clip, stop=39)):
        x, y = track.points[index][list(LIPS_OUT), :2].mean(0).astype(int)
        held = index >= 30
        if held:
            frame[y - 10 : y + 60, x - 5 : x + 45] = (200, 60, 20)
        made = session.render(index, frame)
        if held:
            assert np.abs(made[y : y + 50, x + 5 : x + 35].astype(int) - (200, 60, 20)).mean() < 6
    assert session.skipped == 0


def test_a_face_that_is_hidden_altogether_passes_untouched(track: FaceTrack, clip: Path) -> None:
    session = RewriteLipSyncer().prepare(track, puppet.voice(*LINE), clip, None, None)
    for index, frame in enumerate(read_frames(clip, stop=39)):
        if index >= 35:
            frame[60:280, 60:260] = (200, 60, 20)
            assert session.render(index, frame) is frame
        else:
            session.render(index, frame)
    assert session.skipped == 4
