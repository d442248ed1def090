"""Important dates through R0's door: an addition of ours in R0's manner."""

from typing import Any

import pytest
from client import Client
from r0_client import ENCODINGS, R0
from world import World

from coterie.actions.reminders import create_reminder
from coterie.model.dates import DATES_MAX
from coterie.model.ids import new_id
from coterie.store.reminders import find_reminder

WEDDING = {"label": "Wedding", "date": "1980-05-12"}


def make(r0: R0, contact: str, encoding: str = "json", **fields: Any) -> Any:
    response = r0.post(f"/contacts/{contact}/important_dates", {"important_date": {**WEDDING, **fields}}, encoding)
    assert response.status == 201, response.body
    return response.json


def labels(r0: R0, contact: str, **query: Any) -> list[str]:
    response = r0.get(f"/contacts/{contact}/important_dates", **query).json
    assert response["count"] == len(response["important_dates"])
    return [date["label"] for date in response["important_dates"]]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_field_is_written_and_changed_in_each_form(r0: R0, world: World, encoding: str) -> None:
    made = make(r0, world.marge.uuid, encoding, label="Jahrestag 🎂", date="--0512")
    assert (made["label"], made["date"], made["deleted_at"]) == ("Jahrestag 🎂", "--05-12", None)
    path = f"/contacts/{world.marge.uuid}/important_dates/{made['id']}"
    assert r0.get(path).json == made
    assert r0.patch(path, {"important_date": {"label": " First met "}}, encoding).json["label"] == "First met"
    assert r0.patch(path, {"important_date": {"date": "1979-12-31"}}, encoding).json["date"] == "1979-12-31"
    assert r0.send("DELETE", path, {"soft_delete": False}, encoding).status == 204
    assert r0.get(path).status == r0.patch(path, {"important_date": {"deleted": False}}, encoding).status == 404


def test_a_deleted_date_is_hidden_until_it_is_restored(r0: R0, world: World) -> None:
    marge = world.marge.uuid
    path = f"/contacts/{marge}/important_dates/{make(r0, marge)['id']}"
    gone = r0.delete(path)
    assert r0.delete(path).json == gone.json == r0.get(path).json
    assert labels(r0, marge) == []
    assert labels(r0, marge, **{"include[]": "deleted"}) == ["Wedding"]
    assert r0.patch(path, {"important_date": {"label": "x"}}).status == 404
    back = r0.patch(path, {"important_date": {"deleted": "false", "label": "Our wedding"}})
    assert (back.status, back.json["deleted_at"], back.json["label"]) == (200, None, "Our wedding")
    assert labels(r0, marge) == ["Our wedding"]
    assert r0.delete(path, soft_delete="false").status == 204


def test_a_contact_brings_its_dates_when_they_are_asked_for(r0: R0, world: World) -> None:
    made = [make(r0, world.marge.uuid, label=label) for label in ("b", "a", "gone")]
    r0.delete(f"/contacts/{world.marge.uuid}/important_dates/{made[2]['id']}")
    contact = r0.get(f"/contacts/{world.marge.uuid}", **{"include[]": "important_dates"}).json
    assert contact["important_dates"] == made[:2]
    assert "important_dates" not in r0.get(f"/contacts/{world.marge.uuid}").json


def test_a_change_of_a_date_shows_at_its_contact(r0: R0, world: World) -> None:
    marge = f"/contacts/{world.marge.uuid}"
    seen = [r0.get(marge).json["updated_at"]]
    path = f"{marge}/important_dates/{make(r0, world.marge.uuid)['id']}"
    for change in (
        lambda: r0.patch(path, {"important_date": {"date": "1980-05-13"}}),
        lambda: r0.delete(path),
        lambda: r0.patch(path, {"important_date": {"deleted": False}}),
        lambda: r0.delete(path, soft_delete="false"),
    ):
        seen.append(r0.get(marge).json["updated_at"])
        change()
    seen.append(r0.get(marge).json["updated_at"])
    assert seen == sorted(set(seen))


def test_a_reminder_moves_with_the_date_it_hangs_on(r0: R0, world: World) -> None:
    with world.database.write() as tx:
        reminder = create_reminder(tx, world.alice, {"category": "anniversary"}, world.marge.id)

    def due() -> str | None:
        with world.database.read() as tx:
            found = find_reminder(tx, world.organization.id, reminder.id)
            return found.due_at[5:10] if found and found.due_at else None

    assert due() is None
    path = f"/contacts/{world.marge.uuid}/important_dates/{make(r0, world.marge.uuid)['id']}"
    assert due() == "05-12"
    r0.patch(path, {"important_date": {"date": "--06-13"}})
    assert due() == "06-13"
    r0.delete(path)
    assert due() is None
    r0.patch(path, {"important_date": {"deleted": False}})
    assert due() == "06-13"
    r0.delete(path, soft_delete="false")
    assert due() is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("label", ""), ("label", " "), ("label", None), ("label", "x" * 61), ("label", "a\0b"), ("label", ["x"]),
        ("date", ""), ("date", None), ("date", "2023-02-30"), ("date", "--02-30"), ("date", "tomorrow"),
        ("date", {"a": "b"}), ("deleted", "maybe"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_and_named(r0: R0, world: World, field: str, value: Any) -> None:
    marge = world.marge.uuid
    path = f"/contacts/{marge}/important_dates/{make(r0, marge)['id']}"
    refused = r0.patch(path, {"important_date": {field: value}})
    assert (refused.status, list(refused.json["errors"])) == (422, [field])
    if field != "deleted":
        refused = r0.post(f"/contacts/{marge}/important_dates", {"important_date": {**WEDDING, field: value}})
        assert (refused.status, list(refused.json["errors"])) == (422, [field])
    assert labels(r0, marge) == ["Wedding"]


def test_a_date_without_label_or_day_is_refused_for_both(r0: R0, world: World) -> None:
    response = r0.post(f"/contacts/{world.marge.uuid}/important_dates", {"important_date": {}})
    assert (response.status, sorted(response.json["errors"])) == (422, ["date", "label"])


def test_what_is_not_ours_is_not_there(r0: R0, client: Client, world: World) -> None:
    theirs = R0(client.with_token(world.charlie_token), f"/api/v1/orgs/{world.charlie.organization_uuid}")
    foreign, ours = make(theirs, world.moe.uuid)["id"], make(r0, world.marge.uuid)["id"]
    for contact, date in (
        (world.marge.uuid, foreign), (world.moe.uuid, foreign), (world.homer.uuid, ours), (world.marge.uuid, "x"),
    ):  # fmt: skip
        path = f"/contacts/{contact}/important_dates/{date}"
        assert r0.get(path).status == r0.delete(path).status == 404
        assert r0.patch(path, {"important_date": {"label": "x"}}).status == 404
    assert r0.get(f"/contacts/{world.moe.uuid}/important_dates").status == 404


def test_a_contact_has_at_most_two_hundred_dates(r0: R0, world: World) -> None:
    with world.database.write() as tx:
        tx.execute_many(
            "INSERT INTO important_dates (organization_id, contact_id, id, label, occurs_on, created_at, updated_at)"
            " VALUES (:o, :c, :id, 'x', '2000-01-01', '', '')",
            [{"o": world.organization.id, "c": world.marge.id, "id": new_id()} for _ in range(DATES_MAX)],
        )
    refused = r0.post(f"/contacts/{world.marge.uuid}/important_dates", {"important_date": WEDDING})
    assert (refused.status, list(refused.json["errors"])) == (422, ["label"])
