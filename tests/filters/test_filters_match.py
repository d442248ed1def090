"""A filter matches the same contacts on both engines as its plain-Python meaning."""

from collections.abc import Iterator
from typing import Any

import pytest
from evaluator import _FIELDS, matches
from filter_parts import TYPES
from filter_strategies import conditions, filters
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people import People, make_people

from coterie.model.filters.fields import FIELDS
from coterie.model.filters.json_form import parse_json, to_json
from coterie.model.filters.read_line import parse_line
from coterie.model.filters.tree import Filter
from coterie.model.filters.write_line import to_line
from coterie.store.contacts import ORDERS, list_contacts
from coterie.store.database import Database
from coterie.store.filters.contacts import (
    Slice,
    count_matching,
    keep_matching,
    list_and_count_matching,
    list_matching,
)
from coterie.store.filters.prepare import prepare, resolve

SEARCHED = tuple(name for name in FIELDS if name != "segment")
TESTED = (*SEARCHED, *(f"property.{slug}" for slug in TYPES), "date.first-met", "date.prufung", "date.結婚")
QUIET = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture(scope="module")
def people(database: Database) -> Iterator[People]:
    return make_people(database)


def bound(people: People, filter_: Filter) -> Filter:
    """The filter with ids of this world in place of those that the strategies number."""
    line = to_line(filter_)
    for field in ("relation_to", "import"):
        for number, id_ in enumerate(people.ids[field].values(), 1):
            line = line.replace(f'"{field} {number}"', id_)
    return parse_line(line)


def found(people: People, filter_: Filter, **page: Any) -> list[int]:
    with people.world.database.read() as tx:
        where = prepare(tx, people.organization_id, filter_, people.reader)
        contacts = list_matching(tx, people.organization_id, where, limit=100, **page)
        assert count_matching(tx, people.organization_id, where) == len(contacts)
        slice_ = Slice("id", descending=False, limit=100, offset=0)
        assert list_and_count_matching(tx, people.organization_id, where, slice_) == (contacts, len(contacts))
    return [contact.id for contact in contacts]


def expected(people: People, filter_: Filter) -> list[int]:
    with people.world.database.read() as tx:
        resolved = resolve(tx, people.organization_id, filter_)
    return sorted(person.id for person in people.people if matches(person, resolved))


def assert_found(people: People, filter_: Filter) -> None:
    filter_ = bound(people, filter_)
    assert found(people, filter_) == expected(people, filter_)


def test_every_field_has_a_meaning_in_plain_python() -> None:
    assert set(SEARCHED) == set(_FIELDS)


@pytest.mark.parametrize("name", TESTED)
def test_each_field_matches_as_in_plain_python(people: People, name: str) -> None:
    @settings(QUIET, max_examples=15)
    @given(conditions((name,)))
    def check(condition: Filter) -> None:
        assert_found(people, condition)

    check()


@pytest.mark.slow
@settings(QUIET, max_examples=200)
@given(filters(TESTED))
def test_filters_match_as_in_plain_python(people: People, filter_: Filter) -> None:
    assert_found(people, filter_)


@pytest.mark.parametrize("field", ["last_touch", "last_message", "last_in"])
@pytest.mark.parametrize("amount", ["0d", "1d", "30d", "2y", "90y"])
def test_silence_is_one_condition(people: People, field: str, amount: str) -> None:
    for line in (f"{field}:>{amount} OR {field}:none", f"{field}:none OR {field}:>{amount}"):
        for written in (line, f"-({line})", f"name:* ({line})", f"{line} OR name:lisa"):
            assert_found(people, parse_line(written))
    assert_found(people, parse_line(f"{field}:>{amount} OR last_out:none"))


@pytest.mark.slow
@settings(QUIET, max_examples=300)
@given(st.data())
def test_both_spellings_give_the_same_filter(data: st.DataObject) -> None:
    filter_ = data.draw(filters(TESTED))
    assert parse_line(to_line(filter_)) == filter_
    assert parse_json(to_json(filter_)) == filter_


@pytest.mark.parametrize("sorted_max", [1, 2_000])
@pytest.mark.parametrize("order", ORDERS)
def test_a_filtered_list_has_the_order_of_the_whole_list(
    people: People, monkeypatch: pytest.MonkeyPatch, order: str, sorted_max: int
) -> None:
    """Many matches are read in the order of an index, few are sorted."""
    monkeypatch.setattr("coterie.store.filters.contacts.SORTED_MAX", sorted_max)
    filter_ = parse_line("-tag:VIP")
    with people.world.database.read() as tx:
        where = prepare(tx, people.organization_id, filter_, people.reader)
        for descending in (False, True):
            everyone = list_contacts(tx, people.organization_id, order=order, descending=descending, limit=100)
            kept = keep_matching(tx, people.organization_id, where, [contact.id for contact in everyone])
            wanted = [contact.id for contact in everyone if contact.id in kept]
            pages = [
                list_matching(tx, people.organization_id, where, order=order, descending=descending, limit=9, offset=at)
                for at in range(0, 60, 9)
            ]
            assert [contact.id for page in pages for contact in page] == wanted
