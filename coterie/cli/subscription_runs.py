"""Runs of subscriptions in the process of a command: the first one, and single ones next to those of the worker."""

import sys

import typer
from msgspec.structs import replace

from coterie.actions import subscriptions as actions
from coterie.errors import Conflict, Unavailable, invalid
from coterie.imports.engine import Run
from coterie.imports.stage import stage
from coterie.model import times
from coterie.model.organizations import Caller
from coterie.model.subscriptions import PAUSED, Subscription
from coterie.remote.client import Client
from coterie.remote.context import Counts
from coterie.remote.discovery import FoundBook, find_books, first_url
from coterie.remote.errors import RemoteError
from coterie.remote.open import open_run, rules_of
from coterie.remote.run import synchronize
from coterie.store import jobs
from coterie.store.database import Database
from coterie.store.secrets import seal

# a run that dies with its command is run by the worker after this time
RESCUE_SECONDS = 600.0


def read_remote_password() -> str:
    """The password as typed without echo, or the first line of standard input if that is not a terminal."""
    if sys.stdin.isatty():
        password: str = typer.prompt("Password", hide_input=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise invalid("password", "is empty: type it, or pass it on standard input")
    return password


def add_and_read(database: Database, caller: Caller, new: Subscription) -> Subscription:
    """Finds the book, adds a subscription to it, reads it and stages its import; returns it in its new state.

    Raises Unavailable if the server cannot be used; Invalid if it has several books: the message names them.
    """
    password = read_remote_password()
    try:
        book = _find(database, new, password)
    except RemoteError as error:
        raise Unavailable(error.message) from None
    sealed = seal(database.settings.data_folder, password)
    with database.write() as tx:
        new = replace(new, url=book.url, name=new.name or book.name or "Contacts", password_sealed=sealed)
        added = actions.add_subscription(tx, caller, new)
    _, subscription = run_once(database, caller, added.id)
    if subscription.import_id is not None:
        stage(Run(database, database.settings.data_folder, caller.organization_id, subscription.import_id))
    return subscription


def _find(database: Database, new: Subscription, password: str) -> FoundBook:
    with Client(first_url(new.url), new.username, password, rules_of(database.settings)) as client:
        books = find_books(client)
    if len(books) > 1:
        listed = ", ".join(f"{book.url} ({book.name or 'no name'})" for book in books[:20])
        raise invalid("url", f"has {len(books)} books; use the address of one: {listed}")
    return books[0]


def run_once(database: Database, caller: Caller, subscription_id: str) -> tuple[Counts, Subscription]:
    """Runs a subscription in this process: (what it did, its new state).

    Raises NotFound; Conflict if it is paused, or a run waits for the worker or is running.
    """
    with database.write() as tx:
        if actions.find_subscription(tx, caller, subscription_id).state == PAUSED:
            raise Conflict("The subscription is paused")
        later = times.after(times.now(), RESCUE_SECONDS)
        if actions.request_run(tx, caller.organization_id, subscription_id, run_at=later) is None:
            raise Conflict("A run of this subscription is waiting for the worker or running")
    try:
        with open_run(database, caller.organization_id, subscription_id) as context:
            counts = synchronize(context)
    finally:
        with database.write() as tx:
            jobs.delete_waiting_job(tx, caller.organization_id, actions.dedupe_key(subscription_id))
    with database.read() as tx:
        return counts, actions.find_subscription(tx, caller, subscription_id)


def change_password(database: Database, caller: Caller, subscription_id: str) -> None:
    """Asks for a new password and stores it. Raises NotFound."""
    sealed = seal(database.settings.data_folder, read_remote_password())
    with database.write() as tx:
        actions.update_subscription(tx, caller, subscription_id, {"password_sealed": sealed})
