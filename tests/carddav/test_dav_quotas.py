"""Quotas at the door of devices: 507 with the condition of RFC 4331, and nothing half-written. On both engines."""

import base64
from uuid import uuid4

import pytest
from carddav.dav_client import Dav, make_card
from client import Client
from world import World

from coterie.actions.organizations import update_organization
from coterie.actions.quotas import load_usage
from coterie.store.failed_logins import list_failed_logins

JPEG = b"\xff\xd8\xff\xe0" + b"A" * 5_000
PHOTO = f"PHOTO;ENCODING=b;TYPE=JPEG:{base64.b64encode(JPEG).decode()}"


def limit(world: World, **quotas: int | None) -> None:
    with world.database.write() as tx:
        update_organization(tx, world.alice, **quotas)  # type: ignore[arg-type]


def state(world: World, dav: Dav) -> tuple[int, int, str]:
    """(contacts, bytes of files, sync token of the book)."""
    with world.database.read() as tx:
        usage = load_usage(tx, world.alice)
    return usage.contacts, usage.file_bytes, dav.sync().token


def test_a_card_beyond_the_quota_of_contacts_is_refused_and_others_go_on(world: World, dav: Dav) -> None:
    assert dav.put("bart", make_card("FN:Bart Simpson", uid="bart")).status == 201
    limit(world, contacts_max=3)
    before = state(world, dav)
    refused = dav.put("lisa", make_card("FN:Lisa Simpson", uid="lisa"))
    assert refused.status == 507 and b"quota-not-exceeded" in refused.body
    assert state(world, dav) == before and dav.get("lisa").status == 404
    etag = dav.get("bart").headers["etag"]
    changed = make_card("FN:Bart Simpson", "NICKNAME:El Barto", uid="bart")
    assert dav.put("bart", changed, **{"if-match": etag}).status == 204
    limit(world, contacts_max=4)
    assert dav.put("lisa", make_card("FN:Lisa Simpson", uid="lisa")).status == 201


def test_a_photo_beyond_the_quota_of_files_is_refused_with_its_card(world: World, dav: Dav) -> None:
    limit(world, file_bytes_max=len(JPEG) - 1)
    before = state(world, dav)
    refused = dav.put("bart", make_card("FN:Bart Simpson", PHOTO, uid="bart"))
    assert refused.status == 507 and b"quota-not-exceeded" in refused.body
    assert state(world, dav) == before


def test_a_photo_is_added_only_into_room_and_its_card_changes_without_any(world: World, dav: Dav) -> None:
    dav.put("bart", make_card("FN:Bart Simpson", uid="bart"))
    limit(world, file_bytes_max=len(JPEG) - 1)
    before, etag = state(world, dav), dav.get("bart").headers["etag"]
    with_photo = make_card("FN:Bart Simpson", "TITLE:Pupil", PHOTO, uid="bart")
    assert dav.put("bart", with_photo, **{"if-match": etag}).status == 507
    assert state(world, dav) == before and b"Pupil" not in dav.get("bart").body
    limit(world, file_bytes_max=len(JPEG))
    assert dav.put("bart", with_photo, **{"if-match": etag}).status == 204
    etag = dav.get("bart").headers["etag"]
    renamed = make_card("FN:Bartholomew Simpson", "TITLE:Pupil", PHOTO, uid="bart")
    assert dav.put("bart", renamed, **{"if-match": etag}).status == 204
    assert state(world, dav)[1] == len(JPEG)


@pytest.mark.parametrize("user", ["the member", "nobody@example.org", "secret typed here"])
def test_wrong_passwords_of_devices_are_among_the_failed_logins(
    client: Client, world: World, dav: Dav, user: str
) -> None:
    name = dav.user if user == "the member" else user
    basic = "Basic " + base64.b64encode(f"{name}:{uuid4().hex}-wrong".encode()).decode()
    assert client.call("PROPFIND", "/dav/", headers={"authorization": basic}).status == 401
    with world.database.read() as tx:
        (failed,) = list_failed_logins(tx, limit=1)
        stored = tx.all("SELECT * FROM failed_logins ORDER BY id DESC LIMIT 1")
    assert (failed.email, failed.source, failed.via) == (
        dav.user if user == "the member" else None, "loopback", "carddav",
    )  # fmt: skip
    assert not any("wrong" in str(value) or "secret" in str(value) for value in stored[0])
