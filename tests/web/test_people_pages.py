"""People: search, filters, pages, and changes of many at once with their undo."""

import re
from itertools import product

import pytest
from counting import counted
from crowds import add_people
from visitor import Visitor, elements_of, text_of
from world import World

from coterie.actions.contacts import create_contact, update_contact
from coterie.actions.folders import create_folder
from coterie.actions.new_contacts import create_contacts
from coterie.actions.terms import create_term, put_on_contact
from coterie.model.imports import ContactDraft
from coterie.model.terms import TAGS
from coterie.store.contacts import count_contacts


def people(world: World, rest: str = "") -> str:
    return f"/{world.organization.id}/people{rest}"


def names(visitor: Visitor, path: str, **query: str) -> list[str]:
    return re.findall(r'href="/\d+/people/\d+[^"]*" dir="auto">([^<]+)</a>', visitor.get(path, **query).body.decode())


def undo_of(response: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(first|last)" value="(\d+)">', response))


def test_people_are_searched_sorted_and_filtered(alice: Visitor, world: World) -> None:
    with world.database.write() as tx:
        tag = create_term(tx, world.alice, TAGS, "Neighbours")
        put_on_contact(tx, world.alice, TAGS, world.homer.id, tag.id)
    assert names(alice, people(world)) == ["Homer Simpson", "Marge Simpson"]
    assert names(alice, people(world), sort="name", down="1") == ["Marge Simpson", "Homer Simpson"]
    assert names(alice, people(world), q="marge") == ["Marge Simpson"]
    assert names(alice, people(world), filter=f"tag:#{tag.id}") == ["Homer Simpson"]
    assert names(alice, people(world), filter=f"tag:#{tag.id}", q="marge") == []


def test_a_company_without_a_name_of_a_person_is_called_as_itself(alice: Visitor, world: World) -> None:
    with world.database.write() as tx:
        company = create_contact(tx, world.alice, {"employer": "Power Plant", "phone": "+1 939 555 0113"})
    assert "Power Plant" in names(alice, people(world), q="power plant")
    page = alice.get(people(world, f"/{company.id}")).body.decode()
    assert re.search(r"<h1[^>]*>Power Plant</h1>", page) and "<title>Power Plant" in page and "No name" not in page
    assert page.count("Power Plant</p>") == 0 and ">PP</span>" in page
    history = text_of(alice.get(f"/{world.organization.id}/history"))
    assert "Power Plant" in history and "No name" not in history
    alice.post(people(world, f"/{company.id}/delete"))
    assert "Power Plant was deleted" in text_of(alice.get(people(world)))


def test_who_has_no_name_is_sorted_by_what_is_shown(alice: Visitor, world: World) -> None:
    with world.database.write() as tx:
        company = create_contact(tx, world.alice, {"employer": "Lard Lad", "phone": "+1 939 555 0113"})
        create_contacts(tx, world.alice, [ContactDraft(employer="Jakes")])
        create_contact(tx, world.alice, {"email": "zed@example.org"})
    in_order = ["Homer Simpson", "Jakes", "Lard Lad", "Marge Simpson", "zed@example.org"]
    assert names(alice, people(world)) == in_order
    assert names(alice, people(world), filter="-name:nobody") == in_order
    with world.database.write() as tx:
        update_contact(tx, world.alice, company.id, {"employer": "Androids Dungeon"})
    assert names(alice, people(world))[0] == "Androids Dungeon"
    with world.database.write() as tx:
        update_contact(tx, world.alice, company.id, {"employer": None})
    assert names(alice, people(world))[0] == "+1 939 555 0113"


@pytest.mark.parametrize("query", [{"filter": "((("}, {"filter": "tag:nothing"}, {"q": "\0"}, {"sort": "uuid"},
                                   {"from": "9" * 30}, {"filter": "x" * 9000}, {"q": '"(' * 90}])  # fmt: skip
def test_an_address_that_is_not_valid_is_a_page(alice: Visitor, world: World, query: dict[str, str]) -> None:
    assert alice.get(people(world), **query).status == 200
    assert alice.get(people(world, "/rows"), **query).status == 200


def test_pages_reach_everybody_once(alice: Visitor, world: World) -> None:
    with world.database.write() as tx:
        add_people(tx, world.alice, [f"Person {number:03}" for number in range(130)])
    found = [name for offset in ("0", "60", "120") for name in names(alice, people(world), **{"from": offset})]
    assert len(found) == len(set(found)) == 132


def test_many_people_are_tagged_and_the_undo_leaves_those_that_had_the_tag(alice: Visitor, world: World) -> None:
    with world.database.write() as tx:
        tag = create_term(tx, world.alice, TAGS, "Friends")
        put_on_contact(tx, world.alice, TAGS, world.homer.id, tag.id)
    alice.is_fragment = True
    both = [str(world.marge.id), str(world.homer.id)]
    response = alice.post(people(world, "/selected"), act="tag", value="Friends", ids=both)
    assert "1 person tagged Friends" in text_of(response)
    assert "Undone for 1 person" in text_of(alice.post(people(world, "/undo"), **undo_of(response.body.decode())))
    alice.is_fragment = False
    assert names(alice, people(world), filter=f"tag:#{tag.id}") == ["Homer Simpson"]


def test_many_people_are_filed_and_taken_out(alice: Visitor, world: World) -> None:
    with world.database.write() as tx:
        folder = create_folder(tx, world.alice, "Family")
    alice.is_fragment = True
    both = [str(world.marge.id), str(world.homer.id)]
    response = alice.post(people(world, "/selected"), act="folder", folder=str(folder.id), ids=both)
    assert "2 people put into Family" in text_of(response)
    alice.post(people(world, "/undo"), **undo_of(response.body.decode()))
    alice.is_fragment = False
    assert names(alice, people(world), filter=f"folder:#{folder.id}") == []


def test_many_people_are_deleted_and_brought_back(alice: Visitor, world: World) -> None:
    alice.is_fragment = True
    both = [str(world.marge.id), str(world.homer.id)]
    response = alice.post(people(world, "/selected"), act="delete", ids=both)
    with world.database.read() as tx:
        assert count_contacts(tx, world.organization.id) == 0
    alice.post(people(world, "/undo"), **undo_of(response.body.decode()))
    with world.database.read() as tx:
        assert count_contacts(tx, world.organization.id) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"act": "tag", "value": "x"}, {"act": "burn", "ids": ["1"]}, {"act": "tag", "value": " ", "ids": ["1"]},
        {"act": "folder", "folder": "999", "ids": ["1"]}, {"act": "delete", "ids": ["x"]},
        {"act": "delete", "ids": ["9" * 30]},
    ],
)  # fmt: skip
def test_a_change_of_many_that_is_not_valid_changes_nothing(
    alice: Visitor, world: World, fields: dict[str, str]
) -> None:
    assert alice.post(people(world, "/selected"), **fields).status == 422
    with world.database.read() as tx:
        assert count_contacts(tx, world.organization.id) == 2


