"""The page on which a user lets an assistant in (OAuth), or does not.

Before the client and its redirect URI are known to be right, errors are shown here; after that, they go to the client.
"""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from msgspec import Struct

from coterie.actions.oauth import create_code
from coterie.actions.oauth_clients import fetch_client, find_client, is_url
from coterie.errors import CoterieError, Invalid, NotFound, invalid
from coterie.model.oauth import (
    READ,
    URI_LENGTH_MAX,
    WRITE,
    Client,
    Grant,
    OAuthError,
    check_challenge,
    is_loopback,
    is_registered,
)
from coterie.store.database import Database, Tx
from coterie.web.page import Go, Page, Result, Show, Visit
from coterie.web.policy import PAGE_HEADERS

PATH, RESOURCE_PATH = "/oauth/authorize", "/mcp"
FIELDS = (
    "response_type", "client_id", "redirect_uri", "code_challenge", "code_challenge_method", "scope", "state",
    "resource",
)  # fmt: skip


class Asked(Struct, frozen=True):
    """The request of a client. values: the parameters of the request, all of FIELDS."""

    client: Client
    values: Mapping[str, str]

    @property
    def redirect_uri(self) -> str:
        return self.values["redirect_uri"]

    @property
    def redirect_host(self) -> str:
        """Where the answer goes, for people: a host, or the scheme of an app."""
        parts = urlsplit(self.redirect_uri)
        return parts.hostname or f"{parts.scheme}:"


async def load(database: Database, visit: Visit) -> Asked | OAuthError:
    """The request of the client, or why it cannot be answered at the client's address."""
    try:
        values = {name: _value(visit, name) for name in FIELDS}
        client = await _find_client(database, visit, values["client_id"])
        if client is None:
            raise OAuthError("invalid_client", "This instance does not know the program; let it connect again")
        if not is_registered(values["redirect_uri"], client.redirect_uris):
            raise OAuthError("invalid_redirect_uri", "The program wants the answer at an address it did not register")
        return Asked(client, values)
    except OAuthError as error:
        return error
    except Invalid as error:
        return OAuthError("invalid_request", error.message)


def _value(visit: Visit, name: str) -> str:
    """A parameter of the address, or of the form that repeats it."""
    if visit.form:
        return visit.text(name, URI_LENGTH_MAX)
    value = visit.query.get(name, "")
    if len(value) > URI_LENGTH_MAX or "\0" in value:
        raise invalid(name, "is too long")
    return value


async def _find_client(database: Database, visit: Visit, client_id: str) -> Client | None:
    if is_url(client_id):
        allowed, own = visit.settings.outgoing_allowed, visit.settings.base_url
        return await asyncio.to_thread(fetch_client, client_id, allowed, own)
    return await database.run_read(lambda tx: find_client(tx, client_id))


def show(tx: Tx, visit: Visit) -> Result:
    asked: Asked | OAuthError = visit.prepared
    if isinstance(asked, OAuthError):
        return _fail(asked)
    try:
        _check(visit, asked)
    except OAuthError as error:
        return _back(visit, asked, {"error": error.code, "error_description": error.message})
    if not visit.organizations:
        raise NotFound("You are not a member of any organization")
    return Show(
        template="account/oauth.html",
        values={
            "asked": asked,
            "is_loopback": is_loopback(asked.redirect_uri),
            "client_host": urlsplit(asked.client.id).hostname if asked.client.is_by_url else "",
        },
        headers={"Content-Security-Policy": _policy(asked)},
    )


def _check(visit: Visit, asked: Asked) -> None:
    """Raises OAuthError, which the client gets."""
    values = asked.values
    if values["response_type"] != "code":
        raise OAuthError("unsupported_response_type", "response_type must be code")
    check_challenge(values["code_challenge"], values["code_challenge_method"])
    if values["resource"] not in ("", visit.origin + RESOURCE_PATH):
        raise OAuthError("invalid_target", f"resource must be {visit.origin}{RESOURCE_PATH}")


def _policy(asked: Asked) -> str:
    """The policy of pages, with which the form may also lead to the client."""
    parts = urlsplit(asked.redirect_uri)
    target = (
        f"{parts.scheme}://{parts.netloc}" if parts.netloc and parts.scheme in ("http", "https") else parts.scheme + ":"
    )
    return PAGE_HEADERS["Content-Security-Policy"].replace("form-action 'self'", f"form-action 'self' {target}")


def _fail(error: OAuthError) -> Show:
    return Show(template="account/oauth_error.html", values={"message": error.message}, status=400)


def _back(visit: Visit, asked: Asked, answer: Mapping[str, str]) -> Go:
    """The browser goes to the client with an answer (RFC 6749, and iss of RFC 9207)."""
    values = {**answer, "iss": visit.origin}
    if asked.values["state"]:
        values["state"] = asked.values["state"]
    joint = "&" if urlsplit(asked.redirect_uri).query else "?"
    return Go(url=asked.redirect_uri + joint + urlencode(values))


def answer(tx: Tx, visit: Visit) -> Result:
    asked: Asked | OAuthError = visit.prepared
    if isinstance(asked, OAuthError):
        return _fail(asked)
    try:
        _check(visit, asked)
        if visit.text("decision", 10) != "allow":
            raise OAuthError("access_denied", "The user declined")
        return _back(visit, asked, {"code": create_code(tx, _grant(visit, asked))})
    except CoterieError as error:
        code = error.code if isinstance(error, OAuthError) else "access_denied"
        return _back(visit, asked, {"error": code, "error_description": error.message})


def _grant(visit: Visit, asked: Asked) -> Grant:
    organization_id = visit.text("organization", 20)
    organization = next((each for each in visit.organizations if str(each.id) == organization_id), None)
    if organization is None:
        raise NotFound("Organization not found")
    # the user decides, whatever the client asked for: clients ask for the scope that the 401 names, which is reading
    may_write = visit.text("write", 5) == "1"
    return Grant(
        organization_id=organization.id,
        user_id=visit.signed_in.user_id,
        client=asked.client,
        redirect_uri=asked.redirect_uri,
        challenge=asked.values["code_challenge"],
        scopes=(READ, WRITE) if may_write else (READ,),
    )


PAGES = (
    Page("GET", PATH, show, access="user", prepare=load),
    Page("POST", PATH, answer, "write", access="user", prepare=load),
)
