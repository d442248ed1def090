"""Tags and expertises through R0: the lists, the links, the counts. What holds for one holds for the other."""

from dataclasses import dataclass
from typing import Any

import pytest
from client import Client
from r0_client import ENCODINGS, R0
from world import World

from coterie.actions.contacts import delete_contact, erase_contact, restore_contact
from coterie.model.ids import new_id
from coterie.model.terms import TERMS_OF_CONTACT_MAX

C = "curl https://web.r0app.com/api/v1/orgs/:org_id/contacts/:contact_id"
TOKEN = "-H 'Authorization: Bearer <token>'"


@dataclass(frozen=True)
class Kind:
    noun: str
    plural: str


KINDS = (Kind("tag", "tags"), Kind("expertise", "expertises"))


@pytest.fixture(params=KINDS, ids=lambda kind: kind.noun)
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


def make(r0: R0, kind: Kind, name: str, encoding: str = "json") -> Any:
    response = r0.post(f"/{kind.plural}", {kind.noun: {"name": name}}, encoding)
    assert response.status == 201, response.body
    return response.json


def names(r0: R0, kind: Kind, path: str = "", **query: Any) -> list[str]:
    return [each["name"] for each in r0.get(path or f"/{kind.plural}", **query).json[kind.plural]]


def link(r0: R0, kind: Kind, contact: str, term: str) -> Any:
    response = r0.put(f"/contacts/{contact}/{kind.plural}/{term}")
    assert response.status == 200, response.body
    return response.json


def test_the_printed_requests_work(r0: R0, world: World, kind: Kind) -> None:
    made = make(r0, kind, "Soccer")
    ids = {"contact_id": world.marge.uuid, f"{kind.noun}_id": made["id"]}
    one = f"{C}/{kind.plural}/:{kind.noun}_id \\\n"
    assert r0.shell(f"{C}/{kind.plural} \\\n-X GET \\\n{TOKEN}", **ids).json[kind.plural] == []
    put = r0.shell(f"{one}-X PUT \\\n{TOKEN}", **ids)
    assert (put.status, put.json["name"], put.json["contact_count"]) == (200, "Soccer", 1)
    assert r0.shell(f"{C}/{kind.plural} \\\n-X GET \\\n{TOKEN}", **ids).json[kind.plural] == [put.json]
    gone = r0.shell(f"{one}-X DELETE \\\n{TOKEN}", **ids)
    assert (gone.status, gone.body) == (204, b"")
    assert r0.get(f"/{kind.plural}/{made['id']}").json == made


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_one_is_created_renamed_deleted_and_restored_in_each_form(r0: R0, kind: Kind, encoding: str) -> None:
    path = f"/{kind.plural}/{make(r0, kind, ' Jazz ', encoding)['id']}"
    assert r0.get(path).json["name"] == "Jazz"
    assert r0.patch(path, {kind.noun: {"name": "JAZZ"}}, encoding).json["name"] == "JAZZ"
    gone = r0.send("DELETE", path, {"soft_delete": True}, encoding)
    assert gone.status == 200
    assert gone.json["deleted_at"]
    assert r0.get(path).json == gone.json
    assert names(r0, kind) == []
    assert names(r0, kind, **{"include[]": "deleted"}) == ["JAZZ"]
    assert r0.patch(path, {kind.noun: {"name": "Blues"}}, encoding).status == 404
    back = r0.patch(path, {kind.noun: {"deleted": False}}, encoding)
    assert (back.status, back.json["deleted_at"]) == (200, None)
    assert r0.send("DELETE", path, {"soft_delete": False}, encoding).status == 204
    assert r0.get(path).status == 404
    assert r0.patch(path, {kind.noun: {"deleted": False}}, encoding).status == 404


def test_a_name_stands_once_in_its_list_however_it_is_spelled(r0: R0, kind: Kind) -> None:
    first = make(r0, kind, "Café  Noir")
    assert make(r0, kind, "cafe noir") == first
    assert make(r0, kind, "Jazz")["id"] != first["id"]
    taken = r0.patch(f"/{kind.plural}/{first['id']}", {kind.noun: {"name": "jazz"}})
    assert (taken.status, list(taken.json["errors"])) == (422, ["name"])
    r0.delete(f"/{kind.plural}/{first['id']}")
    again = make(r0, kind, "CAFE NOIR")
    assert (again["id"], again["deleted_at"]) == (first["id"], None)