def test_nobody_changes_people_of_another_organization(alice: Visitor, world: World) -> None:
    theirs = str(world.moe.id + 5000)
    alice.post(people(world, "/selected"), act="delete", ids=[theirs])
    assert alice.post(f"/{world.charlie.organization_id}/people/selected", act="delete", ids=["1"]).status == 404


def test_a_found_text_is_shown_and_never_markup(alice: Visitor, world: World) -> None:
    with world.database.write() as tx:
        create_contact(tx, world.alice, {"real_name": "Ned", "employer": "Leftorium <img src=x>"})
    page = alice.get(people(world), q="leftorium")
    assert "Leftorium" in text_of(page) and not any(tag == "img" for tag, _ in elements_of(page))


def test_columns_of_a_browser_are_shown_in_their_order(alice: Visitor, world: World) -> None:
    every = ["email", "phone", "username", "tags", "folders", "birthday"]
    alice.post(people(world, "/columns"), columns=every, query="?q=marge")
    heads = re.findall(r'class="c-(\w+)" role="columnheader"', alice.get(people(world)).body.decode())
    assert heads == ["pick", "name", *every]
    alice.post(people(world, "/columns"), columns=["<x>", "uuid"], query="//elsewhere.example")
    heads = re.findall(r'class="c-(\w+)" role="columnheader"', alice.get(people(world)).body.decode())
    assert heads == ["pick", "name", "reach", "work", "tags", "changed"]


def test_columns_lead_back_to_the_same_list_only(alice: Visitor, world: World) -> None:
    assert alice.post(people(world, "/columns"), query="?q=x").headers["location"] == people(world, "?q=x")
    assert alice.post(people(world, "/columns"), query="//evil.example").headers["location"] == people(world)


def test_a_window_of_rows_names_the_length_of_the_list(alice: Visitor, world: World) -> None:
    response = alice.get(people(world, "/rows"), **{"from": "1"})
    assert response.headers["coterie-total"] == "2" and 'aria-rowindex="3"' in response.body.decode()
    assert alice.get(people(world, "/rows"), found="1", q="ma rge").headers["hx-replace-url"] == people(
        world, "?q=ma+rge"
    )


def test_a_list_takes_the_same_statements_however_long_it_is(
    alice: Visitor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = []
    for more in (0, 100):
        with world.database.write() as tx:
            for number in range(more):
                create_contact(tx, world.alice, {"real_name": f"Person {number:03}"})
        with counted(monkeypatch) as statements:
            alice.get(people(world))
        numbers.append(len(statements))
    assert numbers[0] == numbers[1] > 5


def test_what_is_missing_is_named(alice: Visitor, world: World) -> None:
    person = f"/{world.organization.id}/people/{world.marge.id}"
    alice.post(f"{person}/delete")
    forms = {"compose": {"kind": "note", "text": "Too late"}, "fields/job_title": {"job_title": "Too late"},
             "gifts/new": {"name": "Too late"}, "tags/add": {"name": "Too late"}}  # fmt: skip
    for (path, fields), is_fragment in product(forms.items(), (True, False)):
        alice.is_fragment = is_fragment
        response = alice.post(f"{person}/{path}", **fields)
        assert response.status == 404, path
        assert "This person was deleted" in text_of(response)
        assert "Restore it first." in text_of(response)
        assert "This page does not exist" not in text_of(response)
    response = alice.post(f"/{world.organization.id}/people/999999/compose", kind="note", text="Nobody")
    assert response.status == 404
    assert "This page does not exist, or you may not see it" in text_of(response)
