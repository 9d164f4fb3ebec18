"""What a file is, by its first bytes. The name and the browser's word for it are never believed."""

from __future__ import annotations

from typing import Final

HEAD_BYTES: Final = 512

_MARKS: Final[tuple[tuple[str, int, bytes], ...]] = (
    ("jpeg", 0, b"\xff\xd8\xff"),
    ("png", 0, b"\x89PNG\r\n\x1a\n"),
    ("pdf", 0, b"%PDF-"),
    ("webm", 0, b"\x1aE\xdf\xa3"),
    ("mpeg", 0, b"\x00\x00\x01\xba"),
    ("mpeg", 0, b"\x00\x00\x01\xb3"),
    ("flac", 0, b"fLaC"),
    ("ogg", 0, b"OggS"),
    ("mp3", 0, b"ID3"),
    ("mp3", 0, b"\xff\xfb"),
    ("mp3", 0, b"\xff\xf3"),
    ("mp3", 0, b"\xff\xf2"),
    ("aac", 0, b"\xff\xf1"),
    ("aac", 0, b"\xff\xf9"),
)
_RIFF: Final = {b"WAVE": "wav", b"AVI ": "avi", b"WEBP": "webp"}
_AUDIO_BRANDS: Final = (b"M4A ", b"M4B ")
_PICTURE_BRANDS: Final = (b"heic", b"heix", b"mif1", b"avif")

VIDEO: Final = frozenset({"mp4", "mov", "webm", "mpeg", "avi"})
PICTURE: Final = frozenset({"jpeg", "png", "webp"})
SOUND: Final = frozenset({"wav", "flac", "ogg", "mp3", "aac", "m4a"})
PAPER: Final = frozenset({"pdf", "jpeg", "png"})


def kind_of(head: bytes) -> str:
    """The kind of file the first bytes belong to; "" for anything unknown."""
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], "")
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free"):
        return _iso_kind(head)
    return next((kind for kind, at, mark in _MARKS if head[at : at + len(mark)] == mark), "")


def _iso_kind(head: bytes) -> str:
    brand = head[8:12]
    if head[4:8] != b"ftyp" or brand == b"qt  ":
        return "mov"
    if brand in _AUDIO_BRANDS:
        return "m4a"
    return "heif" if brand in _PICTURE_BRANDS else "mp4"
