"""Subscriptions in the worker: due in time, one run at a time, and right after a run was killed at any moment."""

import threading

import msgspec
import pytest
from carddav.dav_client import make_card
from remote.books import Book, subscribe
from remote.scripted import Scripted
from world import World

from coterie.actions.contacts import create_contact, update_contact
from coterie.actions.subscriptions import (
    add_subscription,
    find_subscription,
    pause_subscription,
    remove_subscription,
    request_run,
    update_subscription,
)
from coterie.errors import Conflict, Invalid, NotFound
from coterie.imports.engine import Run
from coterie.imports.undo import undo
from coterie.model import times
from coterie.model.jobs import BOOKS, lane_of
from coterie.model.subscriptions import ACTIVE, PAUSED, SYNC_JOB, TWO_WAY, Subscription
from coterie.remote.context import Counts
from coterie.remote.open import open_run
from coterie.remote.run import synchronize
from coterie.store import jobs
from coterie.store.database import Tx
from coterie.store.subscriptions import list_due
from coterie.store.subscriptions import update_subscription as save
from coterie.worker.subscriptions import request_runs, sync_subscription


def card_of(number: int, *lines: str) -> str:
    return make_card(f"FN:Person {number}", f"N:{number};Person;;;", *lines, uid=f"p{number}")


@pytest.fixture
def book(subscriber: World, scripted: Scripted) -> Book:
    for number in range(3):
        scripted.put(f"{number}.vcf", card_of(number))
    book = subscribe(subscriber, scripted.url, direction=TWO_WAY)
    book.start()
    return book


def is_due(book: Book, *, in_seconds: float = 0.0) -> bool:
    now = times.after(times.now(), in_seconds)
    with book.database.read() as tx:
        return (book.caller.organization_id, book.id) in list_due(tx, now, times.after(now, -30.0))


def test_a_subscription_is_due_every_hour_and_soon_after_a_change(subscriber: World, book: Book) -> None:
    assert lane_of(SYNC_JOB) == BOOKS
    assert not is_due(book) and not is_due(book, in_seconds=3500) and is_due(book, in_seconds=3700)
    with subscriber.database.write() as tx:
        update_contact(tx, subscriber.alice, book.contacts()["Person 0"].id, {"job_title": "Owner"})
    assert not is_due(book), "a person may edit more"
    assert is_due(book, in_seconds=31)
    assert book.run().written == 1
    assert not is_due(book, in_seconds=31)
    with subscriber.database.write() as tx:
        pause_subscription(tx, subscriber.alice, book.id, is_paused=True)
    assert book.now.state == PAUSED and not is_due(book, in_seconds=9999)
    with subscriber.database.write() as tx:
        pause_subscription(tx, subscriber.alice, book.id, is_paused=False)
    assert book.now.state == ACTIVE and is_due(book)


def test_the_worker_runs_it_and_one_run_at_a_time(subscriber: World, scripted: Scripted, book: Book) -> None:
    scripted.put("0.vcf", card_of(0, "TITLE:Owner"))
    with subscriber.database.write() as tx:
        save(tx, subscriber.alice.organization_id, book.id, {"next_run_at": times.now()})
    request_runs(subscriber.database, subscriber.database.settings)
    with subscriber.database.write() as tx:
        assert request_run(tx, subscriber.alice.organization_id, book.id) is None
        assert jobs.count_open_jobs(tx, subscriber.alice.organization_id, SYNC_JOB) == 1
        bound = {"o": subscriber.alice.organization_id, "n": SYNC_JOB}
        ((job_id,),) = tx.all("SELECT id FROM jobs WHERE organization_id = :o AND name = :n", bound)
        tx.run("UPDATE jobs SET state = 'running', claim = 'c' WHERE id = :id", {"id": job_id})
        job = jobs.find_job(tx, subscriber.alice.organization_id, job_id)
    assert job is not None
    sync_subscription(subscriber.database, subscriber.database.settings, job, threading.Event())
    assert book.contacts()["Person 0"].job_title == "Owner"
    with subscriber.database.read() as tx:
        after = jobs.find_job(tx, subscriber.alice.organization_id, job_id)
    assert after and after.progress and msgspec.json.decode(after.progress)["taken"] == 1


