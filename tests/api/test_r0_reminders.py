"""Reminders through R0: of the account and of a contact."""

from typing import Any

import pytest
from client import Client
from r0_client import ENCODINGS, R0
from world import World

from coterie.model import times
from coterie.store.database import Database

NEXT_CENTURY = "2101-03-04T05:06:07-05:00"


def body(**fields: Any) -> dict[str, Any]:
    return {"user_reminder": fields}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_repeating_reminder_is_made_in_each_form(r0: R0, world: World, encoding: str) -> None:
    fields = {
        "remind_by": "email",
        "repeat_every_unit": "week",
        "repeat_every_magnitude": 2,
        "schedule_at": NEXT_CENTURY,
        "title": "Call Patty & Selma 📞 \u202eשלום",
        "repeat_count": 5,
    }
    made = r0.post("/reminders", body(**fields), encoding)
    assert made.status == 201
    assert {name: made.json[name] for name in fields} == {**fields, "schedule_at": "2101-03-04T10:06:07.000000Z"}
    assert (made.json["user_id"], made.json["contact_id"]) == (world.alice.user_id, None)
    assert (made.json["status"], made.json["sent_count"]) == ("waiting_for_smtp", 0)
    assert r0.get(f"/reminders/{made.json['id']}").json == made.json
    changed = r0.patch(f"/reminders/{made.json['id']}", body(title="Call Patty", repeat_count=2), encoding)
    assert changed.status == 200
    assert {**changed.json, "updated_at": ""} == {
        **made.json, "title": "Call Patty", "repeat_count": 2, "updated_at": "",
    }  # fmt: skip


def test_the_line_a_person_would_type_works(r0: R0) -> None:
    made = r0.curl(
        "POST", "/reminders", "user_reminder[remind_by]=push", "user_reminder[repeat_every_unit]=day",
        "user_reminder[repeat_every_magnitude]=1", "user_reminder[title]=Feed Snowball II",
    )  # fmt: skip
    assert (made.status, made.json["status"]) == (201, "in_app")
    # no time was named: it begins one interval from now
    assert times.after(times.now(), 86_300) < made.json["schedule_at"] < times.after(times.now(), 86_500)


def test_the_list_has_the_next_one_first_and_pages(r0: R0) -> None:
    for number in (3, 1, 2):
        assert r0.post("/reminders", body(title=str(number), schedule_at=f"220{0}-01-0{number}")).status == 201
    assert r0.post("/reminders", body(title="some day")).json["status"] == "unscheduled"
    listed = r0.get("/reminders", limit=2).json
    assert [listed[key] for key in ("count", "first", "last", "page", "limit")] == [4, 1, 2, 1, 2]
    titles = [each["title"] for each in listed["reminders"]] + [
        each["title"] for each in r0.get("/reminders", limit=2, page=2).json["reminders"]
    ]
    assert titles == ["1", "2", "3", "some day"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_contacts_reminder_hangs_on_its_birthday(r0: R0, world: World, encoding: str) -> None:
    marge = f"/contacts/{world.marge.uuid}"
    assert r0.patch(marge, {"contact": {"birthday": "1956-02-29"}}).status == 200
    made = r0.post(
        f"{marge}/reminders",
        body(remind_by="email", category="custom", schedule_before_unit="week", schedule_before_magnitude=1),
        encoding,
    )
    assert made.status == 201
    assert made.json["contact_id"] == world.marge.uuid
    assert made.json["schedule_at"][5:16] in ("02-21T09:00", "02-22T09:00")
    assert r0.get(f"{marge}/reminders").json["reminders"] == [made.json]
    assert r0.get(f"/contacts/{world.homer.uuid}/reminders").json["count"] == 0
    assert r0.get("/reminders").json["count"] == 1
    sooner = r0.patch(f"/reminders/{made.json['id']}", body(schedule_before_unit="day", schedule_before_magnitude=0))
    assert sooner.json["schedule_at"][5:10] in ("02-28", "02-29")
    fixed = r0.patch(f"/reminders/{made.json['id']}", body(schedule_at="2100-01-01"))
    assert (fixed.json["schedule_at"][:10], fixed.json["schedule_before_unit"]) == ("2100-01-01", None)


def test_a_contact_without_a_date_is_waited_for(r0: R0, world: World) -> None:
    made = r0.post(f"/contacts/{world.homer.uuid}/reminders", body(category="anniversary"))
    assert (made.status, made.json["status"], made.json["schedule_at"]) == (201, "waiting_for_date", None)


def test_the_printed_example_with_the_fields_of_a_note_makes_a_reminder(r0: R0, world: World) -> None:
    """The documentation's example is a slip of the pen (dossier, 23): its fields are passed over."""
    made = r0.curl(
        "POST", f"/contacts/{world.marge.uuid}/reminders", "note[note]=hello", f"contacts[]={world.marge.uuid}"
    )
    assert (made.status, made.json["category"], made.json["schedule_before_unit"]) == (201, "custom", "day")


def test_the_hour_is_that_of_the_users_clocks(r0: R0, world: World, database: Database) -> None:
    with database.write() as tx:
        tx.run("UPDATE users SET time_zone = 'America/New_York' WHERE id = :id", {"id": world.alice.user_id})
    r0.patch(f"/contacts/{world.marge.uuid}", {"contact": {"birthday": "--07-22"}})
    made = r0.post(f"/contacts/{world.marge.uuid}/reminders", body(category="birthday"))
    assert made.json["schedule_at"][5:16] == "07-22T13:00"
    with database.write() as tx:
        tx.run("UPDATE users SET time_zone = 'Springfield/Nowhere' WHERE id = :id", {"id": world.alice.user_id})
    made = r0.post(f"/contacts/{world.marge.uuid}/reminders", body(category="birthday"))
    assert made.json["schedule_at"][5:16] == "07-22T09:00"


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("remind_by", {"remind_by": "pigeon"}),
        ("repeat_every_unit", {"repeat_every_unit": "minute"}),
        ("repeat_every_unit", {"repeat_every_magnitude": 2}),
        ("repeat_every_unit", {"repeat_count": 2}),
        ("repeat_every_magnitude", {"repeat_every_unit": "day", "repeat_every_magnitude": 0}),
        ("repeat_every_magnitude", {"repeat_every_unit": "day", "repeat_every_magnitude": 10**9}),
        ("repeat_every_magnitude", {"repeat_every_unit": "day", "repeat_every_magnitude": "soon"}),
        ("repeat_count", {"repeat_every_unit": "day", "repeat_count": -1}),
        ("schedule_at", {"schedule_at": "2023-02-30"}),
        ("schedule_at", {"schedule_at": "tomorrow"}),
        ("schedule_at", {"schedule_at": "9999-12-31T23:59:59Z"}),
        ("title", {"title": "x" * 501}),
        ("title", {"title": "a\0b"}),
        ("category", {"category": "wedding"}),
        ("schedule_before_unit", {"schedule_before_unit": "day", "schedule_before_magnitude": 1}),
    ],
)
def test_what_cannot_be_is_refused_with_the_field_named(r0: R0, field: str, fields: dict[str, Any]) -> None:
    response = r0.post("/reminders", body(**fields))
    assert response.status == 422
    assert field in response.json["errors"], response.json
    assert r0.get("/reminders").json["count"] == 0


