"""Opens a run of a subscription: its user, its password, its connection."""

from collections.abc import Iterator
from contextlib import contextmanager

from coterie import outgoing
from coterie.actions.callers import caller_for
from coterie.errors import NotFound
from coterie.model.subscriptions import PAUSED, VIA
from coterie.remote.client import Client
from coterie.remote.context import Context
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.secrets import unseal
from coterie.store.subscriptions import find_subscription


@contextmanager
def open_run(database: Database, organization_id: int, subscription_id: str) -> Iterator[Context]:
    """The context of a run; its connection is closed when the block ends.

    Raises NotFound if the subscription does not exist or is paused; Unavailable if its password cannot be unsealed.
    """
    with database.read() as tx:
        subscription = find_subscription(tx, organization_id, subscription_id)
        if subscription is None or subscription.state == PAUSED:
            raise NotFound("Subscription not found")
        caller = caller_for(tx, organization_id, via=VIA, user_id=subscription.user_id)
    password = unseal(database.settings.data_folder, subscription.password_sealed)
    with Client(subscription.url, subscription.username, password, rules_of(database.settings)) as client:
        context = Context(database, caller, subscription, client)
        client.should_stop = lambda: context.should_stop()
        yield context


def rules_of(settings: Settings) -> outgoing.Rules:
    """Which servers may be called."""
    return outgoing.parse_rules(settings.outgoing_allowed, settings.base_url)
