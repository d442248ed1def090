"""Answers the pages: session, form, handler, response. Errors become pages too.

A POST is checked (web/form_tokens.py) before its handler runs. The session and the membership are read in the same
transaction as the page, and again in the unit of work of a write.
"""

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote

import msgspec
from starlette.responses import HTMLResponse, RedirectResponse, Response

from coterie.errors import CoterieError, Invalid, Unauthorized
from coterie.http.asgi import Headers, Receive, Scope, Send, client_of, headers_of
from coterie.http.authentication import Authentication
from coterie.http.body import read_body, read_upload
from coterie.http.errors import known_error
from coterie.http.multipart import Upload, remove_uploads
from coterie.http.responses import base_url, file_headers
from coterie.model import times
from coterie.model.organizations import Caller
from coterie.model.sessions import form_token
from coterie.settings import Settings
from coterie.store.database import Database, Tx
from coterie.store.duplicates import count_suggested
from coterie.store.organizations import list_organizations_of_user
from coterie.web import messages
from coterie.web.cookies import SESSION, VISITOR, Cookies, preference_headers, read_cookies
from coterie.web.error_page import show_error
from coterie.web.file_response import StoredFileResponse
from coterie.web.form_tokens import FIELD, HEADER, check_origin, check_share, check_token
from coterie.web.page import VIA, Download, Go, NoPage, Page, Picture, Result, Show, Visit
from coterie.web.pages import render
from coterie.web.policy import PAGE_HEADERS
from coterie.web.sent_forms import run_once

DUPLICATES_COUNTED_MAX = 100


