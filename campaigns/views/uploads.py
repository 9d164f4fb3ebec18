"""Resumable uploads as JSON: open, parts, state, complete, abort. The page side is ``static/js/upload.js``."""

from __future__ import annotations

import hashlib
import json
from http import HTTPStatus
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from campaigns import access
from campaigns.models import Upload
from campaigns.services import uploads
from campaigns.views.shared import coded_json


def state_of(upload: Upload) -> dict[str, object]:
    return {
        "id": str(upload.public_id),
        "url": reverse("upload", args=[upload.public_id]),
        "status": upload.status,
        "part_bytes": upload.part_bytes,
        "received": uploads.received(upload),
    }


def _bad_request(message: str) -> JsonResponse:
    return JsonResponse({"code": "BAD_REQUEST", "message": message}, status=HTTPStatus.BAD_REQUEST)


@login_required
@require_POST
@coded_json
def create(request: HttpRequest) -> JsonResponse:
    """Open an upload for a purpose and a target the user may change."""
    try:
        asked = json.loads(request.body)
        wanted = {name: asked[name] for name in ("purpose", "target", "filename")}
        size, details = int(asked["size"]), dict(asked.get("details") or {})
    except (ValueError, KeyError, TypeError):
        return _bad_request("The upload request is not complete.")
    organisation = access.get_organisation(request.user)
    upload = uploads.create_upload(
        user=request.user, organisation=organisation, size=size, details=details, **wanted
    )
    return JsonResponse(state_of(upload), status=HTTPStatus.CREATED)


@login_required
@require_http_methods(["GET", "DELETE"])
@coded_json
def upload(request: HttpRequest, upload_id: UUID) -> JsonResponse:
    """What has arrived so far, or give the upload up."""
    found = access.get_upload_or_404(request.user, upload_id)
    if request.method == "DELETE":
        uploads.abort_upload(found, user=request.user)
    return JsonResponse(state_of(found))


@login_required
@require_http_methods(["PUT"])
@coded_json
def part(request: HttpRequest, upload_id: UUID, number: int) -> JsonResponse:
    """One part. Pages without a secure context cannot hash, then only the whole file's hash is ours."""
    found = access.get_upload_or_404(request.user, upload_id)
    data = request.body
    sha256 = request.headers.get("X-Content-SHA256") or hashlib.sha256(data).hexdigest()
    uploads.put_part(found, number=number, data=data, sha256=sha256)
    return JsonResponse({"number": number})


@login_required
@require_POST
@coded_json
def complete(request: HttpRequest, upload_id: UUID) -> JsonResponse:
    found = access.get_upload_or_404(request.user, upload_id)
    made = uploads.complete_upload(found, user=request.user)
    return JsonResponse({"kind": made._meta.model_name, "id": str(made.public_id)})
