"""The label of a handle has a limit, whatever door it comes through."""

import pytest
from world import World

from coterie.actions.handles import add_handle, update_handle
from coterie.errors import Invalid
from coterie.model.handles import EMAIL, LABEL_LENGTH_MAX


def test_a_label_is_stored_up_to_its_limit_without_white_space_around_it(world: World) -> None:
    longest = "x" * LABEL_LENGTH_MAX
    with world.database.write() as tx:
        added = add_handle(tx, world.alice, world.marge.id, EMAIL, "a@home.example", "email", label=f" {longest} ")
        changed = update_handle(tx, world.alice, world.marge.id, added.id, channel=EMAIL, field="email", label="  ")
    assert (added.label, changed.label) == (longest, None)


def test_a_longer_label_is_refused_and_nothing_is_stored(world: World) -> None:
    longer = "x" * (LABEL_LENGTH_MAX + 1)
    with world.database.write() as tx:
        added = add_handle(tx, world.alice, world.marge.id, EMAIL, "a@home.example", "email", label="Home")
        with pytest.raises(Invalid, match="longer than 60"):
            add_handle(tx, world.alice, world.marge.id, EMAIL, "b@home.example", "email", label=longer)
        with pytest.raises(Invalid, match="longer than 60"):
            update_handle(tx, world.alice, world.marge.id, added.id, channel=EMAIL, field="email", label=longer)
        assert update_handle(tx, world.alice, world.marge.id, added.id, channel=EMAIL, field="email").label == "Home"
