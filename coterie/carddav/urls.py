"""The URLs of the door: /dav/, principals, address book homes, books, cards. With and without a slash at the end."""

import re
from functools import lru_cache
from typing import Literal
from urllib.parse import quote, unquote_to_bytes, urlsplit

from msgspec import Struct

from coterie.carddav.errors import DavError
from coterie.http.asgi import Scope
from coterie.model.carddav_accounts import ROOT_PATH
from coterie.model.cards import HREF_BYTES_MAX

WELL_KNOWN_FOLDER = "/.well-known/"
WELL_KNOWN = f"{WELL_KNOWN_FOLDER}carddav"
Kind = Literal["root", "principals", "principal", "homes", "home", "book", "card"]
# without the line feed, which some calendars put into the UIDs that programs name cards by
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f/]")
_PATH_LENGTH_MAX = 4096


def is_for_carddav(scope: Scope) -> bool:
    """Whether a request is for this door: /dav/, /.well-known/carddav, and the WebDAV methods of /."""
    path: str = scope["path"]
    if path.startswith(ROOT_PATH) or path in ("/dav", WELL_KNOWN_FOLDER, WELL_KNOWN, f"{WELL_KNOWN}/"):
        return True
    return path == "/" and scope["method"] in ("OPTIONS", "PROPFIND", "REPORT")


class Resource(Struct, frozen=True):
    """member: the uuid of a membership. book and href: as decoded."""

    kind: Kind
    member: str = ""
    book: str = ""
    href: str = ""

    @property
    def url(self) -> str:
        """The path in its one spelling: collections end with a slash."""
        if self.kind == "root":
            return ROOT_PATH
        if self.kind in ("principals", "principal"):
            return f"{ROOT_PATH}principals/" + (f"{self.member}/" if self.member else "")
        path = _collection(self.member, self.book)
        return path + quote(self.href, safe="") if self.kind == "card" else path


@lru_cache
def _collection(member: str, book: str) -> str:
    return f"{ROOT_PATH}books/" + "".join(f"{quote(part, safe='')}/" for part in (member, book) if part)


def path_of(scope: Scope) -> str:
    """The path as it was sent, still percent-encoded: %2F within a name is not a slash."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    try:
        return raw.partition(b"?")[0].decode()
    except UnicodeDecodeError:
        raise DavError(400, message="The path is not UTF-8") from None


def resource_of(path: str) -> Resource | None:
    """The resource of an encoded path or URL; None if there is none. Raises DavError for a name no card can have."""
    if len(path) > _PATH_LENGTH_MAX:
        return None
    if "://" in path[:10]:
        try:
            path = urlsplit(path).path
        except ValueError:
            return None
    segments = [_decode(segment) for segment in path.strip("/").split("/")]
    if segments in ([""], ["dav"]):
        return Resource("root")
    if segments[0] != "dav":
        return None
    match segments[1:]:
        case ["principals"]:
            return Resource("principals")
        case ["principals", member]:
            return Resource("principal", member)
        case ["books"]:
            return Resource("homes")
        case ["books", member]:
            return Resource("home", member)
        case ["books", member, book]:
            return Resource("book", member, book)
        case ["books", member, book, href]:
            return Resource("card", member, book, href)
    return None


def _decode(segment: str) -> str:
    raw = unquote_to_bytes(segment)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise DavError(400, message="The path is not UTF-8") from None
    if _CONTROL.search(text) or text in (".", "..") or len(raw) > HREF_BYTES_MAX:
        raise DavError(403, message="No card can have this name")
    return text
