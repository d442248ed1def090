"""Our own contract: contacts listed, read, created, changed, deleted and restored."""

import pytest
from client import Client
from world import World

CONTACTS = "/api/hub/v1/contacts"


def test_a_contact_is_created_and_read_in_one_shape(hub: Client) -> None:
    body = {
        "real_name": "Lisa Simpson",
        "birthday": "--05-09",
        "email": "lisa@example.org",
        "handles": {"add": [{"channel": "phone", "value": "(800) 555-0123", "label": "home"}]},
        "addresses": [{"address_line_1": "742 Evergreen Terrace", "country": "US"}],
        "dates": [{"label": "First recital", "occurs_on": "2024-06-01"}],
        "tags": ["School", "school"],
        "folders": ["Family"],
        "expertises": ["Saxophone"],
    }
    created = hub.post(CONTACTS, body)
    assert created.status == 201
    contact = created.json
    assert contact["first_name"] == "Lisa"
    assert {(each["channel"], each["normalized"]) for each in contact["handles"]} == {
        ("email", "lisa@example.org"), ("phone", "+18005550123"),
    }  # fmt: skip
    assert [each["name"] for each in contact["tags"]] == ["School"]
    assert [each["name"] for each in contact["folders"]] == ["Family"]
    assert [each["name"] for each in contact["expertises"]] == ["Saxophone"]
    assert contact["addresses"][0]["country_code"] == "US"
    assert created.headers["etag"] == f'"{contact["revision"]}"'
    assert created.headers["location"].endswith(f"{CONTACTS}/{contact['id']}")
    for key in ("id", "uuid"):
        assert hub.get(f"{CONTACTS}/{contact[key]}").json == contact


def test_fields_and_include_choose_the_keys(world: World, hub: Client) -> None:
    path = f"{CONTACTS}/{world.marge.id}"
    assert set(hub.get(path, fields="email,tags").json) == {"id", "uuid", "revision", "email", "tags"}
    everything = hub.get(path, include="all").json
    assert {"notes", "gifts", "pets", "relationships", "attachments", "external_ids"} < set(everything)
    problem = hub.get(path, fields="email,shoe_size")
    assert problem.status == 400
    assert "shoe_size" in problem.json["detail"]


def test_a_patch_changes_what_it_names_and_null_clears(world: World, hub: Client) -> None:
    path = f"{CONTACTS}/{world.marge.id}"
    changed = hub.patch(path, {"nickname": "Midge", "email": None, "tags": ["Painters"]}).json
    assert (changed["nickname"], changed["email"], changed["phone"]) == ("Midge", None, "(800) 555-5555")
    changed = hub.patch(path, {"tags": {"add": ["Neighbours"], "remove": ["painters"]}}).json
    assert [tag["name"] for tag in changed["tags"]] == ["Neighbours"]
    assert changed["nickname"] == "Midge"
    assert hub.patch(path, {"tags": None}).json["tags"] == []


def test_a_handle_is_added_and_removed_by_its_value_in_any_writing(world: World, hub: Client) -> None:
    path = f"{CONTACTS}/{world.marge.id}"
    before = {each["id"] for each in hub.get(path).json["handles"]}
    work = {"channel": "email", "value": "marge@work.example", "label": "work", "is_primary": True}
    changed = hub.patch(path, {"handles": {"add": [work]}}).json
    assert before < {each["id"] for each in changed["handles"]}
    assert changed["email"] == "marge@work.example"
    phone = {"channel": "phone", "value": "+1 800 555 5555"}
    changed = hub.patch(path, {"handles": {"remove": [phone]}}).json
    assert changed["phone"] is None
    assert hub.patch(path, {"handles": []}).json["handles"] == []


