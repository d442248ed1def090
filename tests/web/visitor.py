"""A browser without a screen: calls the pages in this process, keeps cookies and sends the tokens of forms."""

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from client import Client, Response
from world import PASSWORD

from coterie.model.sessions import form_token


@dataclass
class Visitor:
    """One browser. is_fragment: every request is one of htmx."""

    client: Client
    cookies: dict[str, str] = field(default_factory=dict)
    is_fragment: bool = False

    def get(self, path: str, **query: Any) -> Response:
        return self._call("GET", path, query=query)

    def post(self, path: str, _headers: dict[str, str] | None = None, **fields: Any) -> Response:
        """Sends a form with the token of the last page; fields whose value is a list are repeated as name[]."""
        pairs: list[tuple[str, str]] = []
        for name, value in {"form_token": self.token, **fields}.items():
            pairs += [(f"{name}[]", each) for each in value] if isinstance(value, list) else [(name, value)]
        headers = {"content-type": "application/x-www-form-urlencoded", **(_headers or {})}
        return self._call("POST", path, body=urlencode(pairs).encode(), headers=headers)

    def upload(self, path: str, field: str, filename: str, content: bytes, **fields: str) -> Response:
        """Sends a form with a file; fields: other values of the form."""
        body = self.form_with_file(field, filename, content, fields.pop("token", self.token), **fields)
        return self._call("POST", path, body=body, headers={"content-type": "multipart/form-data; boundary=b"})

    def form_with_file(self, field: str, filename: str, content: bytes, token: str, **fields: str) -> bytes:
        """The body of a multipart form with its token, other fields and a file."""
        escaped = filename.replace('"', "%22")
        parts = [
            *(
                f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
                for name, value in {"form_token": token, **fields}.items()
            ),
            f'--b\r\nContent-Disposition: form-data; name="{field}"; filename="{escaped}"\r\n\r\n'.encode(),
            content,
            b"\r\n--b--\r\n",
        ]
        return b"".join(parts)

    @property
    def cookie(self) -> str:
        """The header of a request with the cookies of this browser."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    @property
    def token(self) -> str:
        """The token of the forms; a first page is read for it, as a browser does."""
        if not self.cookies:
            self.get("/sign-in")
        return form_token(self.cookies.get("coterie_session") or self.cookies.get("coterie_visitor", ""))

    def sign_in(self, email: str, password: str = PASSWORD) -> Response:
        return self.post("/sign-in", email=email, password=password)

    def _call(self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any) -> Response:
        sent = {"cookie": self.cookie}
        if self.is_fragment:
            sent["hx-request"] = "true"
        response = self.client.call(method, path, headers=sent | (headers or {}), **options)
        for value in response.set_cookies:
            name, _, rest = value.partition("=")
            if "Max-Age=0" in rest:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = rest.split(";")[0]
        return response


def text_of(response: Response) -> str:
    """The text of a page without its markup."""
    body = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", response.body.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def elements_of(response: Response) -> list[tuple[str, list[str]]]:
    """(tag, names of attributes) of each element, as a browser reads the page."""
    elements: list[tuple[str, list[str]]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: elements.append((tag, [name for name, _ in attrs]))  # type: ignore[method-assign]
    parser.feed(response.body.decode())
    return elements
