"""Prints the result of an import command for people: counts, the first rows of each outcome, the next steps."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape

from coterie.cli.import_results import FileResult
from coterie.cli.import_tables import add_counts, counts_table
from coterie.cli.row_views import load_row_views
from coterie.cli.terminal import printable
from coterie.imports.formats.names import COTERIE
from coterie.model.import_reasons import Reason, describe_reason, left_out
from coterie.model.imports import APPLIED, COUNT_OF, CREATE, MATCH, REJECT, STAGED, UPDATE, Import
from coterie.model.plurals import count
from coterie.store.database import Database
from coterie.store.import_rows import list_rows, list_rows_left_out

# outcome -> how many of its rows are shown: the first few new people show whether the columns were understood
ROWS_SHOWN = {CREATE: 3, UPDATE: 10, MATCH: 10, REJECT: 10}
REASONS_SHOWN = 10
# what people call some nouns of the archive
_NOUNS = {"tagged": "tags of contacts", "in_folders": "contacts in folders", "properties": "values of properties"}


def print_results(database: Database, organization_id: int, results: Sequence[FileResult], *, is_applied: bool) -> None:
    """Prints all of it; is_applied: the command was asked to apply."""
    imported = [(result, result.import_) for result in results if result.import_ and not result.is_rejected]
    table = counts_table("File")
    for result, import_ in imported:
        name = escape(printable(Path(result.file).name))
        add_counts(table, f"{name} ({import_.format})\n{import_.id}", import_)
    if table.row_count:
        Console().print(table)
    for result in results:
        _print_error(result)
        _print_mapping(result)
    for result, import_ in imported:
        if import_.state in (STAGED, APPLIED):
            _print_rows(database, organization_id, Path(result.file).name, import_)
    _print_next_steps([import_ for _, import_ in imported], is_applied=is_applied)


def _print_error(result: FileResult) -> None:
    if result.is_stopped or result.is_rejected:
        prefix = "" if result.is_stopped else "not imported: "
        typer.echo(printable(f"{Path(result.file).name}: {prefix}{result.error}"))


def _print_mapping(result: FileResult) -> None:
    """The field each column was read as, so that it can be corrected before anything is applied."""
    if result.mapping is None:
        return
    typer.echo(printable(f"{Path(result.file).name}: {count(len(result.mapping), 'column')}"))
    for column, field in result.mapping.items():
        typer.echo(printable(f"  {column or '(no name)'} → {field}"))
    typer.echo('  (correct one with --map "COLUMN=FIELD"; an "extra" column goes into the note)')


def _print_rows(database: Database, organization_id: int, name: str, import_: Import) -> None:
    with database.read() as tx:
        for outcome, limit in ROWS_SHOWN.items():
            rows = list_rows(tx, organization_id, import_.id, outcome=outcome, limit=limit)
            for view in load_row_views(tx, organization_id, import_.id, rows):
                first, *others = view.lines()
                typer.echo(f"  {printable(name)} {first}")
                for line in others:
                    typer.echo(f"  {line}")
            more = getattr(import_, COUNT_OF[outcome]) - len(rows)
            if rows and more > 0:
                typer.echo(f"  … and {more:,} more: `coterie import-rows {import_.id} --outcome {outcome}`")
        is_portable = import_.format == COTERIE
        rows_left_out = list_rows_left_out(tx, organization_id, import_.id) if is_portable else []
    _print_left_out(name, import_, [reason for _, reason in rows_left_out])


def _print_left_out(name: str, import_: Import, reasons: Sequence[Reason]) -> None:
    """Prints the skipped content of an archive: a line for each noun and cause, with its count."""
    counts: Counter[tuple[str, str]] = Counter()
    for reason in reasons:
        noun = str(reason.data.get("noun", "rows"))
        noun = _NOUNS.get(noun, noun.replace("_", " "))
        for entry in reason.data.get("left_out") or [describe_reason(reason)]:
            count, text = left_out(entry)
            counts[noun, text] += count
    if counts:
        typer.echo(f"{printable(name)}: {counts.total():,} skipped")
    for (noun, text), count in counts.most_common(REASONS_SHOWN):
        typer.echo(printable(f"  {count:,} {noun}: {text}"))
    if len(counts) > REASONS_SHOWN:
        typer.echo(f"  … and {len(counts) - REASONS_SHOWN:,} more causes: `coterie import-rows {import_.id}`")
    if any(text.startswith("user ") for _, text in counts):
        typer.echo("  (add these users with `coterie members add`, then import the file again)")


def _print_next_steps(imports: list[Import], *, is_applied: bool) -> None:
    if not imports:
        return
    import_id = imports[0].group_id if len(imports) > 1 and imports[0].group_id else imports[0].id
    if count := sum(import_.rejected_count for import_ in imports):
        rows, where = _in_files(imports, "rejected_count", "was", "were")
        id_ = where.id if where else import_id
        typer.echo(
            f"{rows} rejected: `coterie rejected {id_} --output FILE` saves them with the reasons, so you can"
            f" fix and re-import {'it' if count == 1 else 'them'}{_of(where)}."
        )
    if sum(import_.matched_count for import_ in imports):
        rows, where = _in_files(imports, "matched_count", "needs", "need")
        id_ = where.id if where else import_id
        row = "ROW" if where else "all"
        typer.echo(
            f"{rows} a decision: `coterie decide {id_} {row} create|update|skip`, then"
            f" `coterie apply-import {id_}`{_of(where)}."
        )
    if not is_applied:
        typer.echo(f"Nothing has changed yet. `coterie apply-import {import_id}` applies it.")
    elif all(import_.state == APPLIED for import_ in imports):
        typer.echo(f"Done. `coterie undo-import {import_id}` undoes it.")


def _in_files(imports: list[Import], count: str, singular: str, plural: str) -> tuple[str, Import | None]:
    """("77 rows in 21 files need", None); if only one file has such rows, that file."""
    having = [import_ for import_ in imports if getattr(import_, count)]
    total = sum(getattr(import_, count) for import_ in having)
    rows = f"1 row {singular}" if total == 1 else f"{total:,} rows {plural}"
    if len(having) == 1:
        return rows, having[0]
    return f"{total:,} rows in {len(having):,} files {plural}", None


def _of(import_: Import | None) -> str:
    return f" ({printable(import_.filename)})" if import_ else ""
