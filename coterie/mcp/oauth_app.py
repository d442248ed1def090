"""The endpoints of OAuth that programs call: metadata, registration, tokens. The page of consent is in coterie/web.

Every response is JSON, errors and paths that do not exist too: clients parse whatever they get.
Sources: RFC 9728, 8414, 7591, 6749, 7636, 7009, 9207; modelcontextprotocol.io, basic/authorization.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from coterie.actions import oauth
from coterie.actions.oauth_clients import find_client, is_url
from coterie.errors import CoterieError, Invalid
from coterie.http.asgi import HeaderList, Receive, Scope, Send, client_of, headers_of
from coterie.http.body import read_body
from coterie.http.errors import MethodNotAllowed, Unexpected, error_headers, known_error, status_of
from coterie.http.rate_limits import RateLimits
from coterie.http.requests import METHODS, RequestRecorder, read_request_id
from coterie.http.responses import BASE_HEADERS, JSON, base_url
from coterie.mcp.urls import (
    AUTHORIZATION_SERVER,
    AUTHORIZE_PATH,
    MCP_PATH,
    PROTECTED_RESOURCE,
    REGISTER_PATH,
    REVOKE_PATH,
    TOKEN_PATH,
)
from coterie.model.login_attempts import network_of
from coterie.model.oauth import ACCESS_SECONDS, SCOPES, Client, OAuthError, Tokens
from coterie.settings import Settings
from coterie.store.database import Database

BODY_BYTES_MAX = 65_536
# of one network: no client needs more, and each registration writes a row
REGISTRATIONS_PER_MINUTE = 60
Body = dict[str, Any]
Endpoint = Callable[[Body, str], Awaitable[tuple[int, Body]]]


class OAuthApp:
    """The ASGI application of /oauth/ and of OAuth's well-known paths."""

    def __init__(self, database: Database, settings: Settings, recorder: RequestRecorder) -> None:
        self._database, self._settings, self._recorder = database, settings, recorder
        self._registrations = RateLimits(REGISTRATIONS_PER_MINUTE)
        self._posts: dict[str, Endpoint] = {
            REGISTER_PATH: self._register, TOKEN_PATH: self._exchange, REVOKE_PATH: self._revoke,
        }  # fmt: skip

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, headers = time.perf_counter(), headers_of(scope)
        request_id = read_request_id(headers)
        more: HeaderList = [(b"x-request-id", request_id.encode())]
        try:
            status, body = await self._answer(scope, receive)
        except OAuthError as error:
            status, body = 401 if error.code == "invalid_client" else 400, _error(error.code, error.message)
        except Exception as error:
            known = known_error(error, request_id)
            status, body = _present_error(known)
            more += [(name.lower().encode(), value.encode()) for name, value in error_headers(known)]
        await _send(status, body, more, send)
        self._recorder.record(
            method=scope["method"] if scope["method"] in METHODS else "(other)",
            route=scope["path"] if scope["path"] in self._posts else "(oauth)",
            status=status,
            started=started,
            request_id=request_id,
            client=client_of(scope),
        )

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, Body]:
        headers, path = headers_of(scope), scope["path"]
        url = base_url(self._settings, scope, headers)
        if path in PROTECTED_RESOURCE or path in AUTHORIZATION_SERVER:
            if scope["method"] not in ("GET", "HEAD"):
                raise MethodNotAllowed(("GET", "HEAD"))
            return 200, resource_metadata(url) if path in PROTECTED_RESOURCE else server_metadata(url)
        endpoint = self._posts.get(path)
        if endpoint is None:
            return 404, _error("not_found", "There is nothing here")
        if scope["method"] != "POST":
            raise MethodNotAllowed(("POST",))
        if path == REGISTER_PATH:
            self._registrations.take(network_of(client_of(scope)), [])
        return await endpoint(await read_body(headers, receive, BODY_BYTES_MAX), url)

    async def _register(self, body: Body, url: str) -> tuple[int, Body]:
        client = await self._database.run_write(lambda tx: oauth.register_client(tx, body))
        return 201, {
            "client_id": client.id,
            "client_name": client.name,
            "redirect_uris": list(client.redirect_uris),
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
            "client_id_issued_at": int(time.time()),
        }

    async def _exchange(self, body: Body, url: str) -> tuple[int, Body]:
        kind, client_id = _text(body, "grant_type"), _text(body, "client_id")
        await self._check_client(client_id)
        resource = body.get("resource")
        if resource is not None and resource != url + MCP_PATH:
            raise OAuthError("invalid_target", f"resource must be {url}{MCP_PATH}")
        if kind == "authorization_code":
            code, verifier = _text(body, "code"), _text(body, "code_verifier")
            redirect_uri = _text(body, "redirect_uri")
            result = await self._database.run_write(
                lambda tx: oauth.exchange_code(
                    tx, code, client_id=client_id, redirect_uri=redirect_uri, verifier=verifier
                )
            )
        elif kind == "refresh_token":
            token = _text(body, "refresh_token")
            result = await self._database.run_write(lambda tx: oauth.refresh(tx, token, client_id=client_id))
        else:
            raise OAuthError("unsupported_grant_type", "grant_type must be authorization_code or refresh_token")
        if isinstance(result, OAuthError):
            raise result
        return 200, _present(result)

    async def _check_client(self, client_id: str) -> None:
        """Raises OAuthError if nobody registered as this client, so that it registers again."""
        if is_url(client_id):
            return  # what it was given names it
        client: Client | None = await self._database.run_read(lambda tx: find_client(tx, client_id))
        if client is None:
            raise OAuthError("invalid_client", "The client is unknown: register again")

    async def _revoke(self, body: Body, url: str) -> tuple[int, Body]:
        token, client_id = _text(body, "token"), _text(body, "client_id")
        await self._database.run_write(lambda tx: oauth.end_grant(tx, token, client_id=client_id))
        return 200, {}


