"""The result of each file of an import command, the same as JSON, and the exit code."""

from collections.abc import Sequence
from typing import Any

import typer
from msgspec import Struct

from coterie.cli.import_tables import COUNTS
from coterie.errors import CoterieError
from coterie.imports.engine import Run
from coterie.model.imports import FAILED, STAGING, Import
from coterie.store.imports import find_import


class FileResult(Struct, frozen=True):
    """One file: its import, or None and the error. is_stopped: it was imported in part."""

    file: str
    import_: Import | None
    error: str | None = None
    is_stopped: bool = False
    # column -> field, of a CSV file of no known product
    mapping: dict[str, str] | None = None

    @property
    def is_rejected(self) -> bool:
        return self.import_ is None or self.import_.state == FAILED


def stopped_result(run: Run, before: Import, file: str, reason: str, *, is_applied: bool) -> FileResult:
    """The result of an import that an error interrupted: the row it reached, the reason, and how to resume.

    is_applied: the command was asked to apply. `coterie apply-import` would do more than one that only stages.
    """
    import_ = before
    try:
        with run.database.read() as tx:
            import_ = find_import(tx, run.organization_id, run.import_id) or before
    except CoterieError:  # the database itself is the reason
        pass
    if import_.state == STAGING:
        where = f"stopped after row {import_.row_count:,} while the file was read"
    else:
        where = f"stopped at row {import_.applied_row:,} of {import_.row_count:,}"
    resume = f"`coterie apply-import {import_.id}` resumes it" if is_applied else "run the same command again"
    return FileResult(file, import_, f"{where}: {reason}; {resume}", is_stopped=True)


def exit_on_failure(results: Sequence[FileResult], *, is_strict: bool = False) -> None:
    """Exits with 1 if a file stopped, or if all files (is_strict: any file) failed."""
    rejected = [result.is_rejected for result in results]
    if any(result.is_stopped for result in results) or all(rejected) or (is_strict and any(rejected)):
        raise typer.Exit(1)


def results_as_json(results: Sequence[FileResult]) -> dict[str, Any]:
    """import_id is what undo-import takes: the id of the only import, or of the group; counts are totals."""
    imports = [result.import_ for result in results if result.import_ is not None]
    output: dict[str, Any] = {"import_id": (imports[0].group_id or imports[0].id) if imports else None}
    output |= {name: sum(getattr(import_, f"{name}_count") for import_ in imports) for name in COUNTS}
    output["imports"] = [_file_as_json(result) for result in results]
    return output


def _file_as_json(result: FileResult) -> dict[str, Any]:
    import_ = result.import_
    return {
        "file": result.file,
        "import_id": import_.id if import_ else None,
        "format": import_.format if import_ else None,
        "state": import_.state if import_ else "refused",
        "error": result.error,
        **{name: getattr(import_, f"{name}_count") if import_ else 0 for name in COUNTS},
        "mapping": result.mapping,
    }