@pytest.mark.parametrize("is_new", [True, False])
def test_a_list_of_handles_keeps_the_email_and_phone_of_the_same_request(hub: Client, *, is_new: bool) -> None:
    def save(handles: object) -> list[tuple[str, str, str | None, bool]]:
        body = {"email": "lisa@example.org", "phone": "+1 800 555 0123", "handles": handles}
        if is_new:
            saved = hub.post(CONTACTS, body).json
        else:
            saved = hub.post(CONTACTS, {"email": "old@example.org", "website": "https://old.example"}).json
            saved = hub.patch(f"{CONTACTS}/{saved['id']}", body).json
        assert (saved["email"], saved["phone"]) == ("lisa@example.org", "+1 800 555 0123")
        return [(each["channel"], each["value"], each["label"], each["is_primary"]) for each in saved["handles"]]

    both = {("email", "lisa@example.org", None, True), ("phone", "+1 800 555 0123", None, True)}
    assert set(save([])) == set(save(None)) == both
    school = {"channel": "email", "value": "lisa@school.example", "label": "school", "is_primary": True}
    assert set(save([school])) == both | {("email", "lisa@school.example", "school", False)}
    home = {"channel": "email", "value": "lisa@example.org", "label": "home"}
    assert ("email", "lisa@example.org", "home", True) in save([school, home])
    full = [{"channel": "email", "value": f"{number}@example.org"} for number in range(200)]
    refused = hub.post(CONTACTS, {"email": "lisa@example.org", "handles": full})
    assert refused.json["detail"] == "handles has more than 200 items together with email"


def test_deleting_restoring_and_erasing(world: World, hub: Client) -> None:
    path = f"{CONTACTS}/{world.marge.uuid}"
    assert hub.delete(path).json["deleted_at"] is not None
    assert hub.patch(path, {"nickname": "Midge"}).status == 409
    assert world.marge.id not in ids(hub.get(CONTACTS).json)
    assert ids(hub.get(CONTACTS, deleted="yes").json) == [world.marge.id]
    assert hub.post(f"{path}/restore").json["deleted_at"] is None
    assert hub.delete(path, erase="true").status == 428
    etag = hub.get(path).headers["etag"]
    assert hub.call("DELETE", path, query={"erase": "true"}, headers={"if-match": '"1"'}).status == 412
    assert hub.call("DELETE", path, query={"erase": "true"}, headers={"if-match": etag}).status == 204
    assert hub.get(path).status == 404


def test_etags_spare_a_body_and_keep_two_writers_apart(world: World, hub: Client) -> None:
    path = f"{CONTACTS}/{world.homer.id}"
    etag = hub.get(path).headers["etag"]
    for tags in (etag, f"W/{etag}", f'"x", {etag}', etag.replace('"', "").join(('"', '-gzip"')), "*"):
        same = hub.call("GET", path, headers={"if-none-match": tags})
        assert (same.status, same.body, same.headers["etag"]) == (304, b"", etag)
    first = hub.call("PATCH", path, json_body={"nickname": "Homie"}, headers={"if-match": etag})
    assert first.status == 200
    second = hub.call("PATCH", path, json_body={"nickname": "Max Power"}, headers={"if-match": etag})
    assert (second.status, second.json["etag"]) == (412, first.headers["etag"])
    for now in (f"W/{first.headers['etag']}", first.headers["etag"].removesuffix('"') + '-zstd"'):
        assert hub.call("PATCH", path, json_body={}, headers={"if-match": now}).status == 200
    assert hub.call("PATCH", path, json_body={}, headers={"if-match": "*"}).status == 200
    assert hub.call("GET", path, headers={"if-none-match": etag}).json["nickname"] == "Homie"


def test_an_if_match_without_quotation_marks_is_named_instead_of_a_change_that_nobody_made(
    world: World, hub: Client
) -> None:
    homer, bare = world.homer.id, {"if-match": hub.get(f"{CONTACTS}/{world.homer.id}").headers["etag"].strip('"')}
    match = {"match": [{"by": "id", "value": str(homer)}], "contact": {"nickname": "Homie"}}
    for refused in (
        hub.call("PATCH", f"{CONTACTS}/{homer}", json_body={"nickname": "Homie"}, headers=bare),
        hub.call("DELETE", f"{CONTACTS}/{homer}", query={"erase": "true"}, headers=bare),
        hub.call("POST", f"{CONTACTS}/upsert", json_body=match, headers=bare),
        hub.call("POST", "/api/hub/v1/merges", headers=bare,
                 json_body={"survivor_id": homer, "loser_ids": [world.marge.id]}),
    ):  # fmt: skip
        assert (refused.status, refused.json["errors"][0]["in"]) == (400, "header")
        assert refused.json["detail"].startswith("If-Match has no ETag: send it as it was read")
    operations: list[dict[str, object]] = [
        {"op": "update", "id": homer, "contact": {"nickname": "Homie"}, "if_match": bare["if-match"]},
        {"op": "upsert", **match, "if_match": bare["if-match"]},
    ]
    done = hub.post(f"{CONTACTS}/batch", {"operations": operations}).json["results"]
    assert [(each["status"], each["problem"]["errors"][0]["field"]) for each in done] == [(422, "if_match")] * 2


