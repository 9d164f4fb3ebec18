"""The plan holds what was asked for, and nothing that came afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from campaigns.exceptions import ConsentDenied
from campaigns.models import Consent, Take
from renderer import jobs, planning
from renderer.errors import InputError
from tests import factories

if TYPE_CHECKING:
    from renderer.models import RenderJob
    from tests.worlds import World

pytestmark = pytest.mark.django_db


def claimed(world: World) -> RenderJob:
    job = jobs.claim(str(world.request().public_id), worker="w1")
    assert job is not None
    return job


def test_the_plan_is_what_was_asked_for(world: World, tmp_path: Path) -> None:
    job = claimed(world)
    plan = planning.build_plan(job, tmp_path)
    assert plan.voice is not None
    assert (plan.voice.kind, plan.voice.name) == ("preset", "af_heart")
    assert [line.text for line in plan.lines] == [line[2] for line in job.variant.spec["lines"]]
    assert plan.likeness is not None
    assert [photo.sha256 for photo in plan.likeness.photos] == job.variant.spec["takes"]
    assert plan.manifest.consent_refs == (str(world.consent.public_id),)
    assert plan.label.pack_version == job.variant.label_pack_version
    assert plan.master.path.read_bytes() == factories.SHORT_MP4


def test_the_voice_chosen_for_the_script_wins(world: World, tmp_path: Path) -> None:
    world.english.voice_name = "am_adam"
    world.english.save()
    plan = planning.build_plan(claimed(world), tmp_path)
    assert plan.voice is not None
    assert plan.voice.name == "am_adam"


def test_material_that_changed_meanwhile_is_not_rendered(world: World, tmp_path: Path) -> None:
    job = claimed(world)
    factories.TakeFactory(likeness=world.likeness, ready=True, content=factories.jpeg(colour="navy"))
    with pytest.raises(InputError) as changed:
        planning.build_plan(job, tmp_path)
    assert (changed.value.code, changed.value.permanent) == ("SPEC_CHANGED", True)


def test_a_file_that_is_not_the_accepted_one_is_refused(world: World, tmp_path: Path) -> None:
    job = claimed(world)
    Path(Take.objects.get().file.path).write_bytes(b"swapped")
    with pytest.raises(InputError, match="FILE_CHANGED"):
        planning.build_plan(job, tmp_path)


def test_gate_two_stops_what_waited_too_long(world: World, tmp_path: Path) -> None:
    job = claimed(world)
    Consent.objects.update(ends_at=world.consent.starts_at)
    with pytest.raises(ConsentDenied, match="LAPSED"):
        planning.build_plan(job, tmp_path)
