"""Look around: Springfield as a second organization, created by an owner and removed without a trace."""

from collections.abc import Iterator

import pytest
from client import Client
from visitor import Visitor, text_of

from coterie.actions.contacts import create_contact
from coterie.actions.members import add_member
from coterie.actions.organizations import create_owner
from coterie.actions.passwords import hash_password
from coterie.app import create_app
from coterie.model.organizations import MEMBER, Caller
from coterie.settings import Settings
from coterie.store.contacts import count_contacts
from coterie.store.database import Database
from coterie.store.organizations import list_members, list_organizations

pytestmark = pytest.mark.slow

PASSWORD = "correct horse battery"
OFFER = 'action="/1/look-around"'


@pytest.fixture
def owner(fresh_database: Database) -> Caller:
    """Marge, the owner of the only organization."""
    with fresh_database.write() as tx:
        organization, user = create_owner(
            tx, name="Evergreen Terrace", email="marge@example.org", password_hash=hash_password(PASSWORD), via="web"
        )
        caller = Caller.for_organization(organization, via="web", user_id=user.id)
        add_member(tx, caller, "homer@example.org", role=MEMBER, password_hash=hash_password(PASSWORD))
    return caller


@pytest.fixture
def client(fresh_database: Database, fresh_settings: Settings) -> Iterator[Client]:
    client = Client(create_app(fresh_database, fresh_settings))
    yield client
    client.close()


@pytest.fixture
def marge(client: Client, owner: Caller) -> Visitor:
    visitor = Visitor(client)
    assert visitor.sign_in("marge@example.org", PASSWORD).status == 303
    return visitor


def row_counts(database: Database, organization_id: int) -> dict[str, int]:
    """table -> how many of its rows belong to an organization; tables without any are left out."""
    if database.settings.database_url.startswith("sqlite"):
        listed = "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.sql NOT LIKE '%VIRTUAL%'"
        listed += " AND m.type = 'table' AND c.name = 'organization_id'"
    else:
        listed = "SELECT table_name FROM information_schema.columns WHERE column_name = 'organization_id'"
        listed += " AND table_schema = current_schema()"
    with database.read() as tx:
        counts = {
            table: tx.all(f"SELECT count(*) FROM {table} WHERE organization_id = :id", {"id": organization_id})[0][0]
            for (table,) in tx.all(listed)
        }
    return {table: count for table, count in counts.items() if count}


def test_an_owner_looks_around_and_removes_it_again(marge: Visitor, owner: Caller, fresh_database: Database) -> None:
    for page in ("/1/welcome", "/1/today", "/1/people"):
        assert OFFER in marge.get(page).body.decode(), page
    with fresh_database.write() as tx:
        create_contact(tx, owner, {"real_name": "Patty Bouvier"})
    own = row_counts(fresh_database, 1)
    for _ in range(2):
        response = marge.post("/1/look-around")
        assert (response.status, response.headers["location"]) == (303, "/2/today")
    assert "Springfield" in text_of(marge.get("/2/today"))
    with fresh_database.read() as tx:
        assert [each.name for each in list_organizations(tx)] == ["Evergreen Terrace", "Springfield"]
        assert [(each.email, each.role) for each in list_members(tx, 2, limit=9)] == [("marge@example.org", "owner")]
        assert count_contacts(tx, 2) >= 60
        assert tx.all("SELECT count(*) FROM users")[0][0] == 2
        # mail about people who do not exist would reach a person who does
        assert tx.all("SELECT DISTINCT remind_by FROM reminders WHERE organization_id = 2") == [("push",)]
    assert OFFER not in marge.get("/1/welcome").body.decode()
    assert "/look-around/remove" not in marge.get("/1/settings/organization").body.decode()
    assert "/look-around/remove" in marge.get("/2/settings/organization").body.decode()
    for _ in range(2):
        response = marge.post("/look-around/remove")
        assert (response.status, response.headers["location"]) == (303, "/1/today")
    assert row_counts(fresh_database, 2) == {}
    assert row_counts(fresh_database, 1) == own
    assert marge.get("/2/today").status == 404
    # and once more
    assert marge.post("/1/look-around").headers["location"] == "/2/today"
    assert "Homer Simpson" in text_of(marge.get("/2/people", q="homer"))


def test_a_member_neither_creates_nor_removes_it(client: Client, marge: Visitor, fresh_database: Database) -> None:
    homer = Visitor(client)
    homer.sign_in("homer@example.org", PASSWORD)
    assert OFFER not in homer.get("/1/welcome").body.decode()
    assert homer.post("/1/look-around").status == 403
    assert marge.post("/1/look-around").status == 303
    with fresh_database.write() as tx:
        springfield = Caller.for_organization(list_organizations(tx)[1], via="web")
        add_member(tx, springfield, "homer@example.org", role=MEMBER, password_hash=None)
    assert "/look-around/remove" not in homer.get("/2/settings/organization").body.decode()
    assert homer.post("/look-around/remove").status == 409
    assert homer.get("/2/today").status == 200


def test_an_instance_with_other_organizations_offers_none(marge: Visitor, fresh_database: Database) -> None:
    with fresh_database.write() as tx:
        create_owner(tx, name="Shelbyville", email="shelby@example.org", password_hash="x", via="web")
    for page in ("/1/welcome", "/1/today", "/1/people"):
        assert OFFER not in marge.get(page).body.decode(), page
    assert marge.post("/1/look-around").status == 409
    assert marge.post("/look-around/remove").headers["location"] == "/1/today"
