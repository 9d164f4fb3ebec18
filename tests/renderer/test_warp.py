"""Backward maps: the identity, known maps, no seams, and no folds when a mouth opens."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.vision.landmarks import LIPS_IN, LOWER_LIP, OVAL, SURFACE, iod
from renderer.vision.masks import polygon_mask
from renderer.vision.warp import (
    backward_grid,
    backward_map,
    face_box,
    face_triangles,
    mesh_triangles,
    sample,
    warp,
)
from tests.renderer.faces import SIDE, mesh, portrait


def _box(person: str) -> tuple[int, int, int, int]:
    box = face_box(mesh(person), 24, (SIDE, SIDE))
    assert box is not None
    return box


def _psnr(first: np.ndarray, second: np.ndarray) -> float:
    error = ((first.astype(float) - second) ** 2).mean()
    return float(10 * np.log10(255**2 / max(error, 1e-9)))


def test_warp_onto_itself_gives_the_picture_back() -> None:
    picture, points, box = portrait("P001"), mesh("P001")[:SURFACE], _box("P001")
    crop = picture[box[1] : box[3], box[0] : box[2]]
    inside = polygon_mask(points[list(OVAL)], crop.shape[:2], box[:2]) > 0
    shown = warp(picture, backward_map(points, points, mesh_triangles(points), box))
    assert _psnr(shown[inside], crop[inside]) > 40


def test_there_and_back_again() -> None:
    first, second = mesh("P001")[:SURFACE], mesh("P006")[:SURFACE]
    triangles, whole = mesh_triangles(first), (0, 0, SIDE, SIDE)
    there = warp(portrait("P001"), backward_map(second, first, triangles, whole))
    back = warp(there, backward_map(first, second, triangles, whole))
    inside = polygon_mask(first[list(OVAL)], (SIDE, SIDE)) > 0
    assert _psnr(back[inside], portrait("P001")[inside]) > 32


def test_coarse_nodes_stay_close_to_the_exact_map() -> None:
    target, source, box = mesh("P006")[:SURFACE], mesh("P001")[:SURFACE], _box("P006")
    triangles = mesh_triangles(source)
    exact, coarse = (backward_map(target, source, triangles, box, step) for step in (1, 4))
    inside = polygon_mask(target[list(OVAL)], exact[0].shape, box[:2]) > 0
    apart = np.hypot(exact[0] - coarse[0], exact[1] - coarse[1])[inside]
    assert apart.mean() < 0.1
    assert np.percentile(apart, 99) < 0.6


def test_affine_motion_is_exact_even_past_the_hull() -> None:
    points, box = mesh("P001")[:SURFACE, :2], _box("P001")
    turn = np.array(((0.9, 0.1), (-0.15, 1.1)), np.float32)
    maps = backward_map(points, points @ turn + 9, mesh_triangles(points), box)
    y, x = np.mgrid[box[1] : box[3], box[0] : box[2]]
    wanted = np.stack([x, y], -1) @ turn + 9
    assert np.abs(np.stack(maps, -1) - wanted).max() < 0.05


def test_constant_picture_leaves_no_line() -> None:
    grey = np.full((SIDE, SIDE, 3), 131, np.uint8)
    target, source = mesh("P006")[:SURFACE], mesh("P001")[:SURFACE]
    shown = warp(grey, backward_map(target, source, mesh_triangles(source), _box("P006")))
    assert (shown == 131).all()


def test_fill_past_the_hull_stays_in_reach_of_the_mesh() -> None:
    grid = backward_grid(
        mesh("P006")[:SURFACE], mesh("P001")[:SURFACE], face_triangles(mesh("P001")), _box("P006")
    )
    assert not grid.inside.all()
    assert np.isfinite(grid.offsets).all()
    seen, beyond = grid.offsets[grid.inside], grid.offsets[~grid.inside]
    assert (beyond >= seen.min(0) - 0.5).all()
    assert (beyond <= seen.max(0) + 0.5).all()


def test_triangles_do_not_fold_when_the_mouth_opens() -> None:
    points = mesh("P001")
    triangles = face_triangles(points)
    opened = points[:SURFACE].copy()
    opened[list(LOWER_LIP), 1] += 0.2 * float(iod(points))
    corners = opened[triangles][:, :, :2]
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    lips = np.isin(triangles, LIPS_IN).all(axis=1)
    assert lips.any()
    assert (area[lips] * np.sign(np.median(area)) > 0).all()


def test_nose_covers_the_far_cheek() -> None:
    # Two overlapping triangles in depth: the nearer one, drawn last, must win whatever their order.
    flat = np.array(((0, 0), (80, 0), (0, 80)), np.float32)
    points = np.r_[np.c_[flat, np.full(3, 9)], np.c_[flat, np.zeros(3)]].astype(np.float32)
    source = np.r_[flat + 500, flat + 100].astype(np.float32)
    for triangles in (np.array(((0, 1, 2), (3, 4, 5)), np.int32), np.array(((3, 4, 5), (0, 1, 2)), np.int32)):
        maps = backward_map(points, source, triangles, (0, 0, 80, 80))
        assert maps[0][20, 20] == pytest.approx(120, abs=3)


def test_box_lies_on_the_grid_inside_the_picture() -> None:
    points = np.array(((-20, 5), (103, 90)), np.float32)
    assert face_box(points, 10, (110, 200)) == (0, 0, 108, 100)
    assert face_box(points + 500, 10, (110, 200)) is None


def test_sample_repeats_the_border() -> None:
    picture = np.arange(12, dtype=np.float32).reshape(3, 4, 1)
    places = np.array((((-5.0, 0.0), (1.5, 1.0), (9.0, 9.0)),), np.float32)
    assert sample(picture, places).ravel().tolist() == [0.0, 5.5, 11.0]
