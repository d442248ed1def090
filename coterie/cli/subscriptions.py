"""coterie subscriptions: address books on other servers that contacts are kept in sync with."""

from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from coterie.actions import subscriptions as actions
from coterie.cli.instance import Instance, JsonInstance, shared_options
from coterie.cli.output import print_json
from coterie.cli.subscription_runs import add_and_read, change_password, run_once
from coterie.cli.terminal import printable
from coterie.errors import invalid
from coterie.model.subscriptions import (
    CARD_HELD,
    HELD,
    MIRROR,
    PREVIEW,
    REJECTED,
    REMOTE,
    TWO_WAY,
    Subscription,
    describe_held,
)
from coterie.store import remote_cards
from coterie.store.database import Tx
from coterie.store.folders import find_folder_by_name
from coterie.store.subscriptions import list_subscriptions

SHOWN_MAX = 50
IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The subscription's id, as listed by `coterie subscriptions list`.")
]
PolicyOption = Annotated[
    str,
    typer.Option(metavar="SIDE", help="Whose value counts where both changed it: remote, ours, or ask (hold)."),
]
TwoWayOption = Annotated[bool, typer.Option("--two-way", help="Write our changes to the book too.")]


def register(application: typer.Typer) -> None:
    commands = typer.Typer(help="Keep address books elsewhere in sync.", no_args_is_help=True)
    for name, command in (
        ("add", add), ("list", list_), ("cards", cards), ("sync", sync), ("approve", approve), ("resolve", resolve),
        ("set", set_), ("pause", pause), ("resume", resume), ("remove", remove),
    ):  # fmt: skip
        commands.command(name)(command)
    application.add_typer(commands, name="subscriptions")


@shared_options
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="The address of the book or its server, or a domain.")],
    *,
    user: Annotated[str, typer.Option(metavar="NAME", help="The user name on that server.")],
    name: Annotated[str | None, typer.Option(metavar="NAME", help="What the book is called here.")] = None,
    two_way: TwoWayOption = False,
    policy: PolicyOption = REMOTE,
    folder: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Only contacts of this folder are in the book. Default: all on phones."),
    ] = None,
    instance: JsonInstance,
) -> None:
    """Subscribe to an address book. Its contacts become an import that you apply; until then nothing changes.

    The password is asked for, or read from standard input. Many servers need an app password.
    """
    direction = TWO_WAY if two_way else MIRROR
    with instance.open() as database:
        with database.read() as tx:
            caller = instance.caller(tx)
            folder_id = _folder_id(tx, caller.organization_id, folder)
        new = Subscription(
            id="", user_id=None, name=name or "", url=url, username=user, password_sealed="", direction=direction,
            policy=policy, folder_id=folder_id,
        )  # fmt: skip
        subscription = add_and_read(database, caller, new)
    if instance.as_json:
        print_json(_as_json(subscription))
        return
    typer.echo(f"Subscribed to {printable(subscription.name)} at {subscription.url} as {subscription.id}.")
    _print_state(subscription)


def _folder_id(tx: Tx, organization_id: int, name: str | None) -> int | None:
    folder = find_folder_by_name(tx, organization_id, name) if name else None
    if name and folder is None:
        raise invalid("folder", f"{name[:100]!r} does not exist")
    return folder.id if folder else None


def _print_state(subscription: Subscription) -> None:
    if subscription.error:
        typer.echo(f"The last run failed: {subscription.error}")
    elif subscription.state == PREVIEW:
        typer.echo(
            f"`coterie import-rows {subscription.import_id}` shows what would change,"
            f" `coterie apply-import {subscription.import_id}` applies it."
        )
    elif subscription.state == HELD and subscription.held:
        typer.echo(describe_held(subscription.held))
        for name in subscription.held.names:
            typer.echo(f"  {printable(name)}")
        typer.echo(
            f"`coterie subscriptions approve {subscription.id}` does it; with --detach these contacts stay as they are"
            " on both sides and are no longer kept in sync."
        )


@shared_options
def list_(*, instance: JsonInstance) -> None:
    """List the subscriptions of an organization, oldest first."""
    with instance.read() as (tx, caller):
        found = list_subscriptions(tx, caller.organization_id)
    if instance.as_json:
        print_json([_as_json(each) for each in found])
        return
    if not found:
        typer.echo("No subscriptions. `coterie subscriptions add URL --user NAME` adds one.")
        return
    table = Table(box=None, padding=(0, 1, 1, 0), pad_edge=False)
    table.add_column("Subscription", overflow="fold", min_width=36)
    for heading in ("State", "Last run"):
        table.add_column(heading, no_wrap=heading != "State")
    for each in found:
        what = f"{each.id}\n{printable(each.name)}, {each.direction.replace('_', '-')}\n{each.url}"
        state = f"failed: {each.error}" if each.error else each.state
        last = each.last_run_at[:16].replace("T", " ") if each.last_run_at else "never"
        table.add_row(escape(what), escape(printable(state)), last)
    Console().print(table)


