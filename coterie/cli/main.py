"""The coterie command. Each subcommand has its own module; only the one asked for is imported."""

import logging
import sys
from importlib import import_module
from typing import Annotated

import typer

from coterie import __version__
from coterie.cli.importing import importing
from coterie.cli.stopping import exiting_on_errors

# command -> its module, in the order of the help
COMMANDS = {
    "serve": "serve",
    "bootstrap": "bootstrap",
    "demo": "demo",
    "organizations": "organizations",
    "organization": "organization",
    "members": "members",
    "time-zones": "time_zones",
    "tokens": "tokens",
    "devices": "devices",
    "books": "books",
    "password": "password",
    "logins": "logins",
    "import": "import_",
    "export": "export",
    "segments": "segments",
    "contacts": "contacts",
    "in-touch": "in_touch",
    "merge": "merge",
    "unmerge": "unmerge",
    "merges": "merges",
    "imports": "imports",
    "import-rows": "import_rows",
    "decide": "decide",
    "apply-import": "apply_import",
    "rejected": "rejected",
    "undo-import": "undo_import",
    "delete-import": "delete_import",
    "backup": "backup",
    "restore": "restore",
    "check": "check",
    "search": "search",
    "settings": "settings",
    "worker": "worker",
    "jobs": "jobs",
    "duplicates": "duplicates",
    "mail-test": "mail_test",
    "instagram": "instagram",
    "webhooks": "webhooks",
    "calendar": "calendar",
    "subscriptions": "subscriptions",
    "mcp": "mcp",
}
# earlier names, which the help does not show
EARLIER = {"device": "devices", "forget-import": "delete_import"}


def main() -> None:
    """Runs the command in sys.argv. A CoterieError is one line on standard error and exit code 1; Typer reports a
    wrong command line with exit code 2."""
    _show_own_warnings()
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    application = typer.Typer(
        name="coterie",
        help="Coterie: one home for everyone you know.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    # without a callback, Typer makes a single registered command the whole program
    application.callback()(_program)
    named = (COMMANDS | EARLIER).get(name)
    modules = [named] if named else list(COMMANDS.values())
    with importing():
        for module in modules:
            import_module(f"coterie.cli.{module}").register(application)
    with exiting_on_errors():
        application()


def _show_own_warnings() -> None:
    """Where no log is configured, a warning of ours is a line on standard error; libraries are silent."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.addFilter(logging.Filter("coterie"))
    logging.lastResort = handler


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"coterie {__version__}")
        raise typer.Exit


def _program(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Coterie: one home for everyone you know."""
