"""coterie backup FILE and coterie restore FILE: a consistent copy of a running instance, and back from it.

The copy holds the rows of one moment, the attachments and the keys, and not the settings. It can be restored by this
version or a later one, on either engine: that is the way from SQLite to PostgreSQL.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from coterie import __version__
from coterie.actions.search_index import index_all_contacts
from coterie.cli.archive import FORMAT, ArchiveWriter, Damaged, Manifest, files_in, read_archive
from coterie.cli.common import DataOption, JsonOption, prepare
from coterie.errors import Unavailable
from coterie.model import times
from coterie.settings import Settings
from coterie.store import backup as store
from coterie.store.database import Database, Tx, open_database
from coterie.store.migrate import latest, migrate_in
from coterie.store.organizations import list_organizations

# However long it takes: others go on meanwhile
SECONDS = 86_400.0
_LINE_MAX = 256 * 1024 * 1024


def register(application: typer.Typer) -> None:
    application.command("backup")(backup)
    application.command("restore")(restore)


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; it must not exist.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Save a consistent copy of the instance as one file. It may go on running.

    The file holds everything, keys included: keep it as safe as the instance.
    """
    settings = prepare(data)
    if file.exists():
        raise Unavailable(f"{file} exists already")
    if not file.absolute().parent.is_dir():
        raise Unavailable(f"{file}: there is no such folder")
    with _opened(settings) as database:
        archive = ArchiveWriter(file)
        try:
            manifest = _save(database, settings, archive, file.absolute().parent)
            archive.finish(manifest)
        except OSError as error:
            archive.give_up()
            raise Unavailable(f"{file}: {error.strerror or error}") from None
        except BaseException:
            archive.give_up()
            raise
    _say(manifest, as_json, f"saved as {file}")


@contextmanager
def _opened(settings: Settings) -> Iterator[Database]:
    """The database as it is. Refused: none, or one of another version, which must not be changed by a backup."""
    path = Path(settings.database_url.removeprefix("sqlite:///"))
    if settings.database_url.startswith("sqlite:") and not path.is_file():
        raise Unavailable(f"there is no instance in {path.parent}")
    database = open_database(settings)
    try:
        with database.read() as tx:
            number = store.migration_of(tx)
        if number is None:
            raise Unavailable("there is no instance in this database")
        if number != latest(database.engine):
            raise Unavailable("the database is of another version of Coterie: start that one, or serve with this one")
        yield database
    finally:
        database.close()


def _save(database: Database, settings: Settings, archive: ArchiveWriter, folder: Path) -> Manifest:
    columns: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    with (
        tempfile.TemporaryDirectory(prefix=".coterie-backup-", dir=folder) as work,
        database.read(seconds=SECONDS) as tx,
    ):
        for table in store.tables(tx.engine):
            path = Path(work) / "rows"
            columns[table] = list(store.columns(tx, table))
            counts[table] = _write_rows(tx, table, path)
            archive.add(f"tables/{table}.jsonl", path)
            path.unlink()
        migration = store.migration_of(tx)
    attachments = 0
    for name, path in files_in(settings.data_folder):
        with suppress(FileNotFoundError):  # deleted by now
            archive.add(name, path)
            attachments += name.startswith("attachments/")
    shown = {name: counts[name] for name in ("organizations", "users", "contacts")}
    shown |= {"rows": sum(counts.values()), "files": attachments}
    return Manifest(
        FORMAT, __version__, database.engine, migration or 0, times.now(), shown, columns, archive.members
    )  # fmt: skip


def _write_rows(tx: Tx, table: str, path: Path) -> int:
    count = 0
    encoder = msgspec.json.Encoder()
    with path.open("wb") as stream:
        for row in store.rows_of(tx, table):
            stream.write(encoder.encode(row) + b"\n")
            count += 1
    return count


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `coterie backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Replace what the instance holds; it is lost.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring an instance back as it was saved. It must not run.

    What it held stays until all of the new is there.
    """
    settings = prepare(data)
    with tempfile.TemporaryDirectory(prefix="restoring-", dir=settings.data_folder) as work:
        folder = Path(work)
        manifest = read_archive(file, folder)
        database = open_database(settings)
        try:
            if manifest.migration > latest(database.engine):
                raise Unavailable(f"{file} is of a newer Coterie ({manifest.version}); upgrade this one")
            with database.exclusive(), database.write(seconds=SECONDS) as tx:
                if not force and not _is_empty(tx):
                    raise Unavailable("the instance is not empty; with --force all of it is replaced")
                _load(tx, manifest, folder)
                # named by their content: what is there already is the same
                _move(folder, settings.data_folder, "attachments/*/*")
            _move(folder, settings.data_folder, "*.key")
            for name, path in files_in(settings.data_folder):
                if name not in manifest.members:
                    path.unlink(missing_ok=True)
        finally:
            database.close()
    _say(manifest, as_json, f"restored from {file}")


def _is_empty(tx: Tx) -> bool:
    if store.migration_of(tx) is None:
        return True
    return not list_organizations(tx, limit=1)


def _load(tx: Tx, manifest: Manifest, folder: Path) -> None:
    """The schema as it was then, its rows, and whatever this version has added since."""
    store.drop_tables(tx)
    migrate_in(tx, until=manifest.migration)
    store.delete_rows(tx)
    for table in store.tables(tx.engine, until=manifest.migration):
        if table in manifest.tables:
            try:
                store.insert_rows(tx, table, manifest.tables[table], _read_rows(folder / f"tables/{table}.jsonl"))
            except (ValueError, OSError, msgspec.MsgspecError) as error:
                raise Damaged(f"the backup's rows of {table} cannot be read: {error}") from None
    migrate_in(tx)
    for organization in list_organizations(tx, limit=1_000_000):
        index_all_contacts(tx, organization.id)


def _read_rows(path: Path) -> Iterator[list[Any]]:
    decoder = msgspec.json.Decoder(list[Any])
    with path.open("rb") as stream:
        while line := stream.readline(_LINE_MAX):
            yield decoder.decode(line)


def _move(source: Path, target: Path, pattern: str) -> None:
    for path in source.glob(pattern):
        place = target / path.relative_to(source)
        for parent in reversed(place.relative_to(target).parents[:-1]):
            (target / parent).mkdir(exist_ok=True, mode=0o700)
        path.chmod(0o600)
        shutil.move(path, place)


def _say(manifest: Manifest, as_json: bool, what: str) -> None:
    if as_json:
        answer = {"version": manifest.version, "created_at": manifest.created_at, **manifest.counts}
        typer.echo(msgspec.json.encode(answer).decode())
        return
    counts = manifest.counts
    typer.echo(
        f"{counts['organizations']} organizations, {counts['contacts']} contacts, {counts['rows']} rows and"
        f" {counts['files']} files of {manifest.created_at} {what}."
    )