@pytest.mark.parametrize("order", ["id", "-id", "name", "-name", "created_at", "-updated_at"])
def test_every_contact_is_on_one_page_in_every_order(hub: Client, order: str) -> None:
    for number in range(7):
        hub.post(CONTACTS, {"real_name": f"Person {number % 3}"})
    everyone = [each["id"] for each in hub.get(CONTACTS, order=order).json["items"]]
    found: list[int] = []
    query = {"order": order, "limit": "2"}
    while True:
        page = hub.get(CONTACTS, **query).json
        found += ids(page)
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert found == everyone
    assert len(set(found)) == 9


def test_a_list_is_stable_while_contacts_come_and_go(hub: Client) -> None:
    made = [hub.post(CONTACTS, {"real_name": f"Person {number}"}).json["id"] for number in range(6)]
    first = hub.get(CONTACTS, limit=5).json
    hub.delete(f"{CONTACTS}/{ids(first)[0]}")
    hub.delete(f"{CONTACTS}/{ids(first)[-1]}")
    new = hub.post(CONTACTS, {"real_name": "Late"}).json["id"]
    assert ids(hub.get(CONTACTS, cursor=first["next_cursor"]).json) == [*made[3:], new]


def test_the_count_is_of_all_pages(hub: Client) -> None:
    assert hub.get(CONTACTS, limit=1).json["total"] is None
    assert hub.get(CONTACTS, limit=1, count="true").json["total"] == 2


# Bad input ------------------------------------------------------------------------------------------------------------


def test_a_cursor_of_another_list_or_organization_or_a_forged_one_is_a_problem(
    world: World, hub: Client, client: Client
) -> None:
    cursor = hub.get(CONTACTS, limit=1).json["next_cursor"]
    charlie = client.with_token(world.charlie_token)
    others = [
        charlie.get(CONTACTS, limit=1, cursor=cursor),
        hub.get(CONTACTS, limit=1, cursor=cursor, order="name"),
        hub.get(CONTACTS, limit=1, cursor=cursor, deleted="any"),
        hub.get(CONTACTS, cursor=("B" if cursor[0] == "A" else "A") + cursor[1:]),
        hub.get(CONTACTS, cursor=cursor[:-4]),
        hub.get(CONTACTS, cursor="WzAsMF0"),
        hub.get(CONTACTS, cursor="š"),
    ]
    for problem in others:
        assert (problem.status, problem.json["type"]) == (400, "/api/hub/v1/problems/invalid-cursor"), problem.body
        assert problem.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"frist_name": "Lisa"}, "frist_name"),
        ({"birthday": "yesterday"}, "birthday"),
        ({"handles": [{"channel": "fax", "value": "1"}]}, "handles.0.channel"),
        ({"handles": [{"channel": "email", "value": "no"}]}, "handles.0.value"),
        ({"handles": {"add": [{"channel": "phone", "value": "x"}]}}, "handles.add.0.value"),
        ({"addresses": [{"address_line_1": "", "country": "US"}]}, "addresses.0.address_line_1"),
        ({"dates": [{"label": "x", "occurs_on": "2024-02-30"}]}, "dates.0.occurs_on"),
        ({"tags": ["  "]}, "tags.0"),
        ({"tags": "friends"}, "tags"),
        ({"relationship_grade": 9}, "relationship_grade"),
        ({"properties": {"nothing": 1}}, "properties.nothing"),
        ({"first_name": "x" * 201}, "first_name"),
        ({"display_name": "a\x00b"}, "display_name"),
    ],
)
def test_every_invalid_field_is_named(world: World, hub: Client, body: dict[str, object], field: str) -> None:
    for response in (hub.post(CONTACTS, body), hub.patch(f"{CONTACTS}/{world.marge.id}", body)):
        assert response.status == 422, response.body
        assert [each["field"] for each in response.json["errors"]] == [field]
        assert response.json["errors"][0]["in"] == "body"
    assert hub.get(f"{CONTACTS}/{world.marge.id}").json["revision"] == world.marge.revision


