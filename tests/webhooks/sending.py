"""Sends what is due, and reads what became of it."""

import time
from collections.abc import Callable

from coterie.actions import webhooks as actions
from coterie.model import times
from coterie.model.organizations import Caller
from coterie.model.webhooks import Delivery, Webhook
from coterie.settings import Settings
from coterie.store import webhook_deliveries
from coterie.store.database import Database
from coterie.worker.webhooks import WebhookSender

# adds a webhook with these fields; returns its id and its secret
Add = Callable[..., tuple[str, str]]


def run(database: Database, settings: Settings) -> None:
    """Sends until nothing is due."""
    sender = WebhookSender(database, settings)
    deadline = time.monotonic() + 20
    while sender.step() and time.monotonic() < deadline:
        pass
    sender.close()


def deliveries_of(database: Database, caller: Caller, webhook_id: str) -> list[Delivery]:
    """Oldest first."""
    with database.read() as tx:
        found = webhook_deliveries.list_deliveries(tx, caller.organization_id, webhook_id)
    return sorted(found, key=lambda delivery: delivery.event_id or 0)


def webhook_of(database: Database, caller: Caller, webhook_id: str) -> Webhook:
    with database.read() as tx:
        return actions.find_webhook(tx, caller, webhook_id)


def make_due(database: Database, caller: Caller) -> None:
    """The clock has moved on: whatever waits is due."""
    with database.write() as tx:
        bound = {"o": caller.organization_id, "now": times.now()}
        tx.run(
            "UPDATE webhook_deliveries SET next_attempt_at = :now WHERE organization_id = :o"
            " AND next_attempt_at IS NOT NULL",
            bound,
        )
        tx.run("UPDATE webhooks SET retry_at = NULL WHERE organization_id = :o", bound)
