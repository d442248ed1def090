"""coterie logins: lists failed logins."""

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from coterie.cli.open_instance import open_instance
from coterie.cli.options import DataOption, JsonOption
from coterie.cli.output import print_json
from coterie.cli.terminal import printable
from coterie.store.failed_logins import STORED_MAX, list_failed_logins


def register(application: typer.Typer) -> None:
    application.command("logins")(logins)


def logins(
    *,
    limit: Annotated[int, typer.Option(min=1, max=STORED_MAX, metavar="N", help="How many, at most 10,000.")] = 50,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List failed logins, newest first.

    Those of the last 30 days, with the network they came from. The address is shown if it is a user's.
    `coterie tokens list` lists the logins that succeeded.
    """
    with open_instance(data) as database, database.read() as tx:
        failed = list_failed_logins(tx, limit=limit)
    if as_json:
        print_json(failed)
        return
    if not failed:
        typer.echo("No failed logins.")
        return
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for name in ("When (UTC)", "Source", "Door"):
        table.add_column(name, no_wrap=True)
    table.add_column("User", overflow="fold", min_width=20)
    for each in failed:
        when = each.happened_at[:16].replace("T", " ")
        table.add_row(when, escape(printable(each.source)), each.via, escape(each.email or "unknown address"))
    Console().print(table)
