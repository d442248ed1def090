"""A server of one address book in this process. It does what RFC 6352 and 6578 say, and misbehaves on request."""

import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit
from xml.sax.saxutils import escape

BOOK = "/book/"
NAMES = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav" xmlns:s="http://calendarserver.org/ns/"'
Answer = tuple[int, dict[str, str], bytes]


class Scripted:
    """cards: name -> card. has_sync: whether it reports changes by token. alters: what it makes of a card that it is
    given (it then names no ETag). statuses: (method, name) -> statuses of the next such requests. answer: takes over
    a request if it returns something. requests: (method, path, headers) of all of them."""

    def __init__(self) -> None:
        self.cards: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.change, self.gone = 0, dict[str, int]()
        self.has_sync = True
        self.oldest = 0
        self.page: int | None = None
        self.alters: Callable[[str], str] | None = None
        self.statuses: dict[tuple[str, str], list[int]] = {}
        self.headers: dict[str, str] = {}
        self.answer: Callable[[str, str, bytes], Answer | None] = lambda method, path, body: None
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self._http.handle_error = lambda *_: None  # type: ignore[method-assign]
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}{BOOK}"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def put(self, name: str, card: str) -> None:
        self.change += 1
        self.cards[name], self.versions[name] = card, self.change
        self.gone.pop(name, None)

    def delete(self, name: str) -> None:
        self.change += 1
        del self.cards[name]
        self.gone[name] = self.change

    def written(self) -> list[str]:
        """The methods of requests that change something, so far."""
        return [method for method, _, _ in self.requests if method in ("PUT", "DELETE")]

    # Answers ----------------------------------------------------------------------------------------------------------

    def respond(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        self.requests.append((method, path, headers))
        taken_over = self.answer(method, path, body)
        if taken_over is not None:
            return taken_over
        name = unquote(path.removeprefix(BOOK))
        planned = self.statuses.get((method, name))
        if planned:
            return planned.pop(0), dict(self.headers), b""
        if method == "PROPFIND":
            return self._propfind(headers.get("depth", "0"))
        if method == "REPORT":
            return self._sync(body) if b"sync-collection" in body else self._multiget(body)
        if method == "PUT":
            return self._put(name, headers, body)
        if name not in self.cards:
            return 404, {}, b""
        if method == "DELETE":
            if not self._matches(name, headers):
                return 412, {}, b""
            self.delete(name)
            return 204, {}, b""
        return 200, {"ETag": self.etag(name), "Content-Type": "text/vcard"}, self.cards[name].encode()

    def etag(self, name: str) -> str:
        return f'"{self.versions[name]}"'

    def _matches(self, name: str, headers: dict[str, str]) -> bool:
        if headers.get("if-none-match") == "*":
            return name not in self.cards
        wanted = headers.get("if-match")
        return wanted is None or (name in self.cards and wanted == self.etag(name))

    def _put(self, name: str, headers: dict[str, str], body: bytes) -> Answer:
        assert "if-match" in headers or "if-none-match" in headers, "every write has a condition"
        if headers.get("if-match") and name not in self.cards:
            return 404, {}, b""
        if not self._matches(name, headers):
            return 412, {}, b""
        card = body.decode()
        self.put(name, self.alters(card) if self.alters else card)
        return (204, {}, b"") if self.alters else (204, {"ETag": self.etag(name)}, b"")

    def _propfind(self, depth: str) -> Answer:
        sync = "<d:supported-report><d:report><d:sync-collection/></d:report></d:supported-report>"
        token = f"<d:sync-token>{self.token()}</d:sync-token>" if self.has_sync else ""
        own = (
            "<d:resourcetype><d:collection/><c:addressbook/></d:resourcetype><d:displayname>Friends</d:displayname>"
            f"<s:getctag>{self.change}</s:getctag>{token}"
            f"<d:supported-report-set>{sync if self.has_sync else ''}</d:supported-report-set>"
        )
        return multistatus(found(BOOK, own) + ("".join(map(self._listed, self.cards)) if depth == "1" else ""))

    def token(self) -> str:
        return f"urn:token:{self.change}"

    def _listed(self, name: str) -> str:
        return found(BOOK + escape(name), f"<d:getetag>{escape(self.etag(name))}</d:getetag><d:resourcetype/>")

    def _sync(self, body: bytes) -> Answer:
        if not self.has_sync:
            return 403, {}, b""
        match = re.search(rb"urn:token:(\d+)", body)
        after = int(match[1]) if match else -1
        if match and after < self.oldest:
            return 403, {}, f"<d:error {NAMES}><d:valid-sync-token/></d:error>".encode()
        changed = sorted((version, name) for name, version in self.versions.items() if name in self.cards)
        rows = [(v, self._listed(name)) for v, name in changed if v > after]
        if match:
            rows += [(v, status(BOOK + escape(name), 404)) for name, v in self.gone.items() if v > after]
        rows.sort()
        token = self.token()
        if self.page is not None and len(rows) > self.page:
            rows = rows[: self.page]
            token = f"urn:token:{rows[-1][0]}"
            return multistatus("".join(text for _, text in rows) + status(BOOK, 507), token)
        return multistatus("".join(text for _, text in rows), token)

    def _multiget(self, body: bytes) -> Answer:
        names = [
            unquote(urlsplit(href).path.removeprefix(BOOK)) for href in re.findall(r"<d:href>([^<]*)<", body.decode())
        ]
        return multistatus("".join(map(self._with_data, names)))

    def _with_data(self, name: str) -> str:
        if name not in self.cards:
            return status(BOOK + escape(name), 404)
        data = f"<d:getetag>{self.etag(name)}</d:getetag><c:address-data>{escape(self.cards[name])}</c:address-data>"
        return found(BOOK + escape(name), data)


def found(href: str, properties: str) -> str:
    """A response with properties."""
    return (
        f"<d:response><d:href>{href}</d:href><d:propstat><d:prop>{properties}</d:prop>"
        "<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
    )


def status(href: str, code: int) -> str:
    """A response with a status alone."""
    return f"<d:response><d:href>{href}</d:href><d:status>HTTP/1.1 {code} x</d:status></d:response>"


def multistatus(responses: str, token: str = "") -> Answer:
    ending = f"<d:sync-token>{token}</d:sync-token>" if token else ""
    body = f'<?xml version="1.0"?><d:multistatus {NAMES}>{responses}{ending}</d:multistatus>'
    return 207, {"Content-Type": "application/xml"}, body.encode()


def _handler(server: Scripted) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            code, fields, content = server.respond(self.command, self.path, headers, body)
            self.send_response(code)
            for name, value in fields.items():
                self.send_header(name, value)
            if code != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_DELETE = do_PROPFIND = do_REPORT = answer

        def log_message(self, *_: object) -> None:
            pass

    return Handler