def test_an_unknown_field_or_parameter_names_the_nearest(hub: Client) -> None:
    assert "did you mean first_name?" in hub.post(CONTACTS, {"frist_name": "Lisa"}).json["detail"]
    response = hub.get(CONTACTS, limt=5)
    assert response.status == 400
    assert response.json["errors"][0] == {
        "in": "query", "field": "limt", "code": "unknown", "message": "limt is unknown; did you mean limit?",
        "fix": "Correct or remove the field.",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "field"),
    [("limit=1&limit=2", "limit"), ("filter=tag:a&fil%74er=tag:b", "filter"), ("x=%zz", "query"), ("q=%ff", "query")],
)
def test_a_query_that_is_malformed_or_repeats_a_parameter_is_a_bad_request(hub: Client, query: str, field: str) -> None:
    response = hub.get(f"{CONTACTS}?{query}")
    assert (response.status, response.json["type"]) == (400, "/api/hub/v1/problems/bad-request")
    assert [(each["in"], each["field"]) for each in response.json["errors"]] == [("query", field)]


@pytest.mark.parametrize("path", ["0", "99999999999999999999", "-1", "x", "1.5", "%00", "4000000"])
def test_a_contact_that_does_not_exist_is_a_problem(hub: Client, path: str) -> None:
    response = hub.get(f"{CONTACTS}/{path}")
    assert (response.status, response.json["type"]) == (404, "/api/hub/v1/problems/not-found")


def test_errors_of_the_door_are_problems_too(hub: Client) -> None:
    cases = [
        (hub.get("/api/hub/v1/nothing"), 404),
        (hub.call("PUT", CONTACTS), 405),
        (hub.with_token(None).get(CONTACTS), 401),
        (hub.call("POST", CONTACTS, body=b"{", headers={"content-type": "application/json"}), 400),
        (hub.call("POST", CONTACTS, body=b"a=1", headers={"content-type": "application/x-www-form-urlencoded"}), 415),
        (hub.call("POST", CONTACTS, body=b"\x1f\x8b", headers={"content-encoding": "gzip"}), 415),
        (hub.call("POST", CONTACTS, json_body={}, headers={"user-agent": "Coterie-Webhooks/1"}), 403),
        (hub.get(CONTACTS, format="xml"), 406),
        (hub.get(CONTACTS, limit=0), 400),
    ]
    for response, status in cases:
        assert response.status == status
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json["status"] == status
        assert response.json["detail"] not in ("Unauthorized", "405 Not Allowed")
        kind = hub.with_token(None).get(response.json["type"]).json
        assert (kind["status"], kind["title"]) == (status, response.json["title"])
        assert kind["fix"]


def ids(page: dict[str, list[dict[str, int]]]) -> list[int]:
    return [each["id"] for each in page["items"]]


@pytest.mark.parametrize("field", ["folders", "tags", "expertises"])
@pytest.mark.parametrize("names", [[99], [True], {"add": [99]}, {"remove": [1.5]}])
def test_a_number_is_no_name(world: World, hub: Client, field: str, names: object) -> None:
    fields = {"real_name": "Lisa", field: names}
    identifier = {"by": "email", "value": "lisa@example.org"}
    for response in (
        hub.post(CONTACTS, fields),
        hub.patch(f"{CONTACTS}/{world.marge.id}", fields),
        hub.post(f"{CONTACTS}/upsert", {"match": [identifier], "contact": fields}),
        hub.post(f"{CONTACTS}/batch", {"operations": [{"op": "create", "contact": fields}], "atomic": True}),
    ):
        assert response.status == 422 and "is not text: send the name" in response.json["detail"], response.body
    assert hub.get(CONTACTS, filter="name:lisa").json["items"] == []


@pytest.mark.parametrize(
    "fields", [{}, {"tags": ["Friends"]}, {"real_name": " ", "handles": []}, {"real_name": "\u200b\u2060"},
               {"note": "Who was it?", "birthday": None},
               {"handles": {"remove": [{"channel": "email", "value": "a@example.org"}]}}],
)  # fmt: skip
def test_a_contact_has_something_that_names_or_reaches_it(hub: Client, fields: dict[str, object]) -> None:
    external = {"by": "external_id", "source": "shop", "value": "4711"}
    for response in (
        hub.post(CONTACTS, fields),
        hub.post(f"{CONTACTS}/upsert", {"match": [external], "contact": fields}),
        hub.post(f"{CONTACTS}/batch", {"operations": [{"op": "create", "contact": fields}], "atomic": True}),
    ):
        assert response.status == 422 and "needs a name" in response.json["detail"], response.body
    email = {"by": "email", "value": "lisa@example.org"}
    assert hub.post(f"{CONTACTS}/upsert", {"match": [email], "contact": {}}).status == 201


