"""coterie backup: saves a consistent copy of a running instance as one file.

The copy holds the rows of one moment, the attachments and the keys; it does not hold the settings.
"""

import logging
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from coterie import __version__
from coterie.cli.archive import FORMAT, ArchiveWriter, Manifest, files_in, print_manifest
from coterie.cli.backup_check import check_archive
from coterie.cli.open_instance import open_current
from coterie.cli.options import DataOption, JsonOption
from coterie.errors import Unavailable
from coterie.model import times
from coterie.model.plurals import count
from coterie.settings import Settings, load_settings
from coterie.store import backup as store
from coterie.store.backup_folder import delete_leftovers, delete_old_files, new_file, newest_file
from coterie.store.database import Database, Tx
from coterie.store.last_backup import write_last_backup

# effectively no deadline: readers do not block anyone
SECONDS = 86_400.0
log = logging.getLogger(__name__)


def register(application: typer.Typer) -> None:
    application.command("backup")(backup)


def backup(
    target: Annotated[
        Path, typer.Argument(metavar="FILE", help="The file to write; it must not exist. Or a folder for a new file.")
    ],
    verify: Annotated[
        bool, typer.Option("--verify", help="Save nothing; check this backup, or the newest of this folder.")
    ] = False,
    keep: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="In a folder: check the new backup, then delete all but the newest N."),
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Save a consistent copy of the instance as one file.

    The instance may be running. The file holds everything, including the keys: protect it like the instance itself.
    """
    if verify:
        file = newest_file(target) if target.is_dir() else target
        print_manifest(check_archive(file), f"are intact in {file}", as_json=as_json)
        return
    if keep and not target.is_dir():
        raise Unavailable(f"--keep needs an existing folder, which {target} is not")
    file = new_file(target) if target.is_dir() else target
    manifest = _save_file(load_settings(data=data), file)
    if keep:
        check_archive(file)
        if not manifest.counts["missing_files"]:  # an older backup may have them
            delete_old_files(target, keep)
    print_manifest(manifest, f"saved as {file}", as_json=as_json)


def _save_file(settings: Settings, file: Path) -> Manifest:
    folder = file.absolute().parent
    if str(file) == "-":
        raise Unavailable("a backup is a file, not standard output: coterie backup FILE")
    if file.exists():
        raise Unavailable(f"{file} already exists")
    if not folder.is_dir():
        raise Unavailable(f"{file}: no such folder")
    delete_leftovers(folder)
    with open_current(settings) as database:
        archive = ArchiveWriter(file)
        try:
            manifest = _save(database, settings, archive, folder)
            archive.finish(manifest)
        except OSError as error:
            archive.abandon()
            # a file of the data folder that cannot be read has a name; a full disk has none
            raise Unavailable(f"{error.filename or file}: {error.strerror or error}") from None
        except BaseException:
            archive.abandon()
            raise
    _remember(settings.data_folder, manifest, file)
    return manifest


def _remember(folder: Path, manifest: Manifest, file: Path) -> None:
    """Stores when the backup was made. It is complete even if the data folder is full or not writable."""
    try:
        write_last_backup(folder, manifest.created_at, file.stat().st_size)
    except OSError as error:
        log.warning("The metrics do not know this backup: %s: %s", folder, error.strerror)


def _save(database: Database, settings: Settings, archive: ArchiveWriter, folder: Path) -> Manifest:
    columns: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    with (
        tempfile.TemporaryDirectory(prefix=".coterie-backup-", dir=folder) as work,
        database.read_aside(seconds=SECONDS) as tx,
    ):
        for table in store.tables(tx.engine):
            path = Path(work) / "rows"
            columns[table] = list(store.columns(tx, table))
            counts[table] = _write_rows(tx, table, path)
            archive.add(f"tables/{table}.jsonl", path)
            path.unlink()
        migration = store.migration_of(tx)
        missing = store.list_attached_files(tx)
    attachment_count = 0
    for name, path in files_in(settings.data_folder):
        with suppress(FileNotFoundError):  # deleted in the meantime
            archive.add(name, path)
            attachment_count += name.startswith("attachments/")
            missing.discard(path.parent.name + path.name)
    if missing:
        log.warning(
            "This backup lacks %s of attachments, not found in %s: is it the data folder of the instance?"
            " coterie check lists them. With --keep, no older backup is deleted.",
            count(len(missing), "file"), settings.data_folder,
        )  # fmt: skip
    totals = {name: counts[name] for name in ("organizations", "users", "contacts")}
    totals |= {"rows": sum(counts.values()), "files": attachment_count, "missing_files": len(missing)}
    return Manifest(
        format=FORMAT,
        version=__version__,
        engine=database.engine,
        migration=migration or 0,
        created_at=times.now(),
        counts=totals,
        tables=columns,
        members=archive.members,
    )


def _write_rows(tx: Tx, table: str, path: Path) -> int:
    count = 0
    encoder = msgspec.json.Encoder()
    with path.open("wb") as stream:
        for row in store.rows_of(tx, table):
            stream.write(encoder.encode(row) + b"\n")
            count += 1
    return count
