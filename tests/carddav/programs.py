"""Real programs against a real server: vdirsyncer, khard and tsdav, which live in an environment of their own."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from carddav.dav_client import Dav

from coterie.app import create_app
from coterie.settings import Settings
from coterie.store.database import open_database

PROGRAMS = Path(sys.prefix) / "dav" / "bin"
SOURCES = Path(sys.prefix) / "dav" / "sources"


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """The address of a server on a free port. It opens the database of the settings, and closes it at its end."""
    config = uvicorn.Config(create_app(open_database(settings), settings), port=0, lifespan="on", log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


class Folder:
    """A folder that vdirsyncer keeps in sync with a book, and khard reads."""

    def __init__(self, place: Path, url: str, dav: Dav) -> None:
        assert PROGRAMS.exists(), f"{PROGRAMS} is missing: make setup-dev installs vdirsyncer and khard"
        self.place = place
        self.contacts = place / "contacts" / "contacts"
        (place / "vdirsyncer.conf").write_text(_VDIRSYNCER.format(url=url, user=dav.user, password=dav.password))
        (place / "khard.conf").write_text(_KHARD)

    def run(self, *command: str, stdin: str = "") -> str:
        program, *rest = command
        config = self.place / f"{program}.conf"
        done = subprocess.run(
            [PROGRAMS / program, "-c", config, *rest],
            cwd=self.place, input=stdin, capture_output=True, text=True, timeout=280,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def discover(self) -> str:
        return self.run("vdirsyncer", "discover", stdin="y\n" * 10)

    def sync(self) -> str:
        return self.run("vdirsyncer", "sync")

    def cards(self) -> dict[str, str]:
        """file name -> card"""
        return {file.name: file.read_bytes().decode() for file in sorted(self.contacts.glob("*.vcf"))}


_VDIRSYNCER = """
[general]
status_path = "./status/"
[pair people]
a = "local"
b = "remote"
collections = ["from b"]
conflict_resolution = null
metadata = ["displayname"]
[storage local]
type = "filesystem"
path = "./contacts/"
fileext = ".vcf"
[storage remote]
type = "carddav"
url = "{url}/dav/"
username = "{user}"
password = "{password}"
"""
_KHARD = """
[addressbooks]
[[people]]
path = ./contacts/contacts/
[general]
default_action = list
[vcard]
preferred_version = 3.0
"""
