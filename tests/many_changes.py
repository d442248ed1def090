"""A unit of work of more changes than one request undoes."""

from world import World

from coterie.actions.contacts import update_contact
from coterie.actions.events import record_events, row_of
from coterie.actions.undo import EVENTS_MAX
from coterie.store.events import find_last_event


def change_very_often(world: World) -> tuple[int, int]:
    """(first, last) of 502 events: two changes of Marge, and consequences of a change of a tag, which have no undo of
    their own. One of the changes cannot be undone: another member changed the same field since."""
    organization_id = world.organization.id
    with world.database.write() as tx:
        update_contact(tx, world.bob, world.marge.id, {"nickname": "Midge"})
        first = tx.units[organization_id]
        record_events(tx, world.bob, [row_of(world.bob, "contact.tag_changed", "t") for _ in range(EVENTS_MAX)])
        update_contact(tx, world.bob, world.homer.id, {"bio": "1"})
        last = find_last_event(tx, organization_id)
    with world.database.write() as tx:
        update_contact(tx, world.alice, world.homer.id, {"bio": "2"})
    return first, last
