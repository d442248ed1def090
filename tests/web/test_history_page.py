"""The history in the browser: who did what, filters, pages, and undo."""

import re
from pathlib import Path

import pytest
from client import Response
from imports.runs import applied, google, person
from visitor import Visitor, text_of
from world import World

from coterie.actions.contacts import update_contact
from coterie.actions.merges import merge_contacts
from coterie.model.events import KINDS
from coterie.model.undo import CannotUndo
from coterie.store.contacts import find_contact
from coterie.web.history import left_words
from coterie.web.history_words import change_words

PAST = {
    "added", "allowed", "changed", "chose", "connected", "deleted", "disabled", "ended", "erased", "imported",
    "logged", "marked", "merged", "no", "put", "received", "removed", "renamed", "restored", "revoked", "rotated",
    "sent", "set", "snoozed", "staged", "started", "took", "undid", "was", "wrote", "applied",
}  # fmt: skip


def at(world: World) -> str:
    return f"/{world.organization.id}/history"


def undo_paths(response: Response) -> list[str]:
    """The undo buttons of a page, newest first."""
    return re.findall(r'action="([^"]+/undo)"', response.body.decode())


def change(world: World, **fields: str) -> None:
    with world.database.write() as tx:
        update_contact(tx, world.bob, world.marge.id, fields)


def nickname(world: World) -> str | None:
    with world.database.read() as tx:
        contact = find_contact(tx, world.organization.id, world.marge.id)
    assert contact is not None
    return contact.nickname


def test_a_change_of_another_member_is_listed_undone_and_done_again(alice: Visitor, world: World) -> None:
    change(world, nickname="Midge")
    page = alice.get(at(world))
    assert "changed nickname" in text_of(page)
    response = alice.post(undo_paths(page)[0])
    assert (response.status, response.headers["location"]) == (303, at(world))
    assert nickname(world) is None
    after = alice.get(at(world))
    assert "undid: changed nickname" in text_of(after)
    assert "Undone" in text_of(after)
    alice.post(undo_paths(after)[0])
    assert nickname(world) == "Midge"


def test_what_stays_is_said_with_the_reason(alice: Visitor, world: World) -> None:
    change(world, nickname="Midge")
    path = undo_paths(alice.get(at(world)))[0]
    change(world, nickname="M")
    alice.post(path)
    assert "Not undone: nickname has changed since" in text_of(alice.get(at(world)))
    assert nickname(world) == "M"


def test_an_import_is_one_entry_and_undone_by_it(alice: Visitor, world: World, tmp_path: Path) -> None:
    path = google(tmp_path, *(person(f"Zelda{number}", "Import") for number in range(3)))
    applied(world.database, world.alice, tmp_path, path)
    page = alice.get(at(world))
    assert text_of(page).count("applied an import") == 1
    assert "Zelda" not in text_of(page)
    assert alice.post(undo_paths(page)[0]).status == 303


def test_a_merge_has_its_own_word(alice: Visitor, world: World) -> None:
    with world.database.write() as tx:
        merge_contacts(tx, world.alice, world.marge.id, [world.homer.id])
    page = alice.get(at(world))
    assert "Un-merge" in text_of(page)
    merged = re.search(r"merged into one · (\w+ Simpson) ?, (\w+ Simpson)", text_of(page))
    assert merged is not None and {merged[1], merged[2]} == {"Marge Simpson", "Homer Simpson"}
    alice.post(undo_paths(page)[0])
    assert "undid a merge" in text_of(alice.get(at(world))) and "undid: undid" not in text_of(alice.get(at(world)))
    assert alice.get(f"/{world.organization.id}/people/{world.homer.id}").status == 200


def test_the_history_is_filtered_and_paged_to_its_beginning(alice: Visitor, world: World) -> None:
    for number in range(45):
        change(world, nickname=f"N{number}")
    first = alice.get(at(world))
    assert len(undo_paths(first)) == 40
    before = re.search(r"before=(\d+)", first.body.decode())
    assert before is not None
    older = alice.get(at(world), before=before[1])
    assert "The beginning" in text_of(older)
    assert not set(undo_paths(older)) & set(undo_paths(first))
    assert undo_paths(alice.get(at(world), by=world.alice.user_id, person=str(world.marge.id), door="hub")) == []
    with world.database.write() as tx:
        update_contact(tx, world.bob, world.homer.id, {"nickname": "Max Power"})
    assert len(undo_paths(alice.get(at(world), person=str(world.homer.id)))) == 1
    assert alice.get(at(world), person="99999999999999999999", by="x\x00", door="nowhere", before="-1").status == 200


def test_undo_goes_back_to_a_page_of_the_organization_only(alice: Visitor, world: World) -> None:
    change(world, nickname="Midge")
    path, people = undo_paths(alice.get(at(world)))[0], f"/{world.organization.id}/people/{world.marge.id}"
    assert alice.post(path, back=people).headers["location"] == people
    for back in ("https://example.org/", "//example.org", "/2/people", "javascript:alert(1)", f"{people}\n"):
        assert alice.post(path, back=back).headers["location"] == at(world)


def test_a_member_of_another_organization_undoes_nothing(alice: Visitor, world: World) -> None:
    change(world, nickname="Midge")
    path = undo_paths(alice.get(at(world)))[0]
    other = path.replace(at(world), f"/{world.charlie.organization_id}/history")
    assert alice.post(other).status == 404
    assert alice.post(f"{at(world)}/7-3/undo").status == 422
    assert nickname(world) == "Midge"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_of_event_is_a_sentence(kind: str) -> None:
    verb, *rest = change_words(kind, None).split(" ")
    assert verb == "signed" or (verb in PAST and rest), kind
    assert "_" not in change_words(kind, None) and " an user" not in change_words(kind, None)


def test_what_is_not_undone_is_named_as_people_call_it() -> None:
    cannot = [CannotUndo(event_id=1, kind="contact.created", subject_id="1", contact_ids=(1,), reason="changed_since")]
    assert left_words(cannot) == ["the person has changed since"]