@pytest.mark.parametrize("magnitude", [-1, 53, 2**70])
def test_no_reminder_comes_more_than_a_year_before(r0: R0, world: World, magnitude: int) -> None:
    fields = body(schedule_before_unit="week", schedule_before_magnitude=magnitude)
    response = r0.post(f"/contacts/{world.marge.uuid}/reminders", fields)
    assert response.status == 422 and "schedule_before_magnitude" in response.json["errors"]


def test_a_reminder_is_removed_for_good(r0: R0) -> None:
    made = r0.post("/reminders", body(title="x")).json
    assert r0.delete(f"/reminders/{made['id']}").status == 204
    for response in (
        r0.delete(f"/reminders/{made['id']}"),
        r0.get(f"/reminders/{made['id']}"),
        r0.patch(f"/reminders/{made['id']}", body(title="y")),
        r0.delete("/reminders/nonsense"),
    ):
        assert response.status == 404


def test_a_reminder_is_its_users_own(r0: R0, world: World, client: Client) -> None:
    made = r0.post(f"/contacts/{world.marge.uuid}/reminders", body(title="Alice's")).json
    bob = R0(client.with_token(world.bob_token), r0.base)
    assert bob.get("/reminders").json["count"] == 0
    assert bob.get(f"/contacts/{world.marge.uuid}/reminders").json["count"] == 0
    assert bob.patch(f"/reminders/{made['id']}", body(title="Bob's")).status == 404
    assert bob.delete(f"/reminders/{made['id']}").status == 404
    charlie = R0(client.with_token(world.charlie_token), r0.base)
    assert charlie.get("/reminders").status == 404
    assert r0.post(f"/contacts/{world.moe.uuid}/reminders", body(title="x")).status == 404


def test_a_deleted_contact_takes_no_reminder_and_an_erased_one_takes_them_along(r0: R0, world: World) -> None:
    marge = f"/contacts/{world.marge.uuid}"
    made = r0.post(f"{marge}/reminders", body(title="x")).json
    assert r0.delete(marge).status == 200
    assert r0.post(f"{marge}/reminders", body(title="y")).status == 404
    assert r0.delete(marge, soft_delete="false").status == 204
    assert r0.get(f"/reminders/{made['id']}").status == 404
