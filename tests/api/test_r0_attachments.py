"""Attachments through R0: what is taken, how it is given back, that it goes for good."""

import hashlib
import struct
import zlib
from pathlib import Path

import pytest
from client import Client, Response
from r0_client import R0
from world import World

from coterie.actions.attachments import attach_file
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.files import file_path, remove_file, save_file
from coterie.worker.loop import Worker

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\nxref\n0 1\ntrailer\n<< >>\nstartxref\n9\n%%EOF\n"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int = 1) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, 1, 8, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(bytes(width + 1)))
    return b"\x89PNG\r\n\x1a\n" + header + data + chunk(b"IEND", b"")


def jpeg(height: int = 1, comment: bytes = b"") -> bytes:
    said = b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment if comment else b""
    frame = b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", height, 1) + b"\x01\x01\x11\x00"
    return b"\xff\xd8\xff\xe0\x00\x04JF" + said + frame + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x00\xff\xd9"


def upload(r0: R0, path: str, data: bytes, filename: str = "card.pdf", field: str = "upload") -> Response:
    head = f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="{filename}"\r\n'
    body = head.encode() + b"Content-Type: text/html\r\n\r\n" + data + b"\r\n--x--\r\n"
    headers = {"content-type": "multipart/form-data; boundary=x"}
    return r0.client.call("POST", f"{r0.base}{path}", body=body, headers=headers)


@pytest.fixture
def marge(world: World) -> str:
    return f"/contacts/{world.marge.uuid}/attachments"


def unique(data: bytes, world: World) -> bytes:
    """Bytes no other test has kept: files are shared by their digest."""
    return data.replace(b"/Catalog", b"/Catalog % " + world.organization.uuid.encode())


def work(database: Database, settings: Settings) -> None:
    worker = Worker(database, settings)
    while worker.run_one():
        pass


@pytest.mark.parametrize(
    ("data", "name", "kept", "media_type"),
    [
        (PDF, "Ünïcödé 🎂.pdf", "Ünïcödé 🎂.pdf", "application/pdf"),
        (png(), "../../etc/passwd", "passwd.png", "image/png"),
        (jpeg(), "photo.JPEG", "photo.JPEG", "image/jpeg"),
        (jpeg(), "page.html", "page.html.jpg", "image/jpeg"),
        (png(), "a\u202egnp.exe", "agnp.exe.png", "image/png"),
        (png(), "C:\\fake\\x" * 40 + ".png", "xC_" , "image/png"),
        (PDF, ".pdf", "pdf.pdf", "application/pdf"),
        (PDF + b"trailing remark", "x.pdf", "x.pdf", "application/pdf"),
    ],
)  # fmt: skip
def test_a_file_is_known_by_its_content(r0: R0, marge: str, data: bytes, name: str, kept: str, media_type: str) -> None:
    made = upload(r0, marge, data, name.replace("\\", "\\\\"))
    assert made.status == 200, made.body
    assert (made.json["media_type"], made.json["size"]) == (media_type, len(data))
    assert made.json["sha256"] == hashlib.sha256(data).hexdigest()
    if len(name) < 100:
        assert made.json["filename"] == kept
    assert len(made.json["filename"]) <= 200
    assert r0.get(f"{marge}/{made.json['id']}").json == made.json
    listed = r0.get(marge).json
    assert (listed["count"], listed["attachments"]) == (1, [made.json])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><script>alert(1)</script></html>",
        b"<!-- %PDF-1.7 -->" + PDF,
        b"%PDF-1.7\n<html><script>alert(1)</script>",
        b"%PDF-",
        b"GIF89a" + PDF,
        b"\xff\xd8\xff<html>",
        jpeg(height=0),
        jpeg()[:30],
        jpeg()[:-2],
        png(width=0),
        png()[:-4],
        png().replace(b"IDAT", b"IDAX"),
        b"\x89PNG\r\n\x1a\n" + b"<script>" * 100,
        b"MZ\x90\x00" + bytes(100),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
)
def test_what_only_calls_itself_a_pdf_is_refused(r0: R0, marge: str, data: bytes) -> None:
    response = upload(r0, marge, data, "card.pdf")
    assert response.status == 422 and "upload" in response.json["errors"]
    assert r0.get(marge).json["count"] == 0


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (
            b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n",
            "starts like a PDF file but is truncated: it has no %%EOF at its end",
        ),
        (b"%PDF-1.7\n%%EOF", "starts like a PDF file but contains no objects"),
        (b"%PDF-9\n", "starts like a PDF file but has no version 1.x or 2.x"),
        (jpeg()[:30], "starts like a JPEG file but is damaged or truncated"),
        (png()[:-4], "starts like a PNG file but is damaged or truncated"),
        (b"GIF89a", "is not a PDF, JPEG or PNG file"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(r0: R0, marge: str, data: bytes, reason: str) -> None:
    assert upload(r0, marge, data, "card.pdf").json["errors"] == {"upload": [reason]}


def test_a_pdf_without_a_table_of_its_objects_is_one(r0: R0, marge: str) -> None:
    data = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
    assert upload(r0, marge, data, "card.pdf").json["media_type"] == "application/pdf"


def test_the_bytes_are_given_as_a_download_that_runs_nowhere(r0: R0, marge: str) -> None:
    data = jpeg(comment=b"<script>alert(1)</script>")
    made = upload(r0, marge, data, 'Sn"ow;ball \u2603.jpg'.replace('"', "%22"))
    assert made.status == 200
    url = made.json["url"].removeprefix("http://testserver")
    response = r0.client.call("GET", url)
    assert (response.status, response.body) == (200, data)
    assert response.headers["content-type"] == "image/jpeg"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-security-policy"] == "default-src 'none'; sandbox"
    disposition = response.headers["content-disposition"]
    assert disposition.startswith('attachment; filename="') and disposition.endswith("%20%E2%98%83.jpg")
    assert "\n" not in disposition and disposition.isascii()


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("friends.example:8443", "http://friends.example:8443"),
        ("[::1]:8000", "http://[::1]:8000"),
        ("evil.example/path?", "http://localhost"),
        ('"><script>', "http://localhost"),
        ("%22", "http://localhost"),
        ("", "http://localhost"),
    ],
)
def test_only_a_host_name_is_repeated_in_addresses(r0: R0, marge: str, host: str, origin: str) -> None:
    made = upload(r0, marge, PDF).json
    response = r0.client.call("GET", f"{r0.base}{marge}/{made['id']}", headers={"host": host})
    assert response.json["url"].startswith(f"{origin}/api/v1/orgs/")


