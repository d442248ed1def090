"""coterie calendar: lists, adds and revokes the calendar feeds of members."""

from typing import Annotated

import typer

from coterie.actions import calendar_feeds as actions
from coterie.actions.members import find_member
from coterie.cli.instance import JsonInstance, shared_options
from coterie.cli.options import UrlOption, base_url_of
from coterie.cli.output import print_json, print_result
from coterie.model.calendar_feeds import CONTENTS, path_of
from coterie.store.calendar_feeds import list_feeds

UserOption = Annotated[str, typer.Option(metavar="EMAIL", help="The member whose feeds they are.")]


def register(application: typer.Typer) -> None:
    commands = typer.Typer(help="List, add and revoke calendar feeds.", no_args_is_help=True)
    commands.command("list")(list_)
    commands.command("add")(add)
    commands.command("revoke")(revoke)
    application.add_typer(commands, name="calendar")


@shared_options
def list_(*, user: UserOption, instance: JsonInstance) -> None:
    """List the calendar feeds of a member, oldest first. Their addresses are not stored and cannot be shown."""
    with instance.read() as (tx, caller):
        feeds = list_feeds(tx, caller.organization_id, find_member(tx, caller, user))
    if instance.as_json:
        print_json(feeds)
        return
    for feed in feeds:
        typer.echo(f"{feed.id}  {', '.join(feed.contents)}  last read {(feed.last_read_at or 'never')[:10]}")
    if not feeds:
        typer.echo("No calendar feeds. `coterie calendar add` adds one.")


@shared_options
def add(
    *,
    user: UserOption,
    contents: Annotated[
        list[str] | None,
        typer.Option("--content", metavar="NAME", help=f"{', '.join(CONTENTS)}; without it, all. Repeatable."),
    ] = None,
    url: UrlOption = None,
    instance: JsonInstance,
) -> None:
    """Add a calendar feed. Its address is shown only once. Anyone with it can read the feed."""
    with instance.open() as database:
        base_url = base_url_of(url, database.settings)
        with database.write() as tx:
            caller = instance.caller(tx)
            feed, token = actions.create_feed(tx, caller, find_member(tx, caller, user), contents or ())
    address = base_url + path_of(token)
    print_result(address, {"id": feed.id, "url": address}, as_json=instance.as_json)


@shared_options
def revoke(
    feed_id: Annotated[str, typer.Argument(metavar="ID", help="The feed's id, as `coterie calendar list` shows it.")],
    *,
    user: UserOption,
    instance: JsonInstance,
) -> None:
    """Revoke a calendar feed. Its address is unknown from then on."""
    with instance.write() as (tx, caller):
        actions.revoke_feed(tx, caller, find_member(tx, caller, user), feed_id)
    print_result(f"Calendar feed {feed_id} revoked.", {"id": feed_id}, as_json=instance.as_json)
