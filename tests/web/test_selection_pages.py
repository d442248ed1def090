"""All people that match, except some: acts by a job, with progress and one undo; merges and properties."""

import re
from typing import Any

import pytest
from client import Response
from many_changes import change_very_often
from visitor import Visitor, text_of
from world import World

from coterie.actions.contacts import create_contact, delete_contact, update_contact
from coterie.actions.properties import create_definition
from coterie.model.contacts import Contact
from coterie.store.contacts import count_contacts, find_contact
from coterie.store.properties import list_values_of
from coterie.worker.loop import Worker


def run_jobs(world: World) -> None:
    worker = Worker(world.database, world.database.settings)
    while worker.run_one():
        pass


def people(world: World, rest: str = "") -> str:
    return f"/{world.organization.id}/people{rest}"


def total(visitor: Visitor, world: World, **query: str) -> int:
    return int(visitor.get(people(world, "/rows"), **query).headers["coterie-total"])


@pytest.fixture
def many(alice: Visitor, world: World) -> list[int]:
    """The ids of 60 people named Many, besides Homer and Marge."""
    alice.is_fragment = True
    with world.database.write() as tx:
        return [create_contact(tx, world.alice, {"real_name": f"Many {number}"}).id for number in range(60)]


def test_all_that_match_are_tagged_by_a_job_and_untagged_by_one_undo(
    alice: Visitor, world: World, many: list[int]
) -> None:
    fields = {"act": "tag", "value": "Crowd", "all": "1", "filter": "name:many", "except": [str(many[0]), str(many[7])]}
    started = alice.post(people(world, "/selected"), **fields)
    assert "0 of 58 people" in text_of(started)
    run_jobs(world)
    path = re.findall(r'hx-get="([^"]+)"', started.body.decode())[0]
    over = alice.get(path)
    assert "58 people changed" in text_of(over) and "data-over" in over.body.decode()
    assert total(alice, world, filter="tag:Crowd") == 58
    events = dict(re.findall(r'name="(first|last)" value="(\d+)"', over.body.decode()))
    undone = alice.post(people(world, "/undo"), **events)
    assert "Undone for 58 people" in text_of(undone)
    assert total(alice, world, filter="tag:Crowd") == 0
    alice.is_fragment = False
    assert "58 people changed" in text_of(alice.get(path))


def test_a_filter_that_the_act_changes_is_read_to_its_end(alice: Visitor, world: World, many: list[int]) -> None:
    alice.post(people(world, "/selected"), act="tag", value="First", ids=[str(many[0])])
    alice.post(people(world, "/selected"), act="tag", value="First", all="1", filter="-tag:First")
    run_jobs(world)
    assert total(alice, world, filter="tag:First") == 62


def test_everybody_found_by_a_search_is_deleted(alice: Visitor, world: World, many: list[int]) -> None:
    alice.post(people(world, "/selected"), act="delete", all="1", q="many")
    run_jobs(world)
    with world.database.read() as tx:
        assert count_contacts(tx, world.organization.id) == 2


def test_a_property_is_set_for_many(alice: Visitor, world: World, many: list[int]) -> None:
    with world.database.write() as tx:
        create_definition(tx, world.alice, title="Size", property_type="number")
    fields = {"act": "property", "property": "size", "ids": [str(each) for each in many[:3]]}
    assert alice.post(people(world, "/selected"), property_value="ten", **fields).status == 422
    assert "3 people" in text_of(alice.post(people(world, "/selected"), property_value="10", **fields))
    with world.database.read() as tx:
        assert len(list_values_of(tx, world.organization.id, many)) == 3


def test_two_people_are_compared_side_by_side_before_they_are_merged(alice: Visitor, world: World) -> None:
    both = [str(world.homer.id), str(world.marge.id)]
    there = alice.post(people(world, "/selected"), act="merge", ids=both).headers["location"]
    pair = alice.get(there).headers["location"]
    compared = alice.get(pair)
    assert "One person or two?" in text_of(compared) and "Cancel" in text_of(compared)
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', compared.body.decode())
    name = {"choose-name": both[0]}
    merged = alice.post(f"{pair}/merge", seen=seen, survivor=both[1], **name)
    assert merged.headers["location"] == people(world, f"/{world.marge.id}")
    with world.database.read() as tx:
        survivor = find_contact(tx, world.organization.id, world.marge.id)
    assert survivor is not None and survivor.name == "Homer Simpson"


def three(world: World) -> list[Contact]:
    """Three contacts of one person that differ in everything but the language."""
    rows = (
        {"real_name": "Ned Flanders", "job_title": "Leftorium", "language": "en", "phone": "+1 212 555 0147"},
        {"real_name": "N. Flanders", "job_title": "Owner", "language": "en", "status": "optout"},
        {"real_name": "Neddy", "employer": "Leftorium", "language": "en", "birthday": "1956-05-12",
         "nickname": "Neddy", "gender": "male"},
    )  # fmt: skip
    with world.database.write() as tx:
        return [create_contact(tx, world.alice, row) for row in rows]


def checked(page: Response) -> dict[str, str]:
    """The choices of a comparison as the form has them: field -> contact."""
    return dict(re.findall(r'name="((?:choose-[^"]+|survivor))" value="(\d+)" checked', page.body.decode()))


