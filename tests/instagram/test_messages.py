"""Messages, as Meta delivers them, become contacts with last_messages."""

from client import Client
from instagram_world import deliver, message, messaging, moment, newest, number, waiting, work
from world import World

from coterie.settings import Settings
from coterie.store.database import Database


def test_a_message_makes_a_contact_with_its_last_message(
    inro: Client, database: Database, settings: Settings, account: str, world: World
) -> None:
    person, at = number(), 1_760_000_000_123
    answer = deliver(inro, messaging(account, message(account, person, "Hello 🎉 שלום", at)))
    assert answer.status == 200
    work(database, settings)
    found = newest(inro)
    assert found["last_messages"] == [{"content": "Hello 🎉 שלום", "received_at": moment(at), "received": True}]
    assert (found["name"], found["username"], found["status"]) == (None, None, "subscribed")
    assert [job["person_id"] for job in waiting(database, world, "instagram_profile")] == [person]
