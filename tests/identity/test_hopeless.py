"""Pairs that are not compared in full are those whose full comparison finds nothing."""

from hypothesis import given
from hypothesis import strategies as st

from coterie.identity.commonness import Commonness
from coterie.identity.name_scores import are_strangers, compare_names
from coterie.identity.people import Person

NAMES = st.sampled_from(["ana", "anna", "anne", "otto", "silva", "silber", "o", "tom", "thomas", "clerk3", ""])
SEVERAL = st.lists(NAMES.filter(bool), max_size=2).map(tuple)
PEOPLE = st.builds(Person, given=NAMES, middle=SEVERAL, aliases=SEVERAL, surname=SEVERAL)
BOOK = Commonness(10_000, {})


@given(PEOPLE, PEOPLE)
def test_strangers_have_other_given_names_in_full(one: Person, other: Person) -> None:
    assert not are_strangers(one, other) or compare_names(BOOK, one, other).given == "other"
