"""The demo's set: a small café painted in linear light, then thrown out of focus by a round aperture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.demo.brand import mark
from renderer.demo.numbers import f32

if TYPE_CHECKING:
    from renderer.demo.numbers import Image
    from renderer.types import Frame


SIZE = (2080, 1170)  # a little larger than the frame: room for the camera's drift
GAMMA = 2.2
SEED = 20
BLUR = 19  # radius of the out-of-focus disc in pixels


def linear(red: int, green: int, blue: int) -> tuple[float, float, float]:
    """An sRGB colour as linear BGR."""
    return tuple((v / 255) ** GAMMA for v in (blue, green, red))


WALL, WALL_DARK = linear(38, 84, 84), linear(20, 48, 50)
OAK, OAK_DARK = linear(150, 98, 56), linear(70, 44, 26)
CREAM, CORAL, SAGE, BRASS = (
    linear(238, 226, 205),
    linear(226, 112, 74),
    linear(92, 128, 84),
    linear(190, 148, 80),
)
KRAFT, INK = linear(176, 132, 92), linear(20, 58, 60)
BULB = (3.0, 6.5, 11.0)
DAY = (3.4, 3.3, 3.2)


def paint() -> Frame:
    """The finished set, BGR uint8 of ``SIZE``."""
    rng = np.random.default_rng(SEED)
    far = _wall(rng)
    _window(far, rng)
    _shelves(far, rng)
    _counter(far, rng)
    far *= _pools()[..., None]
    _sign(far)
    _lamps(far)
    soft = defocus(far, BLUR)
    soft = soft + 0.12 * cv2.GaussianBlur(soft, (0, 0), 70)
    return develop(soft)


def _wall(rng: np.random.Generator) -> Image:
    width, height = SIZE
    picture = np.empty((height, width, 3), np.float32)
    share = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    picture[:] = f32(WALL) * (1 - share) + f32(WALL_DARK) * share
    cloud = cv2.resize(rng.normal(1, 0.10, (14, 24)).astype(np.float32), SIZE, interpolation=cv2.INTER_CUBIC)
    picture *= cloud[..., None]
    tile = 66
    for row in range(int(height * 0.56) // tile, height // tile + 1):
        for column in range(-1, width // tile + 1):
            x, y = column * tile * 2 + (row % 2) * tile, row * tile
            shade = f32(CREAM) * 0.42 * rng.uniform(0.75, 1.1)
            cv2.rectangle(picture, (x + 3, y + 3), (x + 2 * tile - 3, y + tile - 3), shade.tolist(), -1)
    return picture


def _window(picture: Image, rng: np.random.Generator) -> None:
    """A tall window at the right; trees and glints of the street behind it, all out of focus."""
    x0, y0, x1, y1 = 1690, 60, 2080, 760
    street = np.linspace(1.0, 0.30, y1 - y0, dtype=np.float32)[:, None, None] * f32(DAY)
    street = np.repeat(street, x1 - x0, axis=1)
    for _ in range(420):
        x, y = int(rng.integers(0, x1 - x0)), int((y1 - y0) * rng.beta(3.0, 1.6))
        tone = f32(SAGE) * rng.uniform(0.8, 4.2) + f32((0, 0.2, 0.25)) * rng.uniform(0, 2)
        cv2.circle(street, (x, y), int(rng.integers(6, 30)), tone.tolist(), -1, cv2.LINE_AA)
    for _ in range(26):
        place = (int(rng.integers(0, x1 - x0)), int(rng.integers(120, y1 - y0)))
        cv2.circle(street, place, int(rng.integers(3, 6)), (9.0, 9.5, 10.0), -1, cv2.LINE_AA)
    picture[y0:y1, x0:x1] = street
    for x in (x0, (x0 + x1) // 2 + 10, x1):
        _column(picture, x - 13, y0 - 14, x + 13, y1 + 14, OAK_DARK)
    for y in (y0, y0 + 230, y1):
        cv2.rectangle(picture, (x0 - 12, y - 9), (x1, y + 9), OAK_DARK, -1)
    cv2.rectangle(picture, (x0 - 40, y1 + 10), (SIZE[0], y1 + 44), OAK, -1)


def _shelves(picture: Image, rng: np.random.Generator) -> None:
    """Oak shelves with jars, cups and plants at the left and behind."""
    for y in (330, 560):
        _shadow(picture, 40, y + 40, 1010, 90)
        cv2.rectangle(picture, (40, y), (1010, y + 26), OAK, -1)
        cv2.rectangle(picture, (40, y + 26), (1010, y + 40), OAK_DARK, -1)
        x = 70
        while x < 940:
            x += _thing(picture, x, y, rng) + int(rng.integers(14, 40))
    for x in (120, 900):
        _column(picture, x, 300, x + 12, 700, BRASS)


def _shadow(picture: Image, x0: int, y: int, x1: int, depth: int) -> None:
    """What a board keeps off the wall below it."""
    fall = 1 - 0.6 * np.linspace(1, 0, depth, dtype=np.float32)[:, None, None] ** 1.5
    picture[y : y + depth, x0:x1] *= fall


def _column(
    picture: Image, x0: int, y0: int, x1: int, y1: int, tone: tuple[float, ...], taper: float = 0.0
) -> None:
    """Something round and upright: lit from the left, darker to the right; ``taper`` narrows its foot."""
    x0, x1, y0, y1 = max(x0, 0), min(x1, picture.shape[1]), max(y0, 0), min(y1, picture.shape[0])
    u = np.linspace(0, 1, x1 - x0, dtype=np.float32)[None, :, None]
    light = 0.42 + 0.85 * np.exp(-(((u - 0.32) / 0.26) ** 2)) + 0.12 * np.exp(-(((u - 0.95) / 0.06) ** 2))
    down = np.linspace(0, 1, y1 - y0, dtype=np.float32)[:, None, None]
    inside = (np.abs(u - 0.5) <= 0.5 - 0.5 * taper * down).astype(np.float32)
    part = picture[y0:y1, x0:x1]
    part += inside * (f32(tone) * light - part)


def _thing(picture: Image, x: int, y: int, rng: np.random.Generator) -> int:
    kind = rng.integers(0, 4)
    if kind == 0:
        return _jar(picture, x, y, rng)
    if kind == 1:
        return _cups(picture, x, y, rng)
    if kind == 2:
        return _plant(picture, x, y, rng)
    width, height = int(rng.integers(46, 70)), int(rng.integers(90, 140))
    tone = (CORAL, CREAM, KRAFT)[int(rng.integers(0, 3))]
    _column(picture, x, y - height, x + width, y, tone)
    _column(picture, x + 6, y - height + 34, x + width - 6, y - height + 66, INK)
    return width


def _jar(picture: Image, x: int, y: int, rng: np.random.Generator) -> int:
    width, height = int(rng.integers(52, 76)), int(rng.integers(80, 120))
    _column(picture, x, y - height, x + width, y, linear(70, 42, 26))
    _column(picture, x, y - height, x + width, y - int(height * 0.72), linear(120, 128, 120))
    _column(picture, x - 2, y - height - 16, x + width + 2, y - height, BRASS)
    cv2.line(picture, (x + 14, y - height + 8), (x + 14, y - 12), (1.1, 1.1, 1.1), 5)
    return width


def _cups(picture: Image, x: int, y: int, rng: np.random.Generator) -> int:
    tone = (CREAM, CORAL, linear(205, 214, 208))[int(rng.integers(0, 3))]
    for level in range(int(rng.integers(2, 4))):
        top = y - 40 * level
        _column(picture, x, top - 38, x + 64, top, tone, taper=0.3)
        cv2.line(picture, (x + 2, top - 38), (x + 62, top - 38), tuple(0.35 * c for c in tone), 4)
    return 68


def _plant(picture: Image, x: int, y: int, rng: np.random.Generator) -> int:
    _column(picture, x + 20, y - 60, x + 84, y, CORAL, taper=0.25)
    for _ in range(60):
        angle, reach = rng.uniform(-2.7, -0.4), rng.uniform(20, 110)
        tip = (int(x + 52 + reach * np.cos(angle)), int(y - 62 + reach * np.sin(angle)))
        tone = tuple(c * rng.uniform(0.25, 1.3) for c in SAGE)
        cv2.ellipse(picture, tip, (24, 8), float(np.degrees(angle)) + rng.uniform(-25, 25), 0, 360, tone, -1)
    return 104


def _sign(picture: Image) -> None:
    """The brand's round sign, lit from behind, on the bar: beside a head it would pass for a second face."""
    x, y, radius = 420, 1022, 104
    grid_y, grid_x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]].astype(np.float32)
    halo = np.exp(-(((np.hypot(grid_x - x, grid_y - y) - radius) / 46) ** 2))
    picture += halo[..., None] * f32((0.07, 0.22, 0.36))
    cv2.circle(picture, (x, y), radius, linear(12, 44, 46), -1, cv2.LINE_AA)
    sign = mark(2 * radius - 40, (246, 236, 220), (240, 140, 96))
    top, left = y - radius + 14, x - radius + 20
    part = picture[top : top + sign.shape[0], left : left + sign.shape[1]]
    colour = (sign[..., 2::-1].astype(np.float32) / 255) ** GAMMA * 1.5
    part += (sign[..., 3:].astype(np.float32) / 255) * (colour - part)


