"""The staff view cannot be used to get around the services."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from campaigns import models
from campaigns.services import variants
from tests import factories
from tests.worlds import World

OURS = [model for model in admin.site._registry if model._meta.app_label == "campaigns"]
ADDABLE = {models.Organisation, models.Membership}


@pytest.fixture
def staff(world: World) -> Client:
    client = Client()
    client.force_login(factories.UserFactory(is_staff=True, is_superuser=True))
    return client


def page(model: type, name: str, *args: object) -> str:
    return reverse(f"admin:campaigns_{model._meta.model_name}_{name}", args=args)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_list_and_page_opens_and_nothing_can_be_edited(
    staff: Client, world: World, model: type
) -> None:
    world.request()
    assert staff.get(page(model, "changelist")).status_code == 200
    row = model.objects.first()
    if row is not None:
        shown = staff.get(page(model, "change", row.pk))
        assert shown.status_code == 200
        assert b'name="_save"' not in shown.content
        before = model.objects.values().get(pk=row.pk)
        assert (
            staff.post(page(model, "change", row.pk), {"status": "granted", "action": "x"}).status_code == 403
        )
        assert model.objects.values().get(pk=row.pk) == before


@pytest.mark.parametrize("model", [m for m in OURS if m not in ADDABLE], ids=lambda model: model.__name__)
def test_nothing_is_added_or_deleted_there(staff: Client, world: World, model: type) -> None:
    assert staff.get(page(model, "add")).status_code == 403
    row = model.objects.first()
    if row is not None:
        assert staff.post(page(model, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_the_looser_script_policy_ends_at_the_staff_pages(staff: Client) -> None:
    assert "unsafe-eval" in staff.get("/admin/")["Content-Security-Policy"]
    assert "unsafe-eval" not in staff.get("/healthz")["Content-Security-Policy"]


def test_private_file_names_are_not_shown(staff: Client, world: World) -> None:
    shown = staff.get(page(models.Consent, "change", world.consent.pk)).content.decode()
    assert world.consent.salt not in shown
    take = models.Take.objects.get()
    assert take.file.name not in staff.get(page(models.Take, "change", take.pk)).content.decode()


def test_a_new_organisation_has_its_maker_as_owner(staff: Client) -> None:
    staff.post(page(models.Organisation, "add"), {"name": "New agency"})
    made = models.Organisation.objects.get(name="New agency")
    assert made.memberships.get().role == "owner"
    assert models.AuditEntry.objects.filter(action="organisation.created").count() == 1


def test_roles_are_given_by_owners_only_even_there(staff: Client, world: World) -> None:
    given = {"user": world.stranger.pk, "organisation": world.organisation.pk, "role": "owner"}
    assert staff.post(page(models.Membership, "add"), given).status_code == 403
    assert world.organisation.memberships.filter(user=world.stranger).count() == 0


def test_actions_use_the_services_and_their_roles(staff: Client, world: World) -> None:
    variant = world.request()
    staff.post(page(models.Variant, "changelist"), {"action": "cancel", "_selected_action": [variant.pk]})
    variant.refresh_from_db()
    assert variant.status == "queued"
    world.marketer.is_staff = world.marketer.is_superuser = True
    world.marketer.save()
    staff.force_login(world.marketer)
    staff.post(page(models.Variant, "changelist"), {"action": "cancel", "_selected_action": [variant.pk]})
    variant.refresh_from_db()
    assert variant.status == "draft"
    variants.retry_variant(variant, user=world.marketer)
