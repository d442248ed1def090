"""A contract is a table of routes. Dispatch, the OpenAPI document and tests are derived from the table."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

from msgspec import Struct

from coterie.http.asgi import Headers
from coterie.http.limits import BODY_BYTES_MAX
from coterie.http.multipart import Upload
from coterie.http.responses import JSON, Response
from coterie.model.organizations import Caller
from coterie.settings import Settings
from coterie.store.database import Database, Tx

# of a form with a file: the field that has it, in every contract
UPLOAD_FIELD = "upload"


class Request(Struct, frozen=True):
    """A request as its handler sees it: checked, and of the types its route declares.

    path: the {parameters} as text. query, body: instances of the route's Structs. prepared: the result of prepare
    or check. source: the network address of the client, "" if unknown.
    """

    path: Mapping[str, str]
    query: Any = None
    body: Any = None
    headers: Headers = {}
    files: Mapping[str, Upload] = {}
    base_url: str = ""
    settings: Settings = Settings()
    prepared: Any = None
    source: str = ""

    def header(self, name: str) -> str | None:
        """A header by its name in any case; of a repeated one the last."""
        value = self.headers.get(name.lower().encode())
        return None if value is None else value.decode("latin-1")


Handler = Callable[[Tx, Caller, Request], Any]
Prepare = Callable[[Database, Caller, Request], Any]
Finish = Callable[[Database, Caller, Request, Any], Any]


class Example(Struct, frozen=True):
    """A call of an operation that succeeds in the world of `coterie demo`.

    path, query: values of parameters. body: as JSON. upload: the text of the uploaded file. token: the variable of the
    shell that has the token.
    """

    path: Mapping[str, str | int] = {}
    query: Mapping[str, str | int] = {}
    body: Any = None
    upload: str = ""
    token: str = "TOKEN"  # noqa: S105


class Route(Struct, frozen=True):
    """One operation.

    path: below the contract's prefix, with its parameters in braces: /contacts/{id}.
    scope: the scope the token needs; None leaves the route open to everyone.
    mode: read (inline on SQLite), slow (a read in a thread), write (a unit of work in the writer).
    query, body: the Structs of its input. response: the type of its body. status: of a success.
    headers: those of the request that the document names, name -> description.
    responses: further successes, status -> type of the body or None.
    uploads: of a route whose body may have files, the size of the largest in bytes.
    media_types: of a response that is a file.
    path_types: the types of the path's parameters, for the document; text otherwise.
    prepare: runs before the handler of a write, in one of the few threads for uploads, for what would block the writer
    (storing a file). It opens its own transactions. Its result is request.prepared.
    finish: runs in the same threads after the handler has committed. It gets the result of the handler and returns
    the response.
    is_located_by_body: of a write, whether its body has the parameters with which the GET of its path finds the same.
    is_ours: whether it is our addition, which the documentation of the contract does not have.
    is_search: of a read, whether a query makes it a search, which runs in separate threads.
    check: the same for what must not keep a connection or a thread of the database (checking a password).
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    handler: Handler
    scope: str | None
    mode: Literal["read", "write", "slow"]
    summary: str
    query: type[Struct] | None = None
    body: type[Struct] | None = None
    response: Any = None
    status: int = 200
    description: str = ""
    body_bytes_max: int = BODY_BYTES_MAX
    paged: bool = False
    uploads: Callable[[Settings], int] | None = None
    media_types: tuple[str, ...] = ()
    path_types: Mapping[str, Any] = {}
    headers: Mapping[str, str] = {}
    responses: Mapping[int, Any] = {}
    prepare: Prepare | None = None
    finish: Finish | None = None
    check: Callable[[Database, Caller, Request], Awaitable[Any]] | None = None
    is_located_by_body: bool = False
    is_ours: bool = False
    is_search: Callable[[Any], bool] | None = None


class Contract(Struct, frozen=True):
    """A set of routes under one prefix with its own way of reading input and presenting errors.

    present_error: must present every class of coterie.errors and coterie.http.errors.
    error_types: the types of the error bodies by status, for the document. error_media_type: of these bodies.
    reads_forms: whether bodies may be forms as well as JSON.
    spellings: segment of a path -> other spellings of it, which are in no document.
    examples: "METHOD /path" -> the example of an operation. path_examples: for the parameters it does not name.
    page_headers: headers of a page, name -> description. token_query: whether ?access_token= is read.
    has_etags: whether a GET of one thing has the hash of its body as ETag. lock: locks the thing that a
    path with a GET shows until the commit: its contact, or a row of its own.
    add_request_id: gives the body of an error the id under which the request is in the log.
    """

    name: str
    title: str
    version: str
    prefix: str
    description: str
    routes: tuple[Route, ...]
    present_error: Callable[[Exception], Response]
    error_types: Mapping[int, Any] = {}
    error_media_type: str = JSON
    reads_forms: bool = False
    spellings: Mapping[str, tuple[str, ...]] = {}
    page_headers: Mapping[str, str] = {}
    examples: Mapping[str, Example] = {}
    path_examples: Mapping[str, str | int] = {}
    token_query: bool = False
    has_etags: bool = False
    lock: Callable[[Tx, Caller, Request], None] | None = None
    add_request_id: Callable[[Any, str], None] | None = None
