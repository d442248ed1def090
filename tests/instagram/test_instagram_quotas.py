"""Quotas at the door of Instagram: no message is lost for them, and no picture exceeds them. On both engines."""

from client import Client
from graph_server import PNG, GraphServer
from instagram_world import changes, comment, contact, deliver, message, messaging, number, waiting, work
from msgspec.structs import replace
from world import World

from coterie.actions.organizations import update_organization
from coterie.actions.quotas import load_usage
from coterie.app import create_app
from coterie.settings import Settings
from coterie.store.database import Database


def limit(world: World, **quotas: int | None) -> None:
    with world.database.write() as tx:
        update_organization(tx, world.alice, **quotas)  # type: ignore[arg-type]


def test_people_who_write_are_added_beyond_the_quota_with_all_they_wrote(
    inro: Client, database: Database, settings: Settings, account: str, world: World, graph: GraphServer
) -> None:
    limit(world, contacts_max=2)
    writer, commenter = number(), number()
    graph.person(writer, "lisa.over")
    deliver(inro, messaging(account, message(account, writer, "over the quota")))
    deliver(inro, changes(account, "comments", comment(commenter, "bart.over", "me too")))
    work(database, settings)
    assert contact(inro, username="bart.over")["username"] == "bart.over"
    lisa = contact(inro, username="lisa.over")
    with database.read() as tx:
        texts = tx.all(
            "SELECT text FROM interactions WHERE organization_id = :organization_id AND contact_id = :contact_id",
            {"organization_id": world.organization.id, "contact_id": lisa["id"]},
        )
        assert load_usage(tx, world.alice).contacts == 4
    assert texts == [("over the quota",)]
    assert not waiting(database, world, "instagram_delivery")
    # the organization itself can add none until it is below again
    rejected = inro.post("/api/v1/contacts", {"contact": {"username": "maggie.over"}})
    assert rejected.status == 400 and "limit of 2 contacts" in rejected.body.decode()


def test_a_picture_without_room_is_not_stored_and_its_person_is(
    client: Client, database: Database, settings: Settings, account: str, world: World, graph: GraphServer
) -> None:
    limit(world, file_bytes_max=10)
    settings = replace(settings, base_url="https://people.example")
    app = Client(create_app(database, settings), loop=client._loop)
    inro, writer = client.with_token(world.alice_token), number()
    graph.says("pictures/krusty", PNG + b"of a clown")
    graph.person(writer, "krusty.over", profile_pic=f"{graph.url}/pictures/krusty?signature={number()}")
    deliver(app, messaging(account, message(account, writer, "hey hey")))
    work(database, settings)
    assert contact(inro, username="krusty.over")["username"] == "krusty.over"
    with database.read() as tx:
        assert load_usage(tx, world.alice).file_bytes == 0
