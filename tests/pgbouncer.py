"""A pgbouncer between the tests and their PostgreSQL server, on a Unix socket of its own."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

PORT = 6432
SECONDS = 10.0


@contextmanager
def pooled(url: str, pool_mode: str) -> Iterator[str]:
    """The URL of the same database through a pgbouncer that shares two connections among its clients."""
    with psycopg.connect(url) as connection:
        host, port, name, user = (getattr(connection.info, part) for part in ("host", "port", "dbname", "user"))
    # the path of a socket has at most 107 bytes
    folder = Path(tempfile.mkdtemp(prefix="coterie-pgbouncer-", dir="/tmp"))
    settings = {
        "listen_addr": "", "listen_port": PORT, "unix_socket_dir": folder, "pool_mode": pool_mode,
        "auth_type": "any", "default_pool_size": 2, "max_client_conn": 100,
    }  # fmt: skip
    lines = [f"[databases]\n{name} = host={host} port={port} dbname={name} user={user}\n[pgbouncer]"]
    (folder / "pgbouncer.ini").write_text("\n".join([*lines, *(f"{key} = {settings[key]}" for key in settings)]) + "\n")
    binary = shutil.which("pgbouncer", path=os.defpath + ":/usr/sbin")
    if binary is None:
        raise FileNotFoundError("the tests need pgbouncer: install the package of that name")
    options: dict[str, int] = {}
    if os.geteuid() == 0:  # it refuses to run as root; the user of the server can reach its socket
        owner = Path(host).stat()
        os.chown(folder, owner.st_uid, owner.st_gid)
        options = {"user": owner.st_uid, "group": owner.st_gid}
    log = (folder / "log").open("wb")
    process = subprocess.Popen([binary, folder / "pgbouncer.ini"], stdout=log, stderr=log, cwd="/", **options)  # type: ignore[call-overload]
    try:
        deadline = time.monotonic() + SECONDS
        while not (folder / f".s.PGSQL.{PORT}").exists():
            assert time.monotonic() < deadline and process.poll() is None, (folder / "log").read_text()
            time.sleep(0.02)
        yield f"postgresql://{user}@/{name}?host={folder}&port={PORT}"
    finally:
        process.terminate()
        process.wait()
        log.close()
        shutil.rmtree(folder, ignore_errors=True)
