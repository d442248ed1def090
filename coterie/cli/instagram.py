"""coterie instagram: tying an account to an organization, the words people opt out with."""

import sys
from typing import Annotated

import typer

from coterie.actions.instagram import check_access_token, connect_account, describe_account, set_opt_out_words
from coterie.cli.common import DataOption, OrganizationOption, caller_for, opened, prepare
from coterie.graph import client as graph
from coterie.model.instagram import GRAPH_URL, Account, Profile, parse_account_id, parse_graph_url
from coterie.settings import Settings
from coterie.store.secrets import seal


def register(application: typer.Typer) -> None:
    commands = typer.Typer(help="Instagram accounts and what belongs to them.", no_args_is_help=True)
    commands.command("connect")(connect)
    commands.command("opt-out-words")(opt_out_words)
    application.add_typer(commands, name="instagram")


def connect(
    *,
    organization: OrganizationOption,
    account: Annotated[str, typer.Option(metavar="ID", help="The id of the Instagram professional account.")],
    access_token: Annotated[
        str, typer.Option(metavar="TOKEN", help="Its access token; - reads it from standard input.")
    ],
    graph_url: Annotated[str, typer.Option(help="Where the Graph API is asked.")] = GRAPH_URL,
    data: DataOption = None,
) -> None:
    """Tie an Instagram account to an organization.

    Or give it a new access token, which is kept encrypted. Meta's side is set up as coterie/instagram/README.md says.
    """
    token = check_access_token(sys.stdin.readline() if access_token == "-" else access_token)  # noqa: S105
    account_id, url = parse_account_id(account), parse_graph_url(graph_url)
    settings = prepare(data)
    with opened(settings) as database:
        with database.write() as tx:
            caller = caller_for(tx, organization)
            sealed = seal(settings.data_folder, token)
            connected = connect_account(tx, caller, account_id=account_id, sealed=sealed, graph_url=url)
        found = _look_up(connected, token)
        if found is not None:
            with database.write() as tx:
                describe_account(tx, caller, connected, found)
    name = f"@{found.username}" if found is not None and found.username else account_id
    typer.echo(f"{name} is connected.")
    _say_what_is_missing(settings)


def _look_up(account: Account, token: str) -> Profile | None:
    """What the Graph says of the account; None, and a word about it, where it cannot be asked now."""
    try:
        with graph.open_graph(account.graph_url, token) as client:
            return graph.read_profile(graph.ask(client, account.account_id, graph.ACCOUNT_FIELDS).body)
    except graph.GraphError as error:
        typer.echo(
            f"The Graph did not tell about the account ({error}): connect it again to have that filled in.", err=True
        )
        return None


def _say_what_is_missing(settings: Settings) -> None:
    typer.echo(f"Meta is to call {settings.base_url or 'https://…'}/instagram/webhook.")
    for name in ("instagram_app_secret", "instagram_verify_token"):
        if not getattr(settings, name):
            typer.echo(f"COTERIE_{name.upper()} is not set: until it is, what Meta sends is refused.", err=True)


def opt_out_words(
    words: Annotated[list[str] | None, typer.Argument(help="The words; none goes back to the built-in ones.")] = None,
    *,
    organization: OrganizationOption,
    data: DataOption = None,
) -> None:
    """Set the words with which people opt out.

    Whoever sends one of them as a whole message is not written to any more.
    """
    settings = prepare(data)
    with opened(settings) as database, database.write() as tx:
        set_opt_out_words(tx, caller_for(tx, organization), words or None)
    typer.echo(f"People opt out with {', '.join(words)}." if words else "People opt out with the built-in words.")
