"""The floor: the cost of the same requests without Coterie. A bare ASGI application on uvicorn with apsw.

It runs the same queries on the same file, sends the same bodies, checks the token by the same query, and writes in one
thread with group commit and the same durability. It has no framework, validation, read transactions, savepoints, logs
or metrics.

    python -m bench.floor FILE PORT
"""

import asyncio
import hashlib
import queue
import sys
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import apsw
import msgspec
import uvicorn
import uvloop
from msgspec import Raw, Struct

from bench.floor_parts import read_with_parts
from coterie.model import times
from coterie.model.text import sort_key

TOKEN = (
    "SELECT t.organization_id, o.uuid, o.country, t.user_id, t.scopes, t.id, t.all_organizations, t.last_used_at"
    " FROM access_tokens t JOIN organizations o ON o.id = t.organization_id"
    " JOIN memberships m ON m.organization_id = t.organization_id AND m.user_id = t.user_id"
    " WHERE t.token_hash = ? AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > ?)"
)
COLUMNS = (
    "c.id, c.display_name, c.first_name, c.middle_name, c.last_name, c.username, c.status, c.pinned_note,"
    " c.is_follower, c.email, c.phone, c.language, c.follower_count, c.follower_growth, c.bio, c.website,"
    " c.created_at, c.updated_at, c.profile_picture_url, c.name_prefix, c.name_suffix, c.nickname, c.deleted_at"
)
ONE = f"SELECT {COLUMNS} FROM contacts c WHERE c.organization_id = ? AND c.id = ?"
PAGE = (
    f"SELECT {COLUMNS} FROM (SELECT id AS page_id FROM contacts WHERE organization_id = ?1 AND deleted_at IS NULL"
    " ORDER BY id LIMIT ?2 OFFSET ?3) page CROSS JOIN contacts c WHERE c.organization_id = ?1 AND c.id = page.page_id"
    " ORDER BY c.id"
)
TOTAL = "SELECT value FROM counters WHERE organization_id = ? AND name = 'contacts'"
IN_LIST = "IN (SELECT value FROM json_each(?))"
FOLDERS = (
    "SELECT cf.contact_id, f.id, f.name FROM contact_folders cf JOIN folders f"
    " ON f.organization_id = cf.organization_id AND f.id = cf.folder_id"
    " WHERE cf.organization_id = ? AND cf.contact_id {} ORDER BY cf.contact_id, f.id"
)
VALUES = (
    "SELECT contact_id, slug, value FROM property_values WHERE organization_id = ? AND contact_id {}"
    " ORDER BY contact_id, slug"
)
RECENT = (
    "SELECT contact_id, kind, text, happened_at, direction FROM interactions INDEXED BY interactions_recent"
    " WHERE organization_id = ? AND contact_id {} AND is_recent"
    " ORDER BY contact_id DESC, kind DESC, happened_at DESC, id DESC"
)
PARTS_OF_ONE = tuple(sql.format("= ?") for sql in (FOLDERS, VALUES, RECENT))
PARTS_OF_MANY = tuple(sql.format(IN_LIST) for sql in (FOLDERS, VALUES, RECENT))
UPDATE = "UPDATE contacts SET bio = ?, updated_at = ?, bio_key = ?, revision = ? WHERE organization_id = ? AND id = ?"
NUMBER = (
    "INSERT INTO counters (organization_id, name, value) VALUES (?, 'event_id', 1)"
    " ON CONFLICT (organization_id, name) DO UPDATE SET value = counters.value + 1 RETURNING value"
)
EVENT = (
    "INSERT INTO events (organization_id, id, kind, subject_id, user_id, via, import_id, changes,"
    " happened_at) VALUES (?, ?, 'contact.updated', ?, ?, 'inro', NULL, ?, ?)"
)
NAMED = "INSERT INTO event_contacts (organization_id, event_id, contact_id) VALUES (?, ?, ?)"


class Folder(Struct):
    id: int
    name: str


class Message(Struct):
    content: str | None
    received_at: str
    received: bool


class Text(Struct):
    text: str | None
    received_at: str


class Contact(Struct):
    id: int
    name: str | None
    username: str | None
    instagram_url: str | None
    profile_picture: str | None
    status: str
    notes: str | None
    is_follower: bool | None
    email: str | None
    real_name: str | None
    phone: str | None
    language: str | None
    follower_count: int | None
    follower_growth: int | None
    bio: str | None
    website: str | None
    created_at: str
    updated_at: str
    custom_properties: dict[str, Raw]
    folders: list[Folder]
    last_messages: list[Message]
    last_comments: list[Text]
    last_mentions: list[Text]


encode = msgspec.json.Encoder().encode


def present(row: tuple[Any, ...]) -> Contact:
    real_name = " ".join([part for part in (row[19], row[2], row[3], row[4], row[20]) if part]) or None
    return Contact(*(
        row[0], row[1] or real_name or row[21], row[5],
        f"https://www.instagram.com/{row[5]}" if row[5] else None, row[18], row[6], row[7],
        None if row[8] is None else bool(row[8]), row[9], real_name, *row[10:18], {}, [], [], [], [],
    ))  # fmt: skip


