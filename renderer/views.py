"""Public pages, no sign-in: verify a video, look a record up, how an ad was made. Each also answers as JSON."""

from __future__ import annotations

from http import HTTPStatus
from importlib import import_module
from types import ModuleType
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from renderer import wording
from renderer.errors import RenderError
from renderer.ratelimit import limited

HTMX_STOP = 286
ENDED = ("done", "failed")
TONES = {
    "SIGNED_UNCHANGED": ("ok", "rosette-discount-check"),
    "SIGNED_ALTERED": ("need", "alert-triangle"),
    "RECOVERED": ("need", "fingerprint"),
    "MIXED": ("fail", "alert-triangle"),
    "RESEMBLES": ("", "help-circle"),
    "OTHER_SIGNER": ("", "certificate"),
    "NO_STATEMENT": ("", "circle-dashed"),
}
# A valid signature must not look like an approval once the person has taken the consent back.
REVOKED = ("fail", "hand-stop")
PART_ICONS = {"face": "face-id", "lips": "mood-smile", "lipsync": "mood-smile", "voice": "wave-sine"}


def lookups() -> ModuleType:
    """Loaded on the first question: the toolkit behind it is large, and most web processes never need it."""
    return import_module("renderer.lookups")


def wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def language_of(request: HttpRequest, *wishes: str) -> str:
    return wording.choose(request.GET.get("lang", ""), *wishes, request.headers.get("Accept-Language", ""))


def page(request: HttpRequest, name: str, language: str, status: int = 200, **context: Any) -> HttpResponse:
    """A public page in one language; the answer about a consent may be a minute old at most."""
    shared = {"language": language, "languages": wording.languages(), "t": wording.texts(language)}
    response = render(request, f"renderer/{name}.html", {**shared, **context}, status=status)
    response["Cache-Control"] = "private, max-age=60"
    response["Vary"] = "Accept, Accept-Language"
    return response


def described(record: dict[str, Any], language: str) -> dict[str, Any]:
    """A registry record in words."""
    words = wording.texts(language)["record"]
    parts = [
        {
            "name": words.get(part, words.get("lips" if part == "lipsync" else "", part)),
            "icon": PART_ICONS.get(part, "circle"),
            "part": part,
        }
        for part in record.get("synthetic_parts") or []
    ]
    return {
        **record,
        "made_on": wording.day(record.get("rendered_at"), language),
        "performer": words.get(record.get("performer_kind") or "", record.get("performer_kind")),
        "parts": parts,
        "standing": wording.consent_words(record.get("consent") or {}, language),
    }


def in_words(verdict: dict[str, Any], language: str) -> dict[str, Any]:
    tone, icon = TONES.get(verdict["code"], ("", "help-circle"))
    record = described(verdict["record"], language) if verdict.get("record") else None
    if record and record["standing"]["state"] == "revoked":
        tone, icon = REVOKED
    return {
        **wording.verdict_words(verdict, language),
        "code": verdict["code"],
        "tone": tone,
        "icon": icon,
        "record": record,
    }


@csrf_exempt
@limited(times=20, seconds=60)
@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest) -> HttpResponseBase:
    """The form, and the upload it sends. Exempt from CSRF: nobody is signed in and nothing is changed for anybody."""
    if request.method == "GET":
        return _asked_for(request)
    try:
        token = lookups().start_check(_upload(request))
    except RenderError as error:
        return _refused(request, error)
    if wants_json(request):
        return JsonResponse({"token": token, "state": "waiting"}, status=HTTPStatus.ACCEPTED)
    return redirect("verify-check", token)


def _asked_for(request: HttpRequest) -> HttpResponseBase:
    asked = request.GET.get("id", "").strip()
    if not asked:
        return page(request, "verify", language_of(request))
    record = lookups().public_record(asked)
    if record is None:
        return page(request, "verify", language_of(request), HTTPStatus.NOT_FOUND, unknown=asked)
    return redirect("verify-record", record["variant"] or record["record"])


def _upload(request: HttpRequest) -> Any:
    """The uploaded file; the length is refused before anything is read.

    Raises:
        RenderError: ``UPLOAD_TOO_LARGE``, ``UNREADABLE_FILE``.
    """
    limit = settings.UPLOAD_LIMIT_MB["verify"]
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit * 1_000_000:
        raise RenderError("UPLOAD_TOO_LARGE", f"The file is larger than {limit} MB.")
    file = request.FILES.get("file")
    if file is None or not file.size:
        raise RenderError("UNREADABLE_FILE", "The file is empty or missing.")
    return file


def _refused(request: HttpRequest, error: RenderError) -> HttpResponseBase:
    if wants_json(request):
        return JsonResponse({"code": error.code, "message": error.message}, status=HTTPStatus.BAD_REQUEST)
    return page(request, "verify", language_of(request), HTTPStatus.BAD_REQUEST, error=error)


@require_GET
def check(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """State of a check: whole page, polled fragment (286 ends the polling) or JSON."""
    result = lookups().check_result(str(token))
    if result is None:
        raise Http404
    language = language_of(request)
    verdict = in_words(result["verdict"], language) if result["verdict"] else None
    if wants_json(request):
        said = {"title": verdict["title"], "text": verdict["text"]} if verdict else None
        return JsonResponse({**result, "said": said}, headers={"Cache-Control": "no-store"})
    fragment = bool(request.headers.get("HX-Request"))
    status = HTMX_STOP if fragment and result["state"] in ENDED else HTTPStatus.OK
    name = "_check" if fragment else "check"
    response = page(request, name, language, status, result=result, verdict=verdict, token=token)
    response["Cache-Control"] = "no-store"
    return response


@require_GET
def record(request: HttpRequest, record_id: UUID) -> HttpResponseBase:
    """What we know of one variant, and how its consent stands now."""
    found = lookups().public_record(str(record_id))
    if wants_json(request):
        answer = found or {"code": "NOT_FOUND", "message": "No record has this id."}
        return JsonResponse(answer, status=HTTPStatus.OK if found else HTTPStatus.NOT_FOUND)
    if found is None:
        raise Http404
    language = language_of(request)
    return page(request, "record", language, record=described(found, language))


@require_GET
def made(request: HttpRequest, variant_id: UUID) -> HttpResponseBase:
    """How this ad was made, in the ad's own language unless another is asked for. Names nobody."""
    found = lookups().public_record(str(variant_id))
    if found is None:
        raise Http404
    language = wording.choose(request.GET.get("lang", ""), found["locale"])
    return page(request, "made", language, record=described(found, language))
