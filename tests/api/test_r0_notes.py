"""Notes through R0: shared ones, personal ones, the one Inrō's side shows."""

from typing import Any

import pytest
from client import Client
from r0_client import ENCODINGS, R0
from recorded import events_after
from world import World

from coterie.model.ids import new_id
from coterie.model.notes import CONTACTS_MAX, FEW, TAGS_MAX, TEXT_LENGTH_MAX

O = "curl https://web.r0app.com/api/v1/orgs/:org_id"  # noqa: E741
TOKEN = "-H 'Authorization: Bearer <token>'"
DELETED = {"include[]": "deleted"}


@pytest.fixture
def bob(client: Client, world: World) -> R0:
    """The same organization, as another member of it."""
    return R0(client.with_token(world.bob_token), f"/api/v1/orgs/{world.organization.uuid}")


def make(r0: R0, text: str = "Likes pretzels", encoding: str = "json", *, personal: Any = None, **beside: Any) -> Any:
    fields = {"note": text} | ({} if personal is None else {"personal_note": personal})
    response = r0.post("/notes", {"note": fields, **beside}, encoding)
    assert response.status == 201, response.body
    return response.json


def texts(r0: R0, path: str = "/notes", **query: Any) -> list[str]:
    response = r0.get(path, **query).json
    assert response["count"] == len(response["notes"])
    return [note["note"] for note in response["notes"]]


def tag(r0: R0, name: str) -> str:
    return str(r0.post("/tags", {"tag": {"name": name}}).json["id"])


def parts(r0: R0, note: str) -> tuple[list[str], list[str]]:
    shown = r0.get(f"/notes/{note}", **{"include[]": ["tags", "contacts"]}).json
    return [each["name"] for each in shown["tags"]], [each["id"] for each in shown["contacts"]]


def test_the_printed_requests_work(r0: R0, world: World) -> None:
    ids = {"contact_id": world.marge.uuid}
    made = make(r0, contacts=[world.marge.uuid])
    listed = r0.shell(f"{O}/contacts/:contact_id/notes \\\n-X GET \\\n{TOKEN}", **ids)
    assert (listed.status, listed.json["notes"]) == (200, [made])


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_note_is_written_changed_deleted_and_restored_in_each_form(r0: R0, world: World, encoding: str) -> None:
    both, chess = [world.marge.uuid, world.homer.uuid], tag(r0, "Chess")
    made = make(r0, "Met at the fair\n🎡 مرحبا", encoding, tags=[chess], contacts=both)
    assert (made["note"], made["personal_note"]) == ("Met at the fair\n🎡 مرحبا", False)
    assert made["author_id"] == world.alice.user_id
    assert parts(r0, made["id"]) == (["Chess"], both)
    path = f"/notes/{made['id']}"
    assert r0.patch(path, {"note": {"note": "Met"}}, encoding).json["note"] == "Met"
    assert parts(r0, made["id"]) == (["Chess"], both)
    # the documentation's example of a PATCH is a POST
    assert r0.post(path, {"note": {"note": "Met again"}}, encoding).status == 200
    gone = r0.send("DELETE", path, {"soft_delete": True}, encoding)
    assert (gone.status, gone.json["deleted_at"] is None) == (200, False)
    assert r0.delete(path).json == gone.json == r0.get(path).json
    assert (texts(r0), texts(r0, **DELETED)) == ([], ["Met again"])
    assert r0.patch(path, {"note": {"note": "x"}}, encoding).status == 404
    assert r0.patch(path, {"note": {"deleted": False}}, encoding).json["deleted_at"] is None
    assert parts(r0, made["id"]) == (["Chess"], both)
    assert r0.send("DELETE", path, {"soft_delete": False}, encoding).status == 204
    assert r0.get(path).status == r0.patch(path, {"note": {"deleted": False}}, encoding).status == 404
    assert texts(r0, **DELETED) == []