def _counter(picture: Image, rng: np.random.Generator) -> None:
    """The bar with an espresso machine."""
    height = SIZE[1]
    cv2.rectangle(picture, (0, 850), (1240, 890), OAK, -1)
    for x in range(0, 1240, 62):
        tone = f32(OAK_DARK) * rng.uniform(0.7, 1.2)
        cv2.rectangle(picture, (x, 890), (x + 56, height), tone.tolist(), -1)
    _shadow(picture, 0, 790, 1240, 60)
    _column(picture, 150, 650, 560, 850, linear(150, 154, 158))
    _column(picture, 150, 650, 560, 702, linear(220, 224, 226))
    cv2.rectangle(picture, (180, 730), (530, 822), linear(22, 24, 26), -1)
    for x in (230, 350, 470):
        _column(picture, x - 24, 716, x + 24, 762, BRASS)
        _column(picture, x - 18, 776, x + 18, 822, CREAM, taper=0.3)
        cv2.circle(picture, (x, 674), 9, (0.3, 0.9, 3.5), -1)
    for x in range(190, 540, 62):
        _cups(picture, x, 650, rng)


def _lamps(picture: Image) -> None:
    """Pendant lamps and a string of small bulbs: the lights that become discs."""
    for x, y in ((250, 150), (640, 110), (1010, 150), (1500, 120)):
        cv2.line(picture, (x, 0), (x, y - 40), (0.01, 0.01, 0.01), 5)
        shade = np.array([(x - 20, y - 50), (x + 20, y - 50), (x + 74, y + 8), (x - 74, y + 8)])
        cv2.fillPoly(picture, [shade], BRASS)
        cv2.ellipse(picture, (x, y + 8), (40, 16), 0, 0, 360, BULB, -1)
    for step in range(15):
        x = 1130 + step * 38
        sag = int(40 * np.sin(np.pi * step / 14))
        cv2.circle(picture, (x, 236 + sag), 5, tuple(1.6 * b for b in BULB), -1)


