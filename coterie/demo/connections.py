"""The webhooks and subscriptions of Springfield. Nothing leaves the instance: none of them is active."""

from pathlib import Path

from coterie.actions.subscriptions import add_subscription
from coterie.actions.webhooks import create_webhook
from coterie.model.ids import named_ids
from coterie.model.organizations import Caller
from coterie.model.subscriptions import HELD, MANY, HeldRun, Subscription
from coterie.model.webhooks import Webhook, new_secret
from coterie.store.database import Tx
from coterie.store.secrets import seal
from coterie.store.subscriptions import update_subscription


def add_connections(tx: Tx, caller: Caller, folder: Path) -> None:
    """Adds disabled webhooks, and subscriptions whose runs wait for a decision. folder: the data folder."""
    _add_webhooks(tx, caller, folder)
    _add_subscriptions(tx, caller, folder)


def _add_webhooks(tx: Tx, caller: Caller, folder: Path) -> None:
    for name, description in (("webhook", "Shop"), ("old webhook", "The shop before")):
        with named_ids(name):
            webhook = Webhook(
                id="", url="https://hooks.springfield.example/coterie", description=description, is_active=False,
                secret_sealed=seal(folder, new_secret()),
            )  # fmt: skip
            create_webhook(tx, caller, webhook)


def _add_subscriptions(tx: Tx, caller: Caller, folder: Path) -> None:
    held = HeldRun(MANY, removed=34, names=["Ned Flanders", "Timothy Lovejoy", "Helen Lovejoy"])
    for name, book in (("subscription", "Parish directory"), ("old subscription", "Parish directory before")):
        with named_ids(name):
            subscription = Subscription(
                id="", user_id=None, name=book, url=f"https://dav.springfield.example/{book.split()[-1]}/",
                username="marge", password_sealed=seal(folder, "springfield"),
            )  # fmt: skip
            added = add_subscription(tx, caller, subscription)
        update_subscription(tx, caller.organization_id, added.id, {"state": HELD, "held": held, "next_run_at": None})
