"""coterie instagram: connects an Instagram account, sets the opt-out words."""

import sys
from typing import Annotated

import typer

from coterie.actions.instagram import check_access_token, connect_account, describe_account, set_opt_out_words
from coterie.cli.callers import caller_for_uuid
from coterie.cli.open_instance import open_instance
from coterie.cli.options import DataOption, OrganizationOption
from coterie.graph import client as graph
from coterie.model.instagram import GRAPH_URL, Account, Profile, parse_account_id, parse_graph_url
from coterie.settings import Settings
from coterie.store.secrets import seal


def register(application: typer.Typer) -> None:
    commands = typer.Typer(help="Connect Instagram accounts and set opt-out words.", no_args_is_help=True)
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
    graph_url: Annotated[str, typer.Option(metavar="URL", help="The address of Meta's Graph API.")] = GRAPH_URL,
    data: DataOption = None,
) -> None:
    """Connect an account, or replace its access token.

    The token is stored encrypted. coterie/instagram/README.md explains the setup at Meta.
    """
    token = check_access_token(sys.stdin.readline() if access_token == "-" else access_token)  # noqa: S105
    account_id, url = parse_account_id(account), parse_graph_url(graph_url)
    with open_instance(data) as database:
        with database.write() as tx:
            caller = caller_for_uuid(tx, organization)
            sealed = seal(database.settings.data_folder, token)
            connected = connect_account(tx, caller, account_id=account_id, sealed=sealed, graph_url=url)
        profile = _read_profile(connected, token)
        if profile is not None:
            with database.write() as tx:
                describe_account(tx, caller, connected, profile)
        name = f"@{profile.username}" if profile is not None and profile.username else account_id
        typer.echo(f"{name} is connected.")
        _print_missing_setup(database.settings)


def _read_profile(account: Account, token: str) -> Profile | None:
    """The account's profile; prints a warning and returns None if the Graph API does not respond."""
    try:
        with graph.open_graph(account.graph_url, token) as client:
            return graph.read_profile(graph.ask(client, account.account_id, graph.ACCOUNT_FIELDS).body)
    except graph.GraphError as error:
        typer.echo(
            f"Warning: the account's profile could not be read ({error}). Connect it again to fill it in.", err=True
        )
        return None


def _print_missing_setup(settings: Settings) -> None:
    typer.echo(f"Webhook address for Meta: {settings.base_url or 'https://…'}/instagram/webhook")
    for name in ("instagram_app_secret", "instagram_verify_token"):
        if not getattr(settings, name):
            typer.echo(f"COTERIE_{name.upper()} is not set. Without it, Coterie rejects what Meta sends.", err=True)


def opt_out_words(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="WORD", help="The words. None restores the built-in list.")
    ] = None,
    *,
    organization: OrganizationOption,
    data: DataOption = None,
) -> None:
    """Set the words people opt out with.

    A contact who sends one of them as a whole message is marked as opted out.
    """
    with open_instance(data) as database, database.write() as tx:
        set_opt_out_words(tx, caller_for_uuid(tx, organization), words or None)
    typer.echo(f"Opt-out words: {', '.join(words)}." if words else "Opt-out words: the built-in list.")
