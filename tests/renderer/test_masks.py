"""Polygons, edges that end inside the mask, the skin model, and colour matching that touches only its box."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.vision.blend import match_low, mix, paste
from renderer.vision.landmarks import OVAL
from renderer.vision.masks import SkinModel, feather, polygon_mask
from renderer.vision.skin import bare_skin, blur_skin, cheeks_mask, features_mask, skin_probability
from tests.renderer.faces import SIDE, mesh, portrait

SQUARE = np.array(((20, 20), (80, 20), (80, 80), (20, 80)), np.float32)


def test_polygon_has_its_area_and_offset() -> None:
    mask = polygon_mask(SQUARE, (100, 100))
    assert mask.sum() == pytest.approx(60 * 60, rel=0.05)
    assert np.array_equal(polygon_mask(SQUARE, (80, 80), (20, 20)), mask[20:, 20:])


@pytest.mark.parametrize("sigma", [1.0, 3.0, 4.5])
def test_feather_ends_inside_the_mask(sigma: float) -> None:
    mask = polygon_mask(SQUARE, (100, 100))
    soft = feather(mask, sigma)
    assert soft[mask == 0].max() == 0
    assert soft[20, 50] < 0.01
    assert soft[50, 50] == pytest.approx(1, abs=0.01)


def test_skin_model_knows_skin_from_hair_wall_and_shirt() -> None:
    picture, points = portrait("P006"), mesh("P006")
    skin = skin_probability(picture, points)
    x, y = points[10, :2].astype(int)
    assert skin[cheeks_mask(points, picture.shape[:2]) > 0].mean() > 0.9
    assert skin[y - 60 : y - 40, x + 40 : x + 60].mean() < 0.1, "hair"
    assert skin[:40, :40].mean() < 0.1, "wall"
    assert skin[-20:, SIDE // 2 - 20 : SIDE // 2 + 20].mean() < 0.1, "shirt"


def test_skin_model_needs_pixels() -> None:
    assert SkinModel.fit(portrait("P001"), np.zeros((SIDE, SIDE), np.float32)) is None


def test_bare_skin_leaves_out_features_and_surroundings() -> None:
    picture, points = portrait("P006"), mesh("P006")
    bare = bare_skin(skin_probability(picture, points), points)
    assert bare[features_mask(points, (SIDE, SIDE)) > 0].max() == 0
    assert bare[polygon_mask(points[list(OVAL)], (SIDE, SIDE)) == 0].max() == 0
    low = blur_skin(picture, bare, points)
    brow = low[int(points[105, 1]), int(points[105, 0])]
    cheek = low[int(points[205, 1]), int(points[205, 0])]
    assert np.abs(brow - cheek).max() < 60, "dark brows must not darken the skin colours under them"


def test_match_low_takes_over_the_tone_and_keeps_the_detail() -> None:
    rng = np.random.default_rng(3)
    detail = rng.integers(-20, 20, (64, 64, 1))
    source = np.clip(90 + detail + np.zeros(3, int), 0, 255).astype(np.uint8)
    target = np.full((64, 64, 3), (120, 150, 180), np.uint8)
    matched = match_low(source, target, np.ones((64, 64), np.float32), 20)
    assert matched.mean((0, 1)) == pytest.approx((120, 150, 180), abs=5)
    assert np.corrcoef(matched[..., 0].ravel(), source[..., 0].ravel())[0, 1] > 0.95


def test_paste_changes_nothing_outside_its_box_and_where_alpha_is_zero() -> None:
    base = np.random.default_rng(4).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    patch = np.full((20, 20, 3), 200, np.uint8)
    alpha = np.zeros((20, 20), np.float32)
    alpha[5:, :] = 1
    result = paste(base, patch, alpha, (30, 10, 50, 30))
    assert (result[15:30, 30:50] == 200).all()
    result[15:30, 30:50] = base[15:30, 30:50]
    assert np.array_equal(result, base)


def test_mix_rounds_between_both() -> None:
    under, over = np.zeros((1, 2, 3), np.uint8), np.full((1, 2, 3), 100, np.uint8)
    assert mix(under, over, np.array(((0.25, 1.0),), np.float32))[0, :, 0].tolist() == [25, 100]