class PageApp:
    """The ASGI application of one page."""

    def __init__(self, page: Page, database: Database, settings: Settings, authentication: Authentication) -> None:
        self._page = page
        self._database = database
        self._settings = settings
        self._authentication = authentication

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        cookies = read_cookies(headers, self._settings, scope["scheme"])
        # a visitor without any cookie gets one with the page, and forms that carry its token
        visitor = cookies.get(SESSION) or cookies.get(VISITOR) or secrets.token_urlsafe(16)
        visit = self._visit(scope, headers, cookies, visitor)
        files: Mapping[str, Upload] = {}
        try:
            form, files = await self._read_form(scope, headers, receive, visit, cookies.get(SESSION))
            entered, result = await self._run(msgspec.structs.replace(visit, form=form, files=files), cookies)
            response = self._respond(entered, result, cookies)
        except Exception as error:
            inside = await self._inside(visit, cookies)
            response = self._respond(inside, self._fail(error, scope, inside), cookies)
        finally:
            if files:
                remove_uploads(files)
        if visitor not in cookies.values.values():
            response.headers.append("set-cookie", cookies.header(VISITOR, visitor))
        await response(scope, receive, send)

    def _visit(self, scope: Scope, headers: Headers, cookies: Cookies, visitor: str) -> Visit:
        query_text = scope["query_string"].decode("latin-1")
        return Visit(
            path=scope.get("path_params", {}),
            query=dict(parse_qsl(query_text, keep_blank_values=True)),
            form={},
            files={},
            session=None,
            user=None,
            caller=None,
            organization=None,
            organizations=(),
            form_token=form_token(visitor),
            form_key=secrets.token_urlsafe(9),
            is_fragment=b"hx-request" in headers,
            origin=base_url(self._settings, scope, headers),
            here=quote(scope["path"]) + (f"?{query_text}" if query_text else ""),
            preferences=cookies.preferences(),
            message=messages.read(cookies),
            source=client_of(scope),
            user_agent=headers.get(b"user-agent", b"").decode("latin-1"),
            settings=self._settings,
            session_limits={},
        )

    async def _read_form(
        self, scope: Scope, headers: Headers, receive: Receive, visit: Visit, session: str
    ) -> tuple[Mapping[str, Any], Mapping[str, Upload]]:
        if self._page.method != "POST":
            return {}, {}
        if self._page.is_share:
            check_share(headers)
        else:
            check_origin(headers, base_url(self._settings, scope, headers))
        files: Mapping[str, Upload] = {}
        if self._page.uploads:
            # the file of a user who is not a member is not even read
            await self._database.run_read(lambda tx: self._enter(tx, visit, session))
            form, files = await read_upload(
                headers, receive, self._settings, self._settings.body_bytes_max, has_lists=self._page.is_share
            )
        else:
            form = await read_body(headers, receive)
        if self._page.is_share:
            return form, files
        try:
            check_token(visit.form_token, headers.get(HEADER, b"").decode("latin-1") or form.get(FIELD))
        except CoterieError:
            remove_uploads(files)
            raise
        return form, files

    async def _run(self, visit: Visit, cookies: Cookies) -> tuple[Visit, Result]:
        """Runs the handler in the mode of the page; the form again if it raises Invalid."""
        database, again, token = self._database, self._page.again, cookies.get(SESSION)
        try:
            return await self._run_once(visit, token)
        except Invalid as error:
            if again is None:
                raise
            problems = error

        def show_again(tx: Tx) -> tuple[Visit, Result]:
            entered = self._enter(tx, visit, token)
            return entered, again(tx, entered, problems)

        return await database.run_read(show_again)

    async def _run_once(self, visit: Visit, token: str) -> tuple[Visit, Result]:
        page, database = self._page, self._database

        def respond(tx: Tx) -> tuple[Visit, Result]:
            entered = self._enter(tx, visit, token)
            return entered, run_once(tx, entered, page.handler) if page.once else page.handler(tx, entered)

        if page.prepare is not None or page.mode == "search":
            entered = await database.run_read(lambda tx: self._enter(tx, visit, token))
            if page.mode == "search":
                return await database.run_search(entered.acting.organization_id, respond)
            assert page.prepare is not None
            visit = msgspec.structs.replace(visit, prepared=await page.prepare(database, entered))
        run = {"read": database.run_read, "slow": database.run_slow, "write": database.run_write}[page.mode]
        return await run(respond)

    def _enter(self, tx: Tx, visit: Visit, token: str) -> Visit:
        """The visit with session and organization.

        Raises Unauthorized without a session, NoPage if the user is not a member of the organization.
        """
        found = self._authentication.find_session(tx, token) if token else None
        if found is None:
            if self._page.access != "anyone":
                raise Unauthorized("Sign in to see this page")
            return visit
        session, user = found
        organizations = list_organizations_of_user(tx, user.id)
        visit = msgspec.structs.replace(
            visit, session=session, user=user, organizations=organizations,
            session_limits=self._authentication.session_limits(times.now()),
        )  # fmt: skip
        if self._page.access != "member":
            return visit
        organization = next((each for each in organizations if each.id == visit.id("o")), None)
        if organization is None:
            raise NoPage
        caller = Caller.for_organization(organization, via=VIA, user_id=user.id)
        is_shown = self._page.method == "GET" and not visit.is_fragment
        waiting = count_suggested(tx, organization.id, DUPLICATES_COUNTED_MAX) if is_shown else 0
        return msgspec.structs.replace(visit, organization=organization, caller=caller, duplicate_count=waiting)

    async def _inside(self, visit: Visit, cookies: Cookies) -> Visit:
        """The visit of an error's page: with the organization if the user is a member, for its navigation."""
        token = cookies.get(SESSION)
        if self._page.access != "member" or visit.is_fragment or not token:
            return visit
        try:
            return await self._database.run_read(lambda tx: self._enter(tx, visit, token))
        except Exception:
            # not a member, or the database has failed: the first error is the one to show
            return visit

    def _fail(self, error: Exception, scope: Scope, visit: Visit) -> Result:
        """The page of an error; sign-in for a page that needs a session."""
        error = known_error(error, scope["request_id"])
        has_page = self._page.method == "GET" or self._page.is_share
        if isinstance(error, Unauthorized) and has_page and not visit.is_fragment:
            return Go(url=f"/sign-in?next={quote(visit.here, safe='')}")
        return show_error(error, visit)

    def _respond(self, visit: Visit, result: Result, cookies: Cookies) -> Response:
        if isinstance(result, Show):
            html = render(result.template, visit=visit, **result.values)
            cache = "no-store" if visit.is_fragment else "private, no-cache"
            response: Response = HTMLResponse(
                html, result.status, headers={**PAGE_HEADERS, "Cache-Control": cache, **result.headers}
            )
            if visit.message and not visit.is_fragment:
                response.headers.append("set-cookie", messages.cleared(cookies))
            return response
        if isinstance(result, Download):
            headers = {
                **dict(file_headers(result.filename)), "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
            }  # fmt: skip
            if result.path is not None:
                return StoredFileResponse(result.path, result.media_type, headers)
            return Response(result.content, media_type=result.media_type, headers=headers)
        if isinstance(result, Picture):
            headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=86400"}
            return Response(result.content, media_type=result.media_type, headers=headers)
        response = RedirectResponse(result.url, 303, headers={**PAGE_HEADERS, "Cache-Control": "no-store"})
        _set_cookies(response, result, cookies)
        return response


def _set_cookies(response: Response, result: Go, cookies: Cookies) -> None:
    """Stores or ends the session; a message and preferences go along."""
    if result.session is not None:
        seconds = None if result.session else 0
        response.headers.append("set-cookie", cookies.header(SESSION, result.session, seconds))
        response.headers.append("set-cookie", cookies.header(VISITOR, "", 0))
        if not result.session:
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
    if result.message:
        response.headers.append("set-cookie", messages.stored(cookies, result.message, result.undo))
    for header in preference_headers(cookies, dict(result.cookies)):
        response.headers.append("set-cookie", header)
