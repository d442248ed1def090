"""Real servers of address books, as processes on loopback; and an instance that may call them."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from coterie.outgoing import tls

PROGRAMS = Path(sys.prefix) / "dav" / "bin"


@dataclass(frozen=True)
class Server:
    """url: of its book. It takes any user name and password."""

    url: str
    root: str

    def put(self, name: str, card: str, **headers: str) -> httpx.Response:
        headers = {"Content-Type": "text/vcard; charset=utf-8", **headers}
        response = _request("PUT", f"{self.url}{name}", content=card.encode(), headers=headers)
        assert response.status_code in (200, 201, 204), response.text
        return response

    def get(self, name: str) -> str:
        return _request("GET", f"{self.url}{name}").text

    def delete(self, name: str) -> None:
        assert _request("DELETE", f"{self.url}{name}").is_success

    def names(self) -> list[str]:
        """The names of its cards."""
        body = '<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>'
        response = _request("PROPFIND", self.url, content=body, headers={"Depth": "1", "Content-Type": "text/xml"})
        pieces = {piece.split("<")[0].rpartition("/")[2] for piece in response.text.split("href>")}
        return sorted(piece for piece in pieces if piece.endswith(".vcf"))

    def cards(self) -> dict[str, str]:
        return {name: self.get(name) for name in self.names()}


def _request(method: str, url: str, **options: Any) -> httpx.Response:
    # a client makes certificates ready even for http, which takes 20 ms
    return httpx.request(method, url, auth=("u", "p"), verify=tls(), **options)


@contextmanager
def radicale(folder: Path) -> Iterator[Server]:
    port = free_port()
    command = [
        "radicale", "--server-hosts", f"127.0.0.1:{port}", "--storage-filesystem-folder", str(folder),
        "--auth-type", "none",
    ]  # fmt: skip
    with running(command, f"http://127.0.0.1:{port}/"):
        root = f"http://127.0.0.1:{port}/"
        body = (
            '<mkcol xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><set><prop><resourcetype><collection/>'
            "<c:addressbook/></resourcetype><displayname>Friends</displayname></prop></set></mkcol>"
        )
        assert _request("MKCOL", f"{root}u/friends/", content=body).status_code == 201
        yield Server(f"{root}u/friends/", root)


@contextmanager
def xandikos(folder: Path) -> Iterator[Server]:
    port = free_port()
    command = [
        "xandikos",
        "serve",
        "--no-detect-systemd",
        "--defaults",
        "-l",
        "127.0.0.1",
        "-p",
        str(port),
        "-d",
        str(folder),
    ]
    with running(command, f"http://127.0.0.1:{port}/"):
        root = f"http://127.0.0.1:{port}/"
        yield Server(f"{root}user/contacts/addressbook/", root)


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


@contextmanager
def running(command: list[str], url: str) -> Iterator[None]:
    """A program of the environment .venv/dav that answers at a URL; ended with the block."""
    assert (PROGRAMS / command[0]).exists(), f"{PROGRAMS / command[0]} is missing: make setup-dev installs it"
    process = subprocess.Popen(
        [PROGRAMS / "python", PROGRAMS / command[0], *command[1:]], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(600):
            try:
                _request("GET", url, timeout=1)
                break
            except httpx.HTTPError:
                assert process.poll() is None, "the server has ended"
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()
