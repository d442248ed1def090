"""A due mail, a delivery or a change starts within two seconds, and is done while other work of the worker lasts."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace
from queued import job_of
from smtp_server import Inbox
from world import World

from coterie.actions import reminders as reminder_actions
from coterie.actions.bulk_updates import Entry, start_bulk_update
from coterie.actions.instagram import connect_account, enqueue_profiles, receive_delivery
from coterie.actions.instagram_people import find_or_add_people
from coterie.graph import client as graph_client
from coterie.imports.upload import start as start_import
from coterie.model import times
from coterie.model.instagram_deliveries import decode_body
from coterie.model.jobs import DONE, WAITING
from coterie.model.reminders import SEND_JOB
from coterie.settings import Settings
from coterie.store import jobs
from coterie.store.instagram_accounts import find_account
from coterie.store.secrets import seal
from coterie.worker import instagram_profiles, mail
from coterie.worker.loop import Worker

pytestmark = pytest.mark.slow
SECONDS = 2.0
# longer than any test of a busy machine takes
PATIENCE_SECONDS = 180.0
# more than a worker does while the test lasts
SMALL_JOBS = 20_000
ACCOUNT, UNHEARD, PERSON = "17841400000000000", "17841400000000009", "990000000000001"


@pytest.fixture
def world(fresh_world: World) -> World:
    return fresh_world


class Silent:
    """A server that accepts connections and never answers."""

    def __init__(self) -> None:
        self.connections: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                self.connections.append(self._listener.accept()[0])
            except OSError:
                return

    def is_waited_for(self) -> bool:
        """Whether a client still waits for a response."""
        return any(map(_is_open, self.connections))

    def hang_up(self) -> None:
        """Closes every connection, and accepts no more."""
        if self._thread.is_alive():
            self._listener.shutdown(socket.SHUT_RDWR)
            self._thread.join()
            self._listener.close()
        for connection in self.connections:
            connection.close()


def _is_open(connection: socket.socket) -> bool:
    """Whether the other side has not closed it; what it sent is dropped."""
    try:
        while connection.recv(65_536, socket.MSG_DONTWAIT):
            pass
    except BlockingIOError:
        return True
    return False


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[Silent]:
    """Clients wait for it as long as the test lasts."""
    monkeypatch.setattr(mail, "TIMEOUT_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(graph_client, "TIMEOUT", httpx.Timeout(PATIENCE_SECONDS))
    monkeypatch.setattr(graph_client, "RESPONSE_SECONDS_MAX", PATIENCE_SECONDS)
    silent = Silent()
    yield silent
    silent.hang_up()


@contextmanager
def working(world: World, settings: Settings, silent: Silent) -> Iterator[None]:
    """A worker runs. At the end the silent server hangs up, so that no lane is left with the database."""
    worker = Worker(world.database, settings)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        silent.hang_up()
        thread.join(30)


def until(condition: Callable[[], bool]) -> float:
    """Waits for a condition; returns the seconds it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < PATIENCE_SECONDS / 3
        time.sleep(0.01)
    return time.monotonic() - began


def merged(fresh: Settings, smtp: Settings) -> Settings:
    return replace(fresh, smtp_url=smtp.smtp_url, smtp_from=smtp.smtp_from)


def remind(world: World, title: str = "Feed Snowball II") -> None:
    with world.database.write() as tx:
        fields = {"title": title, "due_at": times.after(times.now(), -1)}
        reminder_actions.create_reminder(tx, world.alice, fields, None)


def connect(world: World, settings: Settings, port: int, account: str = ACCOUNT) -> None:
    with world.database.write() as tx:
        sealed = seal(settings.data_folder, "IGAAtoken")
        url = f"http://127.0.0.1:{port}/"
        connect_account(tx, world.alice, account_id=account, sealed=sealed, graph_url=url)


def ask_for_profiles(world: World, count: int, account: str = ACCOUNT) -> None:
    people = [str(990_000_000_000_100 + number) for number in range(count)]
    with world.database.write() as tx:
        find_or_add_people(tx, world.alice, account, set(people), {})
        enqueue_profiles(tx, world.alice, account, people)


def deliver(world: World) -> str:
    """A delivery of one message arrives. Returns the id of its job."""
    message = {"mid": "m_1", "text": "hello"}
    moment = int(time.time() * 1000)
    item = {"sender": {"id": PERSON}, "recipient": {"id": ACCOUNT}, "timestamp": moment, "message": message}
    entry = {"id": ACCOUNT, "time": moment, "messaging": [item]}
    body = json.dumps({"object": "instagram", "entry": [entry]})
    with world.database.write() as tx:
        assert receive_delivery(tx, decode_body(body), body) == []
        (job,) = jobs.list_jobs(tx, world.alice.organization_id, "instagram_delivery", limit=1)
    return job.id


def update(world: World) -> str:
    with world.database.write() as tx:
        return start_bulk_update(tx, world.alice, [Entry("id", world.marge.id, {"employer": "E"})])[0]


def is_started(world: World, job_id: str) -> bool:
    return job_of(world, job_id).state != WAITING


