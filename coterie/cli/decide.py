"""coterie decide: records what a row of an import should do."""

from typing import Annotated

import typer

from coterie.actions import imports as actions
from coterie.cli.callers import caller_for_id
from coterie.cli.contact_lookup import NUMBER_DIGITS_MAX, find_contact_id
from coterie.cli.import_lookup import find_imports, find_single_import
from coterie.cli.open_instance import open_instance
from coterie.cli.options import DataOption, ImportArgument
from coterie.errors import invalid
from coterie.model.imports import MATCH, ROW_STAGED, UPDATE
from coterie.model.organizations import Caller
from coterie.store.database import Database, Tx
from coterie.store.import_rows import list_matches, list_rows

PAGE = 200
ALL = "all"


def register(application: typer.Typer) -> None:
    application.command("decide")(decide)


def decide(
    import_id: ImportArgument,
    row: Annotated[
        str, typer.Argument(metavar="ROW", help="The row's number, or all: every row that needs a decision.")
    ],
    decision: Annotated[str, typer.Argument(metavar="DECISION", help="create, update or skip.")],
    contact: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The contact to update, by id or UUID. Default: the likeliest match."),
    ] = None,
    data: DataOption = None,
) -> None:
    """Decide what a row of an import does.

    Works for a row that needs a decision and for one that would create or update a contact; with all, also for the id
    of a command with several files. `coterie apply-import ID` carries the decision out; until then it can be changed.
    """
    if row == ALL and contact is not None:
        raise invalid("--contact", "needs a single row")
    with open_instance(data) as database:
        with database.read() as tx:
            imports = find_imports(tx, import_id) if row == ALL else [find_single_import(tx, import_id)]
            caller = caller_for_id(tx, imports[0][0])
        if row == ALL:
            results = [_decide_all(database, caller, import_.id, decision) for _, import_ in imports]
            decided, undecided = (sum(counts) for counts in zip(*results, strict=True))
        else:
            with database.write() as tx:
                _decide_one(tx, caller, import_id, _parse_number(row), decision, contact)
            decided, undecided = 1, 0
    if not decided and not undecided:
        typer.echo("No row needs a decision.")
        return
    rows = "1 row" if decided == 1 else f"{decided:,} rows"
    typer.echo(f"{rows} decided: {decision}. `coterie apply-import {import_id}` carries it out.")
    if undecided:
        them = "1 row matches" if undecided == 1 else f"{undecided:,} rows match"
        typer.echo(f"{them} only other rows of the same file: apply the import first, then decide again.")


def _parse_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS_MAX):
        raise invalid("ROW", f"is neither a number nor {ALL}")
    return int(text)


def _decide_one(tx: Tx, caller: Caller, import_id: str, number: int, decision: str, contact: str | None) -> None:
    contact_id = None
    if decision == UPDATE and contact is not None:
        contact_id = find_contact_id(tx, caller, contact, "--contact")
    elif decision == UPDATE:
        matches = list_matches(tx, caller.organization_id, import_id, [number]).get(number)
        contact_id = matches[0].contact_id if matches else None
    elif contact is not None:
        raise invalid("--contact", "needs the decision update")
    actions.decide(tx, caller, import_id, number, decision, contact_id)


def _decide_all(database: Database, caller: Caller, import_id: str, decision: str) -> tuple[int, int]:
    """(how many waiting rows are decided now, how many cannot be updated because they match no contact yet)."""
    decided = undecided = after = 0
    while True:
        with database.write() as tx:
            rows = list_rows(tx, caller.organization_id, import_id, outcome=MATCH, after=after, limit=PAGE)
            waiting = [row for row in rows if row.state == ROW_STAGED and row.decision is None]
            numbers = [row.row_number for row in waiting]
            matches = list_matches(tx, caller.organization_id, import_id, numbers) if decision == UPDATE else {}
            for number in numbers:
                if decision == UPDATE and number not in matches:
                    undecided += 1
                    continue
                contact_id = matches[number][0].contact_id if decision == UPDATE else None
                actions.decide(tx, caller, import_id, number, decision, contact_id)
                decided += 1
        if not rows:
            return decided, undecided
        after = rows[-1].row_number
