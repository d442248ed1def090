"""coterie import-rows and coterie decide: the rows of an import one by one, and what is to become of them."""

from typing import Annotated, Any

import msgspec
import typer
from msgspec import Struct

from coterie.actions import imports as actions
from coterie.cli.common import DataOption, JsonOption, opened, prepare
from coterie.cli.one_import import IdArgument, caller_in, find_one
from coterie.errors import invalid
from coterie.model.contacts import join_name
from coterie.model.ids import parse_id
from coterie.model.imports import AGAIN, COUNT_OF, MATCH, ROW_STAGED, UPDATE, ContactDraft, Match, StagedRow
from coterie.model.organizations import Caller
from coterie.store.contacts import find_contact, find_contact_by_uuid, list_contacts_by_id
from coterie.store.database import Database, Tx
from coterie.store.imports import list_matches, list_rows

PAGE = 200
NAME_LENGTH_MAX = 60
NUMBER_DIGITS_MAX = 18
ALL = "all"


def register(application: typer.Typer) -> None:
    application.command("import-rows")(import_rows)
    application.command("decide")(decide)


class Shown(Struct, frozen=True):
    """A row as people and programs see it."""

    row: int
    outcome: str
    name: str | None
    reason: str | None
    state: str
    decision: str | None
    contact_id: int | None
    contact: str | None
    warnings: list[str]
    source: str | None
    # whom it may be: contact_id, name, score, reason, the likeliest first
    matches: list[dict[str, Any]]

    def line(self) -> str:
        """The row on one line."""
        who = self.name or (self.source or "")[:NAME_LENGTH_MAX]
        if self.matches:
            likely = self.matches[0]
            more = f" and {len(self.matches) - 1} more" if len(self.matches) > 1 else ""
            what = f"{who} may be {likely['name']} (contact {likely['contact_id']}){more}: {likely['reason']}"
        elif self.outcome in ("reject", MATCH):
            what = self.reason or who
        else:
            known = f" is {self.contact} (contact {self.contact_id})" if self.contact and self.outcome == UPDATE else ""
            what = who + known + (f": {self.reason}" if self.reason and who else self.reason or "")
        warned = f" ({'; '.join(self.warnings)})" if self.warnings else ""
        decided = f" [decided: {self.decision}]" if self.decision else ""
        return plain(f"row {self.row}: {self.outcome}: {what}{warned}{decided}")


def plain(text: str) -> str:
    """Text of a file as it may go to a terminal, on one line."""
    return "".join(c if c.isprintable() else " " for c in text)


def show_rows(tx: Tx, organization_id: int, import_id: str, rows: list[StagedRow]) -> list[Shown]:
    """Rows with whom they are or may be by name, in two statements."""
    waiting = [row.row_number for row in rows if row.outcome == MATCH]
    matches = list_matches(tx, organization_id, import_id, waiting) if waiting else {}
    ids = {match.contact_id for each in matches.values() for match in each}
    ids |= {row.contact_id for row in rows if row.contact_id is not None}
    found = list_contacts_by_id(tx, organization_id, ids) if ids else []
    names = {contact.id: contact.name or "somebody without a name" for contact in found}
    return [_show(row, matches.get(row.row_number, []), names) for row in rows]


def _show(row: StagedRow, matches: list[Match], names: dict[int, str]) -> Shown:
    draft = msgspec.json.decode(row.draft, type=ContactDraft) if row.draft else ContactDraft()
    return Shown(
        row.row_number,
        row.outcome,
        _name(draft),
        row.reason,
        row.state,
        None if row.decision == AGAIN else row.decision,
        row.contact_id,
        names.get(row.contact_id) if row.contact_id is not None else None,
        draft.warnings,
        row.source,
        [
            {"contact_id": m.contact_id, "name": names[m.contact_id], "score": m.score, "reason": m.reason}
            for m in matches
            if m.contact_id in names
        ],
    )


def _name(draft: ContactDraft) -> str | None:
    """Whom a row is about, as far as it says."""
    full = join_name(draft.name_prefix, draft.first_name, draft.middle_name, draft.last_name, draft.name_suffix)
    some = draft.display_name or full or draft.nickname or draft.employer
    some = some or next((handle.value for handle in draft.handles), None)
    return some[:NAME_LENGTH_MAX] if some else None