def test_three_people_are_compared_field_by_field_and_merged_as_chosen(alice: Visitor, world: World) -> None:
    one, two, third = three(world)
    ids = [str(each.id) for each in (one, two, third)]
    there = alice.post(people(world, "/selected"), act="merge", ids=ids).headers["location"]
    compared = alice.get(there)
    for words in ("Are these 3 one person?", "N. Flanders", "Leftorium", "Owner", "12 May 1956", "The same in all"):
        assert words in text_of(compared)
    chosen = checked(compared)
    # suggested: the most complete stays, gets what it lacks, and nobody who opted out is written to
    assert chosen["survivor"] == str(third.id) and chosen["choose-name"] == str(third.id)
    assert chosen["choose-status"] == str(two.id) and chosen["choose-phone"] == str(one.id)
    chosen |= {"choose-job_title": str(two.id), "choose-name": str(one.id)}
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', compared.body.decode())
    done = alice.post(people(world, "/merge"), ids=ids, seen=seen, **chosen)
    assert done.headers["location"] == people(world, f"/{third.id}")
    with world.database.read() as tx:
        survivor = find_contact(tx, world.organization.id, third.id)
    assert survivor is not None
    assert (survivor.name, survivor.job_title, survivor.employer) == ("Ned Flanders", "Owner", "Leftorium")
    assert (survivor.status, survivor.phone, survivor.birthday) == ("optout", "+1 212 555 0147", "1956-05-12")
    undo = re.search(r'action="(/\d+/history/[^"]+)"', alice.get(done.headers["location"]).body.decode())
    assert undo is not None
    alice.post(undo[1])
    with world.database.read() as tx:
        both = [find_contact(tx, world.organization.id, each.id) for each in (one, third)]
    assert [each and (each.name, each.job_title) for each in both] == [("Ned Flanders", "Leftorium"), ("Neddy", None)]


def test_people_who_changed_since_they_were_compared_are_shown_again(alice: Visitor, world: World) -> None:
    ids = [str(each.id) for each in three(world)]
    path = people(world, f"/merge?ids={','.join(ids)}")
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', alice.get(path).body.decode())
    fields: dict[str, Any] = {"ids": ids, "seen": seen}
    assert alice.post(people(world, "/merge"), survivor="999", **fields).status == 422
    assert alice.post(people(world, "/merge"), survivor=ids[0], **fields, **{"choose-phone": "999"}).status == 422
    assert alice.post(people(world, "/merge"), ids=ids[:1], survivor=ids[0], seen=seen).status == 422
    with world.database.write() as tx:
        update_contact(tx, world.alice, int(ids[1]), {"job_title": "Boss"})
    again = alice.post(people(world, "/merge"), survivor=ids[0], **fields)
    assert again.status == 409 and "Boss" in text_of(again)
    with world.database.write() as tx:
        delete_contact(tx, world.alice, int(ids[1]))
    assert alice.get(path).headers["location"] == people(world)
    with world.database.read() as tx:
        assert count_contacts(tx, world.organization.id) == 4


@pytest.mark.parametrize(
    "fields",
    [{"act": "tag", "value": "x", "all": "1", "filter": "((("}, {"act": "untag", "value": "no such tag", "all": "1"},
     {"act": "property", "property": "none", "all": "1"}, {"act": "burn", "all": "1"}],
)  # fmt: skip
def test_a_job_that_is_not_valid_does_not_start(alice: Visitor, world: World, fields: dict[str, str]) -> None:
    assert alice.post(people(world, "/selected"), **fields).status == 422


def test_an_undo_and_a_job_of_another_organization_are_not_found(alice: Visitor, world: World) -> None:
    assert alice.post(people(world, "/undo"), first="999999", last="999999").status == 404
    assert alice.post(people(world, "/undo"), first="x", last="1").status == 422
    assert alice.get(people(world, "/jobs/0193-none")).status == 404


def test_an_undo_of_very_many_changes_shows_its_progress_and_result(alice: Visitor, world: World) -> None:
    first, last = change_very_often(world)
    alice.is_fragment = True
    started = alice.post(people(world, "/undo"), first=str(first), last=str(last))
    assert "0 of 502 changes" in text_of(started)
    (path,) = re.findall(r'hx-get="([^"]+)"', started.body.decode())
    alice.is_fragment = False
    assert alice.get(path).headers["refresh"] == "3"
    assert alice.post(f"/{world.organization.id}/history/{first}-{last}/undo").status == 409
    run_jobs(world)
    over = alice.get(path)
    assert "501 changes undone, 1 stayed" in text_of(over)
    assert "Bio has changed since" in text_of(over)
    assert "refresh" not in over.headers
    (undo,) = re.findall(r'action="([^"]+/undo)"', over.body.decode())
    assert alice.post(undo).status == 303


def test_the_history_undoes_very_many_changes_by_a_job(alice: Visitor, world: World) -> None:
    change_very_often(world)
    (undo,) = re.findall(r'action="([^"]+/undo)"', alice.get(f"/{world.organization.id}/history").body.decode())[1:2]
    there = alice.post(undo).headers["location"]
    assert "Undo of many changes" in text_of(alice.get(there))
    run_jobs(world)
    history = text_of(alice.get(f"/{world.organization.id}/history"))
    assert "undid many changes: " in history
    assert alice.get(f"/{world.organization.id}/history/undo/nothing").status == 404