def test_a_tag_and_an_expertise_may_have_one_name(r0: R0) -> None:
    tag, expertise = (make(r0, kind, "Chess") for kind in KINDS)
    assert r0.get(f"/tags/{expertise['id']}").status == 404
    assert r0.get(f"/expertises/{tag['id']}").status == 404


def test_the_list_is_by_name_pages_and_is_searched(r0: R0, kind: Kind) -> None:
    for name in ("zebra crossing", "Émile", "apple pie", "50% off", "a_b", "🎷 sax", "مرحبا"):
        make(r0, kind, name)
    page = r0.get(f"/{kind.plural}", page=2, limit=3).json
    assert [page[key] for key in ("count", "first", "last", "page", "limit")] == [7, 4, 6, 2, 3]
    assert names(r0, kind, limit=3) == ["50% off", "a_b", "apple pie"]
    for search, found in {
        "emi": ["Émile"], "PIE": ["apple pie"], "pie app": ["apple pie"], "%": ["50% off"], "_": ["a_b"],
        "🎷": ["🎷 sax"], "مرحبا": ["مرحبا"], "nothing": [], "a!b": [],
    }.items():  # fmt: skip
        response = r0.get(f"/{kind.plural}", search=search).json
        assert ([each["name"] for each in response[kind.plural]], response["count"]) == (found, len(found))


@pytest.mark.parametrize("name", ["", "   ", None, "x" * 201, "a\0b", ["x"]])
def test_a_bad_name_is_refused_and_named(r0: R0, kind: Kind, name: Any) -> None:
    path = f"/{kind.plural}/{make(r0, kind, 'Good')['id']}"
    for response in (
        r0.post(f"/{kind.plural}", {kind.noun: {"name": name}}),
        r0.patch(path, {kind.noun: {"name": name}}),
    ):
        assert (response.status, list(response.json["errors"])) == (422, ["name"])
    assert names(r0, kind) == ["Good"]


def test_nothing_to_change_is_refused(r0: R0, kind: Kind) -> None:
    path = f"/{kind.plural}/{make(r0, kind, 'Good')['id']}"
    assert list(r0.patch(path, {kind.noun: {}}).json["errors"]) == ["name"]
    assert r0.patch(path, {}).status == 422
    assert r0.post(f"/{kind.plural}", {}).status == 422


def test_linking_twice_is_linking_once_and_unlinking_twice_is_404(r0: R0, world: World, kind: Kind) -> None:
    term, contact = make(r0, kind, "Chess")["id"], world.marge.uuid
    for _ in range(2):
        assert link(r0, kind, contact, term)["contact_count"] == 1
    assert r0.get(f"/{kind.plural}/{term}").json["contact_count"] == 1
    path = f"/contacts/{contact}/{kind.plural}/{term}"
    assert [r0.delete(path).status for _ in range(2)] == [204, 404]
    assert r0.get(f"/{kind.plural}/{term}").json["contact_count"] == 0


def test_counts_and_contacts_follow_a_contact_that_is_deleted(r0: R0, world: World, kind: Kind) -> None:
    term = make(r0, kind, "Chess")["id"]
    for contact in (world.marge, world.homer):
        link(r0, kind, contact.uuid, term)

    def seen(**query: Any) -> tuple[int, list[str]]:
        response = r0.get(f"/{kind.plural}/{term}/contacts", **query).json
        assert response["count"] == len(response["contacts"])
        return r0.get(f"/{kind.plural}/{term}").json["contact_count"], [c["id"] for c in response["contacts"]]

    both = [world.marge.uuid, world.homer.uuid]
    assert seen() == (2, both)
    with world.database.write() as tx:
        delete_contact(tx, world.alice, world.marge.id)
    assert seen() == (1, both[1:])
    assert seen(**{"include[]": "deleted"}) == (1, both)
    with world.database.write() as tx:
        restore_contact(tx, world.alice, world.marge.id)
    assert seen() == (2, both)
    with world.database.write() as tx:
        delete_contact(tx, world.alice, world.marge.id)
        erase_contact(tx, world.alice, world.marge.id)
        erase_contact(tx, world.alice, world.homer.id)
    assert seen() == (0, [])


