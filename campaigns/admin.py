"""The staff view: everything can be looked at, nothing can be edited around the services."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from campaigns import models
from campaigns.exceptions import CodedError
from campaigns.services import organisations, variants

admin.site.unregister(get_user_model())
admin.site.unregister(Group)


@admin.register(get_user_model())
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):  # type: ignore[misc]
    pass


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]
    """Look, don't touch: no adding, no changing, no deleting, and never the name of a private file."""

    exclude = ("file", "track", "poster", "document", "captions", "bed", "salt", "signed_text")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(models.Organisation)
class OrganisationAdmin(ReadOnlyAdmin):
    """Adding one makes the staff member its first owner."""

    list_display = ("name", "public_id", "created_at")
    search_fields = ("name",)
    fields = ("name",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        made = organisations.create_organisation(name=obj.name, owner=request.user)
        obj.pk = made.pk


@admin.register(models.Membership)
class MembershipAdmin(ReadOnlyAdmin):
    """Roles are given and taken through the service, by an owner of that organisation."""

    list_display = ("user", "organisation", "role", "created_at")
    list_filter = ("role", "organisation")
    fields = ("user", "organisation", "role")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_staff)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.is_staff)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        made = organisations.add_member(
            organisation=obj.organisation, user=request.user, member=obj.user, role=obj.role
        )
        obj.pk = made.pk

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        try:
            organisations.remove_member(obj, user=request.user)
        except CodedError as refused:
            raise PermissionDenied(refused.message) from refused

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for membership in queryset:
            self.delete_model(request, membership)


@admin.register(models.Variant)
class VariantAdmin(ReadOnlyAdmin):
    """Cancel and retry go through the services, with the staff member's own roles."""

    list_display = ("public_id", "campaign", "status", "stage", "error_code", "block_code", "updated_at")
    list_filter = ("status", "error_code", "block_code")
    search_fields = ("public_id", "spec_digest")
    actions = ("cancel", "retry")

    @admin.action(description="Cancel")
    def cancel(self, request: HttpRequest, queryset: QuerySet[models.Variant]) -> None:
        self._each(request, queryset, variants.cancel_variant)

    @admin.action(description="Ask for it again")
    def retry(self, request: HttpRequest, queryset: QuerySet[models.Variant]) -> None:
        self._each(request, queryset, variants.retry_variant)

    def _each(self, request: HttpRequest, rows: QuerySet[models.Variant], act: Any) -> None:
        for variant in rows:
            try:
                act(variant, user=request.user)
            except (CodedError, PermissionDenied) as refused:
                self.message_user(request, f"{variant.public_id}: {refused}", messages.WARNING)


@admin.register(models.AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("id", "at", "action", "actor", "target_type", "target")
    list_filter = ("action",)
    search_fields = ("target", "actor", "organisation")
    ordering = ("-pk",)


_PLAIN: Final[tuple[tuple[type[Model], tuple[str, ...], tuple[str, ...]], ...]] = (
    (models.Campaign, ("name", "advertiser", "organisation", "archived"), ("archived",)),
    (
        models.MasterClip,
        ("public_id", "campaign", "status", "error_code", "seconds"),
        ("status", "error_code"),
    ),
    (models.PerformerRelease, ("public_id", "signed_on", "allows_face_replacement"), ()),
    (models.Person, ("display_name", "kind", "organisation", "erased_at"), ("kind",)),
    (models.Likeness, ("name", "person", "face", "retired"), ("retired",)),
    (models.Take, ("public_id", "kind", "status", "error_code"), ("kind", "status")),
    (models.Consent, ("public_id", "likeness", "version", "status", "starts_at", "ends_at"), ("status",)),
    (models.ConsentEvidence, ("public_id", "consent", "kind"), ("kind",)),
    (models.ConsentReview, ("consent", "decision", "reviewer", "created_at"), ("decision",)),
    (models.Script, ("name", "campaign"), ()),
    (models.LocalizedScript, ("script", "locale", "voice_kind"), ("locale",)),
    (models.Rendition, ("public_id", "profile", "width", "height", "seconds", "bytes"), ("profile",)),
    (models.Review, ("variant", "decision", "reviewer", "created_at"), ("decision",)),
    (models.Upload, ("public_id", "purpose", "status", "size", "created_at"), ("purpose", "status")),
)

for _model, _columns, _filters in _PLAIN:
    admin.site.register(_model, ReadOnlyAdmin, list_display=_columns, list_filter=_filters)
