"""The state that a run of a subscription works on, and its transactions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from coterie.errors import NotFound
from coterie.model.organizations import Caller
from coterie.model.subscriptions import BOUND, REMOTE, TWO_WAY, RemoteCard, Subscription
from coterie.remote.client import Client
from coterie.store import remote_cards as store
from coterie.store.database import Database, Tx
from coterie.store.subscriptions import find_subscription, update_subscription


class Counts(Struct):
    """Counts of a run: cards read from and written to the server; deleted locally, on the server; rejected; held."""

    taken: int = 0
    written: int = 0
    deleted_here: int = 0
    deleted_there: int = 0
    rejected: int = 0
    held: int = 0


def _nothing(tx: Tx, counts: Counts) -> None:
    pass


class Context(Struct):
    """One run. save is called in each transaction with the counts so far; should_stop is asked between them."""

    database: Database
    caller: Caller
    subscription: Subscription
    client: Client
    save: Callable[[Tx, Counts], None] = _nothing
    should_stop: Callable[[], bool] = lambda: False
    # names of the cards that this run took and that may have a link to a photo
    with_photo: set[str] = field(default_factory=set)
    # names of deleted cards: a card with the UID of one was moved
    gone: frozenset[str] = frozenset()
    counts: Counts = field(default_factory=Counts)

    @property
    def organization_id(self) -> int:
        return self.caller.organization_id

    @property
    def folder(self) -> Path:
        return self.database.settings.data_folder

    @property
    def is_two_way(self) -> bool:
        return self.subscription.direction == TWO_WAY

    @property
    def policy(self) -> str:
        return self.subscription.policy if self.is_two_way else REMOTE

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """A transaction in which the subscription exists. Raises NotFound if it was deleted."""
        with self.database.write() as tx:
            if find_subscription(tx, self.organization_id, self.subscription.id, lock=True) is None:
                raise NotFound("Subscription not found")
            yield tx
            self.save(tx, self.counts)

    def save_cards(self, tx: Tx, *cards: RemoteCard) -> None:
        for card in cards:
            if card.state == BOUND and "PHOTO" in card.remote_body and "http" in card.remote_body:
                self.with_photo.add(card.href)
        store.save_remote_cards(tx, self.organization_id, self.subscription.id, cards)

    def update(self, tx: Tx, **columns: Any) -> None:
        """Changes columns of the subscription."""
        update_subscription(tx, self.organization_id, self.subscription.id, columns)
