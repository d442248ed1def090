"""Files that another program of the device shares with the installed app (Web Share Target), such as a contact card.

A share is a form without a token of ours, so it only leads to a page: nothing is imported until the user confirms it
there, in a form with a token. In the meantime the file is in the folder of uploads, under a name that only this page of
this user knows; the daily sweep (worker/files.py) deletes those that nobody confirmed.
"""

import asyncio
import secrets
from collections.abc import Sequence
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from coterie.actions.quotas import check_files
from coterie.errors import Invalid, invalid, raising_disk_full
from coterie.http.multipart import Upload
from coterie.store.database import Database, Tx
from coterie.store.files import UPLOADS, lock_files
from coterie.web.imports import start_again
from coterie.web.page import Go, Page, Result, Show, Visit

if TYPE_CHECKING:
    from coterie.imports.upload import StoredUpload

FIELD = "file"
NAMES_SHOWN = 5
FILENAME_LENGTH_MAX = 500
_TOKEN_LENGTH_MAX = 100


class SharedFile(Struct, frozen=True):
    """A readable file that waits for the user, in which the cards of several files are joined.

    names: of its first people; has_more: whether there are others.
    """

    token: str
    filename: str
    names: list[str]
    has_more: bool


def _path(visit: Visit, token: str) -> Path:
    """Where a shared file waits. Another user's token leads nowhere."""
    name = sha256(f"{visit.signed_in.user_id} {token}".encode()).hexdigest()
    return visit.settings.data_folder / UPLOADS / f"upload-shared-{name}"


async def receive(_: Database, visit: Visit) -> SharedFile:
    """Recognizes the shared files, in a thread, and lets them wait as one. Raises Invalid if one cannot be imported."""
    last = visit.files.get(FIELD)
    uploads = (*last.earlier, last) if last else ()
    if not any(each.byte_count for each in uploads):
        raise invalid(FIELD, "is missing or empty: share a contact card")
    return await asyncio.to_thread(_receive, visit, uploads)


def _receive(visit: Visit, uploads: Sequence[Upload]) -> SharedFile:
    from coterie.imports.formats.vcard_file import join_files, read  # lazy: all readers, 60 ms of the start

    for upload in uploads:
        try:
            _check(Path(upload.path))
        except Invalid as error:
            if len(uploads) == 1:
                raise
            raise invalid(FIELD, f"{upload.filename} {error.problems[0].reason}") from None
    token = secrets.token_urlsafe(16)
    with raising_disk_full():
        join_files([Path(each.path) for each in uploads], _path(visit, token))
    drafts = list(islice(read(_path(visit, token)), NAMES_SHOWN + 1))
    names = [getattr(each, "full_name", None) or "No name" for each in drafts]
    return SharedFile(token, _name_of(uploads), names[:NAMES_SHOWN], len(names) > NAMES_SHOWN)


def _check(path: Path) -> None:
    """Raises Invalid if the file is not a contact card."""
    from coterie.imports.formats.detect import detect_format  # lazy: as in _receive
    from coterie.imports.formats.names import VCARD  # lazy: as above
    from coterie.imports.formats.vcard_file import check_vcard  # lazy: as above

    if detect_format(path) != VCARD:
        raise invalid(FIELD, "is not a contact card: choose it on the page of imports")
    check_vcard(path)


def _name_of(uploads: Sequence[Upload]) -> str:
    first = uploads[0].filename[:FILENAME_LENGTH_MAX]
    count = len(uploads) - 1
    return f"{first} and {count} other file{'s' * (count > 1)}" if count else first


def show(_: Tx, visit: Visit) -> Result:
    """Asks whether to import the shared files."""
    return Show(template="imports/shared.html", values={"shared": visit.prepared, "problem": ""})


def show_problem(_: Tx, visit: Visit, error: Invalid) -> Result:
    problem = "; ".join(f"The file {problem.reason}" for problem in error.problems)
    return Show(template="imports/shared.html", values={"shared": None, "problem": problem}, status=422)


def show_missing(_: Tx, visit: Visit) -> Result:
    """The page after a sign-in that a share needed first, or when it is loaded again: there is no file any longer."""
    problem = "The file was not stored while you signed in, or the page was loaded again: share it once more"
    return Show(template="imports/shared.html", values={"shared": None, "problem": problem})


async def store_file(database: Database, visit: Visit) -> "StoredUpload | None":
    """The bytes are stored before the write, as those of an upload are; None if the file no longer waits."""
    path, filename = _path(visit, visit.text("shared", _TOKEN_LENGTH_MAX)), visit.text("filename", FILENAME_LENGTH_MAX)
    if "import" not in visit.form:
        return None

    def recognize() -> "StoredUpload | None":
        from coterie.imports.upload import store_upload  # lazy: as in _receive

        if not path.exists():
            return None
        return store_upload(visit.settings.data_folder, path, filename=filename or None)

    try:
        byte_count = path.stat().st_size
        await database.run_read(lambda tx: check_files(tx, visit.acting, byte_count))
        return await asyncio.to_thread(recognize)
    except FileNotFoundError:  # also if the same form, sent twice, has just been confirmed
        return None


def confirm(tx: Tx, visit: Visit) -> Result:
    """Starts the import, or deletes the file. A form that is sent again finds no file."""
    from coterie.imports.upload import start_import  # lazy: as in _receive

    lock_files(tx)
    path = _path(visit, visit.text("shared", _TOKEN_LENGTH_MAX))
    if "import" not in visit.form:
        path.unlink(missing_ok=True)
        return Go(url=f"{visit.root}/today", message="Nothing was imported")
    if visit.prepared is None or not path.exists():
        return Go(url=f"{visit.root}/imports", message="The shared file was imported before, or is too old")
    import_ = start_import(tx, visit.acting, visit.settings.data_folder, visit.prepared, in_background=True)
    path.unlink(missing_ok=True)
    return Go(url=f"{visit.root}/imports/{import_.id}")


PAGES = (
    Page("GET", "/share", show_missing, access="user"),
    Page("POST", "/share", show, access="user", prepare=receive, again=show_problem, uploads=True, is_share=True),
    Page("POST", "/{o:int}/imports/shared", confirm, "write", prepare=store_file, again=start_again),
)
