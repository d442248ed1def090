"""A bulk update that was interrupted never overwrites what was acknowledged after it."""

import threading
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck
from hypothesis import strategies as st
from queued import job_of
from world import World, make_world

from coterie.actions import bulk_updates, contacts, notes
from coterie.actions.bulk_updates import Entry, start_bulk_update
from coterie.model.contacts import Contact
from coterie.model.jobs import DONE, Job
from coterie.settings import Settings
from coterie.store import job_claims, jobs
from coterie.store.contacts import find_contact
from coterie.store.database import Database
from coterie.store.notes import find_pinned_note
from coterie.worker.handlers import bulk_update

CONTACTS = 6
FIELDS = ("employer", "note", "phone", "bio")


class Killed(BaseException):
    """The process ends here."""


class Killer(threading.Event):
    """Kills the worker after so many batches."""

    def __init__(self, batches: int | None) -> None:
        super().__init__()
        self._left = -1 if batches is None else batches

    def is_set(self) -> bool:
        if self._left == 0:
            raise Killed
        self._left -= 1
        return False


@pytest.fixture
def world(fresh_database: Database, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(bulk_updates, "BATCH", 2)
    return make_world(fresh_database)


def work(world: World, *, kill_after: int | None = None) -> list[str]:
    """A worker that runs all jobs, or is killed after some batches. Returns the ids of the jobs it claimed."""
    claimed: list[str] = []
    try:
        while job := _claim(world):
            claimed.append(job.id)
            bulk_update(world.database, Settings(), job, Killer(kill_after))
            with world.database.write() as tx:
                jobs.finish(tx, job)
    except Killed:
        with world.database.write() as tx:
            job_claims.end_leases(tx, ["killed"])
    return claimed


def _claim(world: World) -> Job | None:
    with world.database.write() as tx:
        return job_claims.claim(tx, worker="killed")


def value_of(field: str, number: int) -> str:
    return f"+1800555{number:04}" if field == "phone" else f"value {number}"


def start(world: World, contact_ids: list[int], **fields: Any) -> str:
    with world.database.write() as tx:
        job_id, _ = start_bulk_update(tx, world.alice, [Entry("id", each, fields) for each in contact_ids])
    return job_id


def put(world: World, contact_id: int, **fields: Any) -> None:
    with world.database.write() as tx:
        contacts.update_contact(tx, world.alice, contact_id, fields)


def create(world: World, count: int) -> list[int]:
    with world.database.write() as tx:
        made = [contacts.create_contact(tx, world.alice, {"real_name": f"Someone {n}"}) for n in range(count)]
    return [contact.id for contact in made]


def find(world: World, contact_id: int) -> Contact:
    with world.database.read() as tx:
        contact = find_contact(tx, world.alice.organization_id, contact_id)
    assert contact is not None
    return contact


def fields_of(world: World, contact_id: int) -> dict[str, Any]:
    contact = find(world, contact_id)
    return {"employer": contact.employer, "note": contact.pinned_note, "phone": contact.phone, "bio": contact.bio}


places = st.integers(0, CONTACTS - 1)
chosen = st.lists(st.sampled_from(FIELDS), min_size=1, max_size=3, unique=True)
steps = st.one_of(
    st.tuples(st.just("bulk"), st.lists(places, min_size=1, max_size=8), chosen),
    st.tuples(st.just("put"), st.lists(places, min_size=1, max_size=1), chosen),
    st.tuples(st.just("killed"), st.integers(1, 5)),
    st.tuples(st.just("work")),
)


@pytest.mark.slow
@hypothesis.settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], print_blob=True
)
@hypothesis.given(st.lists(steps, min_size=2, max_size=10))
def test_the_result_is_as_if_each_request_was_carried_out_at_once(world: World, history: list[Any]) -> None:
    ids = create(world, CONTACTS)
    expected: dict[int, dict[str, Any]] = {each: dict.fromkeys(FIELDS) for each in ids}
    for number, (kind, *arguments) in enumerate(history):
        if kind in ("bulk", "put"):
            chosen_ids = [ids[place] for place in arguments[0]]
            values = {field: value_of(field, number) for field in arguments[1]}
            for contact_id in chosen_ids:
                expected[contact_id].update(values)
            if kind == "put":
                put(world, chosen_ids[0], **values)
            else:
                start(world, chosen_ids, **values)
        else:
            work(world, kill_after=arguments[0] if kind == "killed" else None)
    work(world)
    assert {contact_id: fields_of(world, contact_id) for contact_id in ids} == expected


def test_a_later_update_waits_for_one_that_is_not_finished(world: World) -> None:
    ids = create(world, 4)
    first, second = start(world, ids, employer="First"), start(world, ids, employer="Second")
    assert work(world, kill_after=1) == [first]
    assert work(world) == [first, second]
    assert {fields_of(world, each)["employer"] for each in ids} == {"Second"}
    assert {job_of(world, job_id).state for job_id in (first, second)} == {DONE}


def test_names_and_notes_of_a_newer_request_stay(world: World) -> None:
    ids = create(world, 3)
    put(world, ids[0], note="Before")
    start(world, ids, real_name="Old Name", note="old", bio="old")
    put(world, ids[0], last_name="Newer")
    put(world, ids[1], bio="newer")
    with world.database.write() as tx:
        note = find_pinned_note(tx, world.alice.organization_id, ids[0])
        assert note is not None
        notes.update_note(tx, world.alice, note.id, {"text": "Newer"})
    work(world)
    names = [find(world, each).full_name for each in ids]
    assert names[0] == "Someone Newer"
    assert names[1:] == ["Old Name", "Old Name"]
    assert [fields_of(world, each)["bio"] for each in ids] == ["old", "newer", "old"]
    assert [fields_of(world, each)["note"] for each in ids] == ["Newer", "old", "old"]
