"""Our own contract: duplicates, merges, and merges undone."""

from typing import Any

from client import Client, Response
from world import World

from coterie.identity.scan import scan_batches
from coterie.store.batches import run_batches

HUB = "/api/hub/v1"
CONTACTS = f"{HUB}/contacts"


def test_merging_and_undoing_it(world: World, hub: Client) -> None:
    twin = hub.post(CONTACTS, {"real_name": "Marge S.", "email": "marge@second.example", "tags": ["Painters"]}).json
    before = [hub.get(f"{CONTACTS}/{each}").json for each in (world.marge.id, twin["id"])]
    merged = hub.post(f"{HUB}/merges", {"survivor_id": world.marge.id, "loser_ids": [twin["uuid"]]})
    assert merged.status == 201
    contact, (merge,) = merged.json["contact"], merged.json["merges"]
    assert {each["value"] for each in contact["handles"]} >= {"marge@example.org", "marge@second.example"}
    assert [tag["name"] for tag in contact["tags"]] == ["Painters"]
    assert hub.get(f"{CONTACTS}/{twin['id']}").json["id"] == world.marge.id
    assert hub.get(f"{CONTACTS}/{twin['uuid']}").json["id"] == world.marge.id
    assert twin["id"] not in [each["id"] for each in hub.get(CONTACTS, deleted="any").json["items"]]
    assert hub.get(f"{HUB}/merges").json["items"] == [merge]
    assert hub.get(f"{HUB}/merges/{merge['id']}").json == merge
    undone = hub.post(f"{HUB}/merges/{merge['id']}/undo").json
    for was, now in zip(before, (undone["survivor"], undone["loser"]), strict=True):
        for contact in (was, now):
            del contact["revision"], contact["updated_at"]
        assert was == now
    assert hub.get(f"{HUB}/merges").json["items"] == []
    assert hub.post(f"{HUB}/merges/{merge['id']}/undo").status == 409


def test_a_merge_with_if_match_is_of_what_the_client_has_read(world: World, hub: Client) -> None:
    ids = world.marge.id, world.homer.id
    body = {"survivor_id": world.marge.id, "loser_ids": [world.homer.uuid]}

    def merge(*etags: str) -> Response:
        return hub.call("POST", f"{HUB}/merges", json_body=body, headers={"if-match": ", ".join(etags)})

    old = [hub.get(f"{CONTACTS}/{each}").headers["etag"] for each in ids]
    for each in ids:
        hub.patch(f"{CONTACTS}/{each}", {"nickname": f"Nick {each}"})
    new = [hub.get(f"{CONTACTS}/{each}").headers["etag"] for each in ids]
    for etags in (old, old[:1], [new[0], old[1]], [old[0], new[1]], new[1:], ['"x"']):
        stale = merge(*etags)
        assert (stale.status, stale.json["type"]) == (412, f"{HUB}/problems/changed-since"), etags
    (missed,) = merge(new[0], old[1]).json["changed_since"]
    assert missed["fields"] == ["nickname"]
    merged = merge(*new)
    assert (merged.status, merged.headers["etag"] in new) == (201, False)
    hub.post(f"{HUB}/merges/{merged.json['merges'][0]['id']}/undo")
    assert merge(hub.get(f"{CONTACTS}/{world.marge.id}").headers["etag"]).status == 201


def test_a_mirror_hears_of_merges(world: World, hub: Client) -> None:
    begun = hub.get(f"{CONTACTS}/changes").json["next_cursor"]
    merges = hub.post(f"{HUB}/merges", {"survivor_id": world.marge.id, "loser_ids": [world.homer.id]}).json["merges"]
    page = hub.get(f"{CONTACTS}/changes", cursor=begun).json
    assert [each["id"] for each in page["items"]] == [world.marge.id]
    (removed,) = page["removed"]
    assert (removed["id"], removed["reason"], removed["into"]) == (world.homer.id, "merged", world.marge.id)
    hub.post(f"{HUB}/merges/{merges[0]['id']}/undo")
    page = hub.get(f"{CONTACTS}/changes", cursor=page["next_cursor"]).json
    assert {each["id"] for each in page["items"]} == {world.marge.id, world.homer.id}


def test_what_cannot_be_merged_is_a_problem(world: World, hub: Client) -> None:
    def merge(survivor: Any, *losers: Any, **more: Any) -> int:
        return hub.post(f"{HUB}/merges", {"survivor_id": survivor, "loser_ids": list(losers), **more}).status

    itself = hub.post(f"{HUB}/merges", {"survivor_id": world.marge.id, "loser_ids": [world.marge.id]}).json
    assert [each["field"] for each in itself["errors"]] == ["loser_ids"]
    assert merge(world.marge.id, world.marge.uuid) == 422
    assert merge(world.marge.id, world.moe.uuid) == 404
    assert merge(world.marge.id, 4_000_000) == 404
    assert merge(world.marge.id) == 422
    assert merge(world.marge.id, world.homer.id, choices={"shoe_size": world.homer.id}) == 422
    hub.delete(f"{CONTACTS}/{world.homer.id}")
    assert merge(world.marge.id, world.homer.id) == 422


def test_duplicates_are_listed_with_reasons_and_dismissed(world: World, hub: Client, settings: Any) -> None:
    twin = hub.post(CONTACTS, {"real_name": "Marge Simpson", "email": "marge@example.org"}).json
    assert hub.post(f"{HUB}/duplicates/scan", {"all": True}).status == 202
    with world.database.read() as tx:
        assert tx.one(
            "SELECT count(*) FROM jobs WHERE organization_id = :id AND name = 'scan_duplicates'",
            {"id": world.organization.id},
        ) == (1,)
    run_batches(world.database.write, scan_batches(world.organization.id, world.database.read, is_whole=True))
    (pair,) = hub.get(f"{HUB}/duplicates").json["items"]
    assert {each["id"] for each in pair["contacts"]} == {world.marge.id, twin["id"]}
    assert (pair["level"], bool(pair["reasons"]), bool(pair["description"])) == ("suggested", True, True)
    assert hub.get(f"{CONTACTS}/{twin['id']}/duplicates").json["items"] == [pair]
    both = {"contact_ids": [world.marge.uuid, twin["id"]]}
    assert hub.post(f"{HUB}/duplicates/dismiss", both).status == 204
    assert hub.get(f"{HUB}/duplicates").json["items"] == []
    assert hub.post(f"{HUB}/duplicates/undismiss", both).status == 204
    assert len(hub.get(f"{HUB}/duplicates").json["items"]) == 1
    for wrong in ([twin["id"]], [twin["id"], twin["uuid"]], []):
        assert hub.post(f"{HUB}/duplicates/dismiss", {"contact_ids": wrong}).status == 422
    assert hub.post(f"{HUB}/duplicates/dismiss", {"contact_ids": [twin["id"], world.moe.uuid]}).status == 404
