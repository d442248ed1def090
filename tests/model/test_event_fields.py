"""Which fields of a contact an event changed: every kind that clients see as a change of a contact has an answer."""

import pytest

from coterie.api.hub.contact_entity import ContactEntity
from coterie.api.hub.missed_changes import present_fields
from coterie.model.event_fields import FIELDS_OF_KIND, FIELDS_OF_NOUN, HANDLE, UPDATED, fields_of
from coterie.model.events import CHANGES_CONTACTS, CONSEQUENCES

UNKNOWN = {kind for kind, fields in FIELDS_OF_KIND.items() if not fields}


@pytest.mark.parametrize("kind", sorted(CHANGES_CONTACTS))
def test_every_kind_names_keys_of_our_own_contract(kind: str) -> None:
    changed = ["full_name", "email"] if kind == UPDATED else ["email"]
    fields = present_fields(kind, changed)
    assert bool(fields) is (kind not in UNKNOWN)
    assert set(fields) <= set(ContactEntity.__struct_fields__)


def test_the_tables_have_no_kind_that_is_none() -> None:
    assert set(FIELDS_OF_KIND) | CONSEQUENCES <= CHANGES_CONTACTS
    nouns = {kind.partition(".")[0] for kind in CHANGES_CONTACTS - set(FIELDS_OF_KIND)} - {"contact"}
    assert nouns == set(FIELDS_OF_NOUN)
    others = {kind for kind in CHANGES_CONTACTS - set(FIELDS_OF_KIND) if kind.startswith("contact.")}
    assert {kind for kind in others if not kind.startswith(HANDLE)} == {UPDATED}


def test_an_update_names_its_fields_and_a_handle_its_summary() -> None:
    assert fields_of(UPDATED, ["bio", "properties.size"]) == {"bio", "properties.size"}
    assert fields_of(UPDATED, ["phone"]) == {"phone", "handles"}
    assert fields_of("contact.handle_added", ["instagram"]) == {"username", "handles"}
    assert fields_of("contact.handle_deleted", []) == {"handles"}
    assert fields_of("reminder.created", ["text"]) == set()
