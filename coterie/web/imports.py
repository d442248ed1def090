"""Imports: a file is uploaded, looked at, decided on, applied and undone. The worker does the long work."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coterie.actions import imports as actions
from coterie.actions.quotas import check_files
from coterie.errors import Invalid, NotFound, TooLarge, invalid
from coterie.model.draft_fields import line_of_fields
from coterie.model.ids import parse_number
from coterie.model.import_reasons import describe_reason
from coterie.model.imports import (
    APPLIED,
    APPLYING,
    CREATE,
    FAILED,
    MATCH,
    REJECT,
    STAGED,
    STAGING,
    UNCHANGED,
    UNDOING,
    UNDONE,
    UPDATE,
    Import,
    StagedRow,
)
from coterie.store import imports as store
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Database, Tx
from coterie.store.handles import list_handles_of
from coterie.store.import_rows import list_matches, list_page_of_rows
from coterie.web.import_columns import can_map
from coterie.web.import_matches import sides_of
from coterie.web.page import Download, Go, Page, Result, Show, Visit

if TYPE_CHECKING:
    from coterie.imports.upload import StoredUpload

SHOWN_MAX = 100
ROWS = 50
REJECTED_BYTES_MAX = 32 * 1024**2
# the page shows first the rows that wait for a decision
OUTCOMES = {
    MATCH: ("To decide", "matched_count"),
    CREATE: ("New", "created_count"),
    UPDATE: ("Adds to a person", "updated_count"),
    UNCHANGED: ("Already known", "unchanged_count"),
    REJECT: ("Cannot be read", "rejected_count"),
}
RUNNING = (STAGING, APPLYING, UNDOING)
# labels of states in the list of imports
STATES = {
    STAGING: "Being read", STAGED: "To review", APPLYING: "Being applied", APPLIED: "Applied", UNDOING: "Being undone",
    UNDONE: "Undone", FAILED: "Failed",
}  # fmt: skip


def show_all(tx: Tx, visit: Visit) -> Result:
    return _list(tx, visit, "")


def _list(tx: Tx, visit: Visit, problem: str) -> Show:
    imports = store.list_imports(tx, visit.acting.organization_id, limit=SHOWN_MAX)
    values = {
        "imports": imports, "states": STATES, "problem": problem, "is_new": not imports or visit.here.endswith("/new"),
    }  # fmt: skip
    return Show(template="imports/index.html", values=values, status=422 if problem else 200)


async def store_file(database: Database, visit: Visit) -> "StoredUpload":
    """The file is recognized and its bytes are stored, in a thread, before the write."""
    upload = visit.files.get("file")
    if upload is None:
        raise invalid("file", "is missing: choose the file of an export")
    if not upload.byte_count:
        raise invalid("file", "is empty: choose a file with content")
    await database.run_read(lambda tx: check_files(tx, visit.acting, upload.byte_count))

    def recognize() -> "StoredUpload":
        from coterie.imports.upload import store_upload  # lazy: all readers, 60 ms of the start; uploads are rare

        return store_upload(visit.settings.data_folder, Path(upload.path), filename=upload.filename)

    return await asyncio.to_thread(recognize)


def start(tx: Tx, visit: Visit) -> Result:
    from coterie.imports.upload import start_import  # lazy: as in store_file

    import_ = start_import(tx, visit.acting, visit.settings.data_folder, visit.prepared, in_background=True)
    return Go(url=f"{visit.root}/imports/{import_.id}")


def start_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    return _list(tx, visit, "; ".join(f"The file {problem.reason}" for problem in error.problems))


def _find(tx: Tx, visit: Visit) -> Import:
    import_ = store.find_import(tx, visit.acting.organization_id, visit.path["import"])
    if import_ is None:
        raise NotFound("Import not found")
    return import_


def show(tx: Tx, visit: Visit) -> Result:
    import_ = _find(tx, visit)
    wanted = visit.query.get("show", "")
    outcome = wanted if wanted in OUTCOMES else _first_outcome(import_)
    offset = visit.number("from", 0)
    rows = list_page_of_rows(
        tx, visit.acting.organization_id, import_.id, outcome=outcome, limit=ROWS + 1, offset=offset
    )
    return Show(
        template="imports/show.html",
        values={
            "import_": import_,
            "rows": rows_for_page(tx, visit, import_.id, rows[:ROWS]),
            "outcome": outcome,
            "outcomes": [(key, label, getattr(import_, column)) for key, (label, column) in OUTCOMES.items()],
            "offset": offset,
            "size": ROWS,
            "has_more": len(rows) > ROWS,
            "is_running": import_.state in RUNNING,
            "can_apply": import_.state == STAGED or (import_.state == APPLIED and import_.matched_count > 0),
            "can_map": can_map(import_),
            "can_undo": import_.state in (APPLIED, STAGED),
        },
    )


def _first_outcome(import_: Import) -> str:
    return next((key for key, (_, column) in OUTCOMES.items() if getattr(import_, column)), CREATE)


def rows_for_page(tx: Tx, visit: Visit, import_id: str, rows: list[StagedRow]) -> list[dict[str, Any]]:
    """The rows with their drafts, reasons and the contacts they may be."""
    organization_id = visit.acting.organization_id
    matches = list_matches(tx, organization_id, import_id, [row.row_number for row in rows])
    ids = {match.contact_id for each in matches.values() for match in each}
    ids |= {row.contact_id for row in rows if row.contact_id is not None}
    contacts = {each.id: each for each in list_contacts_by_id(tx, organization_id, ids)} if ids else {}
    handles = list_handles_of(tx, organization_id, contacts) if matches else {}
    shown = []
    for row in rows:
        draft = row.read_draft()
        found = [
            (contacts[match.contact_id], describe_reason(match.reason))
            for match in matches.get(row.row_number, [])
            if match.contact_id in contacts
        ]
        shown.append({
            "row": row,
            "draft": draft,
            "reason": describe_reason(row.reason) if row.reason else "",
            "contact": contacts.get(row.contact_id or 0),
            "matches": found,
            "summary": line_of_fields(draft) if draft is not None else "",
            "sides": sides_of(draft, found, handles) if draft is not None and found else [],
        })  # fmt: skip
    return shown


def show_progress(tx: Tx, visit: Visit) -> Result:
    """The progress of running work; when it is done, the page is loaded again."""
    import_ = _find(tx, visit)
    headers = {} if import_.state in RUNNING else {"HX-Refresh": "true"}
    return Show(template="imports/progress.html", values={"import_": import_}, headers=headers)


def decide(tx: Tx, visit: Visit) -> Result:
    """A decision about one row: create, skip, or "update:" and the number of a contact."""
    import_, number = _find(tx, visit), visit.id("row")
    decision, _, contact = visit.text("decision", 40).partition(":")
    decided = actions.decide(tx, visit.acting, import_.id, number, decision, parse_number(contact))
    if not visit.is_fragment:
        return Go(url=f"{visit.root}/imports/{import_.id}?show={decided.outcome}#row-{number}")
    rows = list_page_of_rows(tx, visit.acting.organization_id, import_.id, limit=1, offset=number - 1)
    shown = [each for each in rows if each.row_number == number]
    return Show(
        template="imports/row.html",
        values={"each": rows_for_page(tx, visit, import_.id, shown)[0], "import_": import_},
    )


def apply(tx: Tx, visit: Visit) -> Result:
    import_ = actions.start_applying(tx, visit.acting, _find(tx, visit).id)
    return Go(url=f"{visit.root}/imports/{import_.id}")


def undo(tx: Tx, visit: Visit) -> Result:
    import_ = actions.start_undoing(tx, visit.acting, _find(tx, visit).id)
    return Go(url=f"{visit.root}/imports/{import_.id}")


def send_rejected(tx: Tx, visit: Visit) -> Result:
    from coterie.imports.rejected import rejected_file  # lazy: as in store_file

    file = rejected_file(tx, visit.acting.organization_id, _find(tx, visit), visit.settings.data_folder)
    content = bytearray()
    for piece in file.pieces:
        content += piece
        if len(content) > REJECTED_BYTES_MAX:
            raise TooLarge("The rejected rows exceed 32 MB; export them with `coterie rejected`")
    return Download(filename=file.filename, media_type=file.media_type, content=bytes(content))


_IMPORT = "/{o:int}/imports/{import}"
PAGES = (
    Page("GET", "/{o:int}/imports", show_all),
    Page("GET", "/{o:int}/imports/new", show_all),
    Page("POST", "/{o:int}/imports", start, "write", prepare=store_file, again=start_again, uploads=True, once=True),
    Page("GET", _IMPORT, show),
    Page("GET", _IMPORT + "/progress", show_progress),
    Page("GET", _IMPORT + "/rejected", send_rejected, "slow"),
    Page("POST", _IMPORT + "/rows/{row:int}", decide, "write"),
    Page("POST", _IMPORT + "/apply", apply, "write"),
    Page("POST", _IMPORT + "/undo", undo, "write"),
)
