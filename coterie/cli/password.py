"""coterie password: sets the password of a user."""

from typing import Annotated

import typer

from coterie.actions.passwords import hash_password, set_password
from coterie.actions.second_factors import remove_second_factor_of
from coterie.cli.open_instance import open_instance
from coterie.cli.options import DataOption
from coterie.cli.passwords import PasswordOption, read_password


def register(application: typer.Typer) -> None:
    application.command("password")(password)


def password(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The user's e-mail address.")],
    new: PasswordOption = None,
    remove_second_factor: Annotated[
        bool, typer.Option("--remove-second-factor", help="Remove the second factor too, such as after a lost phone.")
    ] = False,
    data: DataOption = None,
) -> None:
    """Set a user's password.

    It ends the user's logins; API tokens stay valid (`coterie tokens revoke` ends one).
    """
    with open_instance(data) as database:
        password_hash = hash_password(read_password(new))
        with database.write() as tx:
            ended = set_password(tx, email, password_hash, via="cli")
            was_removed = remove_second_factor and remove_second_factor_of(tx, email, via="cli")
    typer.echo(f"Password of {email} changed; {ended} login{'s' if ended != 1 else ''} ended.")
    if remove_second_factor:
        typer.echo("The second factor was removed." if was_removed else "There was no second factor.")