def _as_json(subscription: Subscription) -> dict[str, Any]:
    return {
        name: getattr(subscription, name)
        for name in (
            "id", "name", "url", "username", "direction", "policy", "folder_id", "state", "import_id", "held",
            "error_code", "error", "last_run_at", "last_success_at", "next_run_at", "created_at",
        )
    }  # fmt: skip


@shared_options
def cards(subscription_id: IdArgument, *, instance: JsonInstance) -> None:
    """Show how many cards are in sync, and those that are held or were rejected, with the reason."""
    with instance.read() as (tx, caller):
        actions.find_subscription(tx, caller, subscription_id)
        of = (tx, caller.organization_id, subscription_id)
        counts = remote_cards.count_by_state(*of)
        problems = remote_cards.list_in_state(*of, [CARD_HELD, REJECTED], limit=SHOWN_MAX)
    shown = [
        {"href": card.href, "state": card.state, "reason_code": card.reason_code, "reason": card.reason}
        for card in problems
    ]
    if instance.as_json:
        print_json({"counts": counts, "problems": shown})
        return
    typer.echo(", ".join(f"{count:,} {state}" for state, count in sorted(counts.items())) or "No cards.")
    for card in problems:
        typer.echo(f"  {printable(card.href)}: {card.state}, {printable(card.reason or card.reason_code or '')}")


@shared_options
def sync(subscription_id: IdArgument, *, instance: JsonInstance) -> None:
    """Run a subscription now. The exit code is 1 if the run fails or is held."""
    with instance.open() as database:
        with database.read() as tx:
            caller = instance.caller(tx)
        counts, subscription = run_once(database, caller, subscription_id)
    if instance.as_json:
        shown = {**msgspec.structs.asdict(counts), **_as_json(subscription)}
        print_json(shown)
    else:
        done = ", ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in msgspec.structs.asdict(counts).items() if n)
        typer.echo(f"{printable(subscription.name)}: {done or 'nothing to do'}.")
        _print_state(subscription)
    if subscription.error or subscription.state == HELD:
        raise typer.Exit(1)


@shared_options
def approve(
    subscription_id: IdArgument,
    *,
    detach: Annotated[
        bool, typer.Option("--detach", help="Leave these contacts as they are, and no longer keep them in sync.")
    ] = False,
    instance: Instance,
) -> None:
    """Let a held run do what it would, or drop its changes. The worker runs it."""
    with instance.write() as (tx, caller):
        actions.decide_run(tx, caller, subscription_id, "detach" if detach else "apply")
    typer.echo("Decided; the worker runs it.")


@shared_options
def resolve(
    subscription_id: IdArgument,
    decision: Annotated[str, typer.Argument(metavar="SIDE", help="remote or ours.")],
    hrefs: Annotated[list[str] | None, typer.Argument(metavar="[CARD]...", help="Default: all held cards.")] = None,
    *,
    instance: Instance,
) -> None:
    """Decide whose values count in cards that both sides changed. The worker carries it out."""
    with instance.write() as (tx, caller):
        count = actions.decide_cards(tx, caller, subscription_id, decision, hrefs or None)
    typer.echo(f"{count:,} card{'s' if count != 1 else ''} decided.")


@shared_options
def set_(
    subscription_id: IdArgument,
    *,
    name: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    direction: Annotated[str | None, typer.Option(metavar="DIRECTION", help="mirror or two_way.")] = None,
    policy: Annotated[str | None, typer.Option(metavar="SIDE", help="remote, ours or ask.")] = None,
    password: Annotated[bool, typer.Option("--password", help="Ask for a new password.")] = False,
    instance: Instance,
) -> None:
    """Change a subscription."""
    fields = {"name": name, "direction": direction, "policy": policy}
    with instance.open() as database:
        with database.read() as tx:
            caller = instance.caller(tx)
        if password:
            change_password(database, caller, subscription_id)
        with database.write() as tx:
            given = {key: value for key, value in fields.items() if value is not None}
            actions.update_subscription(tx, caller, subscription_id, given)
    typer.echo(f"Subscription {subscription_id} changed.")


@shared_options
def pause(subscription_id: IdArgument, *, instance: Instance) -> None:
    """Pause a subscription."""
    with instance.write() as (tx, caller):
        actions.pause_subscription(tx, caller, subscription_id, is_paused=True)
    typer.echo(f"Subscription {subscription_id} paused.")


@shared_options
def resume(subscription_id: IdArgument, *, instance: Instance) -> None:
    """Resume a paused subscription."""
    with instance.write() as (tx, caller):
        actions.pause_subscription(tx, caller, subscription_id, is_paused=False)
    typer.echo(f"Subscription {subscription_id} resumed.")


@shared_options
def remove(subscription_id: IdArgument, *, instance: Instance) -> None:
    """Remove a subscription. Its contacts stay, here and there."""
    with instance.write() as (tx, caller):
        actions.remove_subscription(tx, caller, subscription_id)
    typer.echo(f"Subscription {subscription_id} removed.")
