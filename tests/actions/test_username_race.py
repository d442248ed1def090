"""Two writers at once: an Instagram username names one contact, on either engine."""

import threading

from world import make_world

from coterie.actions.contacts import create_contact, update_contact
from coterie.errors import Invalid
from coterie.store.database import Database

ROUNDS = 50


def test_of_two_who_ask_for_a_username_at_once_one_gets_it(fresh_database: Database) -> None:
    world = make_world(fresh_database)
    with fresh_database.write() as tx:
        ids = [create_contact(tx, world.alice, {"first_name": name}).id for name in ("Selma", "Patty")]
    for number in range(ROUNDS):
        barrier, refused = threading.Barrier(3), []

        def ask(contact_id: int | None, username: str = f"race.{number}") -> None:
            barrier.wait()  # noqa: B023 (joined within the round)
            try:
                with fresh_database.write() as tx:
                    if contact_id is None:
                        create_contact(tx, world.alice, {"username": username})
                    else:
                        update_contact(tx, world.alice, contact_id, {"username": username})
            except Invalid:
                refused.append(contact_id)  # noqa: B023 (likewise)

        threads = [threading.Thread(target=ask, args=(contact_id,)) for contact_id in (*ids, None)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with fresh_database.read() as tx:
            owners = tx.all(
                "SELECT id FROM contacts WHERE organization_id = :organization_id AND username = :username",
                {"organization_id": world.organization.id, "username": f"race.{number}"},
            )
        assert (len(owners), len(refused)) == (1, 2)
