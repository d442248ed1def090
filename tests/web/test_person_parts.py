"""Parts of a person that are edited in place: reminders, properties, names of lists, relationships, conversations."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from visitor import Visitor, text_of
from world import World

from coterie.actions.contact_relationships import relate
from coterie.actions.contacts import create_contact, update_contact
from coterie.actions.notes import create_note
from coterie.actions.properties import create_definition, set_values
from coterie.actions.reminders import create_reminder
from coterie.model.relationships import type_id
from coterie.store.handles import list_handles
from coterie.store.reminders import list_reminders

SOON = f"{datetime.now(UTC) + timedelta(days=40):%Y-%m-%d}"


def page(world: World, *rest: str) -> str:
    return "/".join((f"/{world.organization.id}/people/{world.marge.id}", *rest))


def reminders(world: World) -> list[tuple[str | None, str | None, str | None, int | None]]:
    with world.database.read() as tx:
        found = list_reminders(tx, world.organization.id, world.alice.user_id or "", limit=9)
    return [(each.title, each.due_at, each.repeat_unit, each.repeat_magnitude) for each in found]


def test_a_reminder_is_added_in_the_users_time_edited_done_and_deleted(alice: Visitor, world: World) -> None:
    alice.post("/account", first_name="Alice", last_name="", time_zone="Asia/Tokyo")
    alice.is_fragment = True
    fields = {"title": "Call about the trip", "due_on": SOON, "due_time": "08:30", "repeat": "", "remind_by": "push"}
    added = alice.post(page(world, "reminders", "new"), **fields)
    assert added.status == 200 and ", 08:30" in text_of(added)
    before = f"{datetime.fromisoformat(SOON) - timedelta(days=1):%Y-%m-%d}"
    ((title, due_at, unit, _),) = reminders(world)
    assert (title, unit) == ("Call about the trip", None) and str(due_at).startswith(f"{before}T23:30")
    (path,) = set(re.findall(r'href="([^"]+/reminders/[0-9a-f-]{36})"', added.body.decode()))
    form = alice.get(path).body.decode()
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', form)
    assert 'value="08:30"' in form
    assert alice.post(path, **fields | {"repeat": "week:2"}, seen="long ago").status == 409
    changed = alice.post(path, **fields | {"repeat": "week:2"}, seen=seen)
    assert changed.status == 200 and reminders(world)[0][2:] == ("week", 2)
    undo = dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', changed.body.decode().rpartition("toasts")[2])
    )
    assert alice.post(path, **undo).status == 200 and reminders(world)[0][2:] == (None, None)
    assert "The reminder is done" in text_of(alice.post(f"{path}/done"))
    assert reminders(world) == []


def test_a_reminder_on_the_birthday_needs_no_day_and_keeps_what_its_form_cannot_say(
    alice: Visitor, world: World
) -> None:
    fields = {"title": "", "due_on": "", "due_time": "", "repeat": "birthday", "remind_by": "email"}
    assert alice.post(page(world, "reminders", "new"), **fields).status == 303
    assert alice.post(page(world, "reminders", "new"), **fields | {"repeat": ""}).status == 422
    assert alice.post(page(world, "reminders", "new"), **fields | {"repeat": "never"}).status == 422
    assert alice.post(page(world, "reminders", "new"), **fields | {"repeat": "", "due_on": "x"}).status == 422
    with world.database.write() as tx:
        special = create_reminder(
            tx, world.alice, {"category": "birthday", "before_unit": "week", "before_magnitude": 2}, world.marge.id
        )
    assert "as-it-is" not in alice.get(page(world, "reminders", "new")).body.decode()
    form = alice.get(page(world, "reminders", special.id)).body.decode()
    assert '<option value="as-it-is" selected>' in form
    fields |= {"repeat": "as-it-is", "title": "Buy a present"}
    assert alice.post(page(world, "reminders", special.id), **fields, seen=special.updated_at).status == 303
    with world.database.read() as tx:
        found = list_reminders(tx, world.organization.id, world.alice.user_id or "", limit=9)
    assert ("Buy a present", "week", 2) in [(each.title, each.before_unit, each.before_magnitude) for each in found]


def test_reminders_are_their_users_alone(alice: Visitor, world: World) -> None:
    with world.database.write() as tx:
        bobs = create_reminder(tx, world.bob, {"title": "Bob's own", "due_at": f"{SOON}T10:00:00Z"}, world.marge.id)
    assert "Bob's own" not in text_of(alice.get(page(world)))
    for rest in ((), ("delete",), ("done",)):
        assert alice.post(page(world, "reminders", bobs.id, *rest), seen="").status == 404


VALUES = {
    "text": ("likes jazz", "Likes jazz", None),
    "number": ("42", "42", "many"),
    "date": ("2024-05-12", "2024-05-12", "31 February"),
    "email": ("a@example.org", "a@example.org", "nothing"),
    "url": ("https://example.org/x", "https://example.org/x", "javascript:alert(1)"),
    "boolean": ("true", "Yes", "perhaps"),
    "list": ("one\ntwo", "one, two", None),
    "single_choice": ("b", "b", "z"),
    "multiple_choice": (["a", "b"], "a, b", ["z"]),
}


@pytest.mark.parametrize("property_type", VALUES)
def test_a_property_is_edited_by_its_type(alice: Visitor, world: World, property_type: str) -> None:
    choices = ["a", "b"] if "choice" in property_type else None
    with world.database.write() as tx:
        definition = create_definition(
            tx, world.alice, title="Their thing", property_type=property_type, choices=choices
        )
    path, (good, shown, bad) = page(world, "properties", definition.slug), VALUES[property_type]
    alice.is_fragment = True
    assert path in alice.get(page(world)).body.decode()
    if bad is not None:
        assert alice.post(path, value=bad, seen="").status == 422
    saved = alice.post(path, value=good, seen="")
    assert saved.status == 200 and shown.lower() in text_of(saved).lower()
    body = saved.body.decode().rpartition("toasts")[2]
    seen = re.findall(r'name="seen" value="([^"]*)"', body)[0].replace("&#34;", '"')
    # the same form again is no conflict, another value is one
    nothing: list[str] | str = [] if isinstance(good, list) else ""
    assert alice.post(path, value=good, seen="").status == 200
    assert alice.post(path, value=nothing, seen="").status == 409
    cleared = alice.post(path, value=nothing, seen=seen)
    assert cleared.status == 200 and "Their thing was changed" in text_of(cleared)


def test_the_undo_of_several_choices_sends_each(alice: Visitor, world: World) -> None:
    with world.database.write() as tx:
        team = create_definition(tx, world.alice, title="Team", property_type="multiple_choice", choices=["a", "b"])
        set_values(tx, world.alice, world.marge.id, {team.slug: ["a", "b"]})
    alice.is_fragment = True
    body = alice.post(page(world, "properties", "team"), value=["a"], seen='["a","b"]').body.decode()
    undo = re.findall(r'name="value\[\]" value="(\w)"', body.rpartition("toasts")[2])
    assert undo == ["a", "b"]


@pytest.mark.parametrize("path", ["tags", "expertises", "folders"])
def test_names_of_lists_are_suggested_added_and_removed(alice: Visitor, world: World, path: str) -> None:
    alice.is_fragment = True
    added = alice.post(page(world, path, "add"), name="Neighbours")
    assert "Neighbours" in text_of(added)
    assert "Neighbours" in alice.get(page(world, path, "suggestions"), name="neig").body.decode()
    assert alice.get(page(world, path, "suggestions"), name="\0x").status == 200
    (remove,) = set(re.findall(rf'hx-post="([^"]+/{path}/[^"]+/remove)"', added.body.decode()))
    removed = alice.post(remove)
    assert re.search("was removed|Taken out", text_of(removed))
    (again,) = re.findall(r'name="name" value="(Neighbours)"', removed.body.decode())
    assert "Neighbours" in text_of(alice.post(page(world, path, "add"), name=again))
    assert alice.post(page(world, path, "nothing", "remove")).status == 404
    assert alice.post(page(world, path, "add"), name="").status == 422


def test_the_label_of_a_way_to_reach_is_edited_and_the_edit_is_undone(alice: Visitor, world: World) -> None:
    alice.is_fragment = True

    def stored() -> list[tuple[str, str | None]]:
        with world.database.read() as tx:
            found = list_handles(tx, world.organization.id, world.marge.id)
        return [(each.value, each.label) for each in found if each.channel == "phone"]

    added = alice.post(page(world, "handles", "new"), channel="phone", value="+1 939 555 0177", label="home")
    ids = re.findall(r'href="([^"]+/handles/[0-9a-f-]{36})"', added.body.decode())
    path = next(each for each in ids if 'value="+1 939 555 0177"' in alice.get(each).body.decode())
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', alice.get(path).body.decode())
    changed = alice.post(path, value="+1 939 555 0177", label="work", seen=seen)
    assert changed.status == 200 and ("+1 939 555 0177", "work") in stored()
    undo = dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', changed.body.decode().rpartition("toasts")[2])
    )
    assert alice.post(path, **undo).status == 200 and ("+1 939 555 0177", "home") in stored()
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', alice.get(path).body.decode())
    assert alice.post(path, value="+1 939 555 0177", label=" ", seen=seen).status == 200
    assert ("+1 939 555 0177", None) in stored()


def test_somebody_who_is_not_here_yet_is_related(alice: Visitor, world: World) -> None:
    alice.is_fragment = True
    fields = {"person": "Hugo Simpson", "type_id": type_id("Son"), "anniversary_on": "", "is_new": ""}
    refused = alice.post(page(world, "relationships", "new"), **fields)
    assert refused.status == 422 and "A new person" in text_of(refused)
    added = alice.post(page(world, "relationships", "new"), **fields | {"is_new": "yes"})
    assert added.status == 200 and "Hugo Simpson Son" in text_of(added)
    assert alice.post(page(world, "relationships", "new"), **fields | {"is_new": "yes", "person": " "}).status == 422


def test_the_circle_has_everybody_of_the_list_once(alice: Visitor, world: World) -> None:
    with world.database.write() as tx:
        for number in range(30):
            other = create_contact(tx, world.alice, {"real_name": f"Cousin{number} Bouvier"})
            fields = {"second_contact": other.uuid, "type_id": type_id("Cousin")}
            relate(tx, world.alice, world.marge.id, fields)
    body = alice.get(page(world)).body.decode()
    circle = body[body.index('<svg class="circle"') :].partition("</svg>")[0]
    links = re.findall(r'<a href="([^"]+)" data-hue="\d"><title>(Cousin\d+ Bouvier, cousin)<', circle)
    assert len(links) == len(set(links)) == 24
    assert all(f'href="{link}">' in body for link, _ in links)
    places = [tuple(map(float, each)) for each in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="19"', circle)]
    assert len(set(places)) == 24 and all(19 <= x <= 341 and 19 <= y <= 341 for x, y in places)


def test_the_box_writes_notes_and_logs_conversations(alice: Visitor, world: World) -> None:
    alice.is_fragment = True
    noted = alice.post(page(world, "compose"), kind="note", text="Likes *jazz*", day="", is_personal="yes")
    assert "Personal note" in text_of(noted) and "Likes jazz" in text_of(noted)
    logged = alice.post(page(world, "compose"), kind="call", text="About the trip", day="2024-05-12")
    assert "Call was logged" in text_of(logged) and "About the trip" in text_of(logged)
    (undo,) = set(re.findall(r'hx-post="([^"]+/touches/[^"]+/delete)"', logged.body.decode()))
    alice.is_fragment = False
    alice.post(undo)
    assert "About the trip" not in text_of(alice.get(page(world)))
    for fields in ({"kind": "note", "text": " "}, {"kind": "dance", "text": "x"}, {"kind": "call", "day": "soon"}):
        again = alice.post(page(world, "compose"), **{"text": "Kept text", "day": "", **fields})
        assert again.status == 422 and (fields.get("text") or "Kept text") in again.body.decode()


def test_the_timeline_shows_one_kind_to_its_end(alice: Visitor, world: World) -> None:
    with world.database.write() as tx:
        for number in range(25):
            create_note(tx, world.alice, {"text": f"Note {number}.", "contacts": [world.marge.uuid]})
            update_contact(tx, world.alice, world.marge.id, {"nickname": f"Nick {number}"})
    alice.post(page(world, "compose"), kind="call", text="About the trip", day="")
    found = {}
    for shown in ("notes", "changes", "conversations"):
        texts, path = "", page(world) + f"?show={shown}"
        while path:
            body = alice.get(path).body.decode()
            texts += body[body.index('class="entries"') :]
            older = re.search(r'href="([^"]+timeline\?after=[^"]+)"', body)
            path = older[1].replace("&amp;", "&") if older else ""
        found[shown] = (len(re.findall(r"Note \d+\.", texts)), "About the trip" in texts, "changed nickname" in texts)
    assert found == {"notes": (25, False, False), "changes": (0, False, True), "conversations": (0, True, False)}
    assert "Everything" in text_of(alice.get(page(world) + "?show=nonsense"))


def test_the_form_of_a_reminder_says_that_mail_is_not_set_up(alice: Visitor, world: World) -> None:
    text = text_of(alice.get(page(world, "reminders", "new")))
    assert "Mail is not set up, so reminders are on Today only." in text and "COTERIE_SMTP_URL" in text
    assert "Mail is not set up" not in text_of(alice.get(page(world, "gifts", "new")))
