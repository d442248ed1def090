"""What the tests of imports share: a file made of rows, run through the steps."""

from collections.abc import Sequence
from pathlib import Path

from coterie.imports.apply import apply
from coterie.imports.engine import Run
from coterie.imports.stage import stage
from coterie.imports.upload import start
from coterie.model.import_reasons import describe_reason
from coterie.model.imports import Import, StagedRow
from coterie.model.organizations import Caller
from coterie.store.contacts import list_contacts
from coterie.store.database import Database
from coterie.store.import_rows import list_rows

HEADER = ("First Name", "Last Name", "Organization Name", "Birthday", "Notes", "Labels", "E-mail 1 - Label",
          "E-mail 1 - Value", "Phone 1 - Label", "Phone 1 - Value")  # fmt: skip


def person(
    first: str, last: str, email: str = "", phone: str = "", employer: str = "", birthday: str = "", note: str = "",
    labels: str = "",
) -> tuple[str, ...]:  # fmt: skip
    return (first, last, employer, birthday, note, labels, "", email, "", phone)


def google(folder: Path, *rows: Sequence[str], name: str = "contacts.csv") -> Path:
    """A Google Contacts file of these rows."""
    path = folder / name
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in (HEADER, *rows)]
    path.write_text("\r\n".join(quoted) + "\r\n", "utf-8", newline="")
    return path


def staged(database: Database, caller: Caller, folder: Path, path: Path) -> tuple[Run, Import]:
    record = start(database, caller, folder, path)
    run = Run(database, folder, caller.organization_id, record.id)
    return run, stage(run)


def applied(database: Database, caller: Caller, folder: Path, path: Path) -> tuple[Run, Import]:
    run, _ = staged(database, caller, folder, path)
    return run, apply(run)


def counts(record: Import) -> tuple[int, int, int, int, int]:
    """created, updated, unchanged, matched, rejected."""
    return (
        record.created_count,
        record.updated_count,
        record.unchanged_count,
        record.matched_count,
        record.rejected_count,
    )


def rows_of(run: Run) -> list[StagedRow]:
    with run.database.read() as tx:
        return list_rows(tx, run.organization_id, run.import_id, limit=10_000)


def reason(row: StagedRow) -> str | None:
    """The sentence that says why."""
    return describe_reason(row.reason) if row.reason else None


def names(database: Database, organization_id: int) -> list[str | None]:
    with database.read() as tx:
        return [contact.name for contact in list_contacts(tx, organization_id, limit=10_000)]
