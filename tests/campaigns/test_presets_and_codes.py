"""Label packs: the strictest wins, the EU is the default. Codes: each one is explained."""

from __future__ import annotations

import pytest

from campaigns import catalogue, presets, sniffing
from tests import factories


@pytest.mark.parametrize(
    ("territories", "packs"),
    [
        ([], {"EU"}),
        (["MX"], {"EU"}),
        (["FR"], {"EU"}),
        (["US"], {"US-NY"}),
        (["US-NY"], {"US-NY"}),
        (["US-CA", "IN"], {"EU", "IN"}),
        (["CN", "IN", "US"], {"CN", "IN", "US-NY"}),
        (["*"], {"CN", "EU", "IN", "US-NY"}),
    ],
)
def test_the_pack_follows_the_territory(territories: list[str], packs: set[str]) -> None:
    assert {pack.name for pack in presets.packs_for(territories)} >= packs
    assert len(presets.packs_for(territories)) <= max(
        len(packs), len(presets.label_packs()) * ("*" in territories)
    )


def test_several_territories_get_the_strictest_of_each() -> None:
    rule = presets.label_for(["CN", "IN"], "zh-CN")
    packs = [presets.label_packs()[name] for name in ("CN", "IN")]
    assert rule.version == "+".join(sorted(pack.version for pack in packs))
    assert rule.whole_clip
    assert rule.min_height == max(pack.min_height for pack in packs)
    assert rule.min_area == max(pack.min_area for pack in packs) >= 0.10
    assert rule.takedown_hours == 3
    assert {"aigc_json", "unique_id"} <= set(rule.metadata)


def test_a_named_pack_can_only_make_it_stricter() -> None:
    plain, named = presets.label_for(["MX"], "es-MX"), presets.label_for(["MX"], "es-MX", "IN")
    assert named.min_area > plain.min_area
    assert "EU" in named.version
    assert presets.label_for(["MX"], "es-MX", "nowhere") == plain


def test_every_mark_is_asked_for_everywhere() -> None:
    for pack in presets.label_packs().values():
        assert {"c2pa", "watermark"} <= set(pack.metadata)
        assert pack.version
        assert pack.min_height >= 0.03


def test_every_code_has_text_fix_and_somebody() -> None:
    people = {"marketer", "reviewer", "consent admin", "owner", "operator"}
    for code, entry in catalogue.entries().items():
        assert (entry.code, entry.who in people) == (code, True)
        assert entry.text.endswith(".")
        assert entry.fix.endswith(".")


def test_an_unknown_code_is_our_fault() -> None:
    assert catalogue.entry("NEVER_HEARD_OF").code == "INTERNAL"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (factories.SHORT_MP4, "mp4"),
        (b"\x00\x00\x00\x14ftypqt  ", "mov"),
        (b"\x00\x00\x00\x08wide\x00\x00", "mov"),
        (b"\x00\x00\x00\x18ftypM4A ", "m4a"),
        (b"\x00\x00\x00\x18ftypheic", "heif"),
        (b"\x1aE\xdf\xa3\x01", "webm"),
        (b"\x00\x00\x01\xba!", "mpeg"),
        (b"RIFF....AVI LIST", "avi"),
        (b"RIFF....WAVEfmt ", "wav"),
        (b"RIFF....WEBPVP8 ", "webp"),
        (b"ID3\x04", "mp3"),
        (factories.jpeg(), "jpeg"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (factories.PDF, "pdf"),
        (b"<html>", ""),
        (b"", ""),
        (b"RIFF", ""),
    ],
)
def test_a_file_is_what_its_first_bytes_say(head: bytes, kind: str) -> None:
    assert sniffing.kind_of(head) == kind
