"""Short forms of given names."""

import pytest

from coterie.model.nicknames import FULL_NAMES, are_forms, full_names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("bob", "robert"), ("robert", "bob"), ("bob", "robbie"), ("sasha", "aleksandr"), ("sasha", "aleksandra"),
        ("pepe", "jose"), ("hans", "johannes"), ("giannis", "ioannis"), ("kasia", "katarzyna"), ("peggy", "margaret"),
    ],
)  # fmt: skip
def test_a_short_form_and_its_full_name_may_be_one_name(one: str, other: str) -> None:
    assert are_forms(one, other)


@pytest.mark.parametrize(("one", "other"), [("bob", "richard"), ("melvin", "kevin"), ("", "bob"), ("xyz", "xyz")])
def test_other_names_are_not(one: str, other: str) -> None:
    assert not are_forms(one, other)


def test_names_are_in_the_form_in_which_they_are_compared() -> None:
    assert all(name.isascii() and name.isalpha() and name.islower() for name in FULL_NAMES)
    assert full_names("nobody") == frozenset()
