"""/imports: a file is uploaded and staged, then applied or undone. Nothing enters the book before it is applied."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from coterie.actions import imports as actions
from coterie.actions.quotas import check_files
from coterie.api.hub.ids import part_id
from coterie.api.hub.import_rows import RowEntity, present_rows
from coterie.api.hub.pages import LIMIT, Page, cut_page, open_page
from coterie.api.rejected import rejected_response
from coterie.api.route import Request
from coterie.errors import Invalid, NotFound, Problem, invalid
from coterie.http.cursors import CursorScope
from coterie.http.responses import Response
from coterie.imports.formats.names import CSV, GOOGLE, LINKEDIN, OUTLOOK, R0, VCARD
from coterie.model.imports import MATCH, Import
from coterie.model.organizations import Caller
from coterie.store import imports as store
from coterie.store.database import Database, Tx
from coterie.store.import_rows import list_page_of_rows

if TYPE_CHECKING:
    from coterie.imports.upload import StoredUpload

FORMATS = (VCARD, GOOGLE, OUTLOOK, LINKEDIN, R0, CSV)
ROWS_SHOWN = 20
MAPPING_LENGTH_MAX = 200_000
State = Literal["staging", "staged", "applying", "applied", "undoing", "undone", "failed"]


class ImportEntity(Struct, kw_only=True):
    id: str
    filename: str
    format: str
    byte_count: int
    state: State
    row_count: Annotated[int, Meta(description="Read so far; it grows while the import is staged.")]
    created_count: Annotated[int, Meta(description="Rows that are a new contact.")]
    updated_count: Annotated[int, Meta(description="Rows that add something to a contact.")]
    unchanged_count: int
    matched_count: Annotated[int, Meta(description="Rows that may be a contact and wait for a decision.")]
    rejected_count: Annotated[int, Meta(description="Rows that cannot be read, each with its reason.")]
    error: str | None
    created_at: str
    updated_at: str
    staged_at: str | None
    applied_at: str | None


class UploadedImport(ImportEntity, kw_only=True):
    first_rows: Annotated[list[RowEntity], Meta(description="The first 20; all are at …/rows.")]
    first_matches: Annotated[list[RowEntity], Meta(description="The first 20 that wait for a decision.")]
    mapping: Annotated[
        dict[str, str] | None, Meta(description="Column -> field of a CSV file of no known product, otherwise null.")
    ]


class ImportPage(Page, kw_only=True):
    items: list[ImportEntity]


class ImportBody(Struct, forbid_unknown_fields=True):
    format: Annotated[
        Literal[FORMATS] | None,  # type: ignore[valid-type]
        Meta(description="By default it is found out by the content; archives are always."),
    ] = None
    mapping: Annotated[
        Annotated[str, Meta(max_length=MAPPING_LENGTH_MAX)] | None,
        Meta(description='Corrects columns of a CSV file, as a JSON object: {"Ring": "phone"}.'),
    ] = None


def list_(tx: Tx, caller: Caller, request: Request) -> ImportPage:
    limit, scope = request.query.limit or LIMIT, CursorScope(request.settings, caller, "imports")
    offset = open_page(scope, request.query.cursor, int, 0)
    found = store.list_imports(tx, caller.organization_id, limit=limit + 1, offset=offset)
    page, cursor = cut_page(scope, found, limit, lambda _: offset + limit)
    return ImportPage(items=[ImportEntity(**_values(each)) for each in page], next_cursor=cursor)


def show(tx: Tx, caller: Caller, request: Request) -> ImportEntity:
    return ImportEntity(**_values(find(tx, caller, request)))


def store_file(database: Database, caller: Caller, request: Request) -> "StoredUpload":
    """Runs before the write: the file is recognized and its bytes are stored."""
    from coterie.imports.upload import AUTO, store_upload  # lazy: all readers, 60 ms of the start; uploads are rare

    upload, body = request.files.get("upload"), request.body
    if upload is None:
        raise invalid("upload", "is missing: send a file as multipart/form-data", kind="missing")
    with database.read() as tx:
        check_files(tx, caller, upload.byte_count)
    try:
        return store_upload(
            request.settings.data_folder, Path(upload.path), filename=upload.filename,
            file_format=body.format or AUTO, corrections=_corrections(body),
        )  # fmt: skip
    except Invalid as error:
        raise _renamed(error) from None


def create(tx: Tx, caller: Caller, request: Request) -> Import:
    from coterie.imports.stage_upload import start_upload  # lazy: as in store_file

    try:
        return start_upload(tx, caller, request.settings.data_folder, request.prepared)
    except Invalid as error:
        raise _renamed(error) from None


def stage(database: Database, caller: Caller, request: Request, import_: Import) -> UploadedImport:
    """Runs after the write: a short file is staged, and the response shows what was found in it."""
    from coterie.imports.stage_upload import stage_upload  # lazy: as in store_file

    try:
        import_ = stage_upload(database, caller, request.settings.data_folder, import_)
    except Invalid as error:
        raise _renamed(error) from None
    with database.read() as tx:
        of = (tx, caller.organization_id, import_.id)
        rows = present_rows(tx, caller, import_.id, list_page_of_rows(*of, limit=ROWS_SHOWN))
        matches = present_rows(tx, caller, import_.id, list_page_of_rows(*of, outcome=MATCH, limit=ROWS_SHOWN))
    return UploadedImport(
        **_values(import_), first_rows=rows, first_matches=matches, mapping=request.prepared.columns
    )  # fmt: skip


def apply(tx: Tx, caller: Caller, request: Request) -> ImportEntity:
    return ImportEntity(**_values(actions.start_applying(tx, caller, find(tx, caller, request).id)))


def undo(tx: Tx, caller: Caller, request: Request) -> ImportEntity:
    return ImportEntity(**_values(actions.start_undoing(tx, caller, find(tx, caller, request).id)))


def send_rejected(tx: Tx, caller: Caller, request: Request) -> Response:
    return rejected_response(tx, caller, find(tx, caller, request), request.settings.data_folder)


def delete(tx: Tx, caller: Caller, request: Request) -> None:
    actions.delete_import(tx, caller, find(tx, caller, request).id)


def find(tx: Tx, caller: Caller, request: Request) -> Import:
    """The import of the path. Raises NotFound if there is none."""
    import_ = store.find_import(tx, caller.organization_id, part_id(request, "import_id", "Import"))
    if import_ is None:
        raise NotFound("Import not found")
    return import_


def _values(import_: Import) -> dict[str, Any]:
    return {name: getattr(import_, name) for name in ImportEntity.__struct_fields__}


def _corrections(body: ImportBody) -> dict[str, str]:
    try:
        return msgspec.json.decode(body.mapping or "{}", type=dict[str, str])
    except (msgspec.DecodeError, RecursionError):
        raise invalid("mapping", "is not a JSON object of columns and fields") from None


def _renamed(error: Invalid) -> Invalid:
    """The problems of a file as those of the form's fields."""

    def rename(problem: Problem) -> Problem:
        return problem if problem.path[0] == "mapping" else problem._replace(path=("upload",))

    return Invalid(*map(rename, error.problems))
