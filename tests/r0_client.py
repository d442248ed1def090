"""Calls R0's contract: paths relative to an organization, bodies in each of the three encodings."""

import json
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from client import Client, Response

ENCODINGS = ("json", "form", "multipart")
_BOUNDARY = "----evergreen"


@dataclass(frozen=True)
class R0:
    """base: /api/v1/orgs/<organization>. Paths are relative to it, but for those that begin with /api."""

    client: Client
    base: str

    def get(self, path: str, **query: Any) -> Response:
        return self.client.call("GET", self._at(path), query=query)

    def post(self, path: str, body: Any = None, encoding: str = "json") -> Response:
        return self.send("POST", path, body, encoding)

    def patch(self, path: str, body: Any = None, encoding: str = "json") -> Response:
        return self.send("PATCH", path, body, encoding)

    def put(self, path: str) -> Response:
        return self.client.call("PUT", self._at(path))

    def delete(self, path: str, **query: Any) -> Response:
        return self.client.call("DELETE", self._at(path), query=query)

    def send(self, method: str, path: str, body: Any = None, encoding: str = "json") -> Response:
        """Sends nested values as JSON, as bracketed form fields or as multipart."""
        media_type, content = encode(body, encoding) if body is not None else ("application/json", b"")
        return self.client.call(method, self._at(path), body=content, headers={"content-type": media_type})

    def curl(self, method: str, path: str, *fields: str) -> Response:
        """Sends what `curl -X method -d field -d field` does: each field as it stands, without encoding."""
        headers = {"content-type": "application/x-www-form-urlencoded"} if fields else {}
        return self.client.call(method, self._at(path), body="&".join(fields).encode(), headers=headers)

    def shell(self, command: str, **ids: str) -> Response:
        """Runs a curl command of R0's documentation, with its :ids and the token replaced."""
        words = shlex.split(command.replace("\\\n", " "))
        assert words.pop(0) == "curl"
        url = urlsplit(words.pop(0))
        method, path, fields, parts = "GET", url.path, [], []
        for option, value in zip(words[::2], words[1::2], strict=True):
            if option == "-X":
                method = value
            elif option == "-d":
                fields.append(value)
            elif option == "-F":
                parts.append(value.split("=", 1))
            else:
                assert (option, value) == ("-H", "Authorization: Bearer <token>")
        for name, given in {"org_id": self.base.rpartition("/")[2], **ids}.items():
            path = path.replace(f":{name}", given)
        assert ":" not in path, path
        if not parts:
            return self.curl(method, path, *fields)
        return self.client.call(
            method, path, body=_multipart(parts), headers={"content-type": f"multipart/form-data; boundary={_BOUNDARY}"}
        )

    def _at(self, path: str) -> str:
        return path if path.startswith("/api/") else self.base + path


def encode(body: Any, encoding: str) -> tuple[str, bytes]:
    """(media type, bytes) of nested values."""
    if encoding == "json":
        return "application/json", json.dumps(body).encode()
    pairs = [(key, _text(value)) for key, value in _flatten(body, "")]
    if encoding == "form":
        return "application/x-www-form-urlencoded", urlencode(pairs).encode()
    return f"multipart/form-data; boundary={_BOUNDARY}", _multipart(pairs)


def _multipart(pairs: Iterable[Sequence[str]]) -> bytes:
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in pairs
    ]
    return ("".join(parts) + f"--{_BOUNDARY}--\r\n").encode()


def _flatten(value: Any, name: str) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [pair for key, each in value.items() for pair in _flatten(each, f"{name}[{key}]" if name else key)]
    if isinstance(value, list):
        return [pair for each in value for pair in _flatten(each, f"{name}[]")]
    return [(name, value)]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
