"""Duplicates in the browser: the list, two people side by side, merge, not the same, un-merge."""

import re
from pathlib import Path
from typing import Any

from client import Response
from everything import add_everything
from visitor import Visitor, elements_of, text_of
from world import World

from coterie.actions.contacts import create_contact, delete_contact, update_contact
from coterie.model.contacts import Contact
from coterie.settings import Settings
from coterie.store.contacts import find_contact
from coterie.store.duplicates import count_duplicates
from coterie.store.merges import list_merges
from coterie.worker.loop import Worker


def at(world: World, *rest: str) -> str:
    return "/".join((f"/{world.organization.id}/duplicates", *rest))


def twins(world: World, **fields: Any) -> tuple[Contact, Contact]:
    """Two contacts with the same name and phone number; fields: of the second."""
    both = {"real_name": "Ned Flanders", "phone": "+1 212 555 0147"}
    with world.database.write() as tx:
        one = create_contact(tx, world.alice, both | {"birthday": "1956-05-12", "job_title": "Leftorium"})
        other = create_contact(tx, world.alice, both | {"email": "ned@example.org", "job_title": "Owner"} | fields)
    return one, other


def run_jobs(world: World, settings: Settings) -> None:
    world.compute_keys()
    worker = Worker(world.database, settings)
    while worker.run_one():
        pass


def find(world: World, contact_id: int) -> Contact:
    with world.database.read() as tx:
        contact = find_contact(tx, world.organization.id, contact_id)
    assert contact is not None
    return contact


def field(page: Response, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', page.body.decode())
    assert found is not None
    return found[1]


def test_a_pair_is_found_compared_and_merged_as_chosen(alice: Visitor, world: World, settings: Settings) -> None:
    one, other = twins(world)
    assert alice.post(at(world, "scan")).status == 303
    assert "Comparing all people" in text_of(alice.get(at(world)))
    run_jobs(world, settings)
    page = alice.get(at(world))
    assert "Same name" in text_of(page) or "same name" in text_of(page)
    assert "1 to look at" in text_of(page)
    pair = alice.get(at(world, f"{one.id}-{other.id}"))
    for words in ("Leftorium", "Owner", "12", "ned@example.org", "One person or two?"):
        assert words in text_of(pair)
    response = alice.post(
        at(world, f"{one.id}-{other.id}", "merge"), seen=field(pair, "seen"), survivor=str(one.id),
        **{"choose-job_title": str(other.id)},
    )  # fmt: skip
    assert response.headers["location"] == at(world)
    merged = find(world, one.id)
    assert (merged.job_title, merged.email, merged.birthday) == ("Owner", "ned@example.org", "1956-05-12")
    done = alice.get(at(world))
    assert "Merged into Ned Flanders" in text_of(done)
    undo = re.search(r'action="(/\d+/history/[^"]+)"', done.body.decode())
    assert undo is not None
    alice.post(undo[1])
    assert find(world, other.id).email == "ned@example.org"
    assert find(world, one.id).job_title == "Leftorium"


def test_two_people_are_noted_as_two_and_that_is_undone(alice: Visitor, world: World, settings: Settings) -> None:
    one, other = twins(world)
    alice.post(at(world, "scan"))
    run_jobs(world, settings)
    response = alice.post(at(world, f"{other.id}-{one.id}", "dismiss"))
    assert response.status == 303
    page = alice.get(at(world))
    assert "Noted: two people" in text_of(page)
    with world.database.read() as tx:
        assert count_duplicates(tx, world.organization.id) == {}
    undo = re.search(r'action="(/\d+/history/[^"]+)"', page.body.decode())
    assert undo is not None
    alice.post(undo[1])
    with world.database.read() as tx:
        assert sum(count_duplicates(tx, world.organization.id).values()) == 1


def test_all_suggested_pairs_are_merged_by_the_worker(alice: Visitor, world: World, settings: Settings) -> None:
    twins(world)
    alice.post(at(world, "scan"))
    run_jobs(world, settings)
    assert alice.post(at(world, "merge-all")).status == 303
    assert "Merging" in text_of(alice.get(at(world)))
    alice.is_fragment = True
    assert "hx-refresh" not in alice.get(at(world, "progress")).headers
    run_jobs(world, settings)
    assert alice.get(at(world, "progress")).headers["hx-refresh"] == "true"
    with world.database.read() as tx:
        assert len(list_merges(tx, world.organization.id, limit=5)) == 1


def test_a_merge_is_undone_and_the_old_address_leads_to_the_survivor(alice: Visitor, world: World) -> None:
    one, other = twins(world)
    pair = alice.get(at(world, f"{one.id}-{other.id}"))
    merged = alice.post(at(world, f"{one.id}-{other.id}", "merge"), seen=field(pair, "seen"), survivor=str(other.id))
    people = f"/{world.organization.id}/people"
    assert merged.headers["location"] == f"{people}/{other.id}"
    assert alice.get(f"{people}/{one.id}").headers["location"] == f"{people}/{other.id}"
    with world.database.read() as tx:
        (merge,) = list_merges(tx, world.organization.id, limit=5)
    path = f"/{world.organization.id}/merges/{merge.id}/undo"
    assert path in alice.get(f"{people}/{other.id}").body.decode()
    assert alice.post(path).headers["location"] == f"{people}/{one.id}"
    assert alice.get(f"{people}/{one.id}").status == 200
    assert alice.post(path).headers["location"] == f"{people}/{other.id}"


def test_a_pair_that_has_changed_is_shown_again_and_nothing_is_merged(alice: Visitor, world: World) -> None:
    one, other = twins(world)
    path = at(world, f"{one.id}-{other.id}")
    seen = field(alice.get(path), "seen")
    with world.database.write() as tx:
        update_contact(tx, world.bob, other.id, {"job_title": "Retired"})
    response = alice.post(f"{path}/merge", seen=seen, survivor=str(one.id))
    assert response.status == 409
    assert "One of them has changed" in text_of(response)
    assert "Retired" in text_of(response)
    with world.database.write() as tx:
        delete_contact(tx, world.bob, other.id)
    assert alice.post(f"{path}/merge", seen=seen).headers["location"] == at(world)
    assert alice.get(path).headers["location"] == at(world)


def test_everything_of_two_people_is_compared(alice: Visitor, world: World, tmp_path: Path) -> None:
    add_everything(world, tmp_path)
    page = alice.get(at(world, f"{world.marge.id}-{world.homer.id}"))
    assert page.status == 200
    for label in ("Ways to reach", "Addresses", "Dates", "Tags", "Folders", "Gifts and pets", "Files"):
        assert label in text_of(page), label


def test_bad_choices_and_strangers_are_refused(alice: Visitor, world: World) -> None:
    one, other = twins(world, job_title="<b onclick=x>", nickname="W" * 190)
    path = at(world, f"{one.id}-{other.id}")
    page = alice.get(path)
    assert not [names for _, names in elements_of(page) if "onclick" in names]
    seen = field(page, "seen")
    for fields in ({"choose-job_title": "9"}, {"choose-nothing": str(one.id)}, {"choose-email": "x\x00"}):
        assert alice.post(f"{path}/merge", seen=seen, survivor=str(one.id), **fields).status == 422, fields
    assert alice.get(at(world, f"{one.id}-{one.id}")).status == 303
    assert alice.get(at(world, f"{one.id}-{world.moe.id + 5000}")).status == 404
    assert alice.post(at(world, f"{one.id}-{10**30}", "dismiss")).status == 404
    assert alice.get(at(world), after="x_y_z", level="no").status == 200
    assert alice.get(at(world), after="9_9_99999999999999999999").status == 200
