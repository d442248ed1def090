"""The coterie command: a file for each of its commands, of which only the one asked for is imported."""

import sys
from importlib import import_module

import typer

# before any other module takes structlog, and Rich along with it
import coterie.observe  # noqa: F401
from coterie.errors import CoterieError

# command -> the module that has it, in the order of the help
COMMANDS = {
    "serve": "serve",
    "bootstrap": "bootstrap",
    "demo": "demo",
    "organizations": "organizations",
    "import": "import_",
    "export": "export",
    "imports": "imports",
    "import-rows": "import_rows",
    "decide": "import_rows",
    "apply-import": "apply_import",
    "rejected": "rejected",
    "undo-import": "imports",
    "forget-import": "apply_import",
    "backup": "backup",
    "restore": "backup",
    "settings": "settings",
    "worker": "worker",
    "instagram": "instagram",
}


def main() -> None:
    """Run the command that sys.argv names. An error of ours is one line on standard error and exit code 1; a command
    line that cannot be understood is Typer's, with exit code 2."""
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    application = typer.Typer(
        name="coterie",
        help="Coterie: one home for everyone you know.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    # a callback keeps Typer from making a lone command the whole program
    application.callback()(_program)
    modules = [COMMANDS[asked]] if asked in COMMANDS else list(dict.fromkeys(COMMANDS.values()))
    for module in modules:
        import_module(f"coterie.cli.{module}").register(application)
    try:
        application()
    except CoterieError as error:
        print(f"coterie: {error}", file=sys.stderr)  # noqa: T201
        raise SystemExit(1) from None


def _program() -> None:
    """Coterie: one home for everyone you know."""
