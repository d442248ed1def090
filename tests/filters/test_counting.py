"""Counting the matches of a filter slice by slice, for a while."""

import pytest
from world import World

from coterie.actions.contacts import create_contact
from coterie.actions.filters import read_filter
from coterie.store.filters import contacts
from coterie.store.filters.contacts import count_for_a_while, count_matching


def test_slices_together_have_every_match(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contacts, "ID_RANGE", 3)
    with world.database.write() as tx:
        for number in range(20):
            create_contact(tx, world.alice, {"real_name": f"Person {number}", "phone": None if number % 3 else "555"})
    with world.database.read() as tx:
        where = read_filter(tx, world.alice, "phone:* OR name:person")
        assert where is not None
        organization_id = world.organization.id
        total = count_matching(tx, organization_id, where)
        assert count_for_a_while(tx, organization_id, where, 100, 60.0) == (total, True)
        assert count_for_a_while(tx, organization_id, where, 5, 60.0) == (5, False)
        count, is_exact = count_for_a_while(tx, organization_id, where, 100, -1.0)
        assert (0 < count <= 3, is_exact) == (True, False)
