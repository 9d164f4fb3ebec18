"""Comparisons of scopes: banned words in any spelling, territories, locales."""

from __future__ import annotations

import pytest

from campaigns import scope


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("cheap", "So cheap."),
        ("cheap", "CHEAP!"),
        ("cheap", "che\u200bap coffee"),
        ("cheap", "\uff43\uff48\uff45\uff41\uff50"),
        ("buy now", "Please  buy\nnow"),
        ("straße", "STRASSE"),
        ("安い", "とても安いコーヒー"),
        ("C++", "learn c++ today"),
    ],
)
def test_a_banned_word_is_found(word: str, text: str) -> None:
    assert scope.banned_word([word], text) == word


@pytest.mark.parametrize(
    ("word", "text"), [("cheap", "cheaper"), ("war", "warm"), ("", "anything"), ("  ", "x")]
)
def test_a_part_of_another_word_is_not_a_banned_word(word: str, text: str) -> None:
    assert scope.banned_word([word], text) is None


def test_the_european_union_is_its_members() -> None:
    assert len(scope.countries(["EU"])) == 27
    assert scope.missing_territory(scope.EU, ["EU"]) is None
    assert scope.missing_territory(["EU"], ["GB"]) == "GB"


def test_a_prefix_of_a_code_covers_nothing() -> None:
    assert scope.missing_territory(["U"], ["US"]) == "US"
    assert scope.missing_locale(["e"], "en") == "en"
    assert scope.missing_locale([""], "en") == "en"
    assert scope.missing_name([""], [""]) == ""


def test_nothing_wanted_is_not_covered() -> None:
    assert scope.missing_territory(["*"], []) == ""
    assert scope.missing_name(["*"], []) == ""
