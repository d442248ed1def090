"""Imports through R0: staged at once, looked through, decided on, applied; the bulk-upload alias."""

from pathlib import Path
from typing import Any

import pytest
from client import Client, Response
from r0_client import ENCODINGS, R0
from test_r0_attachments import PDF, work
from world import World

from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.files import FOLDER

HEAD = "first_name,last_name,how_you_met,email,phone,employer\r\n"
FILE = (
    HEAD
    + "Ned,Flanders,Over the fence,ned@okily.example,555-8904,The Leftorium\r\n"
    + "Marge,Simpson,,marge@example.org,,Springfield School\r\n"
    + "Bart,Simpson,,homer@example.org,,Power Plant\r\n"
    + ",,,,,\r\n"
)
LINKEDIN = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\r\n"


def upload(
    r0: R0, data: str | bytes, *, filename: str = "people.csv", path: str = "/imports", **fields: str
) -> Response:
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--x\r\nContent-Disposition: form-data; name="upload"; filename="{filename}"\r\n\r\n'
    content = data.encode() if isinstance(data, str) else data
    body = b"".join([*parts, head.encode(), content, b"\r\n--x--\r\n"])
    headers = {"content-type": "multipart/form-data; boundary=x"}
    return r0.client.call("POST", f"{r0.base}{path}", body=body, headers=headers)


def names(r0: R0) -> set[str]:
    return {f"{each['first_name']} {each['last_name']}" for each in r0.get("/contacts", limit=100).json["contacts"]}


def rows_of(r0: R0, import_id: str, **query: Any) -> list[dict[str, Any]]:
    response = r0.get(f"/imports/{import_id}/rows", **query)
    assert response.status == 200
    return list(response.json["rows"])


def kept_files(settings: Settings) -> set[Path]:
    return {path for path in (settings.data_folder / FOLDER).rglob("*") if path.is_file()}


@pytest.mark.parametrize("path", ["/imports", "/bulk-upload", "/bulk_upload"])
def test_an_upload_says_at_once_what_was_found_and_brings_nobody(r0: R0, world: World, path: str) -> None:
    made = upload(r0, FILE, path=path)
    assert made.status == 200, made.body
    found = made.json
    assert (found["filename"], found["type"], found["state"]) == ("people.csv", "r0_csv", "staged")
    assert found["size"] == len(FILE)
    outcomes = {row["contact"]["first_name"]: row["outcome"] for row in found["first_rows"] if row["contact"]}
    assert outcomes == {"Ned": "create", "Marge": "update", "Bart": "match"}
    (likely,) = found["first_duplicates"]
    assert (likely["row"], found["likely_duplicates"]) == (3, 1)
    (match,) = likely["matches"]
    assert (match["contact_id"], match["name"]) == (world.homer.uuid, "Homer Simpson")
    assert match["reason"] and 0 < match["score"] <= 100
    marge = next(row for row in found["first_rows"] if row["row"] == 2)
    assert marge["contact_id"] == world.marge.uuid
    assert names(r0) == {"Marge Simpson", "Homer Simpson"}
    assert r0.get(f"/imports/{found['id']}").json == {
        name: value for name, value in found.items() if not name.startswith("first_") and name != "mapping"
    }
    assert [each["id"] for each in r0.get("/imports").json["imports"]] == [found["id"]]


