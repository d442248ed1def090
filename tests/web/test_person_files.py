"""Files of a person on the pages: known by their content, small pictures without places, limits."""

import re
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from visitor import Visitor, text_of
from world import World

from coterie.model.attachments import pixel_count, recognize
from coterie.settings import Settings
from coterie.store.files import remove_file

PDF = b"%PDF-1.4\n1 0 obj\nendobj\nstartxref\n0\n%%EOF"


def page(world: World, *rest: str) -> str:
    return "/".join((f"/{world.organization.id}/people/{world.marge.id}", *rest))


def photo(size: tuple[int, int] = (600, 400)) -> bytes:
    """A JPEG that says where it was taken, and that it lies on its side."""
    target, exif = BytesIO(), Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "taken at 742 Evergreen Terrace"
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", size, (200, 30, 30)).save(target, "JPEG", exif=exif)
    return target.getvalue()


def png_that_says(width: int, height: int) -> bytes:
    """A valid PNG of a few bytes that claims a size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)

    header = width.to_bytes(4) + height.to_bytes(4) + b"\x08\x02\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def paths(alice: Visitor, world: World) -> list[str]:
    found = re.findall(
        rf'href="({re.escape(page(world))}/files/[0-9a-f-]{{36}})"', alice.get(page(world)).body.decode()
    )
    return list(dict.fromkeys(found))


def test_a_file_is_uploaded_downloaded_and_deleted(alice: Visitor, world: World) -> None:
    assert alice.upload(page(world, "files", "new"), "upload", "../CV <b>.pdf", PDF).status == 303
    (path,) = paths(alice, world)
    downloaded = alice.get(path)
    assert downloaded.body == PDF and downloaded.headers["content-disposition"].startswith("attachment")
    assert "CV" in text_of(alice.get(page(world))) and alice.get(f"{path}/picture").status == 404
    assert alice.post(f"{path}/picture").status == 422
    assert alice.post(f"{path}/delete").status == 303 and alice.get(path).status == 404


def test_the_page_of_a_new_file_leads_back_to_the_person(alice: Visitor, world: World) -> None:
    assert f'class="crumbs"><a href="{page(world)}"' in alice.get(page(world, "files", "new")).body.decode()


def test_a_photo_is_shown_small_upright_and_without_its_place(alice: Visitor, world: World, settings: Settings) -> None:
    alice.upload(page(world, "files", "new"), "upload", "one.jpg", photo())
    alice.upload(page(world, "files", "new"), "upload", "two.jpg", photo((100, 900)))
    one, two = paths(alice, world)
    for size in (96, 384):
        response = alice.get(f"{one}/picture", size=str(size))
        assert response.headers["content-type"] == "image/webp" and b"Evergreen" not in response.body
        with Image.open(BytesIO(response.body)) as small:
            assert small.size == (size, size) and not small.getexif()
    assert alice.get(f"{one}/picture", size="5000").status == 404
    for path in (one, two, one):
        assert alice.post(f"{path}/picture").status == 303
        assert f'src="{path}/picture?size=384"' in alice.get(page(world)).body.decode()
    assert text_of(alice.get(page(world))).count(", picture") == 1
    thumbnails = list((settings.data_folder / "thumbnails").rglob("*.webp"))
    with world.database.read() as tx:
        rows = tx.all("SELECT digest FROM attachments WHERE organization_id = :id", {"id": world.organization.id})
    for (digest,) in rows:
        remove_file(settings.data_folder, digest)
    assert thumbnails and not any(path.exists() for path in thumbnails)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"GIF89a" + b"x" * 50, "is not a PDF, JPEG or PNG"), (photo()[:400], "truncated"), (b"", "choose a file"),
        (b"<html><script>alert(1)</script>", "is not a PDF"), (png_that_says(10_000, 5_000), "50 megapixels"),
    ],
    ids=["gif", "cut off", "empty", "html", "50 megapixels"],
)  # fmt: skip
def test_other_files_are_refused_with_the_reason(alice: Visitor, world: World, content: bytes, why: str) -> None:
    response = alice.upload(page(world, "files", "new"), "upload", "photo.jpg", content)
    assert response.status == 422 and why in text_of(response)
    assert paths(alice, world) == []


@pytest.mark.parametrize("place", ["people/{marge}/files/new", "imports"])
def test_an_upload_that_is_cut_off_leaves_nothing(alice: Visitor, world: World, settings: Settings, place: str) -> None:
    path = f"/{world.organization.id}/{place.format(marge=world.marge.id)}"
    whole = alice.form_with_file("upload", "one.jpg", photo(), alice.token)
    headers = {"content-type": "multipart/form-data; boundary=b", "cookie": alice.cookie}
    response = alice.client.call("POST", path, body=whole[: len(whole) // 2], headers=headers)
    assert response.status == 422 and "closing boundary" in text_of(response)
    assert not list((settings.data_folder / "uploads").glob("*"))
    assert paths(alice, world) == []


def test_a_picture_that_cannot_be_read_is_not_found(alice: Visitor, world: World) -> None:
    broken = png_that_says(10, 10)
    assert recognize(broken) == "image/png" and pixel_count(broken) == 100
    alice.upload(page(world, "files", "new"), "upload", "broken.png", broken)
    (path,) = paths(alice, world)
    assert alice.get(f"{path}/picture").status == 404 and alice.get(path).body == broken


def test_files_of_others_are_not_found(alice: Visitor, world: World, tmp_path: Path) -> None:
    alice.upload(page(world, "files", "new"), "upload", "cv.pdf", PDF)
    (path,) = paths(alice, world)
    elsewhere = path.replace(f"/people/{world.marge.id}/", f"/people/{world.homer.id}/")
    for wrong in (elsewhere, page(world, "files", "nothing"), page(world, "files", "\0")):
        assert alice.get(wrong.replace("\0", "%00")).status == 404
    alice.post(page(world, "delete"))
    assert alice.post(f"{path}/delete").status == 404
    assert alice.upload(page(world, "files", "new"), "upload", "cv.pdf", PDF).status == 404


def test_the_history_names_the_choice_of_a_picture(alice: Visitor, world: World) -> None:
    alice.upload(page(world, "files", "new"), "upload", "one.jpg", photo())
    (path,) = paths(alice, world)
    alice.post(f"{path}/picture")
    assert "chose the picture" in text_of(alice.get(page(world)))
