"""The file of an import's rejected rows, as R0's contract and ours send it."""

from pathlib import Path

from coterie.errors import TooLarge
from coterie.http.responses import Response, file_headers
from coterie.model.imports import Import
from coterie.model.organizations import Caller
from coterie.store.database import Tx

# a response is built in memory; the command line has no such limit
REJECTED_BYTES_MAX = 32 * 1024**2


def rejected_response(tx: Tx, caller: Caller, import_: Import, folder: Path) -> Response:
    """The rejected rows in the form of their file. Raises TooLarge if they exceed 32 MB."""
    from coterie.imports.rejected import rejected_file  # lazy: readers of files, which few requests need

    file = rejected_file(tx, caller.organization_id, import_, folder)
    body = bytearray()
    for piece in file.pieces:
        body += piece
        if len(body) > REJECTED_BYTES_MAX:
            raise TooLarge("The rejected rows exceed 32 MB; export them with `coterie rejected`")
    return Response(body=bytes(body), headers=file_headers(file.filename), media_type=file.media_type)
