"""Pages of Inrō's lists: grape-kaminari's parameters, its seven headers, its refusals."""

from typing import Any

import pytest
from client import Client, Response
from world import World

from coterie.actions.contacts import create_contact
from coterie.actions.folders import create_folder

LISTS = ("/api/v1/contacts", "/api/v1/contacts/search", "/api/v1/folders", "/api/v1/contact_properties",
         "/api/v1/batch_tasks")  # fmt: skip


def seven(response: Response) -> dict[str, str]:
    """The headers of a page, by the end of their names."""
    return {name[2:]: value for name, value in response.headers.items() if name in HEADERS}


HEADERS = ("x-total", "x-total-pages", "x-page", "x-per-page", "x-next-page", "x-prev-page", "x-offset")


@pytest.fixture
def ten(world: World) -> World:
    """Alice's two contacts and eight more: ids 1 to 10."""
    with world.database.write() as tx:
        for number in range(3, 11):
            create_contact(tx, world.alice, {"display_name": f"Contact {number}"})
    return world


def ids(response: Response) -> list[int]:
    assert response.status == 200, response.body
    return [contact["id"] for contact in response.json]


def test_without_parameters_the_first_25_come_oldest_first_and_the_headers_say_so(inro: Client, ten: World) -> None:
    response = inro.get("/api/v1/contacts")
    assert ids(response) == list(range(1, 11))
    assert seven(response) == {
        "total": "10", "total-pages": "1", "page": "1", "per-page": "25", "next-page": "", "prev-page": "",
        "offset": "0",
    }  # fmt: skip


def test_a_page_in_the_middle_names_its_neighbours(inro: Client, ten: World) -> None:
    response = inro.get("/api/v1/contacts", page=2, per_page=4)
    assert ids(response) == [5, 6, 7, 8]
    assert seven(response) == {
        "total": "10", "total-pages": "3", "page": "2", "per-page": "4", "next-page": "3", "prev-page": "1",
        "offset": "0",
    }  # fmt: skip


def test_the_last_page_has_no_next_one_and_may_be_short(inro: Client, ten: World) -> None:
    response = inro.get("/api/v1/contacts", page=3, per_page=4)
    assert ids(response) == [9, 10]
    assert (response.headers["x-next-page"], response.headers["x-prev-page"]) == ("", "2")


def test_a_page_past_the_end_is_empty_and_has_no_neighbours(inro: Client, ten: World) -> None:
    response = inro.get("/api/v1/contacts", page=4, per_page=4)
    assert ids(response) == []
    assert seven(response) == {
        "total": "10", "total-pages": "3", "page": "4", "per-page": "4", "next-page": "", "prev-page": "",
        "offset": "0",
    }  # fmt: skip


def test_an_offset_adds_to_the_page_and_is_not_taken_from_the_total(inro: Client, ten: World) -> None:
    response = inro.get("/api/v1/contacts", page=2, per_page=4, offset=3)
    assert ids(response) == [8, 9, 10]
    assert seven(response) == {
        "total": "10", "total-pages": "2", "page": "2", "per-page": "4", "next-page": "", "prev-page": "1",
        "offset": "3",
    }  # fmt: skip


def test_an_offset_beyond_everything_leaves_no_pages(inro: Client, ten: World) -> None:
    response = inro.get("/api/v1/contacts", offset=11)
    assert ids(response) == []
    assert (response.headers["x-total"], response.headers["x-total-pages"]) == ("10", "0")


@pytest.mark.parametrize("page", [0, -1, -(2**31), -(2**63)])
def test_a_page_below_one_is_the_first(inro: Client, ten: World, page: int) -> None:
    response = inro.get("/api/v1/contacts", page=page, per_page=3)
    assert ids(response) == [1, 2, 3]
    assert response.headers["x-page"] == "1"


@pytest.mark.parametrize("page", [2**31 - 1, 2**31, 2**63 - 1])
def test_a_page_far_beyond_the_end_is_empty(inro: Client, ten: World, page: int) -> None:
    assert ids(inro.get("/api/v1/contacts", page=page, per_page=100, offset=2**63 - 1)) == []


@pytest.mark.parametrize("per_page", [-1, -100, -(2**63)])
def test_a_negative_page_size_is_the_default(inro: Client, ten: World, per_page: int) -> None:
    assert inro.get("/api/v1/contacts", per_page=per_page).headers["x-per-page"] == "25"


def test_an_empty_parameter_is_one_that_was_not_sent(inro: Client, ten: World) -> None:
    response = inro.get("/api/v1/contacts?page=&per_page=&offset=&order_column=&order_direction=")
    assert (response.status, response.headers["x-per-page"]) == (200, "25")


def test_a_page_of_a_hundred_is_the_largest(inro: Client, ten: World) -> None:
    assert inro.get("/api/v1/contacts", per_page=100).headers["x-per-page"] == "100"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"per_page": 101}, "per_page must be less than or equal 100"),
        ({"per_page": 2**62}, "per_page must be less than or equal 100"),
        ({"per_page": 10**30}, "per_page is invalid"),
        ({"per_page": "ten"}, "per_page is invalid"),
        ({"per_page": "1.5"}, "per_page is invalid"),
        ({"per_page": 0}, "per_page does not have a valid value"),
        ({"page": "two"}, "page is invalid"),
        ({"page": 10**30}, "page is invalid"),
        ({"page": "\0"}, "page is invalid"),
        ({"page[a]": 1}, "page is invalid"),
        ({"offset": "x"}, "offset is invalid"),
        ({"offset": -1}, "offset is invalid"),
        ({"page": "x", "per_page": "y", "offset": "z"}, "page is invalid, per_page is invalid, offset is invalid"),
    ],
)
def test_what_cannot_be_a_page_is_refused_by_every_list_in_grapes_words(
    inro: Client, query: dict[str, Any], message: str
) -> None:
    for path in LISTS:
        response = inro.get(path, **query)
        assert (response.status, response.json) == (400, {"error": message}), path


@pytest.mark.parametrize("path", LISTS)
def test_every_list_is_a_bare_array_with_the_seven_headers(inro: Client, path: str) -> None:
    response = inro.get(path)
    assert response.status == 200
    assert isinstance(response.json, list)
    assert len(seven(response)) == 7


def test_a_list_that_is_empty_has_no_pages(inro: Client) -> None:
    response = inro.get("/api/v1/folders")
    assert response.json == []
    assert (response.headers["x-total"], response.headers["x-total-pages"]) == ("0", "0")


def test_folders_come_in_pages_as_well(inro: Client, world: World) -> None:
    with world.database.write() as tx:
        for number in range(5):
            create_folder(tx, world.alice, f"Folder {number}")
    response = inro.get("/api/v1/folders", page=2, per_page=2, offset=1)
    assert [folder["name"] for folder in response.json] == ["Folder 3", "Folder 4"]
    assert (response.headers["x-total"], response.headers["x-total-pages"]) == ("5", "2")


def test_a_parameter_nobody_declared_is_ignored(inro: Client) -> None:
    assert inro.get("/api/v1/contacts", colour="red", **{"deep[er]": 1}).status == 200