def _pools() -> Image:
    """How much light falls where."""
    width, height = SIZE
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    light = np.full((height, width), 0.42, np.float32)
    for cx, cy, reach, power in (
        (250, 330, 300, 0.9),
        (640, 300, 320, 0.8),
        (1010, 330, 320, 0.9),
        (1500, 330, 320, 0.7),
    ):
        light += power * np.exp(-(((x - cx) / reach) ** 2) - ((y - cy) / (reach * 0.9)) ** 2)
    light += 0.9 * np.exp(-(((width - x) / 420) ** 2))
    return light


def defocus(picture: Image, radius: int) -> Image:
    """Blur by a disc, as an open lens does; in linear light small lamps become bright discs."""
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    disc = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    blurred = cv2.filter2D(picture, -1, disc / disc.sum(), borderType=cv2.BORDER_REFLECT)
    return np.asarray(cv2.GaussianBlur(blurred, (0, 0), 1.6), np.float32)


def develop(picture: Image) -> Frame:
    """Linear light to display values with a soft shoulder."""
    exposed = picture * 1.12
    toned = exposed * (1 + exposed / 9) / (1 + exposed * 0.75)
    return np.asarray(np.clip(255 * toned ** (1 / GAMMA) + 0.5, 0, 255), np.uint8)
