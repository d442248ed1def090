"""Calls CardDAV as a device does, over ASGI in this process."""

import base64
import re
from dataclasses import dataclass, field, replace
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from client import Client, Response

from coterie.actions.devices import add_device
from coterie.model.cards import ALL_CONTACTS, membership_uuid
from coterie.model.organizations import Caller
from coterie.store.database import Database
from coterie.store.organizations import find_user

NAMES = {"D": "DAV:", "C": "urn:ietf:params:xml:ns:carddav", "CS": "http://calendarserver.org/ns/"}
IOS = "iOS/17.4 (21E219) dataaccessd/1.0"
THUNDERBIRD = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.0"
DAVX5 = "DAVx5/4.4 (2024/08/01; dav4jvm; okhttp/4.12.0) Android/14"


@dataclass(frozen=True)
class Dav:
    """One device. user_agent: of its program."""

    client: Client
    user: str
    password: str
    member: str
    user_agent: str = "test"
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> str:
        return f"/dav/books/{self.member}/"

    @property
    def book(self) -> str:
        return f"{self.home}{ALL_CONTACTS}/"

    @property
    def principal(self) -> str:
        return f"/dav/principals/{self.member}/"

    def as_program(self, user_agent: str) -> "Dav":
        return replace(self, user_agent=user_agent)

    def call(self, method: str, path: str, body: str | bytes = b"", **headers: str) -> Response:
        token = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        given = {"authorization": f"Basic {token}", "user-agent": self.user_agent, **self.headers}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = body.encode() if isinstance(body, str) else body
        return self.client.call(method, self.path(path), body=data, headers=given)

    def path(self, path: str) -> str:
        return path if path.startswith("/") else self.book + path

    def put(self, name: str, card: str | bytes, **headers: str) -> Response:
        return self.call("PUT", name, card, **{"content_type": "text/vcard; charset=utf-8"} | headers)

    def get(self, name: str) -> Response:
        return self.call("GET", name)

    def propfind(self, path: str, *names: str, depth: str = "0") -> "Multistatus":
        props = "".join(f"<{name}/>" for name in names)
        response = self.call("PROPFIND", path, document("D:propfind", f"<D:prop>{props}</D:prop>"), depth=depth)
        assert response.status == 207, response
        return Multistatus(response.body)

    def report(self, body: str, path: str = "", depth: str = "1") -> "Multistatus":
        response = self.call("REPORT", path or self.book, body, depth=depth)
        assert response.status == 207, response
        return Multistatus(response.body)

    def sync(self, token: str = "", more: str = "") -> "Multistatus":
        content = f"<D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>{more}"
        return self.report(document("D:sync-collection", f"{content}<D:prop><D:getetag/></D:prop>"), depth="0")

    def multiget(self, *hrefs: str, data: str = "<C:address-data/>") -> "Multistatus":
        content = f"<D:prop><D:getetag/>{data}</D:prop>" + "".join(f"<D:href>{escape(href)}</D:href>" for href in hrefs)
        return self.report(document("C:addressbook-multiget", content))


def document(root: str, content: str) -> str:
    names = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in NAMES.items())
    return f'<?xml version="1.0" encoding="utf-8"?><{root} {names}>{content}</{root}>'


class Multistatus:
    """A 207: for each href its status or its properties."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.root = ElementTree.fromstring(body)
        self.statuses: dict[str, int] = {}
        self.props: dict[str, dict[str, ElementTree.Element]] = {}
        self.missing: dict[str, set[str]] = {}
        for each in self.root.findall("D:response", NAMES):
            href = each.findtext("D:href", "", NAMES)
            status = each.findtext("D:status", None, NAMES)
            self.statuses[href] = _status(status) if status else 207
            self.props[href] = {}
            for stat in each.findall("D:propstat", NAMES):
                found = {prop.tag: prop for prop in stat.findall("D:prop/*", NAMES)}
                if _status(stat.findtext("D:status", "", NAMES)) == 200:
                    self.props[href] |= found
                else:
                    self.missing.setdefault(href, set()).update(found)

    @property
    def token(self) -> str:
        return self.root.findtext("D:sync-token", "", NAMES)

    @property
    def hrefs(self) -> list[str]:
        return list(self.statuses)

    def text(self, href: str, name: str) -> str:
        """The text of a property, or of the href in it."""
        element = self.props[href][_full(name)]
        inner = element.find("D:href", NAMES)
        return (inner if inner is not None else element).text or ""

    def changed(self) -> list[str]:
        return [href for href, status in self.statuses.items() if status == 207]

    def gone(self) -> list[str]:
        return [href for href, status in self.statuses.items() if status == 404]


def _status(line: str) -> int:
    match = re.fullmatch(r"HTTP/1\.1 (\d{3}) [A-Za-z -]+", line)
    assert match, line
    return int(match[1])


def _full(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{NAMES[prefix]}}}{local}"


def new_device(
    client: Client,
    database: Database,
    caller: Caller,
    name: str = "phone",
    *,
    is_read_only: bool = False,
    shows_groups: bool = False,
) -> Dav:
    """A new device of the caller."""
    assert caller.user_id is not None
    with database.write() as tx:
        user = find_user(tx, caller.user_id)
        assert user is not None
        _, password = add_device(
            tx, caller, user_id=caller.user_id, name=name, is_read_only=is_read_only, shows_groups=shows_groups
        )
    member = membership_uuid(caller.organization_uuid, caller.user_id)
    return Dav(client.with_token(None), user.email, password, member)


def make_card(*lines: str, uid: str = "", version: str = "3.0") -> str:
    """A card of these lines."""
    head = [f"VERSION:{version}", *([f"UID:{uid}"] if uid else [])]
    return "\r\n".join(["BEGIN:VCARD", *head, *lines, "END:VCARD", ""])
