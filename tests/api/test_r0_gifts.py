"""Gifts through R0, under the plural and the singular path."""

from typing import Any

import pytest
from client import Client
from r0_client import ENCODINGS, R0
from world import World

from coterie.model.gifts import GIFTS_MAX
from coterie.model.ids import new_id

C = "curl https://web.r0app.com/api/v1/orgs/:org_id/contacts/:contact_id"
TOKEN = "-H 'Authorization: Bearer <token>'"
VACUUM = {"name": "Vacuum", "status": "potential"}


def make(r0: R0, contact: str, encoding: str = "json", **fields: Any) -> Any:
    response = r0.post(f"/contacts/{contact}/gifts", {"gift": {**VACUUM, **fields}}, encoding)
    assert response.status == 201, response.body
    return response.json


def names(r0: R0, contact: str, **query: Any) -> list[str]:
    response = r0.get(f"/contacts/{contact}/gifts", **query).json
    assert response["count"] == len(response["gifts"])
    return [gift["name"] for gift in response["gifts"]]


def test_the_printed_requests_work(r0: R0, world: World) -> None:
    ids = {"contact_id": world.marge.uuid}
    made = r0.shell(
        f"{C}/gifts \\\n-X POST \\\n{TOKEN} \\\n-d 'gift[name]=Vacuum' \\\n-d 'gift[status]=potential'", **ids
    )
    assert (made.status, made.json["name"], made.json["status"], made.json["link"]) == (
        201, "Vacuum", "potential", None,
    )  # fmt: skip
    assert r0.shell(f"{C}/gifts \\\n-X GET \\\n{TOKEN}", **ids).json["gifts"] == [made.json]
    ids["gift_id"] = made.json["id"]
    for path in ("gift", "gifts"):
        assert r0.shell(f"{C}/{path}/:gift_id \\\n-X GET \\\n{TOKEN}", **ids).json == made.json
    changed = r0.shell(f"{C}/gifts/:gift_id \\\n-X PATCH \\\n{TOKEN} \\\n-d 'gift[status]=given'", **ids)
    assert (changed.status, changed.json["status"], changed.json["name"]) == (200, "given", "Vacuum")
    gone = r0.shell(f"{C}/gifts/:gift_id \\\n-X DELETE \\\n{TOKEN}", **ids)
    assert (gone.status, gone.json["deleted_at"] is None) == (200, False)


def test_a_delete_on_the_organization_is_bound_to_nothing(r0: R0) -> None:
    # printed as the heading of "Delete a gift"
    assert r0.delete("").status in (404, 405)
    assert r0.get("/contacts").json["count"] == 2


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_field_is_written_changed_and_cleared_in_each_form(r0: R0, world: World, encoding: str) -> None:
    made = make(
        r0, world.marge.uuid, encoding, name="مكنسة 🎁", link="https://example.org/v?a=1&b=2", status="received"
    )
    assert (made["name"], made["link"], made["status"]) == ("مكنسة 🎁", "https://example.org/v?a=1&b=2", "received")
    path = f"/contacts/{world.marge.uuid}/gift/{made['id']}"
    assert r0.patch(path, {"gift": {"link": None}}, encoding).json["link"] is None
    assert r0.patch(path, {"gift": {"name": "Broom"}}, encoding).json["name"] == "Broom"
    assert r0.send("DELETE", path, {"soft_delete": False}, encoding).status == 204
    assert r0.get(path).status == r0.patch(path, {"gift": {"deleted": False}}, encoding).status == 404


def test_deleting_hides_restoring_brings_back(r0: R0, world: World) -> None:
    marge = world.marge.uuid
    path = f"/contacts/{marge}/gifts/{make(r0, marge)['id']}"
    gone = r0.delete(path)
    assert r0.delete(path).json == gone.json == r0.get(path).json
    assert names(r0, marge) == []
    assert names(r0, marge, **{"include[]": "deleted"}) == ["Vacuum"]
    assert r0.patch(path, {"gift": {"name": "Broom"}}).status == 404
    back = r0.patch(path, {"gift": {"deleted": "false"}})
    assert (back.status, back.json["deleted_at"]) == (200, None)
    assert names(r0, marge) == ["Vacuum"]
    assert r0.delete(path, soft_delete="false").status == 204


def test_the_list_has_pages(r0: R0, world: World) -> None:
    for number in range(5):
        make(r0, world.marge.uuid, name=f"Gift {number}")
    page = r0.get(f"/contacts/{world.marge.uuid}/gifts", page=2, limit=2).json
    assert ([gift["name"] for gift in page["gifts"]], page["count"], page["first"]) == (["Gift 2", "Gift 3"], 5, 3)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", " "), ("name", None), ("name", "x" * 301), ("name", "a\0b"), ("name", ["x"]),
        ("link", "x" * 2001), ("status", "stolen"), ("status", ""), ("status", None), ("status", "GIVEN "),
        ("status", {"a": "b"}), ("deleted", "maybe"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_and_named(r0: R0, world: World, field: str, value: Any) -> None:
    marge = world.marge.uuid
    path = f"/contacts/{marge}/gifts/{make(r0, marge)['id']}"
    refused = r0.patch(path, {"gift": {field: value}})
    assert (refused.status, list(refused.json["errors"])) == (422, [field])
    if field != "deleted":
        refused = r0.post(f"/contacts/{marge}/gifts", {"gift": {**VACUUM, field: value}})
        assert (refused.status, list(refused.json["errors"])) == (422, [field])
    assert names(r0, marge) == ["Vacuum"]


def test_a_gift_without_name_or_status_is_refused_for_both(r0: R0, world: World) -> None:
    response = r0.post(f"/contacts/{world.marge.uuid}/gifts", {"gift": {}})
    assert (response.status, sorted(response.json["errors"])) == (422, ["name", "status"])


def test_what_is_not_ours_is_not_there(r0: R0, client: Client, world: World) -> None:
    theirs = R0(client.with_token(world.charlie_token), f"/api/v1/orgs/{world.charlie.organization_uuid}")
    foreign, ours = make(theirs, world.moe.uuid)["id"], make(r0, world.marge.uuid)["id"]
    for contact, gift in (
        (world.marge.uuid, foreign), (world.moe.uuid, foreign), (world.homer.uuid, ours), (world.marge.uuid, "x"),
    ):  # fmt: skip
        path = f"/contacts/{contact}/gifts/{gift}"
        assert r0.get(path).status == r0.delete(path).status == r0.patch(path, {"gift": {"name": "x"}}).status == 404
    assert r0.get(f"/contacts/{world.moe.uuid}/gifts").status == 404


def test_a_contact_has_so_many_gifts_and_no_more(r0: R0, world: World) -> None:
    with world.database.write() as tx:
        tx.execute_many(
            "INSERT INTO gifts (organization_id, contact_id, id, name, status, created_at, updated_at)"
            " VALUES (:o, :c, :id, 'x', 'given', '', '')",
            [{"o": world.organization.id, "c": world.marge.id, "id": new_id()} for _ in range(GIFTS_MAX)],
        )
    refused = r0.post(f"/contacts/{world.marge.uuid}/gifts", {"gift": VACUUM})
    assert (refused.status, list(refused.json["errors"])) == (422, ["name"])
