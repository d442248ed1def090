"""coterie segments: lists, saves, shows, counts and deletes segments."""

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from coterie.actions import segments as actions
from coterie.cli.instance import Instance, JsonInstance, shared_options
from coterie.cli.output import print_json
from coterie.cli.terminal import printable
from coterie.errors import invalid
from coterie.model.segments import SEGMENTS_MAX
from coterie.store.segments import list_segments as stored_segments

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The segment's name, or # and its id.")]
FilterArgument = Annotated[str, typer.Argument(metavar="FILTER", help="A filter in one line or as JSON.")]


def register(application: typer.Typer) -> None:
    commands = typer.Typer(
        help="Save filters as segments. docs/filters.md explains the language.", no_args_is_help=True
    )
    commands.command("list")(list_segments)
    commands.command("add")(add)
    commands.command("set")(set_)
    commands.command("show")(show)
    commands.command("count")(count)
    commands.command("delete")(delete)
    application.add_typer(commands, name="segments")


@shared_options
def list_segments(*, instance: JsonInstance) -> None:
    """List the segments by name, each with its filter."""
    with instance.read() as (tx, caller):
        segments = stored_segments(tx, caller.organization_id, limit=SEGMENTS_MAX)
        sheets = [actions.describe_segment(tx, caller, segment) for segment in segments]
    if instance.as_json:
        print_json([_as_data(sheet) for sheet in sheets])
        return
    if not sheets:
        typer.echo("No segments. `coterie segments add NAME FILTER` saves one.")
        return
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("Id", no_wrap=True)
    table.add_column("Name", overflow="fold")
    table.add_column("Filter", overflow="fold")
    for sheet in sheets:
        line = printable(sheet.line) + (f" (broken: {printable(sheet.problem)})" if sheet.problem else "")
        table.add_row(f"#{sheet.segment.id}", escape(printable(sheet.segment.name)), escape(line))
    Console().print(table)


@shared_options
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name.")],
    filter_: FilterArgument,
    *,
    instance: JsonInstance,
) -> None:
    """Save a filter: coterie segments add Friends "tag:friends -status:optout"."""
    with instance.write() as (tx, caller):
        sheet = actions.describe_segment(tx, caller, actions.create_segment(tx, caller, name, filter_))
    _print(sheet, as_json=instance.as_json)


@shared_options
def set_(
    name: NameArgument,
    *,
    new_name: Annotated[str | None, typer.Option("--name", metavar="TEXT", help="Its new name.")] = None,
    filter_: Annotated[str | None, typer.Option("--filter", metavar="FILTER", help="Its new filter.")] = None,
    instance: JsonInstance,
) -> None:
    """Change the name or the filter of a segment."""
    if new_name is None and filter_ is None:
        raise invalid("--name", "or --filter is needed", kind="missing")
    with instance.write() as (tx, caller):
        segment_id = actions.find_named_segment(tx, caller, name).id
        segment = actions.update_segment(tx, caller, segment_id, name=new_name, filter_=filter_)
        sheet = actions.describe_segment(tx, caller, segment)
    _print(sheet, as_json=instance.as_json)


@shared_options
def show(name: NameArgument, *, instance: JsonInstance) -> None:
    """Show a segment: its filter, and whether it is broken."""
    with instance.read() as (tx, caller):
        sheet = actions.describe_segment(tx, caller, actions.find_named_segment(tx, caller, name))
    _print(sheet, as_json=instance.as_json)


@shared_options
def count(name: NameArgument, *, instance: JsonInstance) -> None:
    """Count the contacts of a segment, up to 10,000."""
    with instance.read() as (tx, caller):
        number = actions.count_segment(tx, caller, actions.find_named_segment(tx, caller, name))
    if instance.as_json:
        print_json({"count": number, "is_exact": number < actions.COUNT_MAX})
        return
    typer.echo(f"{number:,}" if number < actions.COUNT_MAX else f"{number:,} or more")


@shared_options
def delete(name: NameArgument, *, instance: Instance) -> None:
    """Delete a segment. Its contacts stay; segments that refer to it are broken."""
    with instance.write() as (tx, caller):
        segment = actions.find_named_segment(tx, caller, name)
        actions.delete_segment(tx, caller, segment.id)
    typer.echo(f"Segment {printable(segment.name)} deleted.")


def _print(sheet: actions.SegmentSheet, *, as_json: bool) -> None:
    if as_json:
        print_json(_as_data(sheet))
        return
    typer.echo(f"#{sheet.segment.id} {printable(sheet.segment.name)}")
    typer.echo(f"  filter  {printable(sheet.line)}")
    if sheet.problem:
        typer.echo(f"  broken  {printable(sheet.problem)}")


def _as_data(sheet: actions.SegmentSheet) -> dict[str, Any]:
    return {
        "id": sheet.segment.id,
        "name": sheet.segment.name,
        "line": sheet.line,
        "filter": sheet.filter,
        "problem": sheet.problem,
        "missing": sheet.missing,
        "created_at": sheet.segment.created_at,
        "updated_at": sheet.segment.updated_at,
    }