@pytest.mark.parametrize(
    "fields", [{"employer": "Globex"}, {"phone": "(800) 555-0123"}, {"nickname": "Bart"},
               {"handles": [{"channel": "email", "value": "a@example.org"}]},
               {"addresses": [{"address_line_1": "742 Evergreen Terrace", "country": "US"}]}],
)  # fmt: skip
def test_one_name_or_one_way_to_reach_is_enough(hub: Client, fields: dict[str, object]) -> None:
    assert hub.post(CONTACTS, fields).status == 201


def test_only_a_key_that_is_alike_is_suggested(hub: Client) -> None:
    assert (
        hub.get(CONTACTS, sort="name").json["errors"][0]["message"].startswith("sort is unknown; known are count, cur")
    )
    assert hub.post(CONTACTS, {"shoe_size": 44}).json["errors"][0]["message"] == "shoe_size is unknown"
    assert "did you mean order?" in hub.get(CONTACTS, ordre="name").json["detail"]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b'{"real_name": "Lisa",}', "The body is not valid JSON at byte 21"),
        (b'{"real_name": NaN}', "The body is not valid JSON at byte 14"),
        (b'\xef\xbb\xbf{"real_name": "Lisa"}', "The body is not valid JSON at byte 0"),
        (b'{"real_name": "Lisa"', "The body is not valid JSON"),
        (b"[" * 5000, "The body is not valid JSON"),
    ],
)
def test_json_that_cannot_be_read_is_named_with_its_place(hub: Client, body: bytes, detail: str) -> None:
    response = hub.call("POST", CONTACTS, body=body, headers={"content-type": "application/json"})
    assert (response.status, response.json["detail"]) == (400, detail)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("purple", "is not one of the choices: red, green"),
        (["red", "purple"], "is not one of the choices: red, green"),
        ("a\0b", "must not contain NUL characters"),
        (["x" * 10_001], "is longer than 10000 characters"),
    ],
)
def test_a_value_that_a_property_does_not_take_says_what_it_takes(
    world: World, inro: Client, hub: Client, value: object, reason: str
) -> None:
    definition = {"title": "Colours", "property_type": "multiple_choice", "choices": ["red", "green"]}
    inro.post("/api/v1/contact_properties", {"contact_property": definition})
    path = f"{CONTACTS}/{world.marge.id}"
    assert hub.patch(path, {"properties": {"colours": value}}).json["detail"] == f"properties.colours {reason}"
    unknown = hub.patch(path, {"properties": {"colors": "red"}}).json["detail"]
    assert unknown == "properties.colors is not a property: define it first, or correct its slug"


def test_a_part_of_a_name_counts_next_to_the_whole_name(hub: Client) -> None:
    def names(**fields: object) -> tuple[str, str, str]:
        saved = hub.patch(path, fields).json
        return saved["real_name"], saved["first_name"], saved["last_name"]

    made = hub.post(CONTACTS, {"real_name": "van Hout Kirk", "first_name": "Kirk", "last_name": "van Hout"}).json
    assert [made[name] for name in ("real_name", "first_name", "last_name")] == ["van Hout Kirk", "Kirk", "van Hout"]
    path = f"{CONTACTS}/{hub.post(CONTACTS, {'real_name': 'Anna Bell'}).json['id']}"
    assert names(real_name="Anna Bell", first_name="Carla", last_name="Bell") == ("Carla Bell", "Carla", "Bell")
    assert names(real_name="Dora Eve", first_name="Carla", last_name="Bell") == ("Dora Eve", "Dora", "Eve")
    for whole in ("Dora Eve", "Fay Gill", "Fay Gill"):
        assert names(real_name=whole, first_name=None, last_name="") == (whole, *whole.split())
    assert names(real_name="Bell, Anna", first_name="Anna", last_name="Bell") == ("Bell, Anna", "Anna", "Bell")
    assert names(first_name="Ina") == ("Ina Bell", "Ina", "Bell")
    maiden = {"real_name": "Ina Bell", "maiden_name": "Falk"}
    assert hub.patch(path, maiden).json["maiden_name"] == "Falk"
