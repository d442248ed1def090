"""Ordering by every scalar field of the contact, both ways: missing values lowest, ties by id, far pages too."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from client import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from world import World, make_world

from coterie.actions.contacts import create_contact
from coterie.api.inro.contact_input import ORDERS
from coterie.model.contacts import Contact, sort_keys
from coterie.model.text import sort_key
from coterie.search import search_contacts
from coterie.store import contacts as store
from coterie.store.counters import add_to_count
from coterie.store.database import Database

COLUMNS = (
    "id", "name", "username", "instagram_url", "profile_picture", "status", "notes", "is_follower", "email",
    "real_name", "phone", "language", "follower_count", "follower_growth", "bio", "website", "created_at",
    "updated_at",
)  # fmt: skip
# names with accents, case, digits and other scripts; equal ones are ties
TEXTS = (None, "Ana", "ana", "Ána", "Bob", "bob 2", "Łukasz", "Zoë", "李小龍", "עברית", "😀", "10", "9")
NUMBERS = (None, -5, 0, 1, 7, 2**40)


def expected(rows: list[dict[str, Any]], column: str, *, descending: bool) -> list[int]:
    """The ids as a plain sort puts them: texts folded, missing values lowest, ties by id."""
    folded = {"name", "username", "instagram_url", "notes", "email", "real_name", "phone", "bio", "website"}

    def key(row: dict[str, Any]) -> tuple[Any, ...]:
        value = row[column]
        if column in folded:
            value = sort_key(value) or None
        return (value is not None, value if value is not None else 0, row["id"])

    return [row["id"] for row in sorted(rows, key=key, reverse=descending)]


@pytest.fixture(scope="module")
def book(database: Database) -> World:
    """An organization whose contacts have equal, different and missing values in every field."""
    world = make_world(database)
    with database.write() as tx:
        for number in range(24):
            text = TEXTS[number % len(TEXTS)]
            contact = create_contact(
                tx,
                world.alice,
                {
                    "display_name": text,
                    "real_name": TEXTS[(number * 5) % len(TEXTS)],
                    "username": f"user{number * 7 % 24}" if number % 3 else None,
                    "email": f"{'ab'[number % 2]}@example.org" if number % 4 else None,
                    "phone": f"+1800555{1000 + number % 5}" if number % 2 else None,
                    "website": "https://example.org" if number % 5 else None,
                    "note": text,
                    "bio": text,
                    "status": "optout" if number % 4 == 1 else "subscribed",
                    "language": (None, "en", "fr")[number % 3],
                    "profile_picture_url": (None, "https://b.example/x", "https://a.example/x")[number % 3],
                    "is_follower": (None, True, False)[number % 3],
                },
            )
            numbers = {"follower_count": NUMBERS[number % 6], "follower_growth": NUMBERS[number * 5 % 6]}
            store.update_contact(tx, world.alice.organization_id, contact.id, numbers)
    return world


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("column", COLUMNS)
def test_the_list_is_sorted_by(client: Client, book: World, column: str, direction: str) -> None:
    inro = client.with_token(book.alice_token)
    rows = inro.get("/api/v1/contacts", per_page=100).json
    response = inro.get("/api/v1/contacts", per_page=100, order_column=column, order_direction=direction)
    assert [row["id"] for row in response.json] == expected(rows, column, descending=direction == "desc")


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("column", COLUMNS)
def test_what_was_searched_is_sorted_by(client: Client, book: World, column: str, direction: str) -> None:
    inro = client.with_token(book.alice_token)
    rows = inro.get("/api/v1/contacts/search", query="user", per_page=100).json
    assert len(rows) > 10
    order = {"order_column": column, "order_direction": direction}
    response = inro.get("/api/v1/contacts/search", query="user", per_page=100, **order)
    assert [row["id"] for row in response.json] == expected(rows, column, descending=direction == "desc")
    page = inro.get("/api/v1/contacts/search", query="user", per_page=5, page=2, **order)
    assert page.json == response.json[5:10]


def test_the_direction_alone_turns_the_ids_around(inro: Client) -> None:
    assert [row["id"] for row in inro.get("/api/v1/contacts", order_direction="desc").json] == [2, 1]


def test_every_scalar_field_of_the_entity_can_be_ordered_by(inro: Client) -> None:
    entity = inro.get("/api/v1/contacts").json[0]
    scalars = [name for name, value in entity.items() if not isinstance(value, list | dict)]
    assert scalars == list(COLUMNS) == [name for name in entity if name in ORDERS]


@pytest.mark.parametrize("path", ["/api/v1/contacts", "/api/v1/contacts/search"])
@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"order_column": "shoe_size"}, "order_column does not have a valid value"),
        ({"order_column": "organization_id"}, "order_column does not have a valid value"),
        ({"order_column": "id; DROP TABLE contacts"}, "order_column does not have a valid value"),
        ({"order_column": "ID"}, "order_column does not have a valid value"),
        ({"order_column": "\0"}, "order_column does not have a valid value"),
        ({"order_direction": "up"}, "order_direction does not have a valid value"),
        ({"order_column[a]": "id"}, "order_column is invalid"),
        (
            {"order_direction": "up", "order_column": "x"},
            "order_direction does not have a valid value, order_column does not have a valid value",
        ),
    ],
)
def test_an_unknown_order_is_refused_in_grapes_words(
    inro: Client, path: str, query: dict[str, str], message: str
) -> None:
    response = inro.get(path, **query)
    assert (response.status, response.json) == (400, {"error": message})


# Far pages ------------------------------------------------------------------------------------------------------------

Insert = Callable[[list[dict[str, Any]]], World]
COLUMN_OF = {
    "name": "display_name", "real_name": "first_name", "notes": "pinned_note", "instagram_url": "username",
    "profile_picture": "profile_picture_url",
}  # fmt: skip
texts = st.sampled_from(TEXTS)
one_of = st.sampled_from
values = st.fixed_dictionaries(
    {
        **dict.fromkeys(("display_name", "first_name", "pinned_note", "email", "phone", "bio", "website"), texts),
        **dict.fromkeys(("username", "profile_picture_url"), one_of((None, "a", "B"))),
        **dict.fromkeys(("follower_count", "follower_growth"), one_of(NUMBERS)),
        **dict.fromkeys(("created_at", "updated_at"), one_of(("2026-01-01", "2026-01-02"))),
        "is_follower": one_of((None, True, False)),
        "status": one_of(("subscribed", "optout")),
        "language": one_of((None, "en", "fr")),
        "deleted_at": one_of((None, None, None, "2026-01-01")),
    }
)


@pytest.fixture
def near(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pages count as far after three rows, so that few rows are enough."""
    monkeypatch.setattr(store, "NEAR", 3)
    yield


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(values, max_size=14),
    column=st.sampled_from(COLUMNS),
    descending=st.booleans(),
    limit=st.integers(1, 6),
    offset=st.integers(0, 16),
)
def test_any_page_of_any_order_is_the_one_a_plain_sort_gives(
    database: Database, near: None, rows: list[dict[str, Any]], column: str, descending: bool, limit: int, offset: int
) -> None:
    with database.write() as tx:
        try:
            organization_id, contacts = _insert(tx, rows)
            order = ORDERS[column]
            shown = [_shown(contact) for contact in contacts if contact.deleted_at is None]
            wanted = expected(shown, column, descending=descending)[offset : offset + limit]
            page = store.list_contacts(
                tx, organization_id, order=order, descending=descending, limit=limit, offset=offset
            )
            assert [contact.id for contact in page] == wanted
        finally:
            tx.run("DELETE FROM contacts WHERE organization_id = :id", {"id": organization_id})
            tx.run("DELETE FROM counters WHERE organization_id = :id", {"id": organization_id})


