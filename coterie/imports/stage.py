"""Stages a file: stores its rows with the outcome that applying them would have. No contact is written.

A row that was applied before is recognized by a digest of its content, and is unchanged even if users have edited its
contact since. Two rows of a file about one person are found by their keys (seen.py); if they are too far apart for
that, they are found when they are applied.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import msgspec

from coterie.actions import imports as actions
from coterie.drafts.facts import NOBODY
from coterie.drafts.matching import need_keys
from coterie.errors import CoterieError, TooSlow, Unavailable
from coterie.identity.keeping import KEYED, Prepared, is_current, prepare_keys, save_keys
from coterie.imports.earlier_rows import load_files
from coterie.imports.engine import Report, Run, lock_import, open_import, path_of
from coterie.imports.formats.names import COTERIE
from coterie.imports.formats.readers import COUNTRY, FILE_BYTES_MAX, FOLDER
from coterie.imports.pictures import restore_pictures
from coterie.imports.read import ReadRow, Reads, Source, read_rows, read_rows_elsewhere
from coterie.imports.read_ahead import read_ahead
from coterie.imports.staged_rows import Staged, Staging, stage_batch
from coterie.model.imports import (
    FAILED,
    STAGED,
    STAGING,
    TEXT_LENGTH_MAX,
    Import,
)
from coterie.model.organizations import Caller
from coterie.settings import Settings
from coterie.store import import_rows as row_store
from coterie.store.batches import Batches
from coterie.store.database import Tx

# a second process reads larger files
SECOND_PROCESS_BYTES_MIN = 1_048_576
# contacts whose keys are computed in one transaction while no other writer waits
KEYED_ALONE = 1_000
# and once one has waited: 5 ms of CPU
KEYED_WAITED_FOR = 50


def stage(run: Run) -> Import:
    """Reads the import's file and stages its rows; returns the import: staged, or failed with the error.

    Called again, it continues after the last staged row.
    """
    with run.database.write() as tx:
        import_, caller = open_import(tx, run.organization_id, run.import_id)
    if import_.state != STAGING:
        return import_
    with run.database.read() as tx:
        files = load_files(tx, run.organization_id, import_)
    with _open_file(run, caller, import_) as batches:
        staging = Staging(caller, run.folder, import_, files)
        import_ = run.run(stage_batches(staging, batches, run.database.read, run.progress))
    return import_


def source_of(caller: Caller, settings: Settings, folder: Path, import_: Import) -> Source:
    """The file of an import, for its reader."""
    options = msgspec.json.decode(import_.options) | {
        FOLDER: folder,
        COUNTRY: caller.country,
        FILE_BYTES_MAX: settings.attachment_bytes_max,
    }
    return Source(caller.organization_id, import_.format, path_of(folder, import_), options, caller.country)


@contextmanager
def _open_file(run: Run, caller: Caller, import_: Import) -> Iterator[Iterator[list[ReadRow]]]:
    source = source_of(caller, run.database.settings, run.folder, import_)
    # sending the rows of our own export takes as long as reading them
    if import_.byte_count > SECOND_PROCESS_BYTES_MIN and import_.format != COTERIE:
        batches_ahead = read_ahead(read_rows_elsewhere, run.database.settings, source)
        with run.database.relaxed_durability(), closing(batches_ahead) as batches:
            yield batches
    else:
        with closing(read_rows(run.database.read, source)) as batches:
            yield batches


def stage_batches(
    staging: Staging, batches: Iterable[list[ReadRow]], read: Reads, report: Report = lambda done, total: None
) -> Batches[Import, Import]:
    """Stages the batches of a reader: each is decided in a transaction that read opens, and saved in another. Rows that
    an earlier run staged are decided again only to collect their keys."""
    try:
        is_keyed = False
        for batch in batches:
            if not is_keyed and any(map(_is_matched, batch)):
                is_keyed = yield from _keys(staging, read, batch)
            with read() as tx:
                staged = stage_batch(tx, staging, batch)
            import_ = yield partial(_save, staging=staging, staged=staged, is_last=batch[-1].is_last)
            if import_.state != STAGING:
                return import_
            report(batch[-1].number, 0)
    except (Unavailable, TooSlow):  # it will continue
        raise
    except (CoterieError, OSError, UnicodeError, KeyError) as error:
        reason = error.message if isinstance(error, CoterieError) else f"{type(error).__name__}: {error}"
        return (yield partial(_finish, staging=staging, state=FAILED, error=reason[:TEXT_LENGTH_MAX]))
    return (yield partial(_finish, staging=staging, state=STAGED))


def _is_matched(row: ReadRow) -> bool:
    """Whether a row is compared with contacts."""
    return row.error is None and row.contact_id is None and row.facts is not None


def _keys(staging: Staging, read: Reads, batch: list[ReadRow]) -> Batches[Import, bool]:
    """Computes missing keys of contacts: without them, a row may be found new by mistake. Returns whether all contacts
    have keys; those of many are computed only if the outcome of a row of this batch depends on keys.

    They are computed while others may write. More contacts at a time cost less each, so the number grows until another
    writer had to wait.
    """
    limit, is_needed, organization_id = KEYED, False, staging.caller.organization_id
    facts = [row.facts or NOBODY for row in filter(_is_matched, batch)]
    with read() as tx:
        is_keyed = is_current(tx, organization_id)
    while not is_keyed:
        with read() as tx:
            prepared = prepare_keys(tx, organization_id, limit=limit)
        if prepared is None:
            return True
        is_last = len(prepared.changed) < limit
        yield partial(_save_keys, staging=staging, prepared=prepared, is_last=is_last)
        is_keyed = is_last and staging.are_keys_saved
        if not is_keyed and not is_needed:
            with read() as tx:
                is_needed = need_keys(tx, organization_id, facts)
            if not is_needed:
                return False
        limit = KEYED_WAITED_FOR if staging.is_waited_for else min(2 * limit, KEYED_ALONE)
    return True


def _save_keys(tx: Tx, staging: Staging, prepared: Prepared, *, is_last: bool) -> Import:
    """Returns the import, from which a job takes its progress; saving keys does not change it."""
    staging.are_keys_saved = save_keys(tx, staging.caller.organization_id, prepared)
    if not is_last:
        staging.is_waited_for |= tx.is_waited_for()
    return staging.import_


def _finish(tx: Tx, staging: Staging, state: str, error: str | None = None) -> Import:
    caller = staging.caller
    import_ = lock_import(tx, caller.organization_id, caller.import_id or "")
    return actions.finish(tx, caller, import_, state, error=error) if import_.state == STAGING else import_


def _save(tx: Tx, staging: Staging, staged: Staged, *, is_last: bool) -> Import:
    """Saves the rows of a batch that are not saved yet; returns the import in its new state: staged after the last."""
    organization_id, import_id = staging.caller.organization_id, staging.caller.import_id or ""
    import_ = lock_import(tx, organization_id, import_id)
    if import_.state != STAGING:
        return import_
    first = import_.row_count + 1
    rows = [row for row in staged.rows if row.row_number >= first]
    if rows:
        restore_pictures(tx, staging.folder, staged.pictures)
        files = [(row_number, digest) for row_number, digest in staged.files if row_number >= first]
        row_store.insert_rows(tx, organization_id, import_id, rows, files)
        matches = [match for match in staged.matches if match.row_number >= first]
        row_store.insert_matches(tx, organization_id, import_id, matches)
    outcomes = Counter(row.outcome for row in rows)
    columns = {"row_count": rows[-1].row_number if rows else import_.row_count}
    if is_last:
        return actions.finish(tx, staging.caller, import_, STAGED, columns=columns, outcomes=outcomes)
    return actions.save_progress(tx, staging.caller, import_, columns, outcomes) if rows else import_
