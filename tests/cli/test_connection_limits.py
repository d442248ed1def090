"""What a client may send to `coterie serve`, how long it may take, and how many may be connected."""

import http.client
import socket
import time
from pathlib import Path

import pytest
from instance import Instance, running

from coterie.cli.protocol import HEAD_BYTES_MAX, HEAD_SECONDS_MAX

pytestmark = pytest.mark.slow

GET = b"GET /healthz HTTP/1.1\r\nHost: a\r\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def connect(instance: Instance) -> socket.socket:
    return socket.create_connection(("127.0.0.1", instance.port), timeout=20)


def read_response(connection: socket.socket) -> tuple[int, bytes]:
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response.status, response.read()


def is_ended(connection: socket.socket, within: float) -> bool:
    """Whether the server ends it, without a byte of a response."""
    connection.settimeout(within)
    try:
        return connection.recv(100) == b""
    except ConnectionError:
        return True
    except TimeoutError:
        return False


def test_headers_have_64_kilobytes(folder: Path) -> None:
    with running(folder) as instance:
        for headers in (b"X-A: " + b"a" * 3 * HEAD_BYTES_MAX, b"X-A: b\r\n" * 20_000, b"X-A: " + b"a" * HEAD_BYTES_MAX):
            with connect(instance) as connection:
                connection.sendall(GET + headers + b"\r\n\r\n")
                status, body = read_response(connection)
                assert (status, body) == (431, b'{"error":"The headers are larger than 65536 bytes"}')
        with connect(instance) as connection:
            connection.sendall(GET + b"X-A: " + b"a" * 60_000 + b"\r\n\r\n")
            assert read_response(connection)[0] == 200
        # a head and a large body in one piece
        with connect(instance) as connection:
            connection.sendall(GET.replace(b"GET", b"POST") + b"Content-Length: 200000\r\n\r\n" + b"a" * 200_000)
            assert read_response(connection)[0] == 405


def test_trailers_and_sizes_of_chunks_are_limited_too(folder: Path) -> None:
    with running(folder) as instance, connect(instance) as connection:
        connection.sendall(b"POST /instagram/webhook HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
        with pytest.raises(ConnectionError):
            for _ in range(200):
                connection.sendall(b"X-A: " + b"a" * 65_536 + b"\r\n")
                time.sleep(0.01)
        assert instance.call("GET", "/healthz")[0] == 200


def test_a_head_has_ten_seconds(folder: Path) -> None:
    with running(folder) as instance:
        silent, slow, repeated = connect(instance), connect(instance), connect(instance)
        slow.sendall(GET)
        repeated.sendall(GET + b"\r\n")
        assert read_response(repeated)[0] == 200
        begin = time.monotonic()
        repeated.sendall(b"\r\n")  # empty lines before a request are no request
        while time.monotonic() - begin < HEAD_SECONDS_MAX - 2:
            time.sleep(1)
            slow.sendall(b"X-A: a\r\n")
        assert is_ended(slow, 6)
        assert is_ended(silent, 4)
        assert is_ended(repeated, 4)
        for connection in (silent, slow, repeated):
            connection.close()


def test_beyond_the_limit_the_connection_that_waited_longest_makes_room(folder: Path) -> None:
    with running(folder, connections_max="10") as instance:
        idle = [connect(instance)]
        time.sleep(0.1)
        idle += [connect(instance) for _ in range(9)]
        for connection in idle[1:]:
            connection.sendall(GET)
        time.sleep(0.2)
        with connect(instance) as another:
            another.sendall(GET + b"\r\n")
            assert read_response(another)[0] == 200
        assert is_ended(idle[0], 2)
        idle[5].sendall(b"\r\n")
        assert read_response(idle[5])[0] == 200
        for connection in idle:
            connection.close()
