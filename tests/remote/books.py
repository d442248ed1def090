"""Runs subscriptions in tests as the worker and a user would."""

from dataclasses import dataclass
from typing import Any

import msgspec
from world import World

from coterie.actions.subscriptions import add_subscription
from coterie.imports.apply import apply
from coterie.imports.engine import Run
from coterie.imports.stage import stage
from coterie.model.contacts import Contact
from coterie.model.imports import Import
from coterie.model.organizations import Caller
from coterie.model.subscriptions import RemoteCard, Subscription
from coterie.remote.context import Counts
from coterie.remote.open import open_run
from coterie.remote.run import synchronize
from coterie.settings import Settings
from coterie.store.contacts import list_contacts
from coterie.store.database import Database, open_database
from coterie.store.remote_cards import list_in_state
from coterie.store.secrets import seal
from coterie.store.subscriptions import find_subscription

STATES = ("waiting", "bound", "rejected", "held", "detached", "removed", "erased", "ignored")


@dataclass
class Book:
    """A subscription of an organization."""

    database: Database
    caller: Caller
    id: str

    def run(self) -> Counts:
        with open_run(self.database, self.caller.organization_id, self.id) as context:
            return synchronize(context)

    def apply(self) -> Import:
        """Applies the import of the first run, as a user does after the preview."""
        folder = self.database.settings.data_folder
        run = Run(self.database, folder, self.caller.organization_id, self.now.import_id or "")
        stage(run)
        return apply(run)

    def start(self) -> Counts:
        """The first run, its import applied, and the second run."""
        self.run()
        if self.now.import_id is not None:
            self.apply()
        return self.run()

    @property
    def now(self) -> Subscription:
        with self.database.read() as tx:
            found = find_subscription(tx, self.caller.organization_id, self.id)
        assert found is not None
        return found

    def cards(self, *states: str) -> list[RemoteCard]:
        with self.database.read() as tx:
            return list_in_state(tx, self.caller.organization_id, self.id, states or STATES, limit=100_000)

    def contacts(self) -> dict[str, Contact]:
        """name -> contact, of the organization."""
        with self.database.read() as tx:
            contacts = list_contacts(tx, self.caller.organization_id, limit=10_000)
        return {contact.full_name or contact.display_name or "?": contact for contact in contacts}


def subscribe(world: World, url: str, *, caller: Caller | None = None, password: str = "p", **fields: Any) -> Book:
    """Adds a subscription for Alice's organization, or another caller's."""
    caller = caller or world.alice
    sealed = seal(world.database.settings.data_folder, password)
    fields = {"username": "u", "name": "Friends", **fields}
    subscription = Subscription(id="", user_id=None, url=url, password_sealed=sealed, **fields)
    with world.database.write() as tx:
        added = add_subscription(tx, caller, subscription)
    return Book(world.database, caller, added.id)


def allowing(settings: Settings) -> Settings:
    """Settings that allow loopback."""
    return msgspec.structs.replace(settings, outgoing_allowed="127.0.0.0/8")


__all__ = ["Book", "allowing", "open_database", "subscribe"]
