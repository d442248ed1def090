"""A PostgreSQL that cannot be used is refused at once, in one line that says what mends it."""

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from postgres import Server

from coterie.errors import Unavailable
from coterie.store.postgres.server import check_server

SECONDS_MAX = 5.0
# longer than a name may be, so that no resolver is asked
LONG_HOST = ".".join(["a" * 60] * 5)


def refusal(url: str) -> str:
    started = time.monotonic()
    with pytest.raises(Unavailable) as refused:
        check_server(url, seconds=30.0)
    assert time.monotonic() - started < SECONDS_MAX
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.fixture
def url(postgres: Server) -> Iterator[str]:
    url = postgres.create_database()
    yield url
    postgres.drop_database(url)


def test_a_database_that_can_be_used_is_accepted(url: str) -> None:
    check_server(url, seconds=5.0)


def test_a_missing_database_is_named(url: str) -> None:
    name = urlsplit(url).path.lstrip("/")
    said = refusal(url.replace(f"/{name}", "/no_such_database"))
    assert said.startswith("PostgreSQL refuses COTERIE_DATABASE_URL: ") and "no_such_database" in said


def test_an_unknown_role_is_named_and_no_password_shown(url: str) -> None:
    with psycopg.connect(url) as connection:
        host, port = connection.info.host, connection.info.port
        name = connection.info.dbname
    said = refusal(f"postgresql://nobody:s3cret@/{name}?host={host}&port={port}")
    assert "nobody" in said and "s3cret" not in said


def test_a_role_that_may_not_create_tables_is_told_the_statement(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        host, port, name = connection.info.host, connection.info.port, connection.info.dbname
        connection.execute(f"CREATE ROLE guest_of_{name} LOGIN PASSWORD 'secret'")
    try:
        said = refusal(f"postgresql://guest_of_{name}:secret@/{name}?host={host}&port={port}")
        assert said == (
            f"guest_of_{name} may not create tables in the database {name}:"
            f" ALTER DATABASE {name} OWNER TO guest_of_{name}"
        )
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP ROLE guest_of_{name}")


def test_another_encoding_is_refused(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        host, port, user = connection.info.host, connection.info.port, connection.info.user
        name = f"{connection.info.dbname}_latin"
        connection.execute(f"CREATE DATABASE {name} ENCODING LATIN1 LOCALE 'C' TEMPLATE template0")
    try:
        said = refusal(f"postgresql://{user}@/{name}?host={host}&port={port}")
        assert "encoding LATIN1" in said and "createdb --encoding UTF8" in said
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name}")


def test_a_server_that_is_not_there_is_waited_for() -> None:
    started = time.monotonic()
    with pytest.raises(Unavailable, match="does not respond"):
        check_server("postgresql://nobody@127.0.0.1:1/nothing", seconds=0.5)
    assert time.monotonic() - started >= 0.5


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://nobody@127.0.0.1:1/nothing", "Connection refused"),
        ("postgresql://nobody@127.0.0.1:1,127.0.0.1:2/nothing", "Connection refused"),
        ("postgresql://nobody@127.0.0.1:port/nothing", 'invalid integer value "port" for connection option "port"'),
        (f"postgresql://nobody@{LONG_HOST}/nothing", f"failed to resolve host '{LONG_HOST}'"),
        ("postgresql:///nothing?host=/no/such/folder", "No such file or directory"),
    ],
)
def test_the_reason_why_it_does_not_respond_is_named(url: str, reason: str) -> None:
    with pytest.raises(Unavailable) as refused:
        check_server(url, seconds=0)
    assert str(refused.value).startswith(f"PostgreSQL does not respond at COTERIE_DATABASE_URL: {reason}")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://nobody@127.0.0.1:1/nothing?sslmode=perhaps", 'invalid sslmode value: "perhaps"'),
        ("postgresql://nobody@127.0.0.1:1/nothing?host=1&nonsense=2", 'invalid URI query parameter: "nonsense"'),
        ("postgresql://nobody@db..home/nothing", "a part of its host name is empty or longer than 63 characters"),
    ],
)
def test_a_url_that_can_never_work_is_refused_at_once(url: str, reason: str) -> None:
    assert refusal(url) == f"COTERIE_DATABASE_URL is not a PostgreSQL URL: {reason}"
