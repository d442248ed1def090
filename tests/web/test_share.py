"""A contact card that another program shares with the installed app: nothing happens before the user confirms."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from client import Response
from visitor import Visitor, text_of
from world import World

from coterie.settings import Settings
from coterie.store.files import remove_leftovers
from coterie.store.imports import list_imports
from coterie.web import shared
from coterie.worker.loop import Worker

CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nN:{name};;;;\r\nTEL:+1 212 555 0142\r\nEND:VCARD\r\n"
NED = CARD.format(name="Ned Flanders").encode()
MULTIPART = {"content-type": "multipart/form-data; boundary=b"}


@pytest.fixture(autouse=True)
def _no_uploads(settings: Settings) -> Iterator[None]:
    """The folder is that of all tests: none sees the files of another."""
    remove_leftovers(settings.data_folder, seconds=-1)
    yield
    remove_leftovers(settings.data_folder, seconds=-1)


def share(visitor: Visitor, content: bytes, filename: str = "ned.vcf", field: str = "file", **headers: str) -> Response:
    """Sends a file as the browser does for a program of the device: with the cookies, without a token."""
    body = visitor.form_with_file(field, filename, content, "")
    sent = {**MULTIPART, "cookie": visitor.cookie, **headers}
    return visitor.client.call("POST", "/share", body=body, headers=sent)


def fields_of(page: Response) -> dict[str, str]:
    pairs = re.findall(r'type="hidden" name="(shared|filename)" value="([^"]*)"', page.body.decode())
    return dict(pairs)


def count_imports(world: World) -> int:
    with world.database.read() as tx:
        return len(list_imports(tx, world.organization.id, limit=10))


def waiting(settings: Settings) -> list[Path]:
    return list((settings.data_folder / "uploads").glob("*"))


def test_a_card_is_imported_once_the_user_confirms(alice: Visitor, world: World, settings: Settings) -> None:
    page = share(alice, NED)
    assert page.status == 200 and "Import this person?" in text_of(page) and "Ned Flanders" in text_of(page)
    assert count_imports(world) == 0
    place, fields = f"/{world.organization.id}/imports/shared", fields_of(page) | {"import": "yes"}
    assert alice.post(place, form_token="forged", **fields).status == 403 and count_imports(world) == 0
    started = alice.post(place, **fields)
    assert re.fullmatch(rf"/{world.organization.id}/imports/[0-9a-f-]+", started.headers["location"])
    worker = Worker(world.database, settings)
    while worker.run_one():
        pass
    assert "Ned Flanders" in text_of(alice.get(started.headers["location"]))
    again = alice.post(place, **fields)
    assert again.headers["location"].endswith("/imports") and count_imports(world) == 1
    assert waiting(settings) == []


class Confirming(ThreadPoolExecutor):
    """Threads whose work begins when the file of another request is imported already."""

    path: Path

    def submit(self, *args: Any, **named: Any) -> Any:
        self.path.unlink(missing_ok=True)
        return super().submit(*args, **named)


def test_a_form_that_is_sent_twice_at_once_imports_once(alice: Visitor, world: World, settings: Settings) -> None:
    fields = fields_of(share(alice, NED)) | {"import": "yes"}
    loop, threads = alice.client._loop, Confirming(1)
    [threads.path] = waiting(settings)
    loop.set_default_executor(threads)
    try:
        second = alice.post(f"/{world.organization.id}/imports/shared", **fields)
    finally:
        loop.set_default_executor(ThreadPoolExecutor(1))
    assert second.status == 303 and second.headers["location"].endswith("/imports") and count_imports(world) == 0


def test_a_share_that_is_not_confirmed_leaves_nothing(alice: Visitor, world: World, settings: Settings) -> None:
    place = f"/{world.organization.id}/imports/shared"
    assert alice.post(place, **fields_of(share(alice, NED))).headers["location"].endswith("/today")
    assert waiting(settings) == []
    share(alice, NED)
    assert len(waiting(settings)) == 1
    remove_leftovers(settings.data_folder, seconds=-1)
    assert waiting(settings) == [] and count_imports(world) == 0


def test_without_a_session_one_signs_in_and_shares_again(visitor: Visitor, world: World, settings: Settings) -> None:
    response = share(visitor, NED)
    assert response.status == 303 and response.headers["location"] == "/sign-in?next=%2Fshare"
    assert waiting(settings) == []
    signed_in = visitor.post("/sign-in", email=world.alice_email, password="correct horse", next="/share")
    assert signed_in.headers["location"] == "/share"
    assert "share it once more" in text_of(visitor.get("/share"))


@pytest.mark.parametrize(
    ("site", "status"), [("none", 200), ("same-origin", 200), ("same-site", 403), ("cross-site", 403)]
)
def test_a_page_of_another_site_shares_nothing(alice: Visitor, settings: Settings, site: str, status: int) -> None:
    response = share(alice, NED, **{"sec-fetch-site": site, "origin": "null"})
    assert response.status == status and len(waiting(settings)) == (status == 200)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "missing or empty"), (b"%PDF-1.4 no card", "The file"), (b"name,phone\nNed,1\n", "not a contact card"),
        (b"\x00\xff" * 500, "The file"),
    ],
    ids=["empty", "pdf", "table", "binary"],
)  # fmt: skip
def test_other_files_are_refused_with_the_reason(alice: Visitor, settings: Settings, content: bytes, why: str) -> None:
    response = share(alice, content)
    assert response.status == 422 and why in text_of(response) and waiting(settings) == []
    assert share(alice, NED, field="photo").status == 422
    assert waiting(settings) == []


def share_several(visitor: Visitor, *files: tuple[str, bytes]) -> Response:
    forms = [visitor.form_with_file("file", name, content, "").removesuffix(b"--b--\r\n") for name, content in files]
    sent = {**MULTIPART, "cookie": visitor.cookie}
    return visitor.client.call("POST", "/share", body=b"".join([*forms, b"--b--\r\n"]), headers=sent)


def test_several_files_are_one_import(alice: Visitor, world: World, settings: Settings) -> None:
    other = CARD.format(name="Жанна Quill").encode("utf-16")
    page = share_several(alice, ("ned.vcf", NED.removesuffix(b"\r\n")), ("rod.vcf", other), ("todd.vcf", NED))
    assert "ned.vcf and 2 other files" in text_of(page) and "Жанна Quill" in text_of(page)
    (joined,) = waiting(settings)
    assert joined.read_text("utf-8").count("\nEND:VCARD\n") == 3
    started = alice.post(f"/{world.organization.id}/imports/shared", **fields_of(page) | {"import": "yes"})
    assert started.status == 303 and count_imports(world) == 1 and waiting(settings) == []


def test_one_bad_file_of_several_is_named(alice: Visitor, settings: Settings) -> None:
    for content, why in ((b"name,phone\nNed,1\n", "not a contact card"), (b"", "empty")):
        response = share_several(alice, ("ned.vcf", NED), ("bad.vcf", content), ("todd.vcf", NED))
        assert response.status == 422 and "bad.vcf" in text_of(response) and why in text_of(response)
        assert waiting(settings) == []


def test_names_of_a_shared_file_are_text_and_no_more_than_five(alice: Visitor, settings: Settings) -> None:
    names = ["<script>alert(1)</script>", "\u05e9\u05dc\u05d5\u05dd", "W" * 300, "Four", "Five", "Six"]
    body = "".join(CARD.format(name=name) for name in names).encode()
    page = share(alice, body, filename='"><img src=x>.vcf')
    assert b"<script>alert" not in page.body and b"<img" not in page.body
    assert "Five and others" in text_of(page) and "Six" not in text_of(page)


def test_a_share_belongs_to_its_user(alice: Visitor, world: World, settings: Settings) -> None:
    fields = fields_of(share(alice, NED)) | {"import": "yes"}
    with world.database.read() as tx:
        row = tx.one("SELECT email FROM users WHERE id = :id", {"id": world.bob.user_id})
    bob = Visitor(alice.client)
    assert row is not None and bob.sign_in(row[0]).status == 303
    assert bob.post(f"/{world.organization.id}/imports/shared", **fields).headers["location"].endswith("/imports")
    for token in ("../../coterie.db", "", "x" * 100, "x" * 101):
        bob.post(f"/{world.organization.id}/imports/shared", **fields | {"shared": token})
    assert count_imports(world) == 0 and len(waiting(settings)) == 1


def test_the_manifest_names_the_form_that_is_read() -> None:
    target = json.loads((Path(shared.__file__).parent / "static/manifest.webmanifest").read_text("utf-8"))[
        "share_target"
    ]
    assert (target["action"], target["method"], target["enctype"]) == ("/share", "POST", "multipart/form-data")
    assert target["params"]["files"][0]["name"] == "file"
