"""The parts of a page: a row of a route table, the visit its handler gets, and the result of the handler."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from coterie.errors import Invalid, NotFound, invalid
from coterie.http.multipart import Upload
from coterie.model.ids import parse_number
from coterie.model.organizations import Caller, Organization, User
from coterie.model.sessions import Session
from coterie.settings import Settings
from coterie.store.database import Database, Tx
from coterie.web.messages import Message

VIA = "web"
ID_MAX = 2**53
TEXT_LENGTH_MAX = 100_000


class NoPage(NotFound):
    """The page does not exist for this user. It has no message: the response does not say which part is missing."""


class Visit(Struct, frozen=True, kw_only=True):
    """A request for a page as its handler sees it.

    path: the parameters of the path. query, form: as read; a value of the form may be a list. session, user: of a
    signed-in visitor. caller, organization: if the path names an organization. organizations: those of the
    user. form_token: the token each form must carry. form_key: by which a form that is sent again is known
    (web/sent_forms.py). is_fragment: whether htmx asks, and so only a part of the page is shown. origin: the address of
    this instance, without a slash at its end. here: path and query. preferences: of this browser (web/cookies.py).
    message: of the page before. source: the network address of the client. session_limits: as
    Authentication.session_limits. prepared: the result of prepare.
    duplicate_count: suggested pairs of duplicates, counted up to 100, for the side bar.
    """

    path: Mapping[str, Any]
    query: Mapping[str, str]
    form: Mapping[str, Any]
    files: Mapping[str, Upload]
    session: Session | None
    user: User | None
    caller: Caller | None
    organization: Organization | None
    organizations: Sequence[Organization]
    form_token: str
    form_key: str
    is_fragment: bool
    origin: str
    here: str
    preferences: Mapping[str, str]
    message: Message | None
    source: str
    user_agent: str
    settings: Settings
    session_limits: Mapping[str, str]
    duplicate_count: int = 0
    prepared: Any = None

    @property
    def acting(self) -> Caller:
        """The caller of a page inside an organization."""
        assert self.caller is not None
        return self.caller

    @property
    def signed_in(self) -> Session:
        """The session of a page for signed-in users."""
        assert self.session is not None
        return self.session

    @property
    def root(self) -> str:
        """The path of the organization, such as "/1"; empty outside one."""
        return f"/{self.organization.id}" if self.organization else ""

    @property
    def country(self) -> str | None:
        """The country of the organization, by its ISO code."""
        return self.organization.country if self.organization else None

    def id(self, name: str) -> int:
        """A number of the path. Raises NoPage if it is too large to be an id."""
        value = int(self.path[name])
        if value > ID_MAX:
            raise NoPage
        return value

    def text(self, name: str, length_max: int = TEXT_LENGTH_MAX) -> str:
        """A field of the form, "" if it is missing. Raises Invalid if it is not one text, has NULs or is too long."""
        value = self.form.get(name) or ""
        if not isinstance(value, str) or "\0" in value:
            raise invalid(name, "is not text")
        if len(value) > length_max:
            raise invalid(name, f"is longer than {length_max} characters", kind="too_long")
        return value.replace("\r\n", "\n")

    def texts(self, name: str) -> list[str]:
        """A repeated field of the form (its name has [] at the end). Raises Invalid if it is not a list of texts."""
        values = self.form.get(name) or []
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise invalid(name, "is not a list")
        return values

    def ids(self, name: str) -> list[int]:
        """A repeated field of ids. Raises Invalid for anything else."""
        ids = [each for each in map(parse_number, self.texts(name)) if each is not None and each <= ID_MAX]
        if len(ids) != len(self.texts(name)):
            raise invalid(name, "is not a list of ids")
        return list(dict.fromkeys(ids))

    def number(self, name: str, default: int, maximum: int = 10**9) -> int:
        """A number of the query, within 0 and the maximum; the default if it is missing or not a number."""
        value = parse_number(self.query.get(name, ""))
        return default if value is None else min(value, maximum)


class Show(Struct, frozen=True, kw_only=True):
    """A page to show: the template and its values."""

    template: str
    values: Mapping[str, Any] = {}
    status: int = 200
    headers: Mapping[str, str] = {}


class Go(Struct, frozen=True, kw_only=True):
    """The browser goes to another page with GET. session: the token of a new session, "" ends it, None leaves it.

    cookies: name -> value of preferences that this browser stores. message: shown by the next page; undo: the path of a
    form that undoes the reported change.
    """

    url: str
    session: str | None = None
    cookies: Mapping[str, str] = {}
    message: str = ""
    undo: str = ""


class Download(Struct, frozen=True, kw_only=True):
    """A file for the browser to save. path: where its bytes are, instead of the content."""

    filename: str
    media_type: str
    content: bytes = b""
    path: Path | None = None


class Picture(Struct, frozen=True, kw_only=True):
    """A picture that a page shows. Its address changes with its bytes, so that browsers may keep it for a day."""

    media_type: str
    content: bytes


Result = Show | Go | Download | Picture
Handler = Callable[[Tx, Visit], Result]
Again = Callable[[Tx, Visit, Invalid], Result]


class Page(Struct, frozen=True):
    """One page, or one form of it.

    mode: read (inline on SQLite), slow (a read in a thread), search (as http routes that search), write (a unit of
    work). access: member (the path names an organization of the user), user (signed in), anyone.
    prepare: runs before the handler, outside of a transaction; its result is visit.prepared.
    again: shows the form again, with the problems, after an Invalid has rolled back what the handler wrote.
    uploads: whether the form may have files, which are removed after the handler.
    once: whether a form that is sent again has no second effect (web/sent_forms.py).
    is_share: whether other programs of the device send the form, without a token (web/shared.py): its handler changes
    no data. Without a session it leads to the sign-in, and then to the page of its path.
    """

    method: Literal["GET", "POST"]
    path: str
    handler: Handler
    mode: Literal["read", "slow", "search", "write"] = "read"
    access: Literal["member", "user", "anyone"] = "member"
    prepare: Callable[[Database, Visit], Awaitable[Any]] | None = None
    again: Again | None = None
    uploads: bool = False
    once: bool = False
    is_share: bool = False
