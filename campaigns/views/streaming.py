"""Private files over HTTP with single byte ranges (RFC 9110, section 14), never cached by anybody in between."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Final

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

CHUNK: Final = 256 * 1024
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a single range, None where the header is absent or not a form we serve.

    Raises:
        ValueError: the range lies outside the file (answer 416).
    """
    match = _RANGE.fullmatch(header.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    start = int(first) if first else max(0, size - int(last))
    stop = min(int(last), size - 1) if first and last else size - 1
    if start >= size or stop < start:
        raise ValueError(header)
    return start, stop


def _slice(file: IO[bytes], start: int, length: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while length > 0 and (piece := file.read(min(CHUNK, length))):
            length -= len(piece)
            yield piece


def send(
    request: HttpRequest,
    file: IO[bytes],
    *,
    size: int,
    content_type: str,
    filename: str,
    attachment: bool = False,
    max_age: int = 0,
) -> HttpResponseBase:
    """The file, or the part of it that was asked for (206, or 416 when the range is outside).

    ``max_age`` lets the viewer's own browser keep small pictures, so that a polled page does not fetch them anew.
    """
    try:
        span = parse_range(request.headers.get("Range", ""), size)
    except ValueError:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    response = _whole(file, size) if span is None else _part(file, span, size)
    response["Content-Type"] = content_type
    response["Content-Disposition"] = content_disposition_header(attachment, filename) or "inline"
    response["Accept-Ranges"] = "bytes"
    # Video has to pass the gate at every request, or a revocation could not stop the playback.
    response["Cache-Control"] = f"private, max-age={max_age}" if max_age else "private, no-store"
    return response


def _whole(file: IO[bytes], size: int) -> HttpResponseBase:
    response = FileResponse(file)
    response["Content-Length"] = str(size)
    return response


def _part(file: IO[bytes], span: tuple[int, int], size: int) -> HttpResponseBase:
    start, stop = span
    response = StreamingHttpResponse(_slice(file, start, stop - start + 1), status=206)
    response["Content-Length"] = str(stop - start + 1)
    response["Content-Range"] = f"bytes {start}-{stop}/{size}"
    return response
