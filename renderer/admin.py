"""Read-only windows on attempts and provenance. Nothing here can change a render's outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from unfold.admin import ModelAdmin

from renderer.models import ProvenanceRecord, RenderJob

if TYPE_CHECKING:
    from django.http import HttpRequest


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]
    """Shows rows; adding, changing and deleting are refused to everybody."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(RenderJob)
class RenderJobAdmin(ReadOnlyAdmin):
    list_display = ["variant", "attempt", "state", "stage", "worker", "started_at", "error_code"]
    list_filter = ["state", "error_code"]
    search_fields = ["public_id", "variant__public_id"]


@admin.register(ProvenanceRecord)
class ProvenanceRecordAdmin(ReadOnlyAdmin):
    list_display = ["watermark_id", "locale", "performer_kind", "label_pack_version", "rendered_at"]
    search_fields = ["watermark_id", "manifest_id", "file_sha256"]
    exclude = ["manifest"]
