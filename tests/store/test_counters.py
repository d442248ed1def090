"""Several counts are added to in one statement, whatever the type of what is counted."""

from world import World

from coterie.search.dictionary import TERMS
from coterie.store.counters import add_to_counts, count, next_numbers
from coterie.store.match_keys import COUNTS


def test_numbers_of_several_sequences_continue_each(world: World) -> None:
    organization_id = world.organization.id
    with world.database.write() as tx:
        assert next_numbers(tx, organization_id, {"one": 3, "two": 1}) == {"one": 1, "two": 1}
        assert next_numbers(tx, organization_id, {"two": 2, "one": 1}) == {"two": 2, "one": 4}
        assert (count(tx, organization_id, "one"), count(tx, organization_id, "two")) == (4, 3)


def test_a_text_that_looks_like_a_number_stays_a_text_and_a_number_a_number(world: World) -> None:
    organization_id, large = world.organization.id, -(2**62)
    with world.database.write() as tx:
        for times in (1, 2):
            terms = add_to_counts(tx, organization_id, TERMS, {"007": 1, "1e3": 2, 'o"neil': 1})
            assert terms == {"007": times, "1e3": 2 * times, 'o"neil': times}
            assert add_to_counts(tx, organization_id, COUNTS, {large: 1, 7: -1}) == {large: times, 7: -times}
        assert add_to_counts(tx, organization_id, TERMS, {"007": -2}) == {"007": 0}