def test_what_is_certain_is_applied_and_the_rest_waits_for_a_decision(
    r0: R0, world: World, database: Database, settings: Settings
) -> None:
    import_id = upload(r0, FILE).json["id"]
    applying = r0.send("POST", f"/imports/{import_id}/apply")
    assert (applying.status, applying.json["state"]) == (202, "applying")
    work(database, settings)
    assert r0.get(f"/imports/{import_id}").json["state"] == "applied"
    assert names(r0) == {"Marge Simpson", "Homer Simpson", "Ned Flanders"}
    marge = r0.get(f"/contacts/{world.marge.uuid}").json
    assert marge["employer"] == "Springfield School"
    (waiting,) = rows_of(r0, import_id, outcome="match")
    assert (waiting["row"], waiting["state"]) == (3, "staged")
    decided = r0.patch(f"/imports/{import_id}/rows/3", {"decision": "update"})
    assert (decided.status, decided.json["decision"], decided.json["contact_id"]) == (200, "update", world.homer.uuid)
    assert r0.send("POST", f"/imports/{import_id}/apply").status == 202
    work(database, settings)
    assert r0.get(f"/contacts/{world.homer.uuid}").json["employer"] == "Power Plant"
    assert r0.get(f"/imports/{import_id}/rows/3").json["state"] == "applied"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_row_is_decided_in_each_form(
    r0: R0, world: World, database: Database, settings: Settings, encoding: str
) -> None:
    import_id = upload(
        r0, HEAD + "Bart,S,,homer@example.org,,A\r\nLisa,S,,marge@example.org,,B\r\nAbe,S,,homer@example.org,,C\r\n"
    ).json["id"]
    path = f"/imports/{import_id}/rows"
    assert [row["outcome"] for row in rows_of(r0, import_id)] == ["match"] * 3
    first = r0.patch(f"{path}/1", {"decision": "create"}, encoding)
    second = r0.patch(f"{path}/2", {"decision": "update", "contact_id": world.marge.uuid}, encoding)
    third = r0.patch(f"{path}/3", {"decision": "skip"}, encoding)
    assert [each.status for each in (first, second, third)] == [200, 200, 200]
    r0.send("POST", f"/imports/{import_id}/apply")
    work(database, settings)
    assert r0.get("/contacts").json["count"] == 3
    assert r0.get(f"/contacts/{world.marge.uuid}").json["employer"] == "B"


def test_rows_that_are_certain_can_be_skipped_or_made_another_contact(
    r0: R0, world: World, database: Database, settings: Settings
) -> None:
    import_id = upload(r0, FILE).json["id"]
    skipped = r0.patch(f"/imports/{import_id}/rows/1", {"decision": "skip"})
    made = r0.patch(f"/imports/{import_id}/rows/2", {"decision": "create"})
    assert [(each.status, each.json["outcome"], each.json["decision"]) for each in (skipped, made)] == [
        (200, "create", "skip"), (200, "update", "create"),
    ]  # fmt: skip
    r0.send("POST", f"/imports/{import_id}/apply")
    work(database, settings)
    found = r0.get("/contacts").json
    assert sorted(each["first_name"] for each in found["contacts"]) == ["Homer", "Marge", "Marge"]
    assert r0.get(f"/contacts/{world.marge.uuid}").json["employer"] is None
    assert r0.patch(f"/imports/{import_id}/rows/1", {"decision": "create"}).status == 409


def test_linkedins_file_is_known_with_and_without_its_type(r0: R0) -> None:
    data = LINKEDIN + "Lisa,Simpson,https://www.linkedin.com/in/lisa,lisa@yale.example,Yale,Saxophonist,22 Nov 2026\r\n"
    for fields in ({"type": "linkedin_csv"}, {}):
        made = upload(r0, data, **fields)
        assert (made.status, made.json["type"]) == (200, "linkedin_csv")
        assert made.json["first_rows"][0]["contact"]["employer"] == "Yale"


def test_the_template_can_be_filled_in_and_uploaded(r0: R0) -> None:
    template = r0.get("/imports/template")
    assert template.status == 200 and template.headers["content-type"].startswith("text/csv")
    assert template.body.startswith(b"first_name,") and template.body.endswith(b"\r\n")
    made = upload(r0, template.body + b"Ned,,Flanders\r\n")
    assert (made.status, made.json["type"], made.json["to_create"]) == (200, "r0_csv", 1)


@pytest.mark.slow
def test_a_long_file_is_finished_by_the_worker(r0: R0, database: Database, settings: Settings) -> None:
    people = "".join(f"Person{n},Number{n},,p{n}@example.org,,{'x' * 200}\r\n" for n in range(4500))
    made = upload(r0, HEAD + people)
    assert (made.status, made.json["state"], made.json["rows"]) == (200, "staging", 0)
    waiting = r0.send("POST", f"/imports/{made.json['id']}/apply")
    assert waiting.status == 409
    work(database, settings)
    found = r0.get(f"/imports/{made.json['id']}").json
    assert (found["state"], found["rows"], found["to_create"]) == ("staged", 4500, 4500)
    page = r0.get(f"/imports/{made.json['id']}/rows", page=45, limit=100).json
    assert (page["count"], page["first"], page["last"], page["rows"][-1]["row"]) == (4500, 4401, 4500, 4500)


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        ("", {}),
        ("just a letter, dear Marge", {}),
        (PDF, {}),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), {}),
        (FILE, {"type": "linkedin_csv"}),
        (FILE, {"type": "vcard"}),
        (bytes(range(256)) * 20, {}),
    ],
)
def test_what_is_no_file_of_people_is_refused_and_leaves_no_import(
    r0: R0, data: str | bytes, fields: dict[str, str]
) -> None:
    response = upload(r0, data, **fields)
    assert (response.status, list(response.json["errors"])) == (422, ["upload"]), response.body
    assert r0.get("/imports").json["count"] == 0


