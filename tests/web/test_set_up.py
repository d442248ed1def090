"""Set-up by link: only whoever started the instance can claim it, and only once."""

from collections.abc import Iterator

import pytest
from client import Client
from visitor import Visitor, text_of

from coterie.actions.set_up import create_set_up_link
from coterie.app import create_app
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.organizations import find_user, list_members, list_organizations

FIELDS = {
    "organization": "Evergreen Terrace", "country": "US", "first_name": "Marge", "email": "marge@example.org",
    "password": "correct horse battery", "time_zone": "america/new_york",
}  # fmt: skip


@pytest.fixture
def visitor(fresh_database: Database, fresh_settings: Settings) -> Iterator[Visitor]:
    client = Client(create_app(fresh_database, fresh_settings))
    visitor = Visitor(client)
    visitor.get("/set-up")
    yield visitor
    client.close()


def link(database: Database) -> str:
    with database.write() as tx:
        code = create_set_up_link(tx)
    assert code is not None
    return code


def test_the_link_creates_an_organization_and_its_owner(visitor: Visitor, fresh_database: Database) -> None:
    code = link(fresh_database)
    assert visitor.get("/set-up", code=code).status == 200
    response = visitor.post("/set-up", code=code, **FIELDS)
    assert (response.status, response.headers["location"]) == (303, "/1/welcome")
    assert "Evergreen Terrace is ready" in text_of(visitor.get("/1/welcome"))
    with fresh_database.read() as tx:
        (organization,) = list_organizations(tx)
        (owner,) = list_members(tx, organization.id, limit=2)
        user = find_user(tx, owner.user_id)
    assert (organization.name, organization.country) == ("Evergreen Terrace", "US")
    assert user is not None and (organization.time_zone, user.time_zone) == ("America/New_York", "America/New_York")
    visitor.post("/sign-out")
    assert visitor.sign_in("marge@example.org", FIELDS["password"]).status == 303


def test_without_the_link_nobody_claims_the_instance(visitor: Visitor, fresh_database: Database) -> None:
    link(fresh_database)
    assert visitor.get("/set-up").status == 404
    for code in ("", "guess", "x" * 100):
        assert visitor.get("/set-up", code=code).status == 404
        assert visitor.post("/set-up", code=code, **FIELDS).status == 404
    with fresh_database.read() as tx:
        assert list_organizations(tx) == []


def test_a_link_works_once_and_a_later_one_replaces_it(visitor: Visitor, fresh_database: Database) -> None:
    first, second = link(fresh_database), link(fresh_database)
    assert visitor.post("/set-up", code=first, **FIELDS).status == 404
    assert visitor.post("/set-up", code=second, **FIELDS).status == 303
    again = {**FIELDS, "email": "homer@example.org"}
    assert visitor.post("/set-up", code=second, **again).status == 409
    with fresh_database.write() as tx:
        assert create_set_up_link(tx) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("organization", " "),
        ("email", "nobody"),
        ("password", "short"),
        ("password", "password123"),
        ("country", "ZZ"),
        ("time_zone", "Mars/Olympus"),
    ],
)
def test_a_field_that_is_not_valid_says_why_and_keeps_the_rest(
    visitor: Visitor, fresh_database: Database, field: str, value: str
) -> None:
    code = link(fresh_database)
    response = visitor.post("/set-up", code=code, **{**FIELDS, field: value})
    assert response.status == 422
    body = response.body.decode()
    assert 'aria-invalid="true"' in body and "correct horse" not in body
    assert 'value="Marge"' in body
    assert visitor.post("/set-up", code=code, **FIELDS).status == 303
