"""What is one user's own is on no page of another member, and the cost of a person's page has a limit."""

import re

import pytest
from client import Client
from counting import counted
from visitor import Visitor
from world import World

from coterie.actions.contact_relationships import relate
from coterie.actions.contacts import create_contact, update_contact
from coterie.actions.gifts import create_gift
from coterie.actions.notes import create_note
from coterie.actions.reminders import create_reminder
from coterie.actions.terms import create_term, put_on_contact
from coterie.actions.touches import log_touch
from coterie.actions.user_relationships import create_user_relationship
from coterie.model.relationships import type_id
from coterie.model.terms import TAGS
from coterie.web.page import Page
from coterie.web.table import PAGES

SECRET = "zanzibar"
READ = [page for page in PAGES if page.method == "GET" and page.access == "member"]


def path_of(page: Page, values: dict[str, str]) -> str:
    """The path of a page with these values; whatever else it takes is a note's id."""
    return re.sub(r"{(\w+)(?::int)?}", lambda found: values.get(found[1], values["item"]), page.path)


@pytest.fixture
def bob(client: Client, world: World) -> Visitor:
    """Bob, another member."""
    with world.database.read() as tx:
        row = tx.one("SELECT email FROM users WHERE id = :id", {"id": world.bob.user_id})
    assert row is not None
    visitor = Visitor(client.with_token(None))
    visitor.sign_in(str(row[0]))
    return visitor


def test_no_page_shows_what_is_another_members_own(bob: Visitor, alice: Visitor, world: World) -> None:
    with world.database.write() as tx:
        fields = {"text": f"{SECRET} at night", "is_personal": True, "contacts": [world.marge.uuid]}
        note = create_note(tx, world.alice, fields)
        create_reminder(tx, world.alice, {"title": SECRET, "due_at": "2027-01-01T09:00:00Z"}, world.marge.id)
        create_user_relationship(tx, world.alice, {"contact": world.marge.uuid, "type_id": type_id("Neighbour")})
    values = {"o": str(world.organization.id), "id": str(world.marge.id), "part": "notes", "item": note.id,
              "name": "nickname", "slug": "none"}  # fmt: skip
    own_page = f"/{world.organization.id}/people/{world.marge.id}"
    assert SECRET in alice.get(own_page).body.decode()
    for page in READ:
        for is_fragment in (False, True):
            bob.is_fragment = is_fragment
            for query in ({}, {"q": SECRET, "name": SECRET, "show": "notes", "filter": f"note:{SECRET}"}):
                response = bob.get(path_of(page, values), **query)
                shown = response.body.decode().replace(f'value="{SECRET}"', "").replace(f"q={SECRET}", "")
                assert f"{SECRET} at night" not in shown, page.path
                assert query or (SECRET not in shown and "Your neighbour" not in shown), page.path
    for rest in ("", "/delete", "/restore"):
        assert bob.post(f"{own_page}/notes/{note.id}{rest}", text="mine", seen=note.updated_at).status == 404


def fill(world: World, number: int) -> None:
    """Gives Marge more of everything."""
    with world.database.write() as tx:
        for each in range(number):
            other = create_contact(tx, world.alice, {"real_name": f"Cousin {each}"})
            relate(tx, world.alice, world.marge.id, {"second_contact": other.uuid, "type_id": type_id("Cousin")})
            create_note(tx, world.alice, {"text": f"Note {each}", "contacts": [world.marge.uuid]})
            update_contact(tx, world.alice, world.marge.id, {"nickname": f"Nick {each}"})
            log_touch(tx, world.alice, [world.marge.id], kind="call", text="x", happened_at="")
            create_gift(tx, world.alice, world.marge.id, {"name": f"Gift {each}", "status": "given"})
            tag = create_term(tx, world.alice, TAGS, f"Tag {each}")
            put_on_contact(tx, world.alice, TAGS, world.marge.id, tag.id)


def test_a_page_takes_the_same_statements_however_much_there_is(
    alice: Visitor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/{world.organization.id}/people/{world.marge.id}"
    fill(world, 2)
    counts = []
    for number in (0, 30):
        fill(world, number)
        with counted(monkeypatch) as statements:
            assert alice.get(path).status == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 60