def test_a_missing_file_and_an_unknown_type_are_named(r0: R0) -> None:
    assert list(upload(r0, FILE, type="monica").json["errors"]) == ["type"]
    for response in (r0.post("/imports"), r0.post("/imports", {"upload": "x"}, "multipart")):
        assert (response.status, list(response.json["errors"])) == (422, ["upload"])


@pytest.mark.parametrize(
    ("row", "body", "status", "field"),
    [
        ("3", {"decision": "merge"}, 422, "decision"),
        ("3", {}, 422, "decision"),
        ("3", {"decision": "update", "contact_id": "nonsense"}, 422, "contact_id"),
        ("1", {"decision": "update"}, 422, "contact_id"),
        ("4", {"decision": "skip"}, 409, None),
        ("99", {"decision": "skip"}, 404, None),
        ("0", {"decision": "skip"}, 404, None),
        ("-1", {"decision": "skip"}, 404, None),
        ("9" * 30, {"decision": "skip"}, 404, None),
        ("٣", {"decision": "skip"}, 404, None),
    ],
)
def test_a_decision_that_cannot_be_is_refused(
    r0: R0, row: str, body: dict[str, str], status: int, field: str | None
) -> None:
    import_id = upload(r0, FILE + ",,nobody,,,\r\n").json["id"]
    response = r0.patch(f"/imports/{import_id}/rows/{row}", body)
    assert response.status == status
    assert field is None or field in response.json["errors"]


def test_a_strangers_contact_and_a_deleted_one_are_no_choice(r0: R0, world: World) -> None:
    import_id = upload(r0, FILE).json["id"]
    path = f"/imports/{import_id}/rows/3"
    assert r0.patch(path, {"decision": "update", "contact_id": world.moe.uuid}).status == 422
    assert r0.delete(f"/contacts/{world.homer.uuid}").status == 200
    assert r0.patch(path, {"decision": "update", "contact_id": world.homer.uuid}).status == 422


def test_an_import_is_removed_for_good_and_its_people_stay(
    r0: R0, world: World, database: Database, settings: Settings
) -> None:
    before = kept_files(settings)
    data = HEAD + f"Ned,Flanders,,ned-{world.organization.uuid}@example.org,,\r\n"
    import_id = upload(r0, data).json["id"]
    assert len(kept_files(settings) - before) == 1
    r0.send("POST", f"/imports/{import_id}/apply")
    work(database, settings)
    assert r0.delete(f"/imports/{import_id}").status == 204
    work(database, settings)
    assert kept_files(settings) <= before
    for response in (
        r0.get(f"/imports/{import_id}"),
        r0.get(f"/imports/{import_id}/rows"),
        r0.send("POST", f"/imports/{import_id}/apply"),
        r0.delete(f"/imports/{import_id}"),
    ):
        assert response.status == 404
    assert "Ned Flanders" in names(r0)


def test_an_import_removed_while_it_waits_for_the_worker_is_no_trouble(
    r0: R0, database: Database, settings: Settings
) -> None:
    import_id = upload(r0, FILE).json["id"]
    r0.send("POST", f"/imports/{import_id}/apply")
    assert r0.delete(f"/imports/{import_id}").status == 204
    work(database, settings)
    with database.read() as tx:
        row = tx.one("SELECT count(*) FROM jobs WHERE arguments LIKE :what AND state <> 'done'",
                     {"what": f"%{import_id}%"})  # fmt: skip
    assert row == (0,)
    assert names(r0) == {"Marge Simpson", "Homer Simpson"}


