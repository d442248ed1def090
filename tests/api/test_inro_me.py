"""GET /me."""

from client import Client
from world import World


def test_it_tells_which_organization_the_token_belongs_to(inro: Client, world: World) -> None:
    response = inro.get("/api/v1/me")
    assert response.status == 200
    assert response.json == {
        "id": world.organization.id,
        "username": None,
        "name": "Evergreen Terrace",
        "profile_picture": None,
    }


def test_the_token_may_come_as_a_parameter(client: Client, world: World) -> None:
    response = client.get("/api/v1/me", access_token=world.charlie_token)
    assert response.json["name"] == "Moe's Tavern"


def test_without_a_token_it_is_401(client: Client) -> None:
    response = client.get("/api/v1/me")
    assert (response.status, response.json) == (401, {"error": "Unauthorized"})
