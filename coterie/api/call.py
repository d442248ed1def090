"""One request on its way to the handler of its route, with all that is known of it."""

from typing import Any

from msgspec import Struct

from coterie.api.query_string import parse_query
from coterie.api.route import UPLOAD_FIELD, Request, Route
from coterie.api.routing import CompiledRoute, FoundPath
from coterie.errors import invalid
from coterie.http.asgi import Headers, Receive, Scope, client_of
from coterie.http.authentication import read_bearer_token
from coterie.http.body import read_body, read_upload
from coterie.http.multipart import Upload
from coterie.http.responses import base_url
from coterie.settings import Settings


class Call(Struct):
    """found: the routes of its path; compiled: the one of its method. token: None without one.

    body, files: empty until read_body.
    """

    compiled: CompiledRoute
    found: FoundPath
    scope: Scope
    headers: Headers
    settings: Settings
    query: dict[str, Any]
    token: str | None
    body: dict[str, Any] = {}
    files: dict[str, Upload] = {}

    @property
    def route(self) -> Route:
        return self.compiled.route

    @property
    def organization_uuid(self) -> str | None:
        """The organization of the path; None if the path has none."""
        return self.found.path.get("org_id")

    async def read_body(self, receive: Receive) -> None:
        """Reads the fields and files of the body, if the route has one. remove_uploads removes the files."""
        route = self.compiled.route
        if route.uploads:
            bytes_max = route.uploads(self.settings)
            self.body, self.files = await read_upload(self.headers, receive, self.settings, bytes_max)
        elif self.compiled.read_body is not None:
            reads_forms = self.compiled.contract.reads_forms
            self.body = await read_body(self.headers, receive, route.body_bytes_max, reads_forms=reads_forms)

    def read_request(self) -> Request:
        """The request as its handler sees it. Raises Invalid for a body, InvalidQuery for a query."""
        if self.compiled.route.uploads and UPLOAD_FIELD in self.body:
            raise invalid(UPLOAD_FIELD, "is text: send it as a file, with a file name, of multipart/form-data")
        fields, parameters = self.compiled.read(self.query, self.body)
        return Request(
            self.found.path, parameters, fields, headers=self.headers, files=self.files,
            base_url=base_url(self.settings, self.scope, self.headers), settings=self.settings,
            source=client_of(self.scope),
        )  # fmt: skip


def start_call(
    compiled: CompiledRoute, found: FoundPath, scope: Scope, *, headers: Headers, settings: Settings
) -> Call:
    """The call of a request whose body is still to be read. Raises as parse_query does.

    Its token is that of the Authorization header, else of the parameter access_token where the contract has it.
    """
    query = parse_query(compiled.contract, scope["query_string"])
    token = read_bearer_token(headers)
    if token is None and compiled.contract.token_query:
        in_query = query.get("access_token")
        token = in_query if isinstance(in_query, str) and in_query else None
    return Call(compiled, found, scope, headers=headers, settings=settings, query=query, token=token)
