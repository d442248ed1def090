"""The limits of assistants: calls in a minute, contacts changed in an hour."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace as with_client

import pytest
from client import Client
from crowds import add_people
from mcp.mcp_calls import Mcp
from msgspec.structs import replace
from world import World

from coterie.app import create_app
from coterie.model import times
from coterie.settings import Settings
from coterie.store.database import open_database


@contextmanager
def limited_to(world: World, settings: Settings, **limits: int) -> Iterator[Mcp]:
    """An assistant of an application with limits of its own, on the same data."""
    client = Client(create_app(open_database(settings), replace(settings, **limits)))
    yield Mcp(client, world.alice_token)
    client.close()


@pytest.fixture
def limited(world: World, settings: Settings) -> Iterator[Mcp]:
    """An assistant that may change 3 contacts in an hour."""
    with limited_to(world, settings, assistant_changes_per_hour=3) as mcp:
        yield mcp


def tag(mcp: Mcp, *ids: int, name: str = "x") -> dict[str, object]:
    return mcp.tool("organize_contacts", ids=list(ids), add_tags=[name], make_missing=True)


def add(world: World, count: int) -> list[int]:
    with world.database.write() as tx:
        return add_people(tx, world.alice, [f"Person {number}" for number in range(count)])


def test_contacts_changed_in_an_hour_are_limited_and_nothing_is_done_beyond(limited: Mcp, world: World) -> None:
    ids = add(world, 5)
    tag(limited, *ids[:2])
    tag(limited, *ids[:2], name="again")
    last = tag(limited, ids[2])
    refused = limited.refused("organize_contacts", ids=[ids[3]], add_tags=["x"])
    assert "3 contacts in an hour" in refused["error"] and "60 min" in refused["error"]
    assert not limited.tool("get_contacts", ids=[ids[3]])["items"][0].get("tags")
    tag(limited, ids[0], name="known")
    limited.tool("undo", undo_id=last["undo"]["id"])  # type: ignore[index]
    assert "in an hour" in limited.refused("organize_contacts", ids=ids[3:5], add_tags=["x"])["error"]


def test_the_limit_is_of_a_token_and_of_the_last_hour(limited: Mcp, world: World) -> None:
    ids = add(world, 6)
    tag(limited, *ids[:3])
    other = with_client(limited, token=world.bob_token)
    tag(other, *ids[3:6])
    assert (
        "in an hour"
        in limited.refused("organize_contacts", ids=[ids[3]], add_folders=["All"], make_missing=True)["error"]
    )
    with world.database.write() as tx:
        bound = {"o": world.organization.id, "past": times.after(times.now(), -3601)}
        tx.run("UPDATE events SET happened_at = :past WHERE organization_id = :o AND via = 'mcp'", bound)
    tag(limited, ids[3], name="y")


def test_other_doors_are_not_limited_so(limited: Mcp, world: World) -> None:
    for number in range(5):
        body = {"real_name": f"Person {number}"}
        response = limited.client.with_token(world.alice_token).post("/api/hub/v1/contacts", body)
        assert response.status == 201


def test_calls_in_a_minute_are_limited(world: World, settings: Settings) -> None:
    with limited_to(world, settings, assistant_calls_per_minute=2) as mcp:
        assert [mcp.post("tools/list").status for _ in range(3)] == [200, 200, 429]
        refused = mcp.post("tools/list")
    assert refused.json["error"]["data"]["retryAfterSeconds"] == int(refused.headers["retry-after"]) > 0
    assert refused.headers["ratelimit-policy"] == '"default";q=2;w=60'
