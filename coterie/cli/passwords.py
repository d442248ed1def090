"""Reads a new password for a command: from an option, from standard input, or twice from the terminal."""

import sys
from typing import Annotated

import typer

from coterie.errors import invalid
from coterie.model.passwords import RULE

PasswordOption = Annotated[
    str | None,
    typer.Option(
        "--password",
        metavar="TEXT",
        help=f"The password ({RULE}); - reads it from standard input. Default: ask for it on the terminal.",
    ),
]


def read_password(option: str | None) -> str:
    """Raises Invalid if the option is missing and there is no terminal to ask on."""
    if option == "-":
        return sys.stdin.readline().rstrip("\r\n")
    if option is not None:
        return option
    if not sys.stdin.isatty():
        reason = "is missing: without a terminal, pass --password, or --password - to read it from standard input"
        raise invalid("password", reason, kind="missing")
    typed: str = typer.prompt(
        f"Password ({RULE})", hide_input=True, confirmation_prompt="Repeat the password", err=True
    )
    return typed
