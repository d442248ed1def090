"""Folding: one form of a text, whatever its case, accents or script form."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.model.text import MARKS_MAX, fold, identity_key, sort_key, stream_safe, visible, words


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


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (" a ", "a"),
        (None, ""),
        ("\u200b \u200f", ""),
        ("\u202eb", "\u202eb"),
        ("\x01", ""),
        ("🫨", "🫨"),
        ("👩‍🚀", "👩‍🚀"),
    ],
)
def test_a_text_of_which_nothing_is_seen_is_empty(text: str | None, seen: str) -> None:
    assert visible(text) == seen


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


@given(st.text(st.sampled_from("aé\u0301\u0316\u0344\u0f73\uff9eＡ한ﬁ ") | st.characters(), max_size=60))
@settings(max_examples=300, deadline=None)
def test_no_mark_survives_folding_whatever_its_order(text: str) -> None:
    marks = [char for char in unicodedata.normalize("NFKD", text) if unicodedata.combining(char)]
    assert fold(text) == fold("".join(char for char in unicodedata.normalize("NFKD", text) if char not in marks))


def test_a_sort_key_is_the_beginning_of_the_folded_text() -> None:
    text = "  Ünal " + "Straße " * 20_000
    assert sort_key(text) == fold(text)[:80]
    assert sort_key(None) == ""


def test_a_run_of_combining_marks_is_cut() -> None:
    assert stream_safe("e\u0301" * 100) == "e\u0301" * 100
    assert stream_safe("a" + "\u0301" * 100 + "b") == "a" + "\u0301" * MARKS_MAX + "b"
    assert stream_safe("\u0f73" * 100 + "\uff9e" * 100) == "\u0f73" * MARKS_MAX


SAME = [
    ("Crème", "creme"), ("né", "ne\u0301"), ("ガラス", "カ\u3099ラス"), ("ﾗﾝﾁ", "ランチ"), ("Straße", "STRASSE"),
    ("  two   words ", "Two Words"), ("Άλφα", "αλφα"), ("שָׁלוֹם", "שלום"), ("مُحَمَّد", "محمد"), ("Łódź", "lodz"),
]  # fmt: skip
DIFFERENT = [
    ("かき", "かぎ"), ("パス", "バス"), ("ขุน", "ขน"), ("ป้า", "ปา"), ("бой", "бои"), ("खाना", "ख़ाना"), ("한", "하"),
    ("மலை", "மாலை"), ("ёлка", "елка"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_case_width_and_accents_do_not_make_another_word(one: str, other: str) -> None:
    assert identity_key(one) == identity_key(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_marks_that_are_letters_make_another_word(one: str, other: str) -> None:
    assert identity_key(one) != identity_key(other)


@given(st.text(max_size=60))
def test_what_is_the_same_word_is_found_by_the_same_search(text: str) -> None:
    assert fold(identity_key(text)) == fold(text) or "\u0345" in unicodedata.normalize("NFD", text)
    assert identity_key(identity_key(text)) == identity_key(text)