def is_mailed(world: World) -> bool:
    """Whether the mail of the newest reminder is being sent, or was."""
    with world.database.read() as tx:
        found = jobs.list_jobs(tx, world.alice.organization_id, SEND_JOB, limit=1)
    return bool(found) and found[0].state != WAITING


def is_done(world: World, job_id: str) -> bool:
    return job_of(world, job_id).state == DONE


def check_quick(
    world: World, inbox: Inbox | None, is_busy: Callable[[], bool], *, is_change_quick: bool = True
) -> None:
    """Each kind of work is done before the other work ends."""
    delivery = deliver(world)
    assert until(lambda: is_started(world, delivery)) <= SECONDS
    until(lambda: is_done(world, delivery))
    if is_change_quick:
        change = update(world)
        assert until(lambda: is_started(world, change)) <= SECONDS
        until(lambda: is_done(world, change))
    if inbox is not None:
        remind(world)
        assert until(lambda: is_mailed(world)) <= SECONDS
        until(lambda: bool(inbox.subjects))
    assert is_busy()


def test_while_meta_does_not_answer(
    world: World, fresh_settings: Settings, smtp: Settings, inbox: Inbox, silent: Silent
) -> None:
    settings = merged(fresh_settings, smtp)
    connect(world, settings, silent.port)
    ask_for_profiles(world, 20)
    with working(world, settings, silent):
        until(lambda: bool(silent.connections))
        check_quick(world, inbox, silent.is_waited_for)


def test_while_the_mail_server_does_not_answer(world: World, fresh_settings: Settings, silent: Silent) -> None:
    settings = replace(fresh_settings, smtp_url=f"smtp://127.0.0.1:{silent.port}", smtp_from="a@example.org")
    connect(world, settings, silent.port)
    for number in range(12):
        remind(world, f"Reminder {number}")
    with working(world, settings, silent):
        until(lambda: bool(silent.connections))
        check_quick(world, None, silent.is_waited_for)


def test_while_a_large_import_is_staged(
    world: World, fresh_settings: Settings, smtp: Settings, inbox: Inbox, silent: Silent, tmp_path: Path
) -> None:
    settings = merged(fresh_settings, smtp)
    connect(world, settings, silent.port)
    path = tmp_path / "people.csv"
    rows = "".join(f"Clerk{n},Kwik,clerk{n}@example.org\n" for n in range(100_000))
    path.write_text("First name,Last name,Email\n" + rows)
    import_ = start_import(world.database, world.alice, settings.data_folder, path, in_background=True)
    with world.database.read() as tx:
        (job,) = jobs.list_jobs(tx, world.alice.organization_id, "stage_import", limit=1)
    assert import_.state == "staging"
    with working(world, settings, silent):
        until(lambda: job_of(world, job.id).progress is not None)
        check_quick(world, inbox, lambda: not is_done(world, job.id))


def test_while_many_small_jobs_wait(
    world: World, fresh_settings: Settings, smtp: Settings, inbox: Inbox, silent: Silent
) -> None:
    settings = merged(fresh_settings, smtp)
    connect(world, settings, silent.port)
    entries = [({"digests": [], "number": number}, None, times.now()) for number in range(SMALL_JOBS)]
    with world.database.write() as tx:
        jobs.enqueue_many(tx, world.organization.id, "remove_files", entries)

    def is_busy() -> bool:
        with world.database.read() as tx:
            return jobs.count_open_jobs(tx, world.organization.id, "remove_files") > 0

    with working(world, settings, silent):
        check_quick(world, inbox, is_busy, is_change_quick=False)
        # another organization does not wait for them either
        with world.database.write() as tx:
            job_id, _ = start_bulk_update(tx, world.charlie, [Entry("id", world.moe.id, {"employer": "E"})])

        def state() -> str:
            with world.database.read() as tx:
                job = jobs.find_job(tx, world.charlie.organization_id, job_id)
            assert job
            return job.state

        assert until(lambda: state() != WAITING) <= SECONDS
        until(lambda: state() == DONE)
        assert is_busy()


def test_mails_wait_together_for_a_server_that_does_not_answer(
    world: World, fresh_settings: Settings, silent: Silent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "TIMEOUT_SECONDS", 0.2)
    settings = replace(fresh_settings, smtp_url=f"smtp://127.0.0.1:{silent.port}", smtp_from="a@example.org")
    for number in range(12):
        remind(world, f"Reminder {number}")
    with working(world, settings, silent):
        until(lambda: bool(silent.connections))
        time.sleep(2)
        # the first one may have been tried again after its own pause
        assert len(silent.connections) <= 2


def test_an_account_is_paused_after_two_calls_without_an_answer(world: World, fresh_settings: Settings) -> None:
    instagram_profiles._unanswered.pop(UNHEARD, None)
    connect(world, fresh_settings, 9, UNHEARD)  # nobody listens there
    ask_for_profiles(world, 5, UNHEARD)
    worker = Worker(world.database, fresh_settings, schedule=())
    for _ in range(2):
        assert worker.run_one()
    with world.database.read() as tx:
        account = find_account(tx, world.alice.organization_id, UNHEARD)
    assert account is not None and account.paused_until is not None
    assert times.after(times.now(), 200) < account.paused_until < times.after(times.now(), 400)