def test_only_the_organization_gets_it(r0: R0, marge: str, world: World, client: Client) -> None:
    made = upload(r0, marge, PDF).json
    path = f"{marge}/{made['id']}"
    stranger = R0(client.with_token(world.charlie_token), r0.base)
    nobody = R0(client.with_token(None), r0.base)
    own = f"/api/v1/orgs/{world.charlie.organization_uuid}/contacts/{world.moe.uuid}/attachments/{made['id']}/file"
    assert [stranger.get(f"{path}/file").status, stranger.get(own).status, nobody.get(f"{path}/file").status] == [
        404, 404, 401,
    ]  # fmt: skip
    assert r0.get(f"/contacts/{world.homer.uuid}/attachments/{made['id']}/file").status == 404
    assert upload(stranger, marge, PDF).status == 404
    assert R0(client.with_token(world.bob_token), r0.base).get(f"{path}/file").status == 200


def test_without_a_file_or_in_another_form_it_says_so(r0: R0, marge: str, world: World) -> None:
    for response in (
        r0.post(marge, {"upload": "card.pdf"}),
        r0.post(marge, {"upload": "card.pdf"}, "form"),
        r0.post(marge, {"upload": "card.pdf"}, "multipart"),
        r0.post(marge),
        upload(r0, marge, PDF, field="file"),
    ):
        assert (response.status, list(response.json["errors"])) == (422, ["upload"])
    assert upload(r0, "/contacts/nonsense/attachments", PDF).status == 404


def test_a_file_beyond_the_limit_is_refused(r0: R0, marge: str, settings: Settings) -> None:
    response = upload(r0, marge, PDF + bytes(settings.attachment_bytes_max))
    assert response.status == 413
    assert not any((settings.data_folder / "uploads").iterdir())


def test_the_file_goes_with_the_last_row_that_names_it(
    r0: R0, marge: str, world: World, database: Database, settings: Settings
) -> None:
    data = unique(PDF, world)
    first = upload(r0, marge, data).json
    second = upload(r0, f"/contacts/{world.homer.uuid}/attachments", data).json
    place = file_path(settings.data_folder, first["sha256"])
    assert place.read_bytes() == data and place.stat().st_mode & 0o077 == 0
    assert r0.delete(f"{marge}/{first['id']}").status == 204
    assert r0.get(f"{marge}/{first['id']}").status == 404
    assert r0.delete(f"{marge}/{first['id']}").status == 404
    work(database, settings)
    assert place.exists()
    assert r0.delete(f"/contacts/{world.homer.uuid}/attachments/{second['id']}").status == 204
    work(database, settings)
    assert not place.exists()


def test_erasing_a_contact_removes_its_files_and_deleting_it_does_not(
    r0: R0, marge: str, world: World, database: Database, settings: Settings
) -> None:
    made = upload(r0, marge, unique(PDF, world)).json
    place = file_path(settings.data_folder, made["sha256"])
    contact = f"/contacts/{world.marge.uuid}"
    assert r0.delete(contact).status == 200
    work(database, settings)
    assert place.exists() and r0.get(f"{marge}/{made['id']}/file").status == 200
    assert upload(r0, marge, PDF).status == 404
    assert r0.delete(contact, soft_delete="false").status == 204
    work(database, settings)
    assert not place.exists()


def test_a_file_that_is_removed_between_its_keeping_and_its_row_is_kept_again(
    world: World, database: Database, settings: Settings, tmp_path: Path
) -> None:
    """The bytes are kept before the row is written; a worker that removes their twin in between is made up for."""
    source = tmp_path / "upload-1"
    source.write_bytes(unique(PDF, world))
    digest, _ = save_file(settings.data_folder, source)
    remove_file(settings.data_folder, digest)
    with database.write() as tx:
        attach_file(
            tx, world.alice, world.marge.id, filename="x.pdf", media_type="application/pdf",
            folder=settings.data_folder, source=source, digest=digest,
        )  # fmt: skip
    assert file_path(settings.data_folder, digest).read_bytes() == source.read_bytes()
