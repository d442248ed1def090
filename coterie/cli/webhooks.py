"""coterie webhooks: endpoints that receive events."""

from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.markup import escape

from coterie.actions import webhooks as actions
from coterie.actions.webhook_filters import read_webhook_filter
from coterie.cli.instance import Instance, JsonInstance, shared_options
from coterie.cli.options import DataOption, JsonOption
from coterie.cli.output import id_table, print_json, print_result
from coterie.cli.terminal import printable
from coterie.model.webhooks import EVERY, FULL, SENT_KINDS, Attempt, Delivery, Webhook, new_secret, parse_headers
from coterie.store import webhook_deliveries, webhooks
from coterie.store.secrets import seal

DELIVERIES_MAX = 1000
WebhookArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The webhook's id, as listed by `coterie webhooks list`.")
]


def register(application: typer.Typer) -> None:
    commands = typer.Typer(help="Send events to endpoints (Standard Webhooks).", no_args_is_help=True)
    for name, command in (
        ("list", list_), ("add", add), ("set", set_), ("enable", enable), ("disable", disable), ("rotate", rotate),
        ("test", test), ("deliveries", deliveries), ("replay", replay), ("kinds", kinds), ("delete", delete),
    ):  # fmt: skip
        commands.command(name)(command)
    application.add_typer(commands, name="webhooks")


@shared_options
def list_(*, instance: JsonInstance) -> None:
    """List the webhooks of an organization, oldest first."""
    with instance.read() as (tx, caller):
        found = webhooks.list_webhooks(tx, caller.organization_id)
    if instance.as_json:
        print_json([_as_json(webhook) for webhook in found])
        return
    if not found:
        typer.echo("No webhooks. `coterie webhooks add URL` adds one.")
        return
    table = id_table("Webhook", "State")
    for webhook in found:
        what = "\n".join(filter(None, (webhook.url, webhook.description, ", ".join(webhook.kinds))))
        table.add_row(escape(f"{webhook.id}\n{printable(what)}"), _state(webhook))
    Console().print(table)


def _state(webhook: Webhook) -> str:
    if not webhook.is_active:
        return f"disabled ({webhook.disabled_reason})" if webhook.disabled_reason else "disabled"
    return f"failing since {webhook.failing_since[:16]}" if webhook.failing_since else "active"


def _as_json(webhook: Webhook) -> dict[str, Any]:
    shown = ("id", "url", "description", "kinds", "payload", "include_bulk", "filter", "is_ordered", "is_active",
             "failing_since", "disabled_reason", "created_at")  # fmt: skip
    return {name: getattr(webhook, name) for name in shown}


KindOption = Annotated[
    list[str] | None,
    typer.Option("--kind", metavar="KIND", help="contact.created, contact.*, …; `coterie webhooks kinds` lists them."),
]
PayloadOption = Annotated[str | None, typer.Option(metavar="full|thin", help="thin: ids only, no values.")]
BulkOption = Annotated[
    bool | None, typer.Option("--bulk/--no-bulk", help="Whether events of imports and bulk updates are sent.")
]
FilterOption = Annotated[
    str | None,
    typer.Option("--filter", metavar="FILTER", help="Only events of contacts that match: docs/filters.md. Empty: all."),
]
OrderedOption = Annotated[
    bool | None,
    typer.Option("--ordered/--not-ordered", help="Whether each message waits until the one before was accepted."),
]
DescriptionOption = Annotated[str | None, typer.Option(metavar="TEXT", help="What the endpoint is for.")]


