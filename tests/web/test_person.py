"""A person's page: reading, editing in place, parts, notes, undo, conflicts, bad input."""

import re

import pytest
from visitor import Visitor, elements_of, text_of
from world import World

from coterie.actions.contacts import create_contact, update_contact
from coterie.actions.notes import create_note
from coterie.model.relationships import type_id
from coterie.store.contact_sheets import load_sheets
from coterie.store.contacts import find_contact

EVIL = '<script>alert(1)</script><img src=x onerror=alert(1)>" onmouseover="alert(1)'


def page(world: World, *rest: str) -> str:
    return "/".join((f"/{world.organization.id}/people/{world.marge.id}", *rest))


def test_a_page_shows_the_person_and_how_to_reach_them(alice: Visitor, world: World) -> None:
    body = alice.get(page(world)).body.decode()
    assert "Marge Simpson" in body and 'href="mailto:marge@example.org"' in body and 'href="tel:+1800' in body


def test_the_page_has_its_heading_while_the_name_is_edited(alice: Visitor, world: World) -> None:
    alice.is_fragment = True
    for response in (alice.get(page(world, "fields", "real_name")), alice.get(page(world, "fields", "birthday"))):
        assert response.body.count(b"<h1") == (b'name="real_name"' in response.body)


def test_a_field_is_saved_in_place_and_its_undo_brings_the_old_value_back(alice: Visitor, world: World) -> None:
    alice.is_fragment = True
    response = alice.post(page(world, "fields", "birthday"), birthday="1956-03-19", seen="")
    assert response.status == 200 and "19 Mar 1956" in text_of(response) and "Birthday was changed" in text_of(response)
    fields = dict(re.findall(r'<input type="hidden" name="(birthday|seen)" value="([^"]*)">', response.body.decode()))
    assert fields == {"birthday": "", "seen": "1956-03-19"}
    alice.post(page(world, "fields", "birthday"), **fields)
    with world.database.read() as tx:
        contact = find_contact(tx, world.organization.id, world.marge.id)
    assert contact is not None and contact.birthday is None


@pytest.mark.parametrize(
    ("written", "stored"),
    [("19 March 1956", "1956-03-19"), ("19.3.1956", "1956-03-19"), ("Mar 19", "--03-19"), ("19. März", "--03-19"),
     ("03/19/1956", "1956-03-19"), ("--03-19", "--03-19")],
)  # fmt: skip
def test_a_date_is_taken_as_people_write_it(alice: Visitor, world: World, written: str, stored: str) -> None:
    alice.is_fragment = True
    assert alice.post(page(world, "fields", "birthday"), birthday=written, seen="").status == 200
    assert alice.post(page(world, "dates", "new"), label="Wedding", occurs_on=written).status == 200
    with world.database.read() as tx:
        sheet = load_sheets(tx, world.organization.id, [world.marge.id], ["dates"])[world.marge.id]
    assert sheet.contact.birthday == stored and [each.occurs_on for each in sheet.dates] == [stored]


def test_a_value_that_is_not_valid_keeps_what_was_typed(alice: Visitor, world: World) -> None:
    alice.is_fragment = True
    response = alice.post(page(world, "fields", "birthday"), birthday="31 February", seen="")
    assert response.status == 422
    assert 'value="31 February"' in response.body.decode() and 'aria-invalid="true"' in response.body.decode()


def test_two_people_at_one_field_lose_nothing(alice: Visitor, world: World) -> None:
    with world.database.write() as tx:
        update_contact(tx, world.bob, world.marge.id, {"nickname": "Midge"})
    alice.is_fragment = True
    response = alice.post(page(world, "fields", "nickname"), nickname="Margie", seen="")
    assert response.status == 409
    text, body = text_of(response), response.body.decode()
    assert "Midge" in text and 'value="Margie"' in body
    response = alice.post(page(world, "fields", "nickname"), nickname="Margie", seen="Midge")
    assert response.status == 200


def test_different_fields_do_not_conflict(alice: Visitor, world: World) -> None:
    with world.database.write() as tx:
        update_contact(tx, world.bob, world.marge.id, {"nickname": "Midge"})
    response = alice.post(page(world, "fields", "employer"), employer="Home", seen="")
    assert response.status == 303