def add_parts(execute: Callable[..., Any], sqls: tuple[str, ...], who: tuple[Any, ...], found: list[Contact]) -> None:
    by_id = {contact.id: contact for contact in found}
    for contact_id, folder_id, name in execute(sqls[0], who):
        by_id[contact_id].folders.append(Folder(folder_id, name))
    for contact_id, slug, value in execute(sqls[1], who):
        by_id[contact_id].custom_properties[slug] = Raw(value)
    for contact_id, kind, text, at, direction in execute(sqls[2], who):
        if kind == "message":
            by_id[contact_id].last_messages.append(Message(text, at, direction == "incoming"))
        elif kind == "comment":
            by_id[contact_id].last_comments.append(Text(text, at))
        else:
            by_id[contact_id].last_mentions.append(Text(text, at))


def read_one(execute: Callable[..., Any], organization_id: int, contact_id: int) -> Contact | None:
    row = execute(ONE, (organization_id, contact_id)).fetchone()
    if row is None or row[22] is not None:
        return None
    contact = present(row)
    add_parts(execute, PARTS_OF_ONE, (organization_id, contact_id), [contact])
    return contact


def read_page(execute: Callable[..., Any], organization_id: int, size: int, skip: int) -> tuple[list[Contact], int]:
    (total,) = execute(TOTAL, (organization_id,)).fetchone()
    found = [present(row) for row in execute(PAGE, (organization_id, size, skip))]
    ids = encode([contact.id for contact in found]).decode()
    add_parts(execute, PARTS_OF_MANY, (organization_id, ids), found)
    return found, total


def write_bio(execute: Callable[..., Any], caller: tuple[Any, ...], contact_id: int, bio: str) -> Contact | None:
    organization_id, user_id = caller[0], caller[3]
    row = execute(ONE, (organization_id, contact_id)).fetchone()
    if row is None or row[22] is not None:
        return None
    if row[14] == bio:
        return read_one(execute, organization_id, contact_id)
    now = times.now()
    (number,) = execute(NUMBER, (organization_id,)).fetchone()
    execute(UPDATE, (bio, now, sort_key(bio), number, organization_id, contact_id))
    changes = encode({"bio": [row[14], bio]}).decode()
    execute(EVENT, (organization_id, number, str(contact_id), user_id, changes, now))
    execute(NAMED, (organization_id, number, contact_id))
    contact = present((*row[:14], bio, row[15], row[16], now, *row[18:]))
    add_parts(execute, PARTS_OF_ONE, (organization_id, contact_id), [contact])
    return contact


def open_file(path: str) -> apsw.Connection:
    connection = apsw.Connection(path)
    connection.set_busy_timeout(10_000)
    for pragma in ("foreign_keys=ON", "temp_store=MEMORY", "mmap_size=268435456", "cache_size=-16384"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


class Writer:
    """One thread that writes up to 64 queued units in one transaction."""

    def __init__(self, path: str) -> None:
        self.connection = open_file(path)
        self.queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        threading.Thread(target=self.run, daemon=True).start()

    async def write(self, work: Callable[[Callable[..., Any]], Any]) -> Any:
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        self.queue.put((work, future, loop))
        return await future

    def run(self) -> None:
        execute = self.connection.execute
        while True:
            group = [self.queue.get()]
            while len(group) < 64 and not self.queue.empty():
                group.append(self.queue.get_nowait())
            execute("BEGIN IMMEDIATE")
            results = [(future, work(execute)) for work, future, _ in group]
            execute("COMMIT")
            group[0][2].call_soon_threadsafe(resolve, results)


def resolve(results: list[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, result in results:
        if not future.done():
            future.set_result(result)


class Floor:
    def __init__(self, path: str) -> None:
        self.execute = open_file(path).execute
        self.writer = Writer(path)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        status, body, headers = await self.respond(scope, receive)
        headers += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def respond(self, scope: Any, receive: Any) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
        token = next((v[7:] for name, v in scope["headers"] if name == b"authorization"), b"")
        caller = self.execute(TOKEN, (hashlib.sha256(token).hexdigest(), times.now())).fetchone()
        if caller is None:
            return 401, b"{}", []
        path: str = scope["path"]
        if scope["method"] == "PUT":
            bio = msgspec.json.decode((await receive())["body"])["contact"]["bio"]
            contact_id = int(path.rpartition("/")[2])
            found = await self.writer.write(lambda execute: write_bio(execute, caller, contact_id, bio))
            return (200, encode(found), []) if found else (404, b"{}", [])
        query = parse_qs(scope["query_string"].decode())
        if path.startswith("/api/v1/orgs/"):
            organization_uuid, _, uuid = path.removeprefix("/api/v1/orgs/").split("/")
            contact = read_with_parts(self.execute, caller[0], uuid) if organization_uuid == caller[1] else None
            return (200, encode(contact), []) if contact else (404, b"{}", [])
        if path == "/api/v1/contact":
            found = read_one(self.execute, caller[0], int(query["id"][0]))
            return (200, encode(found), []) if found else (404, b"{}", [])
        size, page = int(query["per_page"][0]), int(query["page"][0])
        contacts, total = read_page(self.execute, caller[0], size, (page - 1) * size)
        return 200, encode(contacts), [(b"x-total", str(total).encode())]


async def main() -> None:
    config = uvicorn.Config(
        Floor(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), loop="uvloop", http="httptools", ws="none",
        lifespan="off", log_config=None, access_log=False, server_header=False, proxy_headers=False,
    )  # fmt: skip
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    uvloop.run(main())