def import_rows(
    import_id: IdArgument,
    outcome: Annotated[
        str | None, typer.Option(metavar="OUTCOME", help=f"Only rows of this one: {', '.join(COUNT_OF)}.")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the rows of an import, one a line.

    Each says who it is, what becomes of it, and why. Rows of the outcome match wait for a decision (`coterie
    decide`). With --json each line is an object.
    """
    if outcome is not None and outcome not in COUNT_OF:
        raise invalid("--outcome", f"is not one of {', '.join(COUNT_OF)}", kind="choice")
    after = 0
    with opened(prepare(data)) as database:
        while True:
            with database.read() as tx:
                organization_id, _ = find_one(tx, import_id)
                rows = list_rows(tx, organization_id, import_id, outcome=outcome, after=after, limit=PAGE)
                shown = show_rows(tx, organization_id, import_id, rows)
            for each in shown:
                typer.echo(msgspec.json.encode(each).decode() if as_json else each.line())
            if not rows:
                return
            after = rows[-1].row_number


def decide(
    import_id: IdArgument,
    row: Annotated[str, typer.Argument(metavar="ROW", help="Its number, or all: every row that waits.")],
    decision: Annotated[str, typer.Argument(metavar="DECISION", help="create, update or skip.")],
    contact: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Whom to update: a contact's id or UUID. Without it: the likeliest match."),
    ] = None,
    data: DataOption = None,
) -> None:
    """Say what is to become of a row.

    Of one that waits, or of one that would create or update. It takes effect with `coterie apply-import ID`, and can
    be said anew until then.
    """
    if row == ALL and contact is not None:
        raise invalid("--contact", "goes with one row")
    with opened(prepare(data)) as database:
        with database.read() as tx:
            organization_id, _ = find_one(tx, import_id)
            caller = caller_in(tx, organization_id)
        if row == ALL:
            decided, left = _decide_all(database, caller, import_id, decision)
        else:
            with database.write() as tx:
                _decide_one(tx, caller, import_id, _number(row), decision, contact)
            decided, left = 1, 0
    if not decided and not left:
        typer.echo("No row waits for a decision.")
        return
    rows = "1 row is" if decided == 1 else f"{decided:,} rows are"
    typer.echo(f"{rows} decided: {decision}. `coterie apply-import {import_id}` does it.")
    if left:
        typer.echo(f"{left:,} may be somebody of the same file, who is not there yet: apply first, then decide.")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS_MAX):
        raise invalid("ROW", f"is neither a number nor {ALL}")
    return int(text)


def _decide_one(tx: Tx, caller: Caller, import_id: str, number: int, decision: str, contact: str | None) -> None:
    contact_id = None
    if decision == UPDATE and contact is not None:
        contact_id = _contact_id(tx, caller, contact)
    elif decision == UPDATE:
        likely = list_matches(tx, caller.organization_id, import_id, [number]).get(number)
        contact_id = likely[0].contact_id if likely else None
    elif contact is not None:
        raise invalid("--contact", "goes with update")
    actions.decide(tx, caller, import_id, number, decision, contact_id)


def _contact_id(tx: Tx, caller: Caller, text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS_MAX:
        found = find_contact(tx, caller.organization_id, int(text))
    else:
        uuid = parse_id(text)
        found = find_contact_by_uuid(tx, caller.organization_id, uuid) if uuid else None
    if found is None:
        raise invalid("--contact", "is no contact")
    return found.id


def _decide_all(database: Database, caller: Caller, import_id: str, decision: str) -> tuple[int, int]:
    """(how many waiting rows are decided now, how many could not be: they name nobody to update)."""
    decided = left = after = 0
    while True:
        with database.write() as tx:
            rows = list_rows(tx, caller.organization_id, import_id, outcome=MATCH, after=after, limit=PAGE)
            waiting = [row for row in rows if row.state == ROW_STAGED and row.decision in (None, AGAIN)]
            numbers = [row.row_number for row in waiting]
            likely = list_matches(tx, caller.organization_id, import_id, numbers) if decision == UPDATE else {}
            for number in numbers:
                if decision == UPDATE and number not in likely:
                    left += 1
                    continue
                contact_id = likely[number][0].contact_id if decision == UPDATE else None
                actions.decide(tx, caller, import_id, number, decision, contact_id)
                decided += 1
        if not rows:
            return decided, left
        after = rows[-1].row_number