ORGANIZATION = -7


def _insert(tx: Any, rows: list[dict[str, Any]]) -> tuple[int, list[Contact]]:
    tx.run(
        "INSERT INTO organizations (id, uuid, name, created_at, updated_at) VALUES (:id, 'sorted', 'Sorted', '', '')"
        " ON CONFLICT DO NOTHING",
        {"id": ORGANIZATION},
    )
    blank = Contact(**dict.fromkeys(store.COLUMNS))
    contacts = [
        replace(blank, id=number, uuid=f"u{number}", revision=number, **row) for number, row in enumerate(rows, 1)
    ]
    store.insert_contacts(tx, ORGANIZATION, [(contact, sort_keys(contact)) for contact in contacts])
    deleted = sum(contact.deleted_at is not None for contact in contacts)
    add_to_count(tx, ORGANIZATION, store.COUNT, -deleted)
    return ORGANIZATION, contacts


def _shown(contact: Contact) -> dict[str, Any]:
    return {name: getattr(contact, COLUMN_OF.get(name, name)) for name in COLUMNS} | {
        "name": contact.name, "real_name": contact.full_name
    }  # fmt: skip


def test_a_search_reaches_the_same_far_page(book: World) -> None:
    with book.database.read() as tx:
        everyone = search_contacts(tx, book.alice.organization_id, "user", order="name", limit=100).contacts
        skipped = len(everyone) - 3
        last = search_contacts(tx, book.alice.organization_id, "user", order="name", limit=3, offset=skipped).contacts
    assert last == everyone[-3:]
