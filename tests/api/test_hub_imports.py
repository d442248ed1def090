"""Our own contract: a file is uploaded, previewed, decided on, applied and undone."""

from typing import Any

import pytest
from client import Client, Response
from test_r0_attachments import work
from world import World

from coterie.settings import Settings

IMPORTS = "/api/hub/v1/imports"
CARDS = "".join(
    f"BEGIN:VCARD\r\nVERSION:3.0\r\n{lines}END:VCARD\r\n"
    for lines in (
        "FN:Ned Flanders\r\nTEL:+1 939 555 0113\r\n",
        "FN:Bart Simpson\r\nNICKNAME:Midge\r\nEMAIL:homer@example.org\r\n",
        "",
    )
)


def upload(hub: Client, content: bytes | str, filename: str = "people.vcf", **fields: str) -> Response:
    data = content if isinstance(content, bytes) else content.encode()
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--x\r\nContent-Disposition: form-data; name="upload"; filename="{filename}"\r\n\r\n'.encode()
    body = b"".join(parts) + head + data + b"\r\n--x--\r\n"
    return hub.call("POST", IMPORTS, body=body, headers={"content-type": "multipart/form-data; boundary=x"})


def test_an_import_is_previewed_decided_applied_and_undone(world: World, hub: Client, settings: Settings) -> None:
    made = upload(hub, CARDS)
    assert made.status == 200, made.body
    # a busy machine leaves the end of the file to the worker
    work(world.database, settings)
    path = f"{IMPORTS}/{made.json['id']}"
    entity: dict[str, Any] = hub.get(path).json
    counts = [entity[f"{name}_count"] for name in ("row", "created", "matched", "rejected")]
    assert (entity["state"], counts) == ("staged", [3, 1, 1, 1])
    (match,) = hub.get(f"{path}/rows", outcome="match").json["items"]
    assert match["matches"][0]["contact_id"] == world.homer.id
    decided = hub.patch(f"{path}/rows/{match['row']}", {"decision": "update", "contact_id": world.homer.uuid}).json
    assert (decided["decision"], decided["contact_id"]) == ("update", world.homer.id)
    assert hub.patch(f"{path}/rows/99", {"decision": "skip"}).status == 404
    assert [each["row"] for each in hub.get(f"{path}/rows", outcome="reject").json["items"]] == [3]
    first = hub.get(f"{path}/rows", limit=2).json
    assert [each["row"] for each in hub.get(f"{path}/rows", limit=2, cursor=first["next_cursor"]).json["items"]] == [3]
    rejected = hub.call("GET", f"{path}/rejected")
    assert rejected.status == 200 and b"BEGIN:VCARD" in rejected.body
    assert hub.post(f"{path}/apply").status == 202
    work(world.database, settings)
    assert hub.get(path).json["state"] == "applied"
    homer = hub.get(f"/api/hub/v1/contacts/{world.homer.id}").json
    assert homer["nickname"] == "Midge"
    assert hub.post(f"{path}/undo").status == 202
    work(world.database, settings)
    assert hub.get(path).json["state"] == "undone"
    assert hub.get(f"/api/hub/v1/contacts/{world.homer.id}").json["nickname"] is None
    assert hub.post(f"{path}/undo").status == 409
    assert [each["id"] for each in hub.get(IMPORTS).json["items"]] == [entity["id"]]
    assert hub.delete(path).status == 204
    assert hub.get(path).status == 404


def test_columns_of_a_csv_are_corrected(world: World, hub: Client) -> None:
    made = upload(
        hub, "Who,Ring\nNed Flanders,+1 939 555 0113\n", "people.csv", mapping='{"Who": "name", "Ring": "phone"}'
    )
    assert made.status == 200, made.body
    assert made.json["first_rows"][0]["contact"]["handles"][0]["channel"] == "phone"
    assert made.json["mapping"] is not None


@pytest.mark.parametrize(
    ("content", "fields", "place"),
    [
        ("nothing that is a contact", {}, "upload"), ("", {}, "upload"), (CARDS, {"format": "tarot"}, "format"),
        (CARDS, {"mapping": "[1]"}, "mapping"), (b"\x00\xff" * 500, {}, "upload"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused(
    world: World, hub: Client, content: bytes | str, fields: dict[str, str], place: str
) -> None:
    refused = upload(hub, content, "x.bin", **fields)
    assert refused.status == 422, refused.body
    assert refused.json["errors"][0]["field"] == place
    assert hub.get(IMPORTS).json["items"] == []


def test_a_stranger_finds_no_import(world: World, hub: Client) -> None:
    path = f"{IMPORTS}/{upload(hub, CARDS).json['id']}"
    stranger = hub.with_token(world.charlie_token)
    for call in (
        lambda: stranger.get(path), lambda: stranger.get(f"{path}/rows"), lambda: stranger.post(f"{path}/apply"),
        lambda: stranger.post(f"{path}/undo"), lambda: stranger.delete(path),
        lambda: stranger.patch(f"{path}/rows/1", {"decision": "skip"}),
    ):  # fmt: skip
        assert call().status == 404


@pytest.mark.parametrize("contract", ["hub", "r0"])
@pytest.mark.parametrize("as_json", [True, False])
def test_an_upload_that_is_text_says_how_a_file_is_sent(
    world: World, client: Client, contract: str, *, as_json: bool
) -> None:
    path = "/api/hub/v1/imports" if contract == "hub" else f"/api/v1/orgs/{world.organization.uuid}/imports"
    part = b'--x\r\nContent-Disposition: form-data; name="upload"\r\n\r\nName\r\n--x--\r\n'
    form = (part, "multipart/form-data; boundary=x")
    body, media_type = (b'{"upload": "Name"}', "application/json") if as_json else form
    response = client.with_token(world.alice_token).call("POST", path, body=body, headers={"content-type": media_type})
    assert response.status == 422
    assert "upload is text: send it as a file" in response.json["detail" if contract == "hub" else "error"]
