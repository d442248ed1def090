"""A small contract with a Struct of every kind, and its document."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from coterie.api.openapi import document
from coterie.api.route import Contract, Route
from coterie.http.responses import Response


class Folder(Struct):
    """A group of contacts.

    It has a name.
    """

    id: Annotated[int, Meta(ge=1)]
    name: str
    parent: "Folder | None" = None


class Contact(Struct):
    id: int
    name: str | None
    folders: list[Folder]
    status: Literal["lead", "client"] = "lead"
    properties: dict[str, str | int | None] = {}
    nickname: str | UnsetType = UNSET


class ContactFields(Struct):
    email: Annotated[str, Meta(max_length=320)] | UnsetType | None = UNSET
    folder_ids: list[int] | UnsetType = field(default=UNSET, name="folder_ids[]")


class ContactUpdate(Struct):
    contact: ContactFields


class Listing(Struct, rename={"include": "include[]"}):
    page: Annotated[int, Meta(ge=1, description="Which page, from 1.")] = 1
    order: Literal["asc", "desc"] = "asc"
    include: list[str] = []
    search: str | UnsetType = UNSET


class Lookup(Struct):
    email: str


class Attachment(Struct):
    title: str | UnsetType = UNSET


class Failure(Struct):
    error: str


def handler(*_: object) -> None:
    raise AssertionError("making a document calls no handler")


def route(method: Any, path: str, **details: Any) -> Route:
    return Route(method, path, handler, **{"scope": "contacts:read", "mode": "read", "summary": "Does it"} | details)


PHONES = "/orgs/{org_id}/contacts/{contact_id}/phone-numbers"
ATTACHMENTS = "/orgs/{org_id}/attachments"
ROUTES = (
    route("GET", "/contacts", query=Listing, response=list[Contact], paged=True, summary="List contacts"),
    route("PUT", "/contacts/{id}", body=ContactUpdate, response=Contact, path_types={"id": int}),
    route("GET", "/contact", query=Lookup, response=Contact, description="Finds one.\n\n    By its e-mail."),
    route("DELETE", "/contacts/{id}", status=204, scope="contacts:write", path_types={"id": int}),
    route("POST", PHONES, body=ContactFields, response=Folder | None),
    route(
        "POST",
        ATTACHMENTS,
        body=Attachment,
        uploads=lambda settings: settings.body_bytes_max,
        response=dict[str, int],
        status=201,
    ),
    route("GET", "/health", scope=None, response=Any),
)


def contract(routes: tuple[Route, ...] = ROUTES, **details: Any) -> Contract:
    return Contract(
        **{
            "name": "small",
            "title": "Small",
            "version": "v1",
            "prefix": "/api/v1",
            "description": "A small contract.",
            "routes": routes,
            "present_error": lambda error: Response(Failure(str(error))),
            "error_types": {400: Failure, 404: Failure, 413: None},
            "reads_forms": True,
            "token_query": True,
            "page_headers": {"X-Total": "How many there are.", "X-Page": "Which page this is."},
        }
        | details
    )


DOCUMENT = document(contract(), "https://people.example.org")
