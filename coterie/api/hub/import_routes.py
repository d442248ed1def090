"""The routes of imports."""

from coterie.api.hub import import_rows, imports
from coterie.api.hub.pages import ListQuery
from coterie.api.route import Route
from coterie.imports.formats.names import REJECTED_MEDIA_TYPES

READ, WRITE = "imports:read", "imports:write"
IMPORT = "/imports/{import_id}"
# fmt: off
ROUTES: tuple[Route, ...] = (
    Route("GET", "/imports", imports.list_, READ, "read", "List imports, newest first",
          query=ListQuery, response=imports.ImportPage),
    Route("POST", "/imports", imports.create, WRITE, "write", "Upload a file and stage it",
          body=imports.ImportBody, response=imports.UploadedImport,
          uploads=lambda settings: settings.body_bytes_max, prepare=imports.store_file, finish=imports.stage,
          description="As multipart/form-data, the file in `upload`. The response shows what was found; a long file is"
          " staged in the background. Nothing enters the book before the import is applied."),
    Route("GET", IMPORT, imports.show, READ, "read", "Get an import and its progress", response=imports.ImportEntity),
    Route("GET", f"{IMPORT}/rows", import_rows.list_, READ, "read", "List the rows of an import",
          query=import_rows.RowsQuery, response=import_rows.RowPage),
    Route("PATCH", f"{IMPORT}/rows/{{row}}", import_rows.decide, WRITE, "write", "Decide what becomes of a row",
          body=import_rows.DecisionBody, response=import_rows.RowEntity,
          description="Of the outcomes create, update and match, until the import is applied."),
    Route("GET", f"{IMPORT}/rejected", imports.send_rejected, READ, "slow",
          "Get the rejected rows as a file of their format, each with its reason",
          media_types=REJECTED_MEDIA_TYPES, description="404 if no row was rejected."),
    Route("POST", f"{IMPORT}/apply", imports.apply, WRITE, "write", "Apply what is certain or decided",
          response=imports.ImportEntity, status=202, description="In the background: state becomes applied."),
    Route("POST", f"{IMPORT}/undo", imports.undo, WRITE, "write", "Undo an import",
          response=imports.ImportEntity, status=202,
          description="In the background. Later edits are kept, and their rows say so (`kept`)."),
    Route("DELETE", IMPORT, imports.delete, WRITE, "write", "Delete an import and its file; its contacts stay",
          status=204),
)
# fmt: on
