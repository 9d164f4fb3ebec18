"""Faces for tests: synthetic people of the openpeople package (MIT), still and turning their heads."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from importlib import resources
from pathlib import Path

import cv2
import numpy as np

from renderer.engines.facemesh import FaceMeshDetector
from renderer.types import FaceTrack, Frame, Points
from renderer.vision.align import head_pose
from renderer.vision.landmarks import SURFACE, iod
from renderer.vision.warp import backward_map, mesh_triangles, warp

FPS = Fraction(25)
SIDE = 720


def asset(person: str, name: str) -> Path:
    """A picture file of one person; names: studio_portrait, amateur_selfie, character_sheet."""
    folder = resources.files("openpeople") / "data" / "curated" / person / "assets"
    return Path(str(folder / f"{name}.jpg"))


@cache
def portrait(person: str, side: int = SIDE) -> Frame:
    picture = cv2.imread(str(asset(person, "studio_portrait")))
    return np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


@cache
def detector() -> FaceMeshDetector:
    return FaceMeshDetector()


@cache
def mesh(person: str, side: int = SIDE) -> Points:
    return detector().locate(portrait(person, side))[0]


def profile(person: str = "P006") -> Frame:
    """The same person from the side, out of the character sheet."""
    sheet = cv2.imread(str(asset(person, "character_sheet")))
    return np.asarray(sheet[150:620, 640:1180], np.uint8)


def turned(person: str, yaw: float, pitch: float = 0.0, side: int = SIDE) -> Frame:
    """The portrait with its head turned by some degrees: the mesh is turned in space, the picture follows it."""
    picture, points = portrait(person, side), mesh(person, side)
    eyes = float(iod(points))
    middle = points[[33, 263]].mean(0) + np.array((0, 0, 0.6 * eyes), np.float32)
    spin = cv2.Rodrigues(np.radians((-pitch, -yaw, 0.0)))[0]
    moved = ((points - middle) @ spin.T + middle).astype(np.float32)
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    ring = np.stack(
        [middle[0] + 2.2 * eyes * np.cos(angle), middle[1] + 2.2 * eyes * np.sin(angle), 0 * angle], 1
    )
    ring = np.clip(ring, 0, side - 1).astype(np.float32)
    source, target = np.r_[points[:SURFACE], ring], np.r_[moved[:SURFACE], ring]
    maps = backward_map(target, source, mesh_triangles(source), (0, 0, side, side))
    return warp(picture, maps)


def nod(person: str, frames: int, reach: float = 8.0) -> list[Frame]:
    """A short clip: the head turns from one side to the other and back."""
    yaws = reach * np.sin(2 * np.pi * np.arange(frames) / frames)
    return [turned(person, float(yaw), float(yaw) / 3) for yaw in yaws]


@cache
def clip(person: str, frames: int = 8) -> tuple[tuple[Frame, ...], FaceTrack]:
    """Frames of ``nod`` and their track; shared between tests, so never change them in place."""
    pictures = tuple(nod(person, frames))
    return pictures, detector().track_frames(pictures, FPS)


def turn_of(points: Points) -> Points:
    """Mesh turned to the front."""
    return head_pose(points).apply(points)