def test_a_deleted_one_is_out_of_sight_on_contacts_and_comes_back(r0: R0, world: World, kind: Kind) -> None:
    term, contact = make(r0, kind, "Chess")["id"], world.marge.uuid
    link(r0, kind, contact, term)
    r0.delete(f"/{kind.plural}/{term}")
    here = f"/contacts/{contact}/{kind.plural}"
    assert names(r0, kind, here) == []
    assert names(r0, kind, here, **{"include[]": "deleted"}) == ["Chess"]
    assert r0.put(f"{here}/{term}").status == 404
    r0.patch(f"/{kind.plural}/{term}", {kind.noun: {"deleted": "false"}})
    assert names(r0, kind, here) == ["Chess"]
    r0.delete(f"/{kind.plural}/{term}", soft_delete="false")
    assert names(r0, kind, here, **{"include[]": "deleted"}) == []


def test_a_contact_is_shown_with_them(r0: R0, world: World, kind: Kind) -> None:
    link(r0, kind, world.marge.uuid, make(r0, kind, "Chess")["id"])
    word = {"tag": "tags", "expertise": "expertise_tags"}[kind.noun]
    shown = r0.get(f"/contacts/{world.marge.uuid}", **{"include[]": word}).json
    assert [each["name"] for each in shown[word]] == ["Chess"]


def test_what_is_not_ours_is_not_there(r0: R0, client: Client, world: World, kind: Kind) -> None:
    theirs = R0(client.with_token(world.charlie_token), f"/api/v1/orgs/{world.charlie.organization_uuid}")
    foreign, ours = make(theirs, kind, "Secret")["id"], make(r0, kind, "Chess")["id"]
    marge, moe = world.marge.uuid, world.moe.uuid
    for contact, term in ((marge, foreign), (moe, ours), (marge, new_id()), (marge, "x"), (new_id(), ours)):
        path = f"/contacts/{contact}/{kind.plural}/{term}"
        assert (r0.put(path).status, r0.delete(path).status) == (404, 404)
    for path in (f"/{kind.plural}/{foreign}", f"/{kind.plural}/nonsense"):
        assert r0.get(path).status == r0.get(f"{path}/contacts").status == 404
        assert r0.patch(path, {kind.noun: {"name": "Mine"}}).status == r0.delete(path).status == 404
    assert names(theirs, kind) == ["Secret"]


def test_a_deleted_contact_keeps_its_own_until_it_is_back(r0: R0, world: World, kind: Kind) -> None:
    term, contact = make(r0, kind, "Chess")["id"], world.marge.uuid
    link(r0, kind, contact, term)
    r0.delete(f"/contacts/{contact}")
    path = f"/contacts/{contact}/{kind.plural}"
    assert names(r0, kind, path) == ["Chess"]
    assert (r0.put(f"{path}/{term}").status, r0.delete(f"{path}/{term}").status) == (404, 404)


def test_a_contact_has_so_many_and_no_more(r0: R0, world: World) -> None:
    with world.database.write() as tx:
        for number in range(TERMS_OF_CONTACT_MAX):
            bound = {"o": world.organization.id, "c": world.marge.id, "id": new_id(), "name": f"t{number}"}
            tx.run(
                "INSERT INTO tags (organization_id, id, name, name_key, contact_count, created_at, updated_at)"
                " VALUES (:o, :id, :name, :name, 1, '', '')",
                {name: bound[name] for name in ("o", "id", "name")},
            )
            tx.run(
                "INSERT INTO contact_tags (organization_id, contact_id, tag_id) VALUES (:o, :c, :id)",
                {name: bound[name] for name in ("o", "c", "id")},
            )
    more = make(r0, KINDS[0], "one more")["id"]
    refused = r0.put(f"/contacts/{world.marge.uuid}/tags/{more}")
    assert (refused.status, list(refused.json["errors"])) == (422, ["tag_id"])
    assert r0.get(f"/tags/{more}").json["contact_count"] == 0


def test_words_that_only_search_takes_for_one_are_two(r0: R0, kind: Kind) -> None:
    first, second = make(r0, kind, "かき"), make(r0, kind, "かぎ")
    assert first["id"] != second["id"]
    assert make(r0, kind, "Crème")["id"] == make(r0, kind, "creme")["id"]
