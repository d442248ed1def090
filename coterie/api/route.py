"""A contract is a table of routes; everything else about it (dispatch, OpenAPI, tests) is derived from the table."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from msgspec import Struct

from coterie.http.forms import Upload
from coterie.model.organizations import Caller
from coterie.settings import Settings
from coterie.store.database import Tx


class Request(Struct, frozen=True):
    """What a handler sees: everything is checked and of the type its route declares.

    query and body are instances of the Structs the route names; path holds the {parameters} as text.
    """

    path: Mapping[str, str]
    query: Any = None
    body: Any = None
    files: Mapping[str, Upload] = {}
    base_url: str = ""
    settings: Settings = Settings()
    # what the route's prepare gave
    prepared: Any = None


class Response(Struct, frozen=True):
    """What a handler returns when a bare body is not enough. body None is no body; Raw bytes go out as they are."""

    body: Any = None
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    media_type: str | None = None


Handler = Callable[[Tx, Caller, Request], Any]


class Route(Struct, frozen=True):
    """One operation.

    path: below the contract's prefix, parameters in braces: /contacts/{id}.
    scope: what the token must be allowed to do; None leaves the route open to everyone.
    mode: read (inline on SQLite), slow (a read in a thread), write (a unit of work in the writer).
    query, body: the Structs its input is read into; response: the type of its body; status: of its success.
    prepare: runs before a write, as slow work in a thread with a read transaction; for what would keep the writer from
    others (a password, a file). What it gives is request.prepared.
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
    body_bytes_max: int = 1_048_576
    paged: bool = False
    uploads: bool = False
    # of an answer that is a file and no JSON
    media_types: tuple[str, ...] = ()
    # what the {parameters} of the path are, for the document: integers in one contract, UUIDs in another
    path_types: Mapping[str, Any] = {}
    # further successes: status -> type of its body, or None
    responses: Mapping[int, Any] = {}
    prepare: Handler | None = None


class Contract(Struct, frozen=True):
    """A set of routes under one prefix with one manner of reading input and saying errors."""

    name: str
    title: str
    version: str
    prefix: str
    description: str
    routes: tuple[Route, ...]
    # (the error) -> its answer in the contract's words; must answer each class of coterie.errors
    present_error: Callable[[Exception], Response]
    # the types of the error bodies by status, for the document
    error_types: Mapping[int, Any] = {}
    # body encodings that are read, by media type; JSON always is
    reads_forms: bool = False
    # segment of a path -> other spellings of it, which lead to the same routes and are in no document
    spellings: Mapping[str, tuple[str, ...]] = {}
    # headers of a paged answer: name -> description
    page_headers: Mapping[str, str] = {}
    # whether the token may come as the access_token parameter
    token_query: bool = False