def test_the_sets_are_replaced_whole_and_an_empty_one_clears(r0: R0, world: World) -> None:
    marge, homer, chess, go = world.marge.uuid, world.homer.uuid, tag(r0, "Chess"), tag(r0, "Go")
    made = make(r0, tags=[chess], contacts=[marge])
    path = f"/notes/{made['id']}"
    sample = {"note": {"note": "As the sample has it", "personal_note": "false"}, "tags": [go], "contacts": []}
    assert r0.patch(path, sample).status == 200
    assert parts(r0, made["id"]) == (["Go"], [])
    assert r0.curl("PATCH", path, f"tags[]={chess}", f"tags[]={go}", f"contacts[]={homer}").status == 200
    assert parts(r0, made["id"]) == (["Chess", "Go"], [homer])
    assert r0.curl("PATCH", path, "tags[]=", "contacts[]=").status == 200
    assert parts(r0, made["id"]) == ([], [])
    assert r0.patch(path, {"tags": [go, go.upper(), go], "contacts": marge}).status == 200
    assert parts(r0, made["id"]) == (["Go"], [marge])
    assert r0.patch(path, {"tags": None}).status == 200
    assert parts(r0, made["id"]) == ([], [marge])


def test_what_is_deleted_keeps_its_note_through_a_change_of_the_set(r0: R0, world: World) -> None:
    marge, homer, chess = world.marge.uuid, world.homer.uuid, tag(r0, "Chess")
    made = make(r0, tags=[chess], contacts=[marge, homer])
    r0.delete(f"/contacts/{homer}")
    r0.delete(f"/tags/{chess}")
    assert parts(r0, made["id"]) == ([], [marge])
    r0.patch(f"/notes/{made['id']}", {"tags": [], "contacts": []})
    r0.patch(f"/contacts/{homer}", {"contact": {"deleted": False}})
    r0.patch(f"/tags/{chess}", {"tag": {"deleted": False}})
    assert parts(r0, made["id"]) == (["Chess"], [homer])


def test_include_brings_the_first_few_and_the_deleted(r0: R0, world: World) -> None:
    tags = [tag(r0, f"Tag {number}") for number in range(FEW + 2)]
    make(r0, "many tags", tags=tags, contacts=[world.marge.uuid])
    r0.delete(f"/notes/{make(r0, 'gone', contacts=[world.marge.uuid])['id']}")
    for path in ("/notes", f"/contacts/{world.marge.uuid}/notes"):
        assert "tags" not in r0.get(path).json["notes"][0]
        shown = r0.get(path, **{"include[]": ["tags", "contacts", "deleted"]}).json["notes"]
        assert [note["note"] for note in shown] == ["many tags", "gone"]
        assert [each["name"] for each in shown[0]["tags"]] == [f"Tag {number}" for number in range(FEW)]
        assert [each["id"] for each in shown[0]["contacts"]] == [world.marge.uuid]
        assert shown[1]["tags"] == []


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("value", [True, "true"])
def test_personal_is_read_in_both_places_as_flag_and_as_text(r0: R0, encoding: str, value: Any) -> None:
    assert make(r0, encoding=encoding, personal=value)["personal_note"] is True
    made = make(r0, encoding=encoding, personal_note=value)
    assert made["personal_note"] is True
    path = f"/notes/{made['id']}"
    assert r0.patch(path, {"personal_note": "false"}, encoding).json["personal_note"] is False
    assert r0.patch(path, {"note": {"personal_note": value}}, encoding).json["personal_note"] is True


def test_a_personal_note_exists_for_its_author_alone(r0: R0, bob: R0, world: World) -> None:
    marge = world.marge.uuid
    make(r0, "shared", contacts=[marge])
    secret = make(r0, "secret", personal=True, contacts=[marge])["id"]
    make(bob, "Bob's own", personal=True, contacts=[marge])
    here = f"/contacts/{marge}/notes"
    for query in ({}, DELETED):
        assert texts(r0, **query) == texts(r0, here, **query) == ["shared", "secret"]
        assert texts(bob, **query) == texts(bob, here, **query) == ["shared", "Bob's own"]
    path = f"/notes/{secret}"
    assert bob.get(path).status == bob.delete(path).status == bob.delete(path, soft_delete="false").status == 404
    for body in ({"note": {"note": "mine"}}, {"personal_note": False}, {"note": {"deleted": False}}):
        assert bob.patch(path, body).status == bob.post(path, body).status == 404
    r0.delete(path)
    assert texts(bob, **DELETED) == texts(bob, here, **DELETED) == ["shared", "Bob's own"]
    assert r0.patch(path, {"note": {"deleted": False}, "personal_note": False}).status == 200
    assert texts(bob) == ["shared", "secret", "Bob's own"]


