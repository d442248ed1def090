"""Input that is broken, hostile or merely unusual: a clear error or a correct result, never a 500, never half of it."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from client import Client, Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import World, make_world

from coterie.actions.contacts import update_contact
from coterie.app import create_app
from coterie.settings import Settings
from coterie.store.database import Database

PATH = "/api/v1/contacts/1"
JSON = {"content-type": "application/json"}
MALFORMED = "Problem: message body does not match declared format\nResolution: "


def put(inro: Client, body: bytes, media_type: str = "application/json") -> Response:
    return inro.call("PUT", PATH, body=body, headers={"content-type": media_type})


# JSON -----------------------------------------------------------------------------------------------------------------


DIGITS, BRACKETS = b"9" * 5000, b"[" * 20_000 + b"]" * 20_000


@pytest.mark.parametrize(
    "body",
    [
        b"{", b'{"contact": ', b'{"contact": {"language": "fr"}} x', b"{'contact': {}}", b'{"contact": {"bio": fr}}',
        b"[]", b'"x"', b"5", b"null", b"true", b"\xff\xfe{\x00}\x00", b'{"contact": {"name": "\xff\xfe"}}',
        b'{"contact": {"name": "\xed\xa0\x80"}}', b'{"contact": {"name": "\\ud800"}}', b'{"contact": {"x": "\\u12"}}',
        b'{"contact": {"name": "a\nb"}}', b'{"contact": {"x": 1e400}}', b'{"contact": {"x": -1e999}}',
        b'{"contact": {"x": NaN}}', b'{"contact": {"x": Infinity}}', b'{"contact": {"x": 01}}',
        b'{"contact": {"x": ' + DIGITS + b"}}", b"[" * 100_000, b'{"contact":' * 50_000,
        b'{"contact": {"x": ' + BRACKETS + b"}}", b"\x00", b"{}\x00", b"\xef\xbb\xbf{", b",",
        b'{"contact": {,}}', b'{"a": 1,}', b"/* */ {}",
    ],
    ids=lambda body: repr(body[:24]),
)  # fmt: skip
def test_what_is_not_a_json_object_is_refused_in_grapes_words(inro: Client, body: bytes) -> None:
    before = inro.get("/api/v1/contact", id=1).json
    response = put(inro, body)
    assert response.status == 400
    assert response.json["error"].startswith(MALFORMED)
    assert inro.get("/api/v1/contact", id=1).json == before


@pytest.mark.parametrize("media_type", ["multipart/form-data", "multipart/form-data; boundary=x"])
def test_a_broken_form_is_refused_as_a_form(inro: Client, media_type: str) -> None:
    response = inro.call("PUT", "/api/v1/contacts/1", body=b'{"contact": {}}', headers={"content-type": media_type})
    expected = f"{MALFORMED}when specifying form data as content-type, you must pass valid form data"
    assert response.status == 400 and response.json["error"].startswith(expected)


def test_no_body_at_all_is_one_without_contact(inro: Client) -> None:
    for body in (b"", b"  \n", b"{}"):
        response = put(inro, body)
        assert (response.status, response.json) == (400, {"error": "contact is missing"})


def test_of_a_key_that_comes_twice_the_last_counts(inro: Client) -> None:
    response = put(inro, b'{"contact": {"language": "en"}, "contact": {"language": "fr", "language": "de"}}')
    assert (response.status, response.json["language"]) == (200, "de")


def test_a_key_nobody_declared_is_ignored_whatever_it_holds(inro: Client) -> None:
    deep = json.loads("[" * 200 + "]" * 200)
    body = {"contact": {"language": "fr", "id": 99, "created_at": "x", "deep": deep, "\0": "\0"}, "x" * 10_000: None}
    response = inro.put(PATH, body)
    assert (response.status, response.json["language"], response.json["id"]) == (200, "fr", 1)


def test_keys_the_program_keeps_to_itself_cannot_be_written(inro: Client) -> None:
    before = inro.get("/api/v1/contact", id=1).json
    fields = {"uuid": "x", "deleted_at": "2026-01-01", "organization_id": 2, "follower_count": 9, "follower_growth": 9,
              "instagram_url": "x", "last_messages": [], "folders": [], "name_key": "x", "first_name": "x"}  # fmt: skip
    assert inro.put(PATH, {"contact": fields}).json == before


# Text -----------------------------------------------------------------------------------------------------------------

STRANGE = [
    "😀👩‍👩‍👧‍👦", "שלום עולם", "مرحبا", "‮right to left‬", "Ünïcödé", "e\u0301", "\u200b\u200d", "\ufeffx", "a\tb",
    "\x7f", "\x01", "𝕏", "\U0010ffff", "\ufffe", "' OR 1=1 --", '"; DROP TABLE contacts; --', "${7*7}", "%s %d %n",
    "<script>alert(1)</script>", "{{contact.name}}", "\\", "../../etc/passwd", "null", "NaN", "a" * 300, "ß" * 300, "0",
    "False",
]  # fmt: skip


@pytest.mark.parametrize("text", STRANGE, ids=lambda text: ascii(text[:12]))
def test_text_of_any_script_is_kept_as_it_was_sent(inro: Client, text: str) -> None:
    fields = {"name": text, "notes": text, "bio": text, "real_name": "A " + text}
    response = inro.put(PATH, {"contact": fields})
    assert response.status == 200
    assert (response.json["name"], response.json["notes"], response.json["bio"]) == (text.strip(),) * 3
    assert inro.get("/api/v1/contacts", order_column="name").status == 200
    assert inro.get("/api/v1/contacts/search", query=text).status == 200


def test_a_form_of_any_bytes_is_read_or_refused(inro: Client) -> None:
    form = "application/x-www-form-urlencoded"
    for body in (
        b"contact[name]=%FF", b"contact[name]=%zz", b"contact=1&contact[name]=x", b"a[" * 500, b"contact[name]=\xff",
        b"&" * 5000, b"[" * 1000 + b"=1", b"contact" + b"[a]" * 100 + b"=1",
    ):  # fmt: skip
        assert put(inro, body, form).status in (400, 413)
    assert put(inro, b"contact[name]=%00", form).json == {"error": "contact[name] is invalid"}
    assert put(inro, "contact[name]=עברית😀".encode(), form).json["name"] == "עברית😀"


@pytest.mark.parametrize("query", [b"id=%FF", b"id=%zz", b"id[=1", b"a=1&a[b]=2", b"%00=1", b"\xff=1", b"&&&", b"="])
def test_a_query_string_of_any_bytes_is_read_or_refused(inro: Client, query: bytes) -> None:
    response = inro.call("GET", f"/api/v1/contact?{query.decode('latin-1')}")
    assert response.status == 400


# Nothing half done ----------------------------------------------------------------------------------------------------

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
    | st.sampled_from(["marge", "homer@example.org", "+18005550199", 10**30, -(10**30), "\0", "optout"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["p", "q", "x"]), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


def _encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


FIELDS = ["email", "phone", "language", "name", "real_name", "username", "status", "notes", "folder_ids",
          "custom_properties", "website", "bio", "profile_picture", "is_follower"]  # fmt: skip


@pytest.fixture(scope="module")
def writer(client: Client, database: Database) -> Client:
    return client.with_token(make_world(database).alice_token)


@settings(max_examples=60, deadline=None)
@given(fields=st.dictionaries(st.sampled_from(FIELDS), json_values, min_size=1, max_size=4))
def test_any_value_in_any_field_is_written_whole_or_refused_whole(writer: Client, fields: dict[str, Any]) -> None:
    before = writer.get("/api/v1/contact", id=2).json
    response = writer.put("/api/v1/contacts/2", {"contact": fields})
    after = writer.get("/api/v1/contact", id=2).json
    if response.status == 200:
        assert after == response.json
        assert list(before) == list(after)
    else:
        assert response.status == 400, response.body
        assert after == before


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    body=st.binary(max_size=80)
    | st.text(max_size=40).map(str.encode)
    | json_values.map(lambda v: json.dumps(v).encode())
)
def test_any_bytes_as_a_body_are_refused(writer: Client, body: bytes) -> None:
    for media_type in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        response = writer.call("PUT", "/api/v1/contacts/2", body=body, headers={"content-type": media_type})
        assert response.status in (400, 413), response.body


# Two at once ----------------------------------------------------------------------------------------------------------


def together(*works: Callable[[], Any]) -> list[Any]:
    """What each of these, started at the same moment in threads, gives or raises."""
    results: list[Any] = [None] * len(works)
    gate = threading.Barrier(len(works))

    def run(number: int, work: Callable[[], Any]) -> None:
        gate.wait()
        try:
            results[number] = work()
        except Exception as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_two_updates_at_once_neither_is_lost(database: Database, world: World) -> None:
    """Each thread is a process of its own as far as the database knows: another client, another connection."""

    def change(field: str, times: int) -> None:
        for number in range(times):
            with database.write() as tx:
                update_contact(tx, world.alice, world.marge.id, {field: f"{field}{number}"})

    assert together(lambda: change("bio", 15), lambda: change("language", 15)) == [None, None]
    with database.read() as tx:
        row = tx.one(
            "SELECT bio, language FROM contacts WHERE organization_id = :organization_id AND id = :id",
            {"organization_id": world.organization.id, "id": world.marge.id},
        )
    assert row == ("bio14", "language14")


def test_through_the_web_two_updates_at_once_are_both_written(
    database: Database, settings: Settings, world: World
) -> None:
    def change(field: str) -> list[int]:
        client = Client(create_app(_Shared(database), settings), token=world.alice_token)  # type: ignore[arg-type]
        statuses = [client.put(PATH, {"contact": {field: f"value {number}"}}).status for number in range(10)]
        client.close()
        return statuses

    assert together(lambda: change("bio"), lambda: change("notes")) == [[200] * 10] * 2
    with database.read() as tx:
        row = tx.one(
            "SELECT bio, pinned_note FROM contacts WHERE organization_id = :organization_id AND id = :id",
            {"organization_id": world.organization.id, "id": world.marge.id},
        )
    assert row == ("value 9", "value 9")


def test_an_update_and_a_deletion_at_once_end_in_a_deleted_contact(
    database: Database, settings: Settings, world: World
) -> None:
    def call(method: str, body: dict[str, Any] | None) -> int:
        client = Client(create_app(_Shared(database), settings), token=world.alice_token)  # type: ignore[arg-type]
        status = client.call(method, PATH, json_body=body).status
        client.close()
        return status

    statuses = together(lambda: call("PUT", {"contact": {"bio": "x"}}), lambda: call("DELETE", None))
    assert statuses[1] == 204
    assert statuses[0] in (200, 404)


class _Shared:
    """The database of the tests, which an application must not close."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    def close(self) -> None: ...
