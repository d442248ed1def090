"""Finds the address books that a user name has on a server (RFC 6764, RFC 6352 section 7.1): of a URL of a book, a
home, a principal or a server, or of a domain."""

import re
from urllib.parse import urljoin, urlsplit

from msgspec import Struct

from coterie import outgoing
from coterie.model.subscriptions import path_of
from coterie.remote.client import Client, Reply, other_host
from coterie.remote.errors import RemoteError
from coterie.remote.xml import CS, ResourceResponse, card, dav, propfind

BOOKS_MAX = 200
WELL_KNOWN = "/.well-known/carddav"
_DOMAIN = re.compile(r"(?:[^@/\s]+@)?((?:[a-z0-9-]+\.)+[a-z0-9-]+)", re.IGNORECASE)
_ASKED = propfind(
    (
        "d:resourcetype", "d:displayname", "d:current-user-principal", "c:addressbook-home-set", "d:sync-token",
        "s:getctag", "d:supported-report-set", "d:current-user-privilege-set",
    )
)  # fmt: skip
_WRITES = {dav("write"), dav("write-content"), dav("bind"), dav("all")}


class FoundBook(Struct, frozen=True):
    """An address book on a server. has_sync: whether it reports changes by a token (RFC 6578)."""

    url: str
    name: str
    ctag: str | None
    sync_token: str | None
    has_sync: bool
    is_writable: bool


def first_url(text: str) -> str:
    """The URL to begin with: a URL as it is; of a domain or an e-mail address, its SRV record or the domain itself.

    Raises RemoteError if it is neither.
    """
    text = text.strip()
    if text.lower().startswith(("https://", "http://")):
        try:
            return outgoing.check_url(text)
        except outgoing.NotAllowed as error:
            raise RemoteError("not_allowed", f"This address cannot be used: {error}", is_lasting=True) from None
    match = _DOMAIN.fullmatch(text)
    if match is None:
        raise RemoteError("not_allowed", "The address is neither a URL nor a domain", is_lasting=True)
    return _of_domain(match[1].lower())


def _of_domain(domain: str) -> str:
    """The server that a domain names for CardDAV over TLS (RFC 6764, section 6), otherwise the domain."""
    from dns.exception import DNSException  # lazy: dnspython is loaded when a domain is given without a URL
    from dns.resolver import resolve  # lazy: as above

    name = f"_carddavs._tcp.{domain}"
    try:
        records = sorted(resolve(name, "SRV", lifetime=5.0), key=lambda record: (record.priority, -record.weight))
        host, port = str(records[0].target).rstrip("."), records[0].port
    except (DNSException, OSError, IndexError):
        return f"https://{domain}/"
    if not host:
        raise RemoteError("no_book", f"{domain} says that it has no address books", is_lasting=True)
    try:
        texts = [b"".join(record.strings).decode() for record in resolve(name, "TXT", lifetime=5.0)]
    except (DNSException, OSError, UnicodeDecodeError):
        texts = []
    path = next((text[5:] for text in texts if text.startswith("path=/")), "/")
    is_plain = path.isascii() and path.isprintable() and " " not in path
    return f"https://{host}{'' if port == 443 else f':{port}'}{path if is_plain else '/'}"


def find_books(client: Client) -> list[FoundBook]:
    """The books at the client's URL: the one book it is, otherwise all of the user's. Raises RemoteError.

    The well-known address is asked if the URL leads to nothing.
    """
    reply = _ask(client, client.url)
    if reply is not None and (books := _books_of(reply)):
        return books
    homes = _homes(client, reply)
    for start in (WELL_KNOWN, "/"):
        if homes:
            break
        homes = _homes(client, _ask(client, start))
    books = [book for home in homes[:10] if (listed := _ask(client, home, "1")) for book in _books_of(listed)]
    if not books:
        raise RemoteError("no_book", "There is no address book at this address", is_lasting=True)
    return books[:BOOKS_MAX]


def read_book(client: Client) -> FoundBook:
    """The book at the client's URL as it is now. Raises RemoteError if there is none."""
    reply = _ask(client, client.url)
    books = _books_of(reply) if reply is not None else []
    if not books:
        raise RemoteError("no_book", "The address book no longer exists, or this user may not read it", is_lasting=True)
    return books[0]


def _ask(client: Client, url: str, depth: str = "0") -> Reply | None:
    """The properties at a URL; None if it does not know PROPFIND."""
    reply = client.multistatus("PROPFIND", url, _ASKED, depth)
    return reply if reply.multistatus is not None and reply.status == 207 else None


def _homes(client: Client, reply: Reply | None) -> list[str]:
    """The home collections that a response names, or its principal."""
    for _ in range(2):
        if reply is None:
            return []
        homes = _hrefs(reply, card("addressbook-home-set"))
        if homes:
            return homes
        principals = _hrefs(reply, dav("current-user-principal"))
        reply = _ask(client, principals[0]) if principals and principals[0] != reply.url else None
    return []


def _hrefs(reply: Reply, name: str) -> list[str]:
    assert reply.multistatus is not None
    values = [response.properties.get(name) for response in reply.multistatus.responses]
    return [urljoin(reply.url, href) for value in values if value for href in value.hrefs if href]


def _books_of(reply: Reply) -> list[FoundBook]:
    """The books of a listing. Raises RemoteError if all of them are on other hosts, which never get the password."""
    assert reply.multistatus is not None
    responses = [
        response
        for response in reply.multistatus.responses
        if (kind := response.properties.get(dav("resourcetype"))) and card("addressbook") in kind.names
    ]
    paths = [path_of(response.href or urlsplit(reply.url).path, reply.url) for response in responses]
    if responses and not any(paths):
        raise other_host(urljoin(reply.url, responses[0].href))
    return [_book(reply, response, path) for response, path in zip(responses, paths, strict=True) if path]


def _book(reply: Reply, response: ResourceResponse, path: str) -> FoundBook:
    url = urljoin(reply.url, path)
    reports = response.properties.get(dav("supported-report-set"))
    privileges = response.properties.get(dav("current-user-privilege-set"))
    name = "".join(char for char in response.text(dav("displayname")) or "" if char.isprintable())[:200].strip()
    return FoundBook(
        url=url if url.endswith("/") else url + "/",
        name=name,
        ctag=response.text(f"{{{CS}}}getctag"),
        sync_token=response.text(dav("sync-token")),
        has_sync=bool(reports and dav("sync-collection") in reports.names),
        is_writable=privileges is None or bool(privileges.names & _WRITES),
    )