@shared_options
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where events are sent; https://…")],
    *,
    kinds: KindOption = None,
    payload: PayloadOption = None,
    bulk: BulkOption = None,
    filter_: FilterOption = None,
    ordered: OrderedOption = None,
    description: DescriptionOption = None,
    headers: Annotated[
        list[str] | None, typer.Option("--header", metavar="NAME:VALUE", help="A header of every request. Repeatable.")
    ] = None,
    instance: JsonInstance,
) -> None:
    """Add a webhook. It receives events from now on. The secret is shown only once."""
    secret = new_secret()
    named = parse_headers({name.strip(): value.strip() for name, _, value in (h.partition(":") for h in headers or ())})
    with instance.open() as database, database.write() as tx:
        folder, caller = database.settings.data_folder, instance.caller(tx)
        webhook = Webhook(
            id="",
            url=url,
            description=description,
            kinds=tuple(kinds or (EVERY,)),
            payload=payload or FULL,
            include_bulk=bool(bulk),
            filter=read_webhook_filter(tx, caller, filter_),
            is_ordered=bool(ordered),
            secret_sealed=seal(folder, secret),
            headers_sealed=seal(folder, msgspec.json.encode(named).decode()) if named else None,
        )
        settings = database.settings
        webhook = actions.create_webhook(tx, caller, webhook, allowed=settings.outgoing_allowed, own=settings.base_url)
    _print_secret(webhook.id, secret, as_json=instance.as_json)


def _print_secret(webhook_id: str, secret: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"id": webhook_id, "secret": secret})
        return
    typer.echo(f"  id      {webhook_id}")
    typer.echo(f"  secret  {secret}")
    typer.echo("The secret is not shown again: the receiver verifies signatures with it.")


@shared_options
def set_(
    webhook_id: WebhookArgument,
    *,
    url: Annotated[str | None, typer.Option(metavar="URL", help="Where events are sent.")] = None,
    kinds: KindOption = None,
    payload: PayloadOption = None,
    bulk: BulkOption = None,
    filter_: FilterOption = None,
    ordered: OrderedOption = None,
    description: DescriptionOption = None,
    instance: JsonInstance,
) -> None:
    """Change a webhook."""
    fields = {
        "url": url, "kinds": tuple(kinds) if kinds else None, "payload": payload, "include_bulk": bulk,
        "description": description, "filter": filter_, "is_ordered": ordered,
    }  # fmt: skip
    given = {name: value for name, value in fields.items() if value is not None}
    print_result("Changed.", _as_json(_update(webhook_id, given, instance)), as_json=instance.as_json)


@shared_options
def enable(
    webhook_id: WebhookArgument,
    *,
    from_now: Annotated[bool, typer.Option("--from-now", help="Do not send what happened while disabled.")] = False,
    instance: JsonInstance,
) -> None:
    """Enable a webhook. What happened while it was disabled is sent, unless --from-now."""
    webhook = _update(webhook_id, {"is_active": True}, instance, from_now=from_now)
    print_result("Enabled.", _as_json(webhook), as_json=instance.as_json)


@shared_options
def disable(webhook_id: WebhookArgument, *, instance: JsonInstance) -> None:
    """Disable a webhook. Nothing is sent until it is enabled."""
    print_result("Disabled.", _as_json(_update(webhook_id, {"is_active": False}, instance)), as_json=instance.as_json)


def _update(webhook_id: str, fields: dict[str, Any], instance: Instance, *, from_now: bool = False) -> Webhook:
    with instance.open() as database, database.write() as tx:
        caller = instance.caller(tx)
        if "filter" in fields:
            fields = {**fields, "filter": read_webhook_filter(tx, caller, fields["filter"])}
        return actions.update_webhook(
            tx, caller, webhook_id, fields, from_now=from_now, allowed=database.settings.outgoing_allowed,
            own=database.settings.base_url,
        )  # fmt: skip


@shared_options
def rotate(
    webhook_id: WebhookArgument,
    *,
    old_valid_hours: Annotated[
        int, typer.Option(metavar="N", help="Hours in which messages carry the old signature too.")
    ] = 24,
    instance: JsonInstance,
) -> None:
    """Give a webhook a new secret."""
    secret = new_secret()
    with instance.open() as database, database.write() as tx:
        actions.rotate_secret(
            tx,
            instance.caller(tx),
            webhook_id,
            sealed=seal(database.settings.data_folder, secret),
            old_valid_hours=old_valid_hours,
        )
    _print_secret(webhook_id, secret, as_json=instance.as_json)


