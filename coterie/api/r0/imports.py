"""/orgs/{org_id}/imports: uploads a file and stages it, then applies or undoes the import.

Rows, decisions, apply, undo and rejected rows are ours: R0 has them in its web app. DELETE erases the import and its
file; the contacts it created stay.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from coterie.actions import imports as actions
from coterie.actions.quotas import check_files
from coterie.api.r0.ids import part_id
from coterie.api.r0.import_rows import RowEntity, present_rows
from coterie.api.r0.input import uploaded_file
from coterie.api.r0.pages import PageEntity, envelope, read_page
from coterie.api.rejected import rejected_response
from coterie.api.route import Request
from coterie.errors import Invalid, NotFound, Problem, invalid
from coterie.http.responses import Response
from coterie.imports.formats.names import CSV, GOOGLE, LINKEDIN, OUTLOOK, R0, VCARD
from coterie.model.imports import MATCH, Import
from coterie.model.organizations import Caller
from coterie.store import imports as store
from coterie.store.database import Database, Tx
from coterie.store.import_rows import list_page_of_rows

if TYPE_CHECKING:
    from coterie.imports.upload import StoredUpload

NOUN = "Import"
# type -> format. R0 has linkedin_csv; the others are ours
FORMATS = {
    "linkedin_csv": LINKEDIN, "r0_csv": R0, "google_csv": GOOGLE, "outlook_csv": OUTLOOK, "csv": CSV, "vcard": VCARD,
}  # fmt: skip
TYPES = {file_format: name for name, file_format in FORMATS.items()}
State = Literal["staging", "staged", "applying", "applied", "undoing", "undone", "failed"]
ROWS_SHOWN = 20
MAPPING_LENGTH_MAX = 200_000


class ImportEntity(Struct):
    id: str
    filename: str
    type: str
    size: Annotated[int, Meta(description="Bytes.")]
    state: Annotated[State, Meta(description="Nothing enters the book before it is applied.")]
    rows: Annotated[int, Meta(description="How many were read so far.")]
    to_create: Annotated[int, Meta(description="Rows that are somebody new.")]
    to_update: Annotated[int, Meta(description="Rows that add something to a contact known for certain.")]
    unchanged: Annotated[int, Meta(description="Rows that add nothing.")]
    likely_duplicates: Annotated[int, Meta(description="Rows that may be somebody known and wait for a decision.")]
    rejected: Annotated[int, Meta(description="Rows that cannot be read, each with its reason.")]
    error: str | None
    created_at: str
    updated_at: str
    staged_at: str | None
    applied_at: str | None


class ImportList(PageEntity):
    imports: list[ImportEntity]


class UploadedImport(ImportEntity):
    """An import with the beginning of what was found in it."""

    first_rows: Annotated[list[RowEntity], Meta(description="The first 20 rows; all are under …/rows.")]
    first_duplicates: Annotated[
        list[RowEntity], Meta(description="The first 20 rows that may be somebody known, with the reasons.")
    ]
    mapping: Annotated[
        dict[str, str] | None,
        Meta(description="What each column was taken for, in a CSV file of no known product; null for any other file."),
    ]


class ImportBody(Struct):
    type: Annotated[
        Literal[tuple(FORMATS)] | None,  # type: ignore[valid-type]
        Meta(description="Which export it is. Without it, it is found out by the file's content."),
    ] = None
    mapping: Annotated[
        dict[str, str] | Annotated[str, Meta(max_length=MAPPING_LENGTH_MAX)] | None,
        Meta(
            description="Ours. Corrects what the columns of a CSV file of no known product are taken for, header to"
            ' field: mapping[Ring]=phone, or the JSON object {"Ring": "phone"}.'
        ),
    ] = None


def _fields(import_: Import) -> tuple[Any, ...]:
    return (
        import_.id,
        import_.filename,
        TYPES.get(import_.format, import_.format),
        import_.byte_count,
        import_.state,
        import_.row_count,
        import_.created_count,
        import_.updated_count,
        import_.unchanged_count,
        import_.matched_count,
        import_.rejected_count,
        import_.error,
        import_.created_at,
        import_.updated_at,
        import_.staged_at,
        import_.applied_at,
    )


def present(import_: Import) -> ImportEntity:
    """The entity of an import. It is ours: R0 documents none."""
    return ImportEntity(*_fields(import_))


def find(tx: Tx, caller: Caller, request: Request) -> Import:
    """The import of the path."""
    import_ = store.find_import(tx, caller.organization_id, part_id(request, "import_id", NOUN))
    if import_ is None:
        raise NotFound(f"{NOUN} not found")
    return import_


def list_(tx: Tx, caller: Caller, request: Request) -> ImportList:
    page = read_page(request.query)
    imports = store.list_imports(tx, caller.organization_id, limit=page.limit, offset=page.offset)
    total = store.count_imports(tx, caller.organization_id)
    return ImportList(*envelope(page, total, imports), [present(import_) for import_ in imports])


def show(tx: Tx, caller: Caller, request: Request) -> ImportEntity:
    return present(find(tx, caller, request))


def _corrections(request: Request) -> dict[str, str]:
    """The corrections of columns: column to field, sent as an object or as JSON text."""
    sent = request.body.mapping
    if not isinstance(sent, str):
        return sent or {}
    try:
        return msgspec.json.decode(sent or "{}", type=dict[str, str])
    except (msgspec.DecodeError, RecursionError):
        raise invalid("mapping", "is not a JSON object of columns and fields") from None


@contextmanager
def _form_names() -> Iterator[None]:
    """Renames problems of the file, or of the correction of a column, to the fields of the form."""
    try:
        yield
    except Invalid as error:
        raise Invalid(*map(_renamed, error.problems)) from None


def _renamed(problem: Problem) -> Problem:
    if problem.path[0] != "mapping":
        return problem._replace(path=("upload",))
    column = "".join(f"{name[:100]!r} " for name in problem.path[1:])
    return problem._replace(path=("mapping",), reason=column + problem.reason)


def store_file(database: Database, caller: Caller, request: Request) -> "StoredUpload":
    """Runs before the write: the file is recognized and its bytes are stored."""
    from coterie.imports.upload import AUTO, store_upload  # lazy: all readers, 60 ms of the start; uploads are rare

    upload, corrections = uploaded_file(request), _corrections(request)
    file_format = FORMATS[request.body.type] if request.body.type else AUTO
    with database.read() as tx:
        check_files(tx, caller, upload.byte_count)
    with _form_names():
        return store_upload(
            request.settings.data_folder,
            Path(upload.path),
            filename=upload.filename,
            file_format=file_format,
            corrections=corrections,
        )


def create(tx: Tx, caller: Caller, request: Request) -> Import:
    from coterie.imports.stage_upload import start_upload  # lazy: as in store_file

    with _form_names():
        return start_upload(tx, caller, request.settings.data_folder, request.prepared)


def stage(database: Database, caller: Caller, request: Request, import_: Import) -> UploadedImport:
    """Runs after the write: a short file is staged, and the response shows what was found in it."""
    from coterie.imports.stage_upload import stage_upload  # lazy: as in store_file

    with _form_names():
        import_ = stage_upload(database, caller, request.settings.data_folder, import_)
    with database.read() as tx:
        of = (tx, caller.organization_id, import_.id)
        rows = present_rows(tx, caller, import_.id, list_page_of_rows(*of, limit=ROWS_SHOWN))
        likely = present_rows(tx, caller, import_.id, list_page_of_rows(*of, outcome=MATCH, limit=ROWS_SHOWN))
    return UploadedImport(*_fields(import_), rows, likely, request.prepared.columns)  # type: ignore[call-arg]


def apply(tx: Tx, caller: Caller, request: Request) -> ImportEntity:
    return present(actions.start_applying(tx, caller, find(tx, caller, request).id))


def undo(tx: Tx, caller: Caller, request: Request) -> ImportEntity:
    return present(actions.start_undoing(tx, caller, find(tx, caller, request).id))


def send_rejected(tx: Tx, caller: Caller, request: Request) -> Response:
    return rejected_response(tx, caller, find(tx, caller, request), request.settings.data_folder)


def remove(tx: Tx, caller: Caller, request: Request) -> None:
    actions.delete_import(tx, caller, find(tx, caller, request).id)


def template(tx: Tx, caller: Caller, request: Request) -> Response:
    from coterie.imports.formats.r0_csv import TEMPLATE  # lazy: as in store_file

    headers = (("Content-Disposition", 'attachment; filename="contacts.csv"'),)
    return Response(body=TEMPLATE.encode(), headers=headers, media_type="text/csv; charset=utf-8")
