"""Gate 1, idempotent requests, cancel and retry."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from campaigns.exceptions import CampaignError, ConsentDenied, StateConflict
from campaigns.models import AuditEntry, Consent, Likeness, Variant
from campaigns.services import consents, scripts, variants
from campaigns.states import transition
from tests import factories
from tests.worlds import World, finish, make_world

RENDER = "renderer.tasks.render_variant"


def test_a_request_queues_the_variant_and_sends_its_id_once(world: World, sent, committing) -> None:
    with committing():
        variant = world.request()
    assert variant.status == "queued"
    assert sent == [(RENDER, str(variant.public_id))]
    assert list(variant.consents.all()) == [world.consent]
    assert variant.label_pack_version == "EU-1+US-NY-1"


def test_the_same_request_twice_renders_once(world: World, sent, committing) -> None:
    with committing():
        first, second = world.request(), world.request(user=world.teammate)
    assert first == second
    assert sent == [(RENDER, str(first.public_id))]


@pytest.mark.parametrize("status", ["rendering", "ready"])
def test_a_running_or_finished_variant_is_not_rendered_again(world: World, sent, committing, status) -> None:
    variant = world.request()
    transition(variant, "rendering") if status == "rendering" else finish(variant)
    with committing():
        again = world.request()
    assert (again.pk, again.status, sent) == (variant.pk, status, [])


@pytest.mark.parametrize("status", ["failed", "blocked"])
def test_what_failed_is_queued_by_a_new_request(world: World, sent, committing, status: str) -> None:
    variant = world.request()
    transition(variant, "rendering")
    transition(variant, status, code="NO_FACE", message="No face.", stage="face")
    with committing():
        again = variants.retry_variant(variant, user=world.marketer)
    assert (again.pk, again.status, again.error_code, again.block_code) == (variant.pk, "queued", "", "")
    assert sent == [(RENDER, str(variant.public_id))]


def test_without_a_grant_nothing_is_made_and_the_refusal_is_on_record(world: World, sent, committing) -> None:
    world.campaign.territories = ["US", "DE"]
    world.campaign.save()
    with committing(), pytest.raises(ConsentDenied) as denied:
        world.request()
    assert denied.value.code == "TERRITORY"
    assert "DE" in denied.value.message
    assert (Variant.objects.count(), sent) == (0, [])
    entry = AuditEntry.objects.get(action="variant.refused")
    assert entry.data["code"] == "TERRITORY"
    assert entry.target == str(world.campaign.public_id)


def test_a_matrix_goes_on_after_a_refused_cell(world: World) -> None:
    french = factories.LocalizedScriptFactory(script=world.script, locale="fr-FR")
    world.likeness.voice_preset["fr"] = "ff_siwis"
    world.likeness.save()
    outcomes = variants.request_matrix(
        campaign=world.campaign,
        master=world.master,
        likenesses=[world.likeness],
        localized_scripts=[french, world.english],
        user=world.marketer,
    )
    assert [outcome.code for outcome in outcomes] == ["LOCALE", ""]
    assert outcomes[1].variant.status == "queued"


def test_two_by_three_makes_six(world: World) -> None:
    second = factories.LikenessFactory(person__organisation=world.organisation)
    factories.TakeFactory(likeness=second, ready=True, content=factories.jpeg(colour="navy"))
    factories.ConsentFactory(likeness=second, granted=True)
    more = [factories.LocalizedScriptFactory(script=world.script, locale=tag) for tag in ("es-MX", "pt-BR")]
    outcomes = variants.request_matrix(
        campaign=world.campaign,
        master=world.master,
        likenesses=[world.likeness, second],
        localized_scripts=[world.english, *more],
        user=world.marketer,
    )
    assert len({outcome.variant.spec_digest for outcome in outcomes}) == 6


def test_a_cap_counts_the_others_but_not_itself(world: World) -> None:
    world.consent.max_variants = 1
    world.consent.save()
    first = world.request()
    assert world.request() == first
    spanish = factories.LocalizedScriptFactory(script=world.script, locale="es-MX")
    with pytest.raises(ConsentDenied) as denied:
        world.request(localized_script=spanish)
    assert denied.value.code == "MAX_VARIANTS"
    variants.cancel_variant(first, user=world.marketer)
    assert world.request(localized_script=spanish).status == "queued"


def test_changed_words_are_another_variant(world: World) -> None:
    old = finish(world.request())
    scripts.localize(world.script, user=world.marketer, locale="en-US", texts=["New words.", "And more."])
    world.english.refresh_from_db()
    new = world.request()
    assert new != old
    assert [line[2] for line in new.spec["lines"]] == ["New words.", "And more."]
    assert "part 0" in variants.uses_of(old)[0].text


def test_changing_the_words_cancels_what_is_on_its_way(world: World) -> None:
    variant = world.request()
    transition(variant, "rendering")
    scripts.localize(world.script, user=world.marketer, locale="en-US", texts=["New words.", "And more."])
    variant.refresh_from_db()
    assert variant.status == "draft"


def test_the_worker_notices_changed_material(world: World) -> None:
    variant = world.request()
    variants.check_unchanged(variant)
    factories.TakeFactory(likeness=world.likeness, ready=True, content=factories.jpeg(colour="navy"))
    with pytest.raises(CampaignError) as changed:
        variants.check_unchanged(variant)
    assert changed.value.code == "SPEC_CHANGED"


def test_a_new_consent_version_makes_a_new_variant(world: World) -> None:
    old = finish(world.request())
    newer = factories.ConsentFactory(likeness=world.likeness, granted=True)
    new = world.request()
    assert new != old
    assert list(new.consents.all()) == [newer]


def test_uses_name_face_lips_and_voice(world: World) -> None:
    uses = variants.uses_of(world.request())
    assert [use.modality.value for use in uses] == ["lip_sync", "face_substitution", "voice_preset"]
    assert {use.locale for use in uses} == {"en-US"}


def test_a_recording_is_a_use_of_its_speaker(world: World) -> None:
    speaker = factories.LikenessFactory(person__organisation=world.organisation, face=False)
    voice = factories.TakeFactory(likeness=speaker, kind="voice", ready=True)
    world.english.voice_kind, world.english.voice_over = "recording", voice
    world.english.save()
    with pytest.raises(ConsentDenied) as denied:
        world.request()
    assert denied.value.code == "NO_CONSENT"
    factories.ConsentFactory(likeness=speaker, granted=True)
    variant = world.request()
    assert variants.uses_of(variant)[-1].likeness_ref == str(speaker.public_id)
    assert variant.consents.count() == 2


def test_cancel_only_what_is_on_its_way(world: World) -> None:
    variant = finish(world.request())
    with pytest.raises(StateConflict):
        variants.cancel_variant(variant, user=world.marketer)


def in_threads(work: Callable[[int], object], count: int = 6) -> list[object]:
    """Start all at once, each with its own connection; what each returned or raised."""
    start, ends = threading.Barrier(count), [None] * count

    def run(number: int) -> None:
        start.wait()
        try:
            ends[number] = work(number)
        except ConsentDenied as denied:
            ends[number] = denied.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


@pytest.mark.django_db(transaction=True)
def test_many_people_asking_at_once_get_one_variant_and_one_render(sent) -> None:
    world = make_world()
    variants_made = in_threads(lambda _: world.request().pk)
    assert len(set(variants_made)) == Variant.objects.count() == len(sent) == 1
    assert AuditEntry.objects.filter(action="variant.queued").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_cap_holds_when_many_ask_at_once(sent) -> None:
    world = make_world()
    Consent.objects.update(max_variants=2)
    tags = ["es-MX", "es-AR", "en-GB", "en-CA", "pt-BR", "es-ES"]
    scripts_made = [factories.LocalizedScriptFactory(script=world.script, locale=tag) for tag in tags]
    Likeness.objects.update(voice_preset={"en": "af_heart", "es": "ef_dora", "pt": "pf_dora"})
    world.likeness.refresh_from_db()
    ends = in_threads(lambda number: world.request(localized_script=scripts_made[number]).status)
    assert sorted(map(str, ends)) == ["MAX_VARIANTS"] * 4 + ["queued"] * 2
    assert len(sent) == 2


@pytest.mark.django_db(transaction=True)
def test_a_revocation_between_requests_lets_nothing_through(sent) -> None:
    world = make_world()
    tags = ["es-MX", "es-AR", "en-GB", "en-CA", "es-ES"]
    scripts_made = [factories.LocalizedScriptFactory(script=world.script, locale=tag) for tag in tags]
    Likeness.objects.update(voice_preset={"en": "af_heart", "es": "ef_dora"})
    world.likeness.refresh_from_db()

    def act(number: int) -> object:
        if number == 2:
            return consents.revoke_consent(world.consent, user=world.consent_admin, reason="Stop.")
        return world.request(localized_script=scripts_made[number - (number > 2)]).status

    in_threads(act)
    assert set(Variant.objects.values_list("status", flat=True)) <= {"blocked"}


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        ("master", "MASTER_NOT_READY"),
        ("takes", "LIKENESS_NOT_READY"),
        ("voice", "VOICE_MISSING"),
        ("words", "SCRIPT_INCOMPLETE"),
        ("length", "LINE_OUTSIDE_CLIP"),
        ("foreign", "FOREIGN_OBJECT"),
    ],
)
def test_incomplete_material_is_refused_with_its_code(world: World, spoil: str, code: str) -> None:
    changes = {}
    if spoil == "master":
        changes["master"] = factories.MasterClipFactory(campaign=world.campaign)
    if spoil == "takes":
        world.likeness.takes.update(status="rejected")
    if spoil == "voice":
        world.likeness.voice_preset = {}
    if spoil == "words":
        world.english.lines.first().delete()
    if spoil == "length":
        world.master.seconds = 5.0
    if spoil == "foreign":
        changes["likeness"] = factories.LikenessFactory()
    with pytest.raises(CampaignError) as refused:
        world.request(**changes)
    assert refused.value.code == code
    assert not Variant.objects.exists()
