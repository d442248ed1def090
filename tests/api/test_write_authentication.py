"""A write is authenticated in its own transaction: what ends while its body is on its way ends the write."""

import asyncio
import gc
import json
from collections.abc import Callable
from typing import Any

import pytest
from client import Client
from r0_client import R0
from world import World

from coterie.actions.access_tokens import create_access_token, revoke_access_token
from coterie.actions.logins import log_in
from coterie.actions.members import remove_member
from coterie.http.recent import Recent
from coterie.store.database import Tx

INRO, UPLOAD = b'{"contact":{"username":"late.one"}}', b"first_name\r\nLate\r\n"
PEOPLE = b'{"contact":{"first_name":"Late","relationship_type":1}}'
PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n"


def multipart(data: bytes) -> bytes:
    return b'--x\r\nContent-Disposition: form-data; name="upload"; filename="a"\r\n\r\n' + data + b"\r\n--x--\r\n"


async def slowly(client: Client, path: str, body: bytes, token: str, meanwhile: Callable[[], None]) -> tuple[int, Any]:
    """(status, JSON) of a POST whose last byte arrives after meanwhile()."""
    kind = b"multipart/form-data; boundary=x" if body.startswith(b"--x") else b"application/json"
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": path, "raw_path": path.encode(), "root_path": "", "query_string": b"", "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
        "headers": [(b"host", b"testserver"), (b"content-type", kind), (b"authorization", b"Bearer " + token.encode())],
    }  # fmt: skip
    pieces, sent = [body[-1:], body[:-1]], []

    async def receive() -> Any:
        piece = pieces.pop()
        if not pieces:
            await asyncio.to_thread(meanwhile)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: Any) -> None:
        sent.append(message)

    await client.app(scope, receive, send)
    return sent[0]["status"], json.loads(b"".join(each.get("body", b"") for each in sent[1:]))


def counts(tx: Tx, world: World) -> list[int]:
    names = ("contacts", "imports", "attachments", "jobs", "events")
    query = "SELECT count(*) FROM {} WHERE organization_id = :id"
    rows = [tx.one(query.format(name), {"id": world.alice.organization_id}) for name in names]
    return [row[0] for row in rows if row]


@pytest.mark.parametrize("end", ["revoke", "expire", "log out", "remove"])
@pytest.mark.parametrize("route", ["inro", "r0", "attachment", "import"])
def test_a_write_whose_token_ends_before_its_last_byte_writes_nothing(
    client: Client, r0: R0, world: World, route: str, end: str
) -> None:
    assert world.bob.user_id
    with world.database.write() as tx:
        token_id, token = create_access_token(tx, world.alice, user_id=world.bob.user_id, name="slow")
        login, *_ = log_in(tx, world.bob.user_id, "test")
        row = tx.one("SELECT email FROM users WHERE id = :id", {"id": world.bob.user_id})
    assert row
    before: list[int] = []

    def meanwhile() -> None:
        with world.database.write() as tx:
            if end == "revoke":
                revoke_access_token(tx, world.alice, token_id)
            elif end == "remove":
                remove_member(tx, world.alice, row[0])
            elif end == "log out":
                tx.run("UPDATE access_tokens SET revoked_at = created_at WHERE user_id = :id AND all_organizations",
                       {"id": world.bob.user_id})  # fmt: skip
            else:
                tx.run("UPDATE access_tokens SET expires_at = created_at WHERE id = :id", {"id": token_id})
            before.extend(counts(tx, world))

    path, body = {
        "inro": ("/api/v1/contacts", INRO),
        "r0": (f"{r0.base}/contacts", PEOPLE),
        "attachment": (f"{r0.base}/contacts/{world.marge.uuid}/attachments", multipart(PDF)),
        "import": (f"{r0.base}/imports", multipart(UPLOAD)),
    }[route]
    used = login if end == "log out" else token
    status, response = client._loop.run_until_complete(slowly(client, path, body, used, meanwhile))
    assert status == 401, response
    with world.database.read() as tx:
        assert counts(tx, world) == before


def test_a_token_that_ends_between_two_writes_ends_the_second(client: Client, world: World) -> None:
    with world.database.write() as tx:
        token_id, token = create_access_token(tx, world.alice, user_id=world.alice.user_id, name="quick")

    def write(bio: str) -> int:
        body = json.dumps({"contact": {"bio": bio}}).encode()
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        return client.call("PUT", f"/api/v1/contacts/{world.marge.id}", body=body, headers=headers).status

    assert write("first") == write("second") == 200
    with world.database.write() as tx:
        revoke_access_token(tx, world.alice, token_id)
    assert write("third") == write("fourth") == 401
    with world.database.read() as tx:
        row = tx.one("SELECT bio FROM contacts WHERE organization_id = :o AND id = :id",
                     {"o": world.organization.id, "id": world.marge.id})  # fmt: skip
    assert row == ("second",)


@pytest.mark.parametrize("end", ["revoke", "remove"])
def test_only_the_first_write_after_a_token_has_ended_has_its_body_read(client: Client, world: World, end: str) -> None:
    assert world.bob.user_id
    with world.database.write() as tx:
        token_id, token = create_access_token(tx, world.alice, user_id=world.bob.user_id, name="quick")
        row = tx.one("SELECT email FROM users WHERE id = :id", {"id": world.bob.user_id})
    assert row
    bodies_read: list[None] = []

    def write() -> int:
        sent = slowly(client, "/api/v1/contacts", INRO, token, lambda: bodies_read.append(None))
        return client._loop.run_until_complete(sent)[0]

    assert write() == 201
    with world.database.write() as tx:
        if end == "revoke":
            revoke_access_token(tx, world.alice, token_id)
        else:
            remove_member(tx, world.alice, row[0])
    assert [write(), write(), write()] == [401] * 3
    assert len(bodies_read) == 2


def test_no_token_stays_in_memory(client: Client, world: World) -> None:
    alice = client.with_token(world.alice_token)
    assert alice.put(f"/api/v1/contacts/{world.marge.id}", {"contact": {"notes": "new"}}).status == 200
    recent = [each for each in gc.get_objects() if isinstance(each, Recent)]
    assert any(len(each) for each in recent)
    assert not [key for each in recent for key in each._found if world.alice_token in key]
