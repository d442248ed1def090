"""coterie tokens: lists, creates and revokes the API tokens of an organization."""

from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from coterie.actions import access_tokens as actions
from coterie.actions.members import find_member
from coterie.cli.instance import Instance, JsonInstance, shared_options
from coterie.cli.output import id_table, print_json
from coterie.cli.terminal import printable
from coterie.model import times
from coterie.model.access_tokens import AccessToken
from coterie.model.organizations import ALL_SCOPES, SCOPES
from coterie.settings import Settings
from coterie.store.access_tokens import list_access_tokens

LISTED_MAX = 1000


def register(application: typer.Typer) -> None:
    commands = typer.Typer(help="List, create and revoke API tokens.", no_args_is_help=True)
    commands.command("list")(list_tokens)
    commands.command("create")(create)
    commands.command("revoke")(revoke)
    application.add_typer(commands, name="tokens")


@shared_options
def list_tokens(*, instance: JsonInstance) -> None:
    """List the tokens of an organization, oldest first.

    Tokens named "login" come from R0's POST /login; they are idle after COTERIE_LOGIN_IDLE_DAYS without a request.
    The secret part of a token is not stored and cannot be shown.
    """
    with instance.open() as database, database.read() as tx:
        tokens = list_access_tokens(tx, instance.caller(tx).organization_id, limit=LISTED_MAX)
        state_of = _state_of(database.settings)
    if instance.as_json:
        print_json([_as_json(token, state_of(token)) for token in tokens])
        return
    if not tokens:
        typer.echo("No tokens. `coterie tokens create` creates one.")
        return
    # fits 80 columns: only the first column wraps
    table = id_table("Token", "State", "Expires", "Last used")
    for token in tokens:
        what = f"{printable(token.name)}, {token.email}, {' '.join(token.scopes)}"
        table.add_row(escape(f"{token.id}\n{what}"), state_of(token), _day(token.expires_at), _day(token.last_used_at))
    Console().print(table)


def _state_of(settings: Settings) -> Callable[[AccessToken], str]:
    now = times.now()
    limits = {
        "created_after": times.after(now, -settings.login_days * 86_400),
        "used_after": times.after(now, -settings.login_idle_days * 86_400),
    }
    return lambda token: token.state(now, **limits)


def _day(moment: str | None) -> str:
    return moment[:10] if moment else "never"


def _as_json(token: AccessToken, state: str) -> dict[str, object]:
    return {
        "token_id": token.id,
        "name": token.name,
        "user": token.email,
        "scopes": token.scopes,
        "is_login": token.all_organizations,
        "state": state,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
        "revoked_at": token.revoked_at,
    }


@shared_options
def create(
    *,
    user: Annotated[
        str, typer.Option(metavar="EMAIL", help="The member the token acts for: what it writes is theirs.")
    ],
    name: Annotated[str, typer.Option(metavar="TEXT", help="What the token is for, as shown in the list.")],
    scopes: Annotated[
        list[str] | None,
        typer.Option("--scope", metavar="SCOPE", help=f"{', '.join(SCOPES)}. Repeatable. Default: all."),
    ] = None,
    days: Annotated[
        int | None, typer.Option(metavar="N", help="Days until it expires. Default: it does not expire.")
    ] = None,
    instance: JsonInstance,
) -> None:
    """Create an API token. It is shown only once."""
    with instance.write() as (tx, caller):
        user_id = find_member(tx, caller, user)
        token_id, token = actions.create_access_token(
            tx, caller, user_id=user_id, name=name, scopes=scopes or (ALL_SCOPES,), days=days
        )
    if instance.as_json:
        print_json({"token_id": token_id, "token": token})
        return
    typer.echo(f"  id     {token_id}")
    typer.echo(f"  token  {token}")
    typer.echo("The token is not shown again: store it where your programs can read it.")


@shared_options
def revoke(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="The token's id, as listed by `coterie tokens list`.")],
    *,
    instance: Instance,
) -> None:
    """Revoke a token. Requests with it fail from now on."""
    with instance.write() as (tx, caller):
        actions.revoke_access_token(tx, caller, token_id)
    typer.echo(f"Token {token_id} revoked.")