def resource_metadata(url: str) -> Body:
    """Of the MCP door (RFC 9728)."""
    return {
        "resource": url + MCP_PATH,
        "authorization_servers": [url],
        "scopes_supported": list(SCOPES),
        "bearer_methods_supported": ["header"],
        "resource_name": "Coterie",
    }


def server_metadata(url: str) -> Body:
    """Of this authorization server (RFC 8414)."""
    return {
        "issuer": url,
        "authorization_endpoint": url + AUTHORIZE_PATH,
        "token_endpoint": url + TOKEN_PATH,
        "registration_endpoint": url + REGISTER_PATH,
        "revocation_endpoint": url + REVOKE_PATH,
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "authorization_response_iss_parameter_supported": True,
        "client_id_metadata_document_supported": True,
    }


def _present(tokens: Tokens) -> Body:
    return {
        "access_token": tokens.access_token,
        "token_type": "Bearer",
        "expires_in": ACCESS_SECONDS,
        "refresh_token": tokens.refresh_token,
        "scope": " ".join(tokens.scopes),
    }


def _text(body: Body, name: str) -> str:
    """A field of the body. Raises OAuthError if it is missing or not text."""
    value = body.get(name)
    if not isinstance(value, str) or not value or len(value) > 2_000 or "\0" in value:
        raise OAuthError("invalid_request", f"{name} is missing or not valid")
    return value


def _present_error(error: CoterieError) -> tuple[int, Body]:
    if isinstance(error, Unexpected):
        return 500, _error("server_error", f"Internal error {error.message}")
    status = status_of(error)
    return 400 if status == 500 else status, _error("invalid_request", _message(error))


def _error(code: str, message: str) -> Body:
    return {"error": code, "error_description": message}


async def _send(status: int, body: Body, more: HeaderList, send: Send) -> None:
    content = msgspec.json.encode(body)
    headers = [*BASE_HEADERS, (b"content-type", JSON.encode()), (b"content-length", str(len(content)).encode()), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def _message(error: CoterieError) -> str:
    is_of_body = isinstance(error, Invalid) and error.problems[0].path == ()
    return f"The body {error.message}" if is_of_body else error.message