@shared_options
def test(webhook_id: WebhookArgument, *, instance: JsonInstance) -> None:
    """Send a message of the kind webhook.test. The worker sends it; `deliveries` shows the result."""
    with instance.write() as (tx, caller):
        delivery = actions.send_test(tx, caller, webhook_id)
    if instance.as_json:
        print_json(delivery)
        return
    typer.echo(f"{delivery.id} is on its way: `coterie webhooks deliveries {webhook_id}` shows the result.")


@shared_options
def deliveries(
    webhook_id: WebhookArgument,
    *,
    status: Annotated[
        str | None, typer.Option(metavar="STATUS", help="Only those: waiting, done, failed or cancelled.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=DELIVERIES_MAX, metavar="N", help="How many at most.")] = 20,
    instance: JsonInstance,
) -> None:
    """List the newest deliveries of a webhook, with their attempts."""
    with instance.read() as (tx, caller):
        actions.find_webhook(tx, caller, webhook_id)
        found = webhook_deliveries.list_deliveries(tx, caller.organization_id, webhook_id, status=status, limit=limit)
        ids = [delivery.id for delivery in found]
        attempts = webhook_deliveries.list_attempts(tx, caller.organization_id, webhook_id, ids)
    if instance.as_json:
        rows = [msgspec.to_builtins(delivery) | {"attempts": attempts[delivery.id]} for delivery in found]
        print_json(rows)
        return
    for delivery in found:
        typer.echo(f"{delivery.id}  {delivery.kind}  {_outcome(delivery)}")
        for attempt in attempts[delivery.id]:
            typer.echo(f"  {attempt.at[:19]}  {_result(attempt)}  {attempt.milliseconds} ms")


def _outcome(delivery: Delivery) -> str:
    return f"next attempt {delivery.next_attempt_at[:19]}" if delivery.next_attempt_at else delivery.status


def _result(attempt: Attempt) -> str:
    return printable(attempt.error or f"status {attempt.status}")


@shared_options
def replay(
    webhook_id: WebhookArgument,
    delivery: Annotated[str | None, typer.Argument(metavar="DELIVERY", help="One delivery; without it, all.")] = None,
    *,
    since: Annotated[str | None, typer.Option(metavar="MOMENT", help="Those created at or after it.")] = None,
    until: Annotated[str | None, typer.Option(metavar="MOMENT", help="Those created before it.")] = None,
    status: Annotated[str | None, typer.Option(metavar="STATUS", help="Only those: done or failed.")] = None,
    instance: JsonInstance,
) -> None:
    """Send deliveries again, with the ids and bodies they had; up to 10,000 at once."""
    conditions = {"id": delivery, "since": since, "until": until, "status": status}
    with instance.write() as (tx, caller):
        count = actions.replay_deliveries(
            tx,
            caller,
            webhook_id,
            {name: value for name, value in conditions.items() if value is not None},
        )
    print_result(f"{count} deliveries are sent again.", {"count": count}, as_json=instance.as_json)


def kinds(*, as_json: JsonOption = False, data: DataOption = None) -> None:
    """List the kinds of events that webhooks receive."""
    if as_json:
        print_json([{"kind": kind, "text": text} for kind, text in SENT_KINDS.items()])
        return
    for kind, text in SENT_KINDS.items():
        typer.echo(f"{kind:32} {text}")


@shared_options
def delete(webhook_id: WebhookArgument, *, instance: JsonInstance) -> None:
    """Delete a webhook with its log."""
    with instance.write() as (tx, caller):
        actions.delete_webhook(tx, caller, webhook_id)
    print_result("Deleted.", {"id": webhook_id}, as_json=instance.as_json)
