"""The whole product on one machine: the launcher with its own broker, workers, clock and web, and a browser."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from renderer.media.ffmpeg import run
from renderer.media.frames import FrameWriter, read_frames
from renderer.types import OutputProfile

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "renderer" / "data" / "demo"
PASSWORD = "correct horse battery staple"
ROLES = ("marketer", "reviewer", "consent_admin", "owner")
QUIET_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 240
ACCOUNTS = """
from django.contrib.auth import get_user_model
from campaigns.models import Membership, Organisation
team = Organisation.objects.create(name="Northwind Roasters")
for role in {roles!r}:
    user = get_user_model().objects.create_user(role, email=role + "@ads.example", password={password!r})
    Membership.objects.create(user=user, organisation=team, role=role)
"""


@dataclass(frozen=True)
class Site:
    """A running installation."""

    address: str
    environment: dict[str, str]

    def manage(self, *arguments: str) -> str:
        argv = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            argv, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True
        )
        return done.stdout


def chromium() -> str | None:
    names = (os.environ.get("ADFORGE_TEST_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if name and (path := shutil.which(name))), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Database, files and services of their own; the joined weights are shared with the checkout."""
    port, var = free_port(), tmp_path_factory.mktemp("site")
    environment = {
        **{name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
        "ADFORGE_VAR": str(var),
        "ADFORGE_PORT": str(port),
        "ADFORGE_DEMO": "0",
        "ADFORGE_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "MODEL_DIR": str(ROOT / "var" / "models"),
        "DATABASE_URL": "",
        "CELERY_BROKER_URL": "",
        "OMP_NUM_THREADS": "1",
        "RENDER_LEASE_SECONDS": "15",  # a killed worker is missed sooner
    }
    environment = {name: value for name, value in environment.items() if value}
    site = Site(f"http://127.0.0.1:{port}", environment)
    with (var / "launch.txt").open("w") as log:
        launcher = subprocess.Popen(
            [sys.executable, "-m", "adforge.launch"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        wait_for(site, launcher, var / "launch.txt")
        site.manage("shell", "-c", ACCOUNTS.format(roles=ROLES, password=PASSWORD))
        yield site
    finally:
        launcher.send_signal(signal.SIGINT)
        launcher.wait(timeout=90)


def wait_for(site: Site, launcher: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and launcher.poll() is None:
        try:
            with urllib.request.urlopen(f"{site.address}/accounts/login/", timeout=5) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.5)
    raise AssertionError(f"The product did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = chromium()
    if program is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=program, args=QUIET_FLAGS)
        yield browser
        browser.close()


class People:
    """One browser window per person, signed in on first use."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self._browser = browser
        self._site = site
        self._pages: dict[str, Page] = {}

    def __getitem__(self, role: str) -> Page:
        if role not in self._pages:
            self._pages[role] = self._sign_in(role)
        return self._pages[role]

    def anybody(self) -> Page:
        return self._browser.new_context(base_url=self._site.address).new_page()

    def _sign_in(self, role: str) -> Page:
        page = self.anybody()
        page.set_default_timeout(30_000)
        page.goto("/accounts/login/")
        page.fill("input[name=login]", role)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(f"{self._site.address}/")
        return page


@pytest.fixture(scope="session")
def people(browser: Browser, site: Site) -> People:
    return People(browser, site)


@pytest.fixture(scope="session")
def material(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a marketer brings: a six-second master with sound, a photo, a take, papers and bad files."""
    folder = tmp_path_factory.mktemp("material")
    cut(DEMO / "master.mp4", folder / "master.mp4", seconds=6)
    cut(DEMO / "likeness-maya.mp4", folder / "take.mp4", seconds=8)
    shutil.copy(DEMO / "likeness-maya.jpg", folder / "photo.jpg")
    shutil.copy(DEMO / "end-card.mp4", folder / "silent.mp4")
    sound = ["-i", folder / "master.wav", "-shortest", "-c:v", "copy"]
    run(["-i", DEMO / "end-card.mp4", *sound, folder / "faceless.mp4"], timeout=60)
    (folder / "paper.pdf").write_bytes(
        b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )
    (folder / "notes.mp4").write_text("this is not a video")
    whole = (folder / "master.mp4").read_bytes()
    (folder / "truncated.mp4").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.jpg").write_bytes(b"")
    return folder


def cut(source: Path, target: Path, *, seconds: int) -> None:
    frames = read_frames(source, stop=25 * seconds)
    first = next(frames)
    sound = target.with_suffix(".wav")
    run(["-i", source, "-t", str(seconds), "-vn", "-ac", "1", sound], timeout=60)
    size, profile = (first.shape[1], first.shape[0]), OutputProfile(crf=17)
    with FrameWriter(target, size, Fraction(25), profile=profile, audio=sound) as writer:
        writer.write(first)
        for frame in frames:
            writer.write(frame)
