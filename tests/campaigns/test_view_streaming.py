"""Byte ranges, and that nobody in between keeps what a revocation may take back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.views.streaming import parse_range
from tests import factories
from tests.worlds import World


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("", None),
        ("bytes=0-", (0, 99)),
        ("bytes=0-0", (0, 0)),
        ("bytes=10-19", (10, 19)),
        ("bytes=90-500", (90, 99)),
        ("bytes=-5", (95, 99)),
        ("bytes=-500", (0, 99)),
        ("bytes=-", None),
        ("bytes=0-1,4-5", None),
        ("frames=1-2", None),
    ],
)
def test_ranges_are_read(header: str, span: tuple[int, int] | None) -> None:
    assert parse_range(header, 100) == span


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=500-600", "bytes=9-3"])
def test_ranges_outside_are_refused(header: str) -> None:
    with pytest.raises(ValueError, match="bytes"):
        parse_range(header, 100)


@pytest.fixture
def video(world: World, sent: Any, client: Client) -> str:
    client.force_login(world.marketer)
    return reverse("variant-video", args=[world.approved().public_id])


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_the_whole_file(client: Client, video: str) -> None:
    answer = client.get(video)
    assert (answer.status_code, answer["Content-Type"], answer["Accept-Ranges"]) == (
        200,
        "video/mp4",
        "bytes",
    )
    assert answer["Cache-Control"] == "private, no-store"
    assert body(answer).startswith(factories.SHORT_MP4)
    assert answer["Content-Disposition"].startswith("inline")


def test_a_part_of_the_file(client: Client, video: str) -> None:
    whole = body(client.get(video))
    answer = client.get(video, headers={"range": "bytes=4-7"})
    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes 4-7/{len(whole)}"
    assert answer["Content-Length"] == "4"
    assert body(answer) == b"ftyp" == whole[4:8]


def test_a_range_outside(client: Client, video: str) -> None:
    answer = client.get(video, headers={"range": "bytes=100000-"})
    assert answer.status_code == 416
    assert answer["Content-Range"].startswith("bytes */")


def test_a_head_request_has_no_body(client: Client, video: str) -> None:
    answer = client.head(video)
    assert answer.status_code == 200
    assert int(answer["Content-Length"]) > 0
