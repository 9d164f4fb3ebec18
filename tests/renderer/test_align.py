"""Head pose: known turns come back, meshes fall onto one another."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from renderer.types import Points
from renderer.vision.align import fit_points, fit_residual, head_angles, head_pose, normalise, rigid_fit
from tests.renderer.faces import detector, mesh, turned


def _turn(points: Points, yaw: float, pitch: float, roll: float) -> Points:
    spin = cv2.Rodrigues(np.radians((-pitch, -yaw, roll)))[0]
    return (points @ spin.T).astype(np.float32)


@pytest.mark.parametrize("angles", [(20.0, 0.0, 0.0), (-25.0, 0.0, 0.0), (0.0, 15.0, 0.0), (0.0, 0.0, 12.0)])
def test_known_turn_is_recovered(angles: tuple[float, float, float]) -> None:
    front = head_pose(mesh("P006")).apply(mesh("P006"))
    assert head_angles(_turn(front, *angles)) == pytest.approx(angles, abs=0.5)


def test_yaw_of_a_turned_picture_has_the_right_sign_and_size() -> None:
    yaw, _, _ = head_angles(detector().locate(turned("P006", 14))[0])
    assert 9 < yaw < 18


def test_rigid_fit_undoes_turn_scale_and_shift() -> None:
    points = mesh("P001")
    moved = (1.7 * _turn(points, 12, -7, 4) + np.array((30, -80, 5), np.float32)).astype(np.float32)
    pose = rigid_fit(moved, points)
    assert np.abs(pose.apply(moved) - points).max() < 0.05
    assert np.abs(pose.invert(points) - moved).max() < 0.1
    assert pose.scale == pytest.approx(1 / 1.7, rel=1e-4)
    assert np.linalg.det(pose.rotation) == pytest.approx(1)


def test_normalised_mesh_does_not_move_with_the_head() -> None:
    points = mesh("P001")
    moved = 0.6 * _turn(points, 18, 5, -9) + 40
    assert np.abs(normalise(moved, points) - normalise(points, points)).max() < 1e-3
    eyes = normalise(points, points)[[33, 263]]
    assert np.linalg.norm(eyes[0] - eyes[1]) == pytest.approx(1, abs=1e-4)
    assert np.abs(eyes.mean(0)).max() < 1e-4


def test_similarity_of_flat_points() -> None:
    flat = np.array(((0, 0), (4, 0), (4, 3)), float)
    fit = fit_points(flat, 2 * flat[:, ::-1] * (-1, 1) + (5, 6))
    assert fit.scale == pytest.approx(2)
    assert (
        np.abs(fit.scale * flat @ fit.rotation + fit.shift - (2 * flat[:, ::-1] * (-1, 1) + (5, 6))).max()
        < 1e-9
    )


def test_residual_tells_a_face_from_a_torn_mesh() -> None:
    points = mesh("P001")
    torn = points + np.random.default_rng(0).normal(0, 40, points.shape).astype(np.float32)
    assert fit_residual(points) < 0.04
    assert fit_residual(torn) > 0.12
