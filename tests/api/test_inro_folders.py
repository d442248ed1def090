"""/folders: seven colours, and contacts that outlive the folder they are in."""

from typing import Any

import pytest
from client import Client
from world import World

PATH = "/api/v1/folders"
COLORS = ("yellow", "red", "green", "blue", "purple", "pink", "orange")


@pytest.mark.parametrize("color", [*COLORS, None])
def test_a_folder_has_one_of_seven_colours_or_none(inro: Client, color: str | None) -> None:
    response = inro.post(PATH, {"folder": {"name": "  VIP 😀 ", "color": color}})
    assert (response.status, response.json) == (201, {"id": 1, "name": "VIP 😀", "color": color})
    assert inro.get(PATH).json == [response.json]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "folder[name] is missing"),
        ({"name": ""}, "folder[name] is empty"),
        ({"name": " \t"}, "folder[name] is empty"),
        ({"name": None}, "folder[name] is empty"),
        ({"name": "x" * 5000}, "folder[name] is invalid"),
        ({"name": ["x"]}, "folder[name] is invalid"),
        ({"name": "a\0"}, "folder[name] is invalid"),
        ({"name": "x", "color": "black"}, "folder[color] does not have a valid value"),
        ({"name": "x", "color": "RED"}, "folder[color] does not have a valid value"),
        ({"name": "x", "color": ["red"]}, "folder[color] is invalid"),
    ],
    ids=lambda value: str(value)[:30] if isinstance(value, dict) else "",
)
def test_what_is_no_folder_is_refused(inro: Client, given: dict[str, Any], message: str) -> None:
    response = inro.post(PATH, {"folder": given})
    assert (response.status, response.json) == (400, {"error": message})
    assert inro.get(PATH).json == []


def test_name_and_colour_change_each_by_itself(inro: Client) -> None:
    inro.post(PATH, {"folder": {"name": "VIP", "color": "red"}})
    assert inro.put(f"{PATH}/1", {"folder": {"name": "Friends"}}).json == {"id": 1, "name": "Friends", "color": "red"}
    assert inro.put(f"{PATH}/1", {"folder": {"color": "blue"}}).json == {"id": 1, "name": "Friends", "color": "blue"}
    assert inro.put(f"{PATH}/1", {"folder": {}}).json == {"id": 1, "name": "Friends", "color": "blue"}
    response = inro.put(f"{PATH}/1", {"folder": {"name": "Lost", "color": "black"}})
    assert (response.status, response.json) == (400, {"error": "folder[color] does not have a valid value"})
    assert inro.get(PATH).json[0]["name"] == "Friends"


def test_deleting_a_folder_keeps_its_contacts(inro: Client, world: World) -> None:
    inro.post(PATH, {"folder": {"name": "VIP"}})
    inro.put("/api/v1/contacts/1", {"contact": {"folder_ids": [1]}})
    response = inro.delete(f"{PATH}/1")
    assert (response.status, response.body) == (204, b"")
    assert inro.get("/api/v1/contact", id=1).json["folders"] == []
    assert (inro.get(PATH).json, inro.get(PATH).headers["x-total"]) == ([], "0")
    assert inro.delete(f"{PATH}/1").status == 404


def test_an_id_is_never_given_twice(inro: Client) -> None:
    inro.post(PATH, {"folder": {"name": "One"}})
    inro.delete(f"{PATH}/1")
    assert inro.post(PATH, {"folder": {"name": "Two"}}).json["id"] == 2


@pytest.mark.parametrize("folder_id", ["0", "7", "-1", "2147483648", "9" * 30, "one", "\0"])
def test_an_unknown_folder_is_404(inro: Client, folder_id: str) -> None:
    for response in (inro.put(f"{PATH}/{folder_id}", {"folder": {"name": "x"}}), inro.delete(f"{PATH}/{folder_id}")):
        assert (response.status, response.json) == (404, {"error": "Folder not found"})


def test_another_organizations_folder_does_not_exist(client: Client, inro: Client, world: World) -> None:
    inro.post(PATH, {"folder": {"name": "VIP"}})
    charlie = client.with_token(world.charlie_token)
    assert charlie.get(PATH).json == []
    assert charlie.put(f"{PATH}/1", {"folder": {"name": "Mine"}}).status == 404
    assert charlie.delete(f"{PATH}/1").status == 404
    response = charlie.put("/api/v1/contacts/1", {"contact": {"folder_ids": [1]}})
    assert (response.status, response.json) == (400, {"error": "contact[folder_ids] is invalid"})
    assert inro.get(PATH).json[0]["name"] == "VIP"


def test_null_clears_the_colour_of_a_folder(inro: Client) -> None:
    folder = inro.post("/api/v1/folders", {"folder": {"name": "Choir", "color": "blue"}}).json
    cleared = inro.put(f"/api/v1/folders/{folder['id']}", {"folder": {"color": None}})
    assert (cleared.status, cleared.json) == (200, {"id": folder["id"], "name": "Choir", "color": None})
    assert inro.put(f"/api/v1/folders/{folder['id']}", {"folder": {"name": None}}).status == 400
