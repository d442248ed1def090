"""Folding: one form of a text, whatever its case, accents or script form."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.model.text import fold, sort_key, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ünal  ŁUKASZ", "unal lukasz"),
        ("Straße", "strasse"),
        ("İstanbul ışık", "istanbul isik"),
        ("Søren Ærø", "soren aero"),
        ("ＡＢＣ", "abc"),
        ("Ελένη", "ελενη"),
        ("شَمْس", "شمس"),
        ("ﬁancée", "fiancee"),
        ("", ""),
    ],
)
def test_case_and_accents_fold_away(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_words_are_runs_of_letters_and_digits() -> None:
    assert words("O'Brien, Ana_Maria (ana.b@example.org)") == ["obrien", "ana", "maria", "ana", "b", "example", "org"]
    assert words("😀 ---") == []


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_a_sort_key_has_its_length(text: str) -> None:
    assert len(sort_key(text)) <= 80