def test_nobody_makes_the_note_of_another_personal(r0: R0, bob: R0) -> None:
    path = f"/notes/{make(r0)['id']}"
    refused = bob.patch(path, {"personal_note": "true"})
    assert (refused.status, list(refused.json["errors"])) == (422, ["personal_note"])
    assert bob.patch(path, {"note": {"note": "Bob was here", "personal_note": False}}).status == 200
    assert r0.patch(path, {"personal_note": True}).status == 200
    assert texts(bob) == []


def test_the_count_is_right_after_every_change(r0: R0, bob: R0) -> None:
    first, second = make(r0)["id"], make(r0, personal=True)["id"]
    steps: list[tuple[str, Any, int, int]] = [
        (first, {"personal_note": True}, 2, 0), (first, {"note": {"deleted": True}}, 1, 0),
        (first, {"note": {"deleted": False}}, 2, 0), (first, {"personal_note": False}, 2, 1),
        (second, {"note": {"deleted": True}}, 1, 1), (second, {"note": {"deleted": False}}, 2, 1),
        (first, {"note": {"deleted": True}}, 1, 0),
    ]  # fmt: skip
    for note, body, mine, theirs in steps:
        assert r0.patch(f"/notes/{note}", body).status == 200
        assert (len(texts(r0)), len(texts(bob))) == (mine, theirs)
    for note in (first, second):
        assert r0.delete(f"/notes/{note}", soft_delete="false").status == 204
    assert (texts(r0, **DELETED), texts(bob, **DELETED)) == ([], [])


def test_the_note_of_inro_is_a_shared_note_here_and_stays_in_step(r0: R0, inro: Client, world: World) -> None:
    contact = f"/api/v1/contacts/{world.marge.id}"

    def shown() -> Any:
        text = inro.get(contact).json["notes"]
        bound = {"o": world.organization.id, "id": world.marge.id}
        with world.database.read() as tx:  # what Inrō's lists are sorted by
            row = tx.one("SELECT note_key FROM contacts WHERE organization_id = :o AND id = :id", bound)
        assert row == (text or "",)
        return text

    inro.put(contact, {"contact": {"notes": "blue hair"}})
    note = r0.get(f"/contacts/{world.marge.uuid}/notes").json["notes"][0]
    path = f"/notes/{note['id']}"
    assert (note["note"], shown()) == ("blue hair", "blue hair")
    r0.patch(path, {"note": {"note": "zzz: tall"}})
    assert shown() == "zzz: tall"
    r0.delete(path)
    assert shown() is None
    r0.patch(path, {"note": {"deleted": False}})
    assert shown() == "zzz: tall"
    r0.patch(path, {"personal_note": True})
    assert shown() is None
    r0.patch(path, {"personal_note": False})
    assert shown() == "zzz: tall"
    r0.patch(path, {"contacts": []})
    assert shown() is None
    r0.patch(path, {"contacts": [world.marge.uuid]})
    assert shown() == "zzz: tall"
    r0.delete(path, soft_delete="false")
    assert shown() is None
    assert texts(r0, **DELETED) == []


def test_a_note_of_r0_is_not_what_inro_shows(r0: R0, inro: Client, world: World) -> None:
    make(r0, "only here", contacts=[world.marge.uuid])
    assert inro.get(f"/api/v1/contacts/{world.marge.id}").json["notes"] is None


def test_erasing_a_contact_erases_what_was_written_about_it_alone(r0: R0, bob: R0, world: World) -> None:
    marge, homer = world.marge.uuid, world.homer.uuid
    make(r0, "about Marge", contacts=[marge])
    make(bob, "Bob about Marge", personal=True, contacts=[marge])
    make(r0, "about both", contacts=[marge, homer])
    make(r0, "about nobody")
    r0.delete(f"/contacts/{marge}", soft_delete="false")
    assert texts(r0, **DELETED) == texts(r0) == ["about both", "about nobody"]
    assert texts(bob, **DELETED) == ["about both", "about nobody"]


