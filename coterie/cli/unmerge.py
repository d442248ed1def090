"""coterie unmerge: undoes a merge."""

from typing import Annotated, Literal

import typer

from coterie.actions.unmerges import unmerge_contact
from coterie.cli.instance import JsonInstance, shared_options
from coterie.cli.output import print_json
from coterie.cli.terminal import printable
from coterie.errors import NotFound
from coterie.model.ids import parse_id


def register(application: typer.Typer) -> None:
    application.command("unmerge")(unmerge)


@shared_options
def unmerge(
    merge_id: Annotated[str, typer.Argument(metavar="MERGE", help="The merge's id, as listed by `coterie merges`.")],
    *,
    additions_to: Annotated[
        Literal["survivor", "loser"],
        typer.Option(help="Which of the two gets what was added since the merge."),
    ] = "survivor",
    instance: JsonInstance,
) -> None:
    """Undo a merge: both contacts come back as they were. Later edits of the merged contact stay with it."""
    canonical = parse_id(merge_id)
    if canonical is None:
        raise NotFound(f"There is no merge {merge_id}")
    with instance.write() as (tx, caller):
        survivor, loser = unmerge_contact(tx, caller, canonical, additions_to=additions_to)
    if instance.as_json:
        print_json({"contact_id": survivor.id, "unmerged_contact_id": loser.id})
        return
    names = [printable(f"{each.id} ({each.name})" if each.name else str(each.id)) for each in (survivor, loser)]
    typer.echo(f"Contacts {names[0]} and {names[1]} are two again.")
