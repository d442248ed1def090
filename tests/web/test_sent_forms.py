"""A form that is sent again, by a double click, Back or a reload, has no second effect."""

import re

import pytest
from visitor import Visitor, text_of
from world import World

from coterie.web.table import PAGES

CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Otto 1\r\nEND:VCARD\r\n"
PDF = b"%PDF-1.4\n1 0 obj\nendobj\nstartxref\n0\n%%EOF"


def key_of(visitor: Visitor, path: str) -> str:
    """The key of the form on a page."""
    found = re.search(r'name="form_key" value="([^"]+)"', visitor.get(path).body.decode())
    assert found is not None
    return found[1]


def count(world: World, table: str) -> int:
    with world.database.read() as tx:
        row = tx.one(f"SELECT count(*) FROM {table} WHERE organization_id = :o", {"o": world.organization.id})
    assert row is not None
    return int(row[0])


def test_a_person_is_created_once_and_both_answers_lead_to_it(alice: Visitor, world: World) -> None:
    path = f"/{world.organization.id}/people/new"
    fields = {"form_key": key_of(alice, path), "real_name": "Seymour Skinner"}
    before = count(world, "contacts")
    first, second = (alice.post(path, **fields) for _ in range(2))
    assert first.status == second.status == 303
    assert first.headers["location"] == second.headers["location"]
    assert count(world, "contacts") == before + 1
    assert "Seymour Skinner was added" in text_of(alice.get(second.headers["location"]))


def test_the_same_form_with_other_values_is_another_form(alice: Visitor, world: World) -> None:
    path = f"/{world.organization.id}/people/new"
    key, before = key_of(alice, path), count(world, "contacts")
    for name in ("Edna", "Agnes", "Edna"):
        alice.post(path, form_key=key, real_name=name)
    assert count(world, "contacts") == before + 2


@pytest.mark.parametrize("problem", ["", "not a day"])
def test_a_form_that_was_not_valid_may_be_sent_again(alice: Visitor, world: World, problem: str) -> None:
    path = f"/{world.organization.id}/people/new"
    fields = {"form_key": key_of(alice, path), "real_name": "Otto" if problem else "", "birthday": problem}
    assert [alice.post(path, **fields).status for _ in range(2)] == [422, 422]


def test_a_fragment_that_is_sent_again_loads_its_page(alice: Visitor, world: World) -> None:
    person = f"/{world.organization.id}/people/{world.marge.id}"
    fields = {"form_key": key_of(alice, person), "kind": "note", "text": "Twice"}
    alice.is_fragment = True
    assert "hx-refresh" not in alice.post(f"{person}/compose", **fields).headers
    assert alice.post(f"{person}/compose", **fields).headers["hx-refresh"] == "true"
    alice.is_fragment = False
    assert alice.get(person).body.decode().count("<p>Twice</p>") == 1


def test_an_upload_is_stored_once_and_another_file_is_another_upload(alice: Visitor, world: World) -> None:
    root = f"/{world.organization.id}"
    files = f"{root}/people/{world.marge.id}/files/new"
    for path, field, table in ((f"{root}/imports", "file", "imports"), (files, "upload", "attachments")):
        key, before = key_of(alice, path), count(world, table)
        content = CARD if field == "file" else PDF
        first, second = (alice.upload(path, field, "one.bin", content, form_key=key) for _ in range(2))
        assert first.headers["location"] == second.headers["location"] and count(world, table) == before + 1
        alice.upload(path, field, "one.bin", content.replace(b"1", b"2"), form_key=key)
        assert count(world, table) == before + 2


def test_a_secret_is_made_once(alice: Visitor, world: World) -> None:
    path = f"/{world.organization.id}/settings/tokens"
    fields = {"form_key": key_of(alice, path), "token_name": "Shop", "scopes": ["contacts:read"]}
    before = count(world, "access_tokens")
    assert alice.post(path, **fields).status == 200
    again = alice.post(path, **fields)
    assert again.status == 303 and again.headers["location"] == path
    assert count(world, "access_tokens") == before + 1


def test_a_form_without_a_key_always_runs(alice: Visitor, world: World) -> None:
    path = f"/{world.organization.id}/people/new"
    before = count(world, "contacts")
    for _ in range(2):
        alice.post(path, real_name="Snake")
    assert count(world, "contacts") == before + 2
    assert alice.post(path, real_name="Snake", form_key="x" * 201).status == 422


def test_pages_whose_forms_create_something_are_marked() -> None:
    marked = {page.path for page in PAGES if page.once}
    creating = {page.path for page in PAGES if page.method == "POST" and page.path.endswith("/new")}
    assert creating - marked == {"/join/new"}
    assert all(page.access == "member" and page.mode == "write" for page in PAGES if page.once)