PARTS = {
    "handles": {"channel": "email", "value": "marge@work.example", "label": "work"},
    "addresses": {"address_line_1": "742 Evergreen Terrace", "country": "US"},
    "dates": {"label": "Wedding", "occurs_on": "--06-30"},
    "gifts": {"name": "Pearls", "status": "given", "link": "https://example.org"},
    "pets": {"name": "Snowball II", "species": "cat", "born_on": ""},
    "notes": {"text": "Likes *jazz*"},
    "user_relationships": {"type_id": type_id("Neighbour"), "anniversary_on": "2001-05-04"},
}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_added_deleted_and_brought_back(alice: Visitor, world: World, part: str) -> None:
    alice.is_fragment = True
    assert alice.get(page(world, part, "new")).status == 200
    added = alice.post(page(world, part, "new"), **PARTS[part])
    shown = {"notes": "Likes jazz", "addresses": "742 Evergreen", "user_relationships": "Your neighbour"}.get(
        part
    ) or next(value for name, value in PARTS[part].items() if name in ("value", "name", "label"))
    assert added.status == 200 and shown in text_of(added)
    (undo,) = set(re.findall(rf'hx-post="({re.escape(page(world, part))}/[^"]+/delete)"', added.body.decode()))
    deleted = alice.post(undo)
    assert deleted.status == 200 and "was deleted" in text_of(deleted)
    (back,) = set(re.findall(r'hx-post="([^"]+/restore)"', deleted.body.decode()))
    assert shown in text_of(alice.post(back))


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_changed_unless_somebody_has_changed_it_since(alice: Visitor, world: World, part: str) -> None:
    alice.post(page(world, part, "new"), **PARTS[part])
    with world.database.read() as tx:
        sheet = load_sheets(
            tx,
            world.organization.id,
            [world.marge.id],
            [part],
            reader_id=world.alice.user_id,  # type: ignore[list-item]
        )[world.marge.id]
    item = getattr(sheet, part)[-1]
    form = alice.get(page(world, part, item.id))
    assert item.updated_at in form.body.decode()
    field, value = {"handles": ("value", "m@home.example"), "notes": ("text", "Likes swing"),
                    "addresses": ("address_line_1", "1 Main St"), "dates": ("occurs_on", "--07-01"),
                    "user_relationships": ("anniversary_on", "2002-05-04")}.get(
                        part, ("name", "Other"))  # fmt: skip
    new = {name: text for name, text in PARTS[part].items() if name not in ("channel", "label") or part == "dates"}
    assert alice.post(page(world, part, item.id), **new | {field: value}, seen="long ago").status == 409
    assert alice.post(page(world, part, item.id), **new | {field: value}, seen=item.updated_at).status == 303


def test_tags_are_added_by_name_and_removed(alice: Visitor, world: World) -> None:
    alice.is_fragment = True
    added = alice.post(page(world, "tags", "add"), name="Neighbours")
    assert "Neighbours" in text_of(added)
    (path,) = set(re.findall(r'hx-post="([^"]+/tags/[^"]+/remove)"', added.body.decode()))
    assert "was removed" in text_of(alice.post(path))


def test_a_deleted_person_says_so_and_comes_back(alice: Visitor, world: World) -> None:
    response = alice.post(page(world, "delete"))
    assert response.headers["location"] == f"/{world.organization.id}/people"
    people = alice.get(response.headers["location"])
    assert "Marge Simpson was deleted" in text_of(people) and page(world, "restore") in people.body.decode()
    assert "Restore" in text_of(alice.get(page(world)))
    alice.post(page(world, "restore"))
    assert "Restore" not in text_of(alice.get(page(world)))


def test_a_new_person_needs_only_a_name(alice: Visitor, world: World) -> None:
    new = f"/{world.organization.id}/people/new"
    response = alice.post(new, real_name="Ned Flanders")
    assert "Ned Flanders" in text_of(alice.get(response.headers["location"]))
    assert alice.post(new, real_name=" ").status == 422
    response = alice.post(new, real_name="Maude", email="not an address")
    assert response.status == 422 and 'value="Maude"' in response.body.decode()


