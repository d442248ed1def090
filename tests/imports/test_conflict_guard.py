"""Rows of an import are decided again after changes that may change what they match, and only after those."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from runs import google, person, staged
from world import World

from coterie.actions.contacts import delete_contact, update_contact
from coterie.drafts.facts import facts_of_contact
from coterie.identity.people import person_of_contact
from coterie.imports.other_writers import UNCOMPARED, ConflictGuard
from coterie.store.contacts import find_contact

TEXTS: dict[str, Any] = dict.fromkeys(UNCOMPARED, "Other Words") | {"language": "de", "relationship_grade": 3}


def _is_unchanged_after(world: World, folder: Path, change: dict[str, Any] | None) -> bool:
    run, _ = staged(world.database, world.alice, folder, google(folder, person("Clerk", "Kwik")))
    caller = replace(world.alice, import_id=run.import_id)
    guard = ConflictGuard()
    with world.database.write() as tx:
        assert guard.is_unchanged(tx, caller)
    with world.database.write() as tx:
        if change is None:
            delete_contact(tx, world.alice, world.marge.id)
        else:
            update_contact(tx, world.alice, world.marge.id, change)
    with world.database.write() as tx:
        return guard.is_unchanged(tx, caller)


@pytest.mark.parametrize("field", sorted(UNCOMPARED))
def test_a_change_of_a_field_that_no_row_is_matched_by_is_none(world: World, tmp_path: Path, field: str) -> None:
    assert _is_unchanged_after(world, tmp_path, {field: TEXTS[field]})


@pytest.mark.parametrize(
    "change",
    [
        {"first_name": "Midge"}, {"nickname": "Midge"}, {"birthday": "1956-03-19"}, {"employer": "Leftorium"},
        {"email": "midge@example.org"}, {"bio": "Other", "maiden_name": "Bouvier-Gurney"}, None,
    ],
)  # fmt: skip
def test_a_change_that_may_change_matches_is_one(world: World, tmp_path: Path, change: dict[str, Any] | None) -> None:
    assert not _is_unchanged_after(world, tmp_path, change)


@pytest.mark.parametrize("field", sorted(UNCOMPARED))
def test_the_facts_of_a_contact_do_not_depend_on_these_fields(world: World, field: str) -> None:
    with world.database.read() as tx:
        contact = find_contact(tx, world.organization.id, world.marge.id)
    assert contact is not None
    changed = replace(contact, **{field: TEXTS[field]})
    assert facts_of_contact(changed, []) == facts_of_contact(contact, [])
    assert person_of_contact(changed, [], []) == person_of_contact(contact, [], [])