class Killed(BaseException):
    """The process has ended."""


@pytest.mark.parametrize("moment", range(12))
@pytest.mark.parametrize("is_after_commit", [True, False], ids=["after", "before"])
def test_a_run_that_was_killed_is_made_good_by_the_next(
    subscriber: World, scripted: Scripted, book: Book, moment: int, is_after_commit: bool
) -> None:
    scripted.put("0.vcf", card_of(0, "TITLE:Owner"))
    scripted.put("3.vcf", card_of(3))
    scripted.delete("2.vcf")
    with subscriber.database.write() as tx:
        update_contact(tx, subscriber.alice, book.contacts()["Person 1"].id, {"job_title": "Boss"})
        create_contact(tx, subscriber.alice, {"real_name": "Person 4"})
    _kill(book, moment, is_after_commit=is_after_commit)
    book.run()
    book.run()
    titles = {name: contact.job_title for name, contact in book.contacts().items() if name.startswith("Person")}
    assert titles == {"Person 0": "Owner", "Person 1": "Boss", "Person 3": None, "Person 4": None}
    there = sorted(card.split("FN:")[1].split("\r\n")[0] for card in scripted.cards.values())
    assert there == ["Homer Simpson", "Marge Simpson", "Person 0", "Person 1", "Person 3", "Person 4"]
    quiet = book.run()
    assert (quiet.taken, quiet.written, quiet.deleted_here, quiet.deleted_there) == (0, 0, 0, 0)


def _kill(book: Book, moment: int, *, is_after_commit: bool) -> None:
    """Runs a subscription until its nth transaction, before or after that is committed."""
    count = 0

    def end(tx: Tx, counts: Counts) -> None:
        nonlocal count
        count += 1
        if count > moment + is_after_commit:
            raise Killed

    with open_run(book.database, book.caller.organization_id, book.id) as context:
        context.save = end
        try:
            synchronize(context)
        except Killed:
            pass


def test_subscriptions_are_checked_and_removed(subscriber: World, scripted: Scripted, book: Book) -> None:
    alice = subscriber.alice
    for fields in (
        {"name": " "}, {"direction": "both"}, {"policy": "mine"}, {"url": "ftp://x"}, {"folder_id": 999_999},
        {"username": "a:b"},
    ):  # fmt: skip
        new = Subscription(id="", user_id=None, name="x", url="https://x.example/", username="u", password_sealed="s")
        with subscriber.database.write() as tx, pytest.raises(Invalid):
            add_subscription(tx, alice, msgspec.structs.replace(new, **fields))
    with subscriber.database.write() as tx, pytest.raises(Invalid, match="already"):
        add_subscription(tx, alice, msgspec.structs.replace(book.now, id=""))
    with subscriber.database.write() as tx:
        assert update_subscription(tx, alice, book.id, {"policy": "ours"}).policy == "ours"
        with pytest.raises(NotFound):
            find_subscription(tx, subscriber.charlie, book.id)
        remove_subscription(tx, alice, book.id)
        with pytest.raises(NotFound):
            remove_subscription(tx, alice, book.id)
    assert "Person 0" in book.contacts() and len(scripted.cards) == 5


def test_undoing_the_import_of_the_first_run_ends_the_subscription(subscriber: World, book: Book) -> None:
    folder = subscriber.database.settings.data_folder
    undo(Run(subscriber.database, folder, subscriber.alice.organization_id, book.now.import_id or ""))
    counts = book.run()
    assert (counts.deleted_there, book.now.state, book.now.error_code) == (0, PAUSED, "import_undone")
    with subscriber.database.write() as tx, pytest.raises(Conflict):
        pause_subscription(tx, subscriber.alice, book.id, is_paused=False)
