"""coterie demo: creates an organization full of people to explore."""

import secrets
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from coterie.actions.passwords import hash_password
from coterie.actions.subscriptions import add_subscription
from coterie.actions.webhooks import create_webhook
from coterie.cli.callers import caller_for_uuid
from coterie.cli.open_instance import open_migrated, prepare_data_folder
from coterie.cli.options import DataOption, JsonOption
from coterie.demo.build import EMAIL, NAME, build_springfield
from coterie.demo.files import add_files
from coterie.errors import Conflict
from coterie.model.ids import named_ids
from coterie.model.organizations import Caller
from coterie.model.subscriptions import HELD, MANY, Held, Subscription
from coterie.model.webhooks import Webhook, new_secret
from coterie.store.database import Tx
from coterie.store.secrets import seal
from coterie.store.subscriptions import update_subscription


def register(application: typer.Typer) -> None:
    application.command("demo")(demo)


def demo(
    data: DataOption = None,
    as_json: JsonOption = False,
    seed: Annotated[
        int, typer.Option(metavar="NUMBER", help="Seed of the random parts: the same number gives the same world.")
    ] = 742,
) -> None:
    """Create an organization of some sixty people to explore.

    It is called Springfield. Its password and its API token are shown only once. Use a separate data folder.
    """
    settings = prepare_data_folder(data)
    password = secrets.token_urlsafe(12)
    password_hash = hash_password(password)
    with open_migrated(settings) as database:
        try:
            with database.write() as tx:
                made = build_springfield(tx, password_hash, seed)
                caller = caller_for_uuid(tx, made.organization_uuid)
                _add_webhooks(tx, caller, settings.data_folder)
                _add_subscriptions(tx, caller, settings.data_folder)
        except Conflict:
            raise Conflict(f"{NAME} already exists in this instance; sign in as {EMAIL}") from None
        add_files(database, caller, made)
    output = {
        "organization_id": made.organization_id,
        "organization_uuid": made.organization_uuid,
        "user_uuid": made.user_id,
        "email": EMAIL,
        "password": password,
        "token": made.token,
        "contacts": len(made.ids),
    }
    if as_json:
        typer.echo(msgspec.json.encode(output).decode())
        return
    typer.echo(f"{NAME} is ready, with {len(made.ids)} people.")
    for label in ("organization_uuid", "email", "password", "token"):
        typer.echo(f"  {label.removesuffix('_uuid'):<13} {output[label]}")
    typer.echo("The password and the token are not shown again.")


def _add_webhooks(tx: Tx, caller: Caller, folder: Path) -> None:
    """Webhooks that are disabled: nothing leaves the instance."""
    for name, description in (("webhook", "Shop"), ("old webhook", "The shop before")):
        with named_ids(name):
            webhook = Webhook(
                id="", url="https://hooks.springfield.example/coterie", description=description, is_active=False,
                secret_sealed=seal(folder, new_secret()),
            )  # fmt: skip
            create_webhook(tx, caller, webhook)


def _add_subscriptions(tx: Tx, caller: Caller, folder: Path) -> None:
    """Subscriptions whose runs wait for a decision, so that nothing leaves the instance."""
    held = Held(MANY, removed=34, names=["Ned Flanders", "Timothy Lovejoy", "Helen Lovejoy"])
    for name, book in (("subscription", "Parish directory"), ("old subscription", "Parish directory before")):
        with named_ids(name):
            subscription = Subscription(
                id="", user_id=None, name=book, url=f"https://dav.springfield.example/{book.split()[-1]}/",
                username="marge", password_sealed=seal(folder, "springfield"),
            )  # fmt: skip
            added = add_subscription(tx, caller, subscription)
        update_subscription(tx, caller.organization_id, added.id, {"state": HELD, "held": held, "next_run_at": None})
