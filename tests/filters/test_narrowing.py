"""Which part of a filter is looked at first.

A range of moments leads a page in the order of ids, if few contacts are in it; the page is the same either way.
"""

from typing import Any

import pytest
from filter_person import CLOCK
from world import World

from coterie.actions.contacts import create_contact, delete_contact
from coterie.actions.filters import read_filter
from coterie.model.filters.fields import FIELDS, TEXT_FIELD, YES_NO
from coterie.model.filters.tree import Condition
from coterie.store.contact_pages import list_contact_page
from coterie.store.filters import contacts as matching
from coterie.store.filters.builder import FilterReader
from coterie.store.filters.compile import OF_CONTACT_ROW, compile_filter
from coterie.store.filters.contacts import count_for_a_while, narrowed

LINES = (
    "created:<7d", "created:>7d", "updated:<7d", "created:today", "created:2020-01..2020-02", "-created:<7d",
    "created:<7d -updated:<7d", "name:lisa created:<7d", "created:>7d OR name:lisa", "created:<7d updated:<400d",
    "created:*", "(created:<400d name:lisa) updated:<400d",
)  # fmt: skip


@pytest.fixture
def many(world: World) -> World:
    """Six more contacts, three of them created long ago, and one that is deleted."""
    with world.database.write() as tx:
        made = [create_contact(tx, world.alice, {"real_name": f"Lisa {number}"}).id for number in range(7)]
        delete_contact(tx, world.alice, made[6])
        tx.run(
            "UPDATE contacts SET created_at = '2020-01-20T00:00:00.000000Z', updated_at = '2020-02-01T00:00:00.000000Z'"
            f" WHERE organization_id = :organization_id AND id {tx.in_list('ids')}",
            {"organization_id": world.organization.id, "ids": tx.list_param(made[:3])},
        )
    return world


@pytest.mark.parametrize("line", LINES)
def test_a_narrowed_page_is_the_same(many: World, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def look() -> list[Any]:
        with many.database.read() as tx:
            where = read_filter(tx, many.alice, line, None)
            assert where is not None
            found: list[Any] = []
            for order, deleted in (("id", "no"), ("name", "no"), ("created_at", "no"), ("id", "yes"), ("id", "any")):
                after = None
                while True:
                    page, after = list_contact_page(
                        tx,
                        many.organization.id,
                        order=order,
                        deleted=deleted,
                        where=where,
                        after=after,
                        limit=2,  # type: ignore[arg-type]
                    )
                    found.append([contact.id for contact in page])
                    if after is None:
                        break
            return [*found, count_for_a_while(tx, many.organization.id, where, 100, 60.0)]

    few = look()
    monkeypatch.setattr(matching, "SORTED_MAX", -1)
    assert look() == few


@pytest.mark.parametrize(
    ("line", "leads"),
    [("created:<7d", True), ("name:lisa updated:<7d", True), ("created:<7d OR name:lisa", False),
     ("-created:<7d", False), ("created:today,2020-01-20", False), ("created:*", False), ("name:lisa", False)],
)  # fmt: skip
def test_only_a_range_that_every_match_is_in_leads(many: World, line: str, leads: bool) -> None:
    with many.database.read() as tx:
        where = read_filter(tx, many.alice, line, None)
        assert where is not None
        assert ("lead_ids" in narrowed(tx, many.organization.id, where).parameters) is leads


@pytest.mark.parametrize(
    ("line", "is_whole"),
    [("-email:*", True), ("phone:555", True), ("messages_in:0", True), ("email:a OR phone:555", True),
     ("status:optout OR phone:555", True), ("-email:* phone:555", True), ("status:optout phone:555", False),
     ("last_name:zwick -email:*", False), ("(last_name:zwick OR employer:acme) -phone:*", False),
     ("status:optout (language:de messages_in:0)", False),
     ("(status:optout phone:555) OR (grade:5 -email:*)", False), ("grade:5", False)],
)  # fmt: skip
def test_other_tables_are_read_as_a_whole_unless_the_contact_leaves_few(
    world: World, line: str, is_whole: bool
) -> None:
    with world.database.read() as tx:
        where = read_filter(tx, world.alice, line, None)
        assert where is not None and bool(where.whole) is is_whole


def test_the_fields_of_the_row_of_a_contact_read_no_other_table() -> None:
    reader = FilterReader(None, CLOCK)
    alone = set()
    for name in FIELDS.keys() - {"segment"}:
        condition = Condition(name, "is", (True,)) if FIELDS[name].kind == YES_NO else Condition(name, "any")
        if "SELECT" not in compile_filter(condition, reader, {}).sql:
            alone.add(name)
    # the field of bare words, which may be those of a handle, means any name when it has no value
    assert alone == OF_CONTACT_ROW | {TEXT_FIELD}
