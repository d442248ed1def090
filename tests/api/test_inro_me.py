"""GET /me."""

from client import Client
from world import World


def test_it_tells_which_organization_the_token_belongs_to(inro: Client, world: World) -> None:
    answer = inro.get("/api/v1/me")
    assert answer.status == 200
    assert answer.json == {
        "id": world.organization.id,
        "username": None,
        "name": "Evergreen Terrace",
        "profile_picture": None,
    }


def test_the_token_may_come_as_a_parameter(client: Client, world: World) -> None:
    answer = client.get("/api/v1/me", access_token=world.charlie_token)
    assert answer.json["name"] == "Moe's Tavern"


def test_without_a_token_it_is_401(client: Client) -> None:
    answer = client.get("/api/v1/me")
    assert (answer.status, answer.json) == (401, {"error": "Unauthorized"})