def test_rejected_rows_are_downloaded_mended_and_uploaded_again(r0: R0) -> None:
    made = upload(r0, FILE + ',,"=1+1, ""Gruß""",,,\r\n', filename='freunde "käse".csv').json
    got = r0.get(f"/imports/{made['id']}/rejected")
    assert (got.status, got.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert got.headers["content-disposition"] == (
        "attachment; filename=\"freunde _k_se_-rejected.csv\"; filename*=UTF-8''freunde%20%22k%C3%A4se%22-rejected.csv"
    )
    assert got.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert got.body.decode("utf-8-sig") == (
        '"Rejected by Coterie because","first_name","last_name","how_you_met","email","phone","employer"\r\n'
        '"The row has no name and no phone, e-mail or other handle","","","=1+1, ""Gruß""","","",""\r\n'
    )
    again = upload(r0, got.body.replace(b'handle",""', b'handle","Otto"')).json
    assert (again["type"], again["to_create"], again["rejected"]) == ("r0_csv", 1, 0)
    assert r0.get(f"/imports/{again['id']}/rejected").status == 404


def test_more_rejected_rows_than_an_answer_holds_are_refused(r0: R0, monkeypatch: pytest.MonkeyPatch) -> None:
    made = upload(r0, FILE + ",,nobody,,,\r\n").json
    monkeypatch.setattr("coterie.api.rejected.REJECTED_BYTES_MAX", 50)
    assert r0.get(f"/imports/{made['id']}/rejected").status == 413


def test_an_import_is_its_organizations_own(r0: R0, world: World, client: Client) -> None:
    import_id = upload(r0, FILE).json["id"]
    own = R0(client.with_token(world.charlie_token), f"/api/v1/orgs/{world.charlie.organization_uuid}")
    assert own.get(f"/imports/{import_id}").status == 404
    assert own.get(f"/imports/{import_id}/rows/1").status == 404
    assert own.get(f"/imports/{import_id}/rejected").status == 404
    assert own.delete(f"/imports/{import_id}").status == 404
    assert own.get("/imports").json["count"] == 0


ODD = "Who,Ring,Code\r\nNed Flanders,555-8904,x1\r\n"


def test_what_the_columns_were_taken_for_is_said_and_can_be_corrected(r0: R0) -> None:
    guessed = upload(r0, "Name,Ring\r\nNed Flanders,555-8904\r\n")
    assert (guessed.status, guessed.json["mapping"]) == (200, {"Name": "name", "Ring": "extra"})
    wanted = {"Who": "name", "Ring": "phone", "Code": "extra"}
    sent = (
        {"mapping": '{"Ring": "phone", "Who": "name"}'},
        {"mapping[Ring]": "phone", "mapping[Who]": "name"},
    )
    for fields in sent:
        made = upload(r0, ODD, **fields)
        assert (made.status, made.json["type"], made.json["mapping"]) == (200, "csv", wanted), made.body
        (row,) = made.json["first_rows"]
        assert (row["contact"]["first_name"], row["contact"]["phone_numbers"]) == ("Ned", ["555-8904"])
    assert upload(r0, FILE).json["mapping"] is None


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ('{"Rung": "phone"}', "'Rung' is not a column of the file, which has Who, Ring, Code"),
        ('{"Ring": "shoe"}', "'Ring' is mapped to 'shoe', which is not a field; fields are name, "),
        ("Ring=phone", "is not a JSON object"),
        ('{"Ring": 3}', "is not a JSON object"),
        ("[" * 100_000, "is not a JSON object"),
    ],
)
def test_a_mapping_that_does_not_fit_the_file_is_refused(r0: R0, mapping: str, said: str) -> None:
    response = upload(r0, ODD, mapping=mapping)
    assert (response.status, list(response.json["errors"])) == (422, ["mapping"]), response.body
    assert said in response.json["errors"]["mapping"][0]
    assert r0.get("/imports").json["count"] == 0


def test_a_product_s_own_file_takes_no_mapping_unless_it_is_called_a_table(r0: R0) -> None:
    refused = upload(r0, FILE, mapping='{"how_you_met": "note"}')
    assert (refused.status, list(refused.json["errors"])) == (422, ["mapping"])
    made = upload(r0, FILE, type="csv", mapping='{"how_you_met": "note"}')
    assert (made.status, made.json["first_rows"][0]["contact"]["note"]) == (200, "Over the fence")


def test_an_import_is_taken_back_in_the_background(r0: R0, database: Database, settings: Settings) -> None:
    import_id = upload(r0, FILE).json["id"]
    r0.send("POST", f"/imports/{import_id}/apply")
    work(database, settings)
    assert "Ned Flanders" in names(r0)
    undoing = r0.send("POST", f"/imports/{import_id}/undo")
    assert (undoing.status, undoing.json["state"]) == (202, "undoing")
    work(database, settings)
    assert r0.get(f"/imports/{import_id}").json["state"] == "undone"
    assert names(r0) == {"Marge Simpson", "Homer Simpson"}
    assert r0.send("POST", f"/imports/{import_id}/undo").status == 409
    assert r0.send("POST", f"/imports/{import_id}/apply").status == 409
    assert r0.send("POST", "/imports/nothing/undo").status == 404