def test_no_event_tells_what_a_note_says_or_whom_a_personal_one_is_about(r0: R0, world: World) -> None:
    made = make(r0, "the secret sauce", personal=True, contacts=[world.marge.uuid])
    make(r0, "the open sauce", contacts=[world.marge.uuid])
    r0.patch(f"/notes/{made['id']}", {"note": {"note": "another secret sauce"}})
    with world.database.read() as tx:
        events = [event for event in events_after(tx, world.organization.id) if event.kind.startswith("note.")]
    assert [event.changes for event in events] == [None, None, None]
    assert [event.contact_ids for event in events] == [(), (world.marge.id,), ()]


@pytest.mark.parametrize("text", ["", "  ", None, "a\0b", "x" * (TEXT_LENGTH_MAX + 1), {"a": "b"}])
def test_a_bad_text_is_refused_and_named(r0: R0, text: Any) -> None:
    path = f"/notes/{make(r0)['id']}"
    for response in (r0.post("/notes", {"note": {"note": text}}), r0.patch(path, {"note": {"note": text}})):
        assert (response.status, list(response.json["errors"])) == (422, ["note"])
    assert texts(r0) == ["Likes pretzels"]


def test_a_long_text_is_kept_whole(r0: R0) -> None:
    assert make(r0, "é" * TEXT_LENGTH_MAX, "form")["note"] == "é" * TEXT_LENGTH_MAX


def test_contacts_and_tags_that_are_not_there_are_refused_each_by_its_place(r0: R0, world: World) -> None:
    chess, gone = tag(r0, "Chess"), tag(r0, "Gone")
    r0.delete(f"/tags/{gone}")
    r0.delete(f"/contacts/{world.homer.uuid}")
    bad = {
        "contacts": [world.marge.uuid, world.moe.uuid, world.homer.uuid, new_id(), "x"],
        "tags": [chess, gone, new_id()],
    }
    path = f"/notes/{make(r0)['id']}"
    for response in (r0.post("/notes", {"note": {"note": "x"}, **bad}), r0.patch(path, bad)):
        places = ["contacts[1]", "contacts[2]", "contacts[3]", "contacts[4]", "tags[1]", "tags[2]"]
        assert (response.status, list(response.json["errors"])) == (422, places)
    assert texts(r0) == ["Likes pretzels"]


@pytest.mark.parametrize(
    "body",
    [
        {"contacts": {"a": "b"}}, {"tags": [["x"]]}, {"tags": [None]}, {"personal_note": "perhaps"},
        {"contacts": [new_id()] * (CONTACTS_MAX + 1)}, {"tags": [new_id()] * (TAGS_MAX + 1)}, {"note": "bare"},
    ],
)  # fmt: skip
def test_a_malformed_change_is_refused_and_changes_nothing(r0: R0, body: Any) -> None:
    made = make(r0)
    refused = r0.patch(f"/notes/{made['id']}", body)
    assert refused.status == 422
    assert next(iter(refused.json["errors"])).startswith(next(iter(body)))
    assert r0.get(f"/notes/{made['id']}").json == made


def test_a_note_without_text_is_no_note(r0: R0) -> None:
    for body in ({}, {"note": {}}, {"note": {"personal_note": True}}, {"tags": []}):
        refused = r0.post("/notes", body)
        assert (refused.status, list(refused.json["errors"])) == (422, ["note"])


def test_what_is_not_ours_is_not_there(r0: R0, client: Client, world: World) -> None:
    theirs = R0(client.with_token(world.charlie_token), f"/api/v1/orgs/{world.charlie.organization_uuid}")
    foreign = make(theirs, contacts=[world.moe.uuid])["id"]
    for path in (f"/notes/{foreign}", f"/notes/{new_id()}", "/notes/x"):
        assert r0.get(path).status == r0.delete(path).status == r0.patch(path, {"note": {"note": "x"}}).status == 404
    assert r0.get(f"/contacts/{world.moe.uuid}/notes").status == 404


def test_the_lists_have_pages(r0: R0, world: World) -> None:
    for number in range(5):
        make(r0, f"Note {number}", contacts=[world.marge.uuid])
    for path in ("/notes", f"/contacts/{world.marge.uuid}/notes"):
        page = r0.get(path, page=2, limit=2).json
        assert ([note["note"] for note in page["notes"]], page["count"], page["first"]) == (
            ["Note 2", "Note 3"], 5, 3,
        )  # fmt: skip
