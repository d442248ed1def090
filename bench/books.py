"""Fills the address book of an organization with any number of contacts, by inserting their rows.

A hundred thousand take seconds. They have an e-mail address or a phone number, a quarter of them an address, and the
event of their creation; their words are not in the search index, which phones do not use.
"""

from itertools import islice
from pathlib import Path

import apsw
import msgspec

from bench.people import Person, make_people
from coterie.model.contacts import sort_keys
from coterie.model.ids import new_id
from coterie.model.words import with_words
from coterie.store.contacts import COLUMNS, SORT_COLUMNS
from coterie.store.sqlite.connection import SqliteTx
from coterie.store.statistics import save_statistics

BATCH = 10_000
# the numbers that the organization's own events have taken
FIRST_EVENT = 1000


def fill_book(file: Path, count: int) -> str:
    """Adds contacts to the only organization of an instance that does not run. Returns an e-mail address of one."""
    connection = apsw.Connection(str(file))
    connection.execute("PRAGMA synchronous=OFF")
    tx = SqliteTx(connection, lambda: False)
    organization_id = int(tx.all("SELECT id FROM organizations")[0][0])
    people, email = make_people(count, light=True), ""
    while batch := list(islice(people, BATCH)):
        with connection:
            _insert(tx, organization_id, batch)
        email = email or next((person.contact.email for person in batch if person.contact.email), "")
    counters = {"contact_id": count, "contacts": count, "event_id": FIRST_EVENT + count}
    rows = [{"organization_id": organization_id, "name": name, "value": value} for name, value in counters.items()]
    with connection:
        tx.insert_rows("counters", rows, replace_on=("organization_id", "name"))
        save_statistics(tx)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return email


def _insert(tx: SqliteTx, organization_id: int, people: list[Person]) -> None:
    for table, rows in (
        ("contacts", map(_contact, people)),
        ("handles", (msgspec.structs.asdict(handle) for person in people for handle in person.handles)),
        ("postal_addresses", (_address(person) for person in people if person.contact.id % 4 == 0)),
        ("events", map(_event, people)),
        ("event_contacts", ({"event_id": _revision(each), "contact_id": each.contact.id} for each in people)),
    ):
        tx.insert_rows(table, ({"organization_id": organization_id, **with_words(table, row)} for row in rows))


def _revision(person: Person) -> int:
    return FIRST_EVENT + person.contact.id


def _contact(person: Person) -> dict[str, object]:
    keys = sort_keys(person.contact)
    row = {name: getattr(person.contact, name) for name in COLUMNS} | {name: keys[name] for name in SORT_COLUMNS}
    return row | {"revision": _revision(person), "card_state": "on"}


def _address(person: Person) -> dict[str, object]:
    number, at = person.contact.id, person.contact.created_at
    lines = dict.fromkeys(("label", "address_line_2", "address_line_3", "region"))
    return {
        "id": new_id(), "contact_id": number, "address_line_1": f"Rua da Boavista {number}", "locality": "Porto",
        "postcode": "4050-102", "country": "Portugal", "country_code": "PT", "created_at": at, "updated_at": at,
        **lines,
    }  # fmt: skip


def _event(person: Person) -> dict[str, object]:
    number, at = person.contact.id, person.contact.created_at
    return {
        "id": _revision(person), "unit_id": _revision(person), "kind": "contact.created", "subject_id": str(number),
        "user_id": None, "via": "cli", "import_id": None, "changes": None, "undo": None, "happened_at": at,
    }  # fmt: skip
