"""Identity: one person's two pictures lie close together, two people's far apart."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from renderer.engines.base import IdentityModel
from renderer.engines.dlibface import CHIP, DlibIdentity, face_chip
from renderer.types import Frame
from tests.renderer.faces import asset, detector, mesh, portrait, turned


@pytest.fixture(scope="module")
def identity() -> DlibIdentity:
    return DlibIdentity()


def _describe(identity: DlibIdentity, picture: Frame) -> np.ndarray:
    described = identity.describe(picture, detector().locate(picture)[0])
    assert described is not None
    return described


def test_is_an_identity_model(identity: DlibIdentity) -> None:
    assert isinstance(identity, IdentityModel)
    assert identity.info.commercial_use
    assert identity.same_below < identity.different_above


def test_chip_is_upright_with_the_eyes_where_the_network_expects_them() -> None:
    leaning = np.asarray(
        cv2.warpAffine(portrait("P001"), cv2.getRotationMatrix2D((360, 360), 20, 1), (720, 720))
    )
    straight = face_chip(portrait("P001"), mesh("P001"))
    turned_back = face_chip(leaning, detector().locate(leaning)[0])
    assert straight is not None and turned_back is not None
    assert straight.shape == (CHIP, CHIP, 3)
    assert np.abs(straight.astype(int) - turned_back).mean() < 8


def test_same_person_is_near_and_others_are_far(identity: DlibIdentity) -> None:
    studio = {person: _describe(identity, portrait(person)) for person in ("P001", "P002", "P007")}
    selfie = _describe(identity, np.asarray(cv2.imread(str(asset("P001", "amateur_selfie"))), np.uint8))
    head_turned = _describe(identity, turned("P001", 10))
    assert identity.distance(studio["P001"], selfie) < identity.same_below
    assert identity.distance(studio["P001"], head_turned) < identity.same_below
    for other in ("P002", "P007"):
        assert identity.distance(studio["P001"], studio[other]) > identity.different_above


def test_face_outside_the_picture_is_not_described(identity: DlibIdentity) -> None:
    assert identity.describe(portrait("P001"), mesh("P001") + 2000) is None
