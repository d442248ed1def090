"""The pages and the operator's endpoints, called in this process."""

import re
import time
from pathlib import Path

import pytest
from client import Client
from visitor import Visitor, text_of
from world import World

from coterie.app import create_app
from coterie.settings import Settings, load_settings
from coterie.store.database import Database, open_database
from coterie.store.migrate import migrate


def test_a_database_that_does_not_answer_is_said_on_every_page(
    fresh_database: Database, fresh_settings: Settings
) -> None:
    client = Client(create_app(fresh_database, fresh_settings))
    assert [client.get(path).status for path in ("/", "/healthz", "/readyz")] == [200, 200, 200]
    fresh_database.close()
    assert [client.get(path).status for path in ("/", "/healthz", "/readyz")] == [503, 200, 503]
    assert client.get("/").headers["retry-after"] == "5"
    assert b"database" not in client.get("/").body
    client.close()


def test_a_database_that_cannot_be_written_is_not_ready(tmp_path: Path) -> None:
    settings = load_settings({}, data=str(tmp_path))
    database = open_database(settings)
    migrate(database)
    client = Client(create_app(database, settings))
    assert client.get("/readyz").status == 200
    (tmp_path / "coterie.sqlite3").rename(tmp_path / "moved")
    deadline = time.monotonic() + 20
    while client.get("/readyz").status == 200 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert client.get("/readyz").status == 503
    client.close()
    database.close()


def test_an_address_of_no_page_is_a_page_for_a_browser_and_text_for_a_program(
    fresh_database: Database, fresh_settings: Settings
) -> None:
    client = Client(create_app(fresh_database, fresh_settings))
    for path in ("/nothing", "/1/nothing", "/1/people/", "/static/nothing.css"):
        page = client.call("GET", path, headers={"accept": "text/html,*/*;q=0.8"})
        assert (page.status, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert b"does not exist" in page.body and "default-src 'none'" in page.headers["content-security-policy"]
        assert (client.get(path).status, client.get(path).body) == (404, b"Not Found")
    client.close()


@pytest.mark.parametrize(
    ("path", "place"),
    [("today", "Today"), ("people", "People"), ("imports", "Imports"), ("history", "More"), ("settings", "More"),
     ("welcome", "")],
)  # fmt: skip
def test_a_small_screen_marks_the_place_of_every_page(alice: Visitor, world: World, path: str, place: str) -> None:
    bar = alice.get(f"/{world.organization.id}/{path}").body.decode().partition('class="bottom"')[2]
    marked = re.findall(r'aria-current="page">.*?</svg>(\w+)</a>', bar)
    assert marked == ([place] if place else [])


def test_the_page_of_an_error_inside_an_organization_has_its_navigation(alice: Visitor, world: World) -> None:
    root = f"/{world.organization.id}"
    missing, refused = alice.get(f"{root}/people/999999"), alice.post(f"{root}/people/new", form_token="forged")
    for response in (missing, refused):
        assert response.status in (403, 404)
        assert f'href="{root}/people"' in response.body.decode()
    assert 'aria-label="Main"' not in alice.get(f"/{world.charlie.organization_id}/people").body.decode()


def test_a_conflict_says_what_it_is_and_what_mends_it(alice: Visitor, world: World) -> None:
    page = alice.post(f"/{world.organization.id}/settings/members/{world.alice.user_id}/remove")
    assert page.status == 409 and "is the only owner: add another owner first" in text_of(page)
    response = alice.get("/set-up")
    assert response.status == 409 and "<h1>This instance is already set up</h1>" in response.body.decode()