def test_texts_are_never_markup(alice: Visitor, world: World) -> None:
    fields = {"real_name": EVIL, "nickname": EVIL, "employer": EVIL, "job_title": EVIL, "how_you_met": EVIL}
    with world.database.write() as tx:
        contact = create_contact(tx, world.alice, fields)
        create_note(tx, world.alice, {"text": EVIL, "contacts": [contact.uuid]})
    base = f"/{world.organization.id}/people"
    for path in (f"{base}/{contact.id}", f"{base}?q=alert", f"{base}/{contact.id}/fields/real_name"):
        elements = elements_of(alice.get(path))
        assert not any(tag == "img" or any(name.startswith("on") for name in names) for tag, names in elements)
        assert [tag for tag, names in elements if tag == "script" and "src" not in names] == []


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "<javascript:alert(1)>", "[x](data:text/html,1)",
        "[x](vbscript:1)", "[x]( javascript:alert(1))", "[x](java\tscript:alert(1))", "<a href='javascript:1'>x</a>",
    ],
)  # fmt: skip
def test_links_of_notes_run_nothing(alice: Visitor, world: World, text: str) -> None:
    alice.is_fragment = True
    body = alice.post(page(world, "notes", "new"), text=text).body.decode()
    links = re.findall(r'href="([^"]*)"', body.partition('class="prose"')[2].partition("</div>")[0])
    assert not any(re.match(r"\s*(java|vb)script:|\s*data:", link, re.I) for link in links)
    assert "<a href='" not in body


def test_a_note_is_markdown_without_pictures(alice: Visitor, world: World) -> None:
    alice.is_fragment = True
    text = "# Title\n\n- **one**\n- [site](https://example.org)\n\n![x](https://evil.example/p.png)"
    body = alice.post(page(world, "notes", "new"), text=text).body.decode()
    assert "<h3>Title</h3>" in body and "<strong>one</strong>" in body and "<img" not in body
    assert 'rel="noopener noreferrer nofollow ugc"' in body


def test_personal_notes_are_shown_to_their_author_alone(alice: Visitor, visitor: Visitor, world: World) -> None:
    with world.database.write() as tx:
        create_note(tx, world.bob, {"text": "Only Bob knows", "is_personal": True, "contacts": [world.marge.uuid]})
    assert "Only Bob knows" not in text_of(alice.get(page(world)))


def test_the_timeline_goes_to_its_beginning(alice: Visitor, world: World) -> None:
    with world.database.write() as tx:
        for number in range(45):
            create_note(tx, world.alice, {"text": f"Note number {number}.", "contacts": [world.marge.uuid]})
    seen: list[str] = []
    path = page(world, "timeline")
    for _ in range(20):
        body = alice.get(path).body.decode()
        seen += re.findall(r"Note number \d+\.", body)
        older = re.search(r'href="([^"]+timeline\?after=[^"]+)"', body)
        if older is None:
            break
        path = older[1].replace("&amp;", "&")
    assert seen == [f"Note number {number}." for number in reversed(range(45))]
    assert "The beginning" in body


@pytest.mark.parametrize("cursor", ["x", "~~", "2026~9~x", "a~1~\0", "~0~", "9" * 500])
def test_a_forged_cursor_shows_nothing_bad(alice: Visitor, world: World, cursor: str) -> None:
    assert alice.get(page(world, "timeline"), after=cursor).status == 200


def test_paths_that_do_not_exist_are_not_found(alice: Visitor, world: World) -> None:
    for rest in ("fields/uuid", "fields/id", "nothing/new", "gifts/none", f"{'9' * 30}"):
        assert alice.get(page(world, rest)).status == 404
    assert alice.get(f"/{world.organization.id}/people/{'9' * 30}").status == 404
    assert alice.post(page(world, "gifts", "none", "delete")).status == 404
    assert alice.get(f"/{world.organization.id}/people/{world.moe.id + 1000}").status == 404


def test_a_date_is_edited_as_people_write_it(alice: Visitor, world: World) -> None:
    alice.is_fragment = True
    path = page(world, "fields", "birthday")
    for written, shown in (("19 March 1956", "19 Mar 1956"), ("--11-30", "30 Nov"), ("0900-01-02", "0900-01-02")):
        alice.post(path, birthday=written, seen=_stored_birthday(world))
        form = alice.get(path).body.decode()
        assert f'value="{shown}"' in form
        # what the form shows is what is stored
        alice.post(path, birthday=shown, seen=(before := _stored_birthday(world)))
        assert _stored_birthday(world) == before


def _stored_birthday(world: World) -> str:
    with world.database.read() as tx:
        contact = find_contact(tx, world.organization.id, world.marge.id)
    return (contact.birthday if contact else None) or ""
