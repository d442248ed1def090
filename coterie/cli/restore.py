"""coterie restore: replaces the content of an instance with that of a backup.

A backup restores into this version or a later one, on either engine: that is the way from SQLite to PostgreSQL.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from coterie.actions.search_index import index_all
from coterie.cli.archive import Damaged, Manifest, files_in, print_manifest, read_archive
from coterie.cli.open_instance import prepare_data_folder, remember_engine
from coterie.cli.options import DataOption, JsonOption
from coterie.errors import Unavailable
from coterie.store import backup as store
from coterie.store.database import Tx, open_database
from coterie.store.files import RESTORING
from coterie.store.migrate import latest, migrate_in
from coterie.store.organizations import any_organization, list_organizations

# effectively no deadline: no other process uses the instance during a restore
SECONDS = 86_400.0
_LINE_BYTES_MAX = 256 * 1024 * 1024


def register(application: typer.Typer) -> None:
    application.command("restore")(restore)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file written by `coterie backup`.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the instance's content; it is lost.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Restore an instance from a backup.

    The instance must not be running. Its current content stays until the backup has been loaded completely.
    """
    settings = prepare_data_folder(data)
    with tempfile.TemporaryDirectory(prefix=RESTORING, dir=settings.data_folder) as work:
        unpacked = Path(work)
        manifest = read_archive(file, unpacked)
        database = open_database(settings)
        try:
            if manifest.migration > latest(database.engine):
                raise Unavailable(f"{file} is from a newer Coterie ({manifest.version}); upgrade this one first")
            with database.exclusive(), database.write(seconds=SECONDS) as tx:
                if not force and not _is_empty(tx):
                    raise Unavailable("the instance is not empty; --force replaces its content")
                _load(tx, manifest, unpacked)
                # named by their content, so an existing file is the same file
                _move(unpacked, settings.data_folder, "attachments/*/*")
            _move(unpacked, settings.data_folder, "*.key")
            for name, path in files_in(settings.data_folder):
                if name not in manifest.members:
                    path.unlink(missing_ok=True)
            remember_engine(database)
        finally:
            database.close()
    print_manifest(manifest, f"restored from {file}", as_json=as_json)


def _is_empty(tx: Tx) -> bool:
    return store.migration_of(tx) is None or not any_organization(tx)


def _load(tx: Tx, manifest: Manifest, folder: Path) -> None:
    """Creates the schema of the backup, inserts its rows, then runs the migrations added since."""
    store.drop_tables(tx)
    migrate_in(tx, until=manifest.migration)
    store.delete_rows(tx)
    for table in store.tables(tx.engine, until=manifest.migration):
        if table in manifest.tables:
            try:
                store.insert_rows(tx, table, manifest.tables[table], _read_rows(folder / f"tables/{table}.jsonl"))
            except (ValueError, OSError, msgspec.MsgspecError) as error:
                raise Damaged(f"cannot read the backup's rows of {table}: {error}") from None
    migrate_in(tx)
    for organization in list_organizations(tx, limit=1_000_000):
        index_all(tx, organization.id)


def _read_rows(path: Path) -> Iterator[list[Any]]:
    decoder = msgspec.json.Decoder(list[Any])
    with path.open("rb") as stream:
        while line := stream.readline(_LINE_BYTES_MAX):
            yield decoder.decode(line)


def _move(source: Path, target: Path, pattern: str) -> None:
    for path in source.glob(pattern):
        place = target / path.relative_to(source)
        for parent in reversed(place.relative_to(target).parents[:-1]):
            (target / parent).mkdir(exist_ok=True, mode=0o700)
        path.chmod(0o600)
        shutil.move(path, place)
