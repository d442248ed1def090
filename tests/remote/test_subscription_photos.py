"""Photos that cards elsewhere only link to are fetched through the guard, once, and are no change of either side."""

import pytest
from carddav.dav_client import make_card
from remote.books import Book, subscribe
from remote.scripted import Answer, Scripted
from world import World

from coterie.actions.contacts import update_contact
from coterie.model.subscriptions import ACTIVE, TWO_WAY
from coterie.remote import photos
from coterie.store.attachments import list_attachments

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 200
JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 200


def card_of(url: str, *lines: str) -> str:
    return make_card("FN:Ned Flanders", "N:Flanders;Ned;;;", f"PHOTO;VALUE=uri:{url}", *lines, uid="ned")


def serve(scripted: Scripted, status: int, body: bytes, **headers: str) -> str:
    """The address of a photo on the server, outside the book."""

    def answer(method: str, path: str, _: bytes) -> Answer | None:
        return (status, headers, body) if path.startswith("/photo") else None

    scripted.answer = answer
    return scripted.url.replace("/book/", "/photo.png")


def pictures(book: Book) -> list[str]:
    with book.database.read() as tx:
        found = list_attachments(tx, book.caller.organization_id, book.contacts()["Ned Flanders"].id, limit=9)
    return [each.media_type for each in found]


def photo_requests(scripted: Scripted) -> list[dict[str, str]]:
    return [headers for _, path, headers in scripted.requests if path.startswith("/photo")]


@pytest.mark.parametrize("direction", ["mirror", TWO_WAY])
def test_a_photo_is_fetched_once_and_written_nowhere(subscriber: World, scripted: Scripted, direction: str) -> None:
    url = serve(scripted, 200, PNG)
    scripted.put("ned.vcf", card_of(url, "X-ODD:1"))
    book = subscribe(subscriber, scripted.url, direction=direction)
    book.start()
    assert pictures(book) == ["image/png"]
    (headers,) = photo_requests(scripted)
    assert "authorization" not in headers
    written = len(scripted.written())
    for _ in range(2):
        assert (book.run().taken, book.now.state) == (0, ACTIVE)
    assert (len(photo_requests(scripted)), len(scripted.written())) == (1, written)
    with book.database.write() as tx:
        update_contact(tx, book.caller, book.contacts()["Ned Flanders"].id, {"nickname": "Neddy"})
    book.run()
    assert scripted.cards["ned.vcf"].count("PHOTO") == 1 and url in scripted.cards["ned.vcf"]
    serve(scripted, 200, JPEG)
    scripted.put("ned.vcf", scripted.cards["ned.vcf"].replace("photo.png", "photo.jpg"))
    book.run()
    assert pictures(book)[-1] == "image/jpeg"


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (404, b"", {}), (200, b"<html>no picture</html>", {"Content-Type": "image/png"}), (200, b"", {}),
        (302, b"", {"Location": "http://169.254.169.254/latest/meta-data"}), (200, PNG + b"\x00" * 5_300_000, {}),
        (200, b"<svg xmlns='http://www.w3.org/2000/svg'/>", {"Content-Type": "image/svg+xml"}), (500, PNG, {}),
    ],
    ids=["gone", "html", "empty", "redirect", "large", "svg", "error"],
)  # fmt: skip
def test_what_is_no_photo_stays_a_link(
    subscriber: World, scripted: Scripted, status: int, body: bytes, headers: dict[str, str]
) -> None:
    scripted.put("ned.vcf", card_of(serve(scripted, status, body, **headers)))
    book = subscribe(subscriber, scripted.url)
    book.start()
    assert (pictures(book), book.now.error) == ([], None)
    assert "PHOTO;VALUE=uri:" in scripted.cards["ned.vcf"]


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/p.png", "http://[::1]/p.png", "https://169.254.169.254/p.png", "file:///etc/passwd",
            "http://user:pass@127.0.0.1/p.png", "ftp://127.0.0.1/p.png"],
)  # fmt: skip
def test_addresses_that_may_not_be_called_are_not(subscriber: World, scripted: Scripted, url: str) -> None:
    scripted.put("ned.vcf", card_of(url))
    book = subscribe(subscriber, scripted.url)
    book.start()
    assert (pictures(book), book.now.error) == ([], None)


def test_a_run_fetches_so_many_photos_at_most(
    subscriber: World, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "PHOTOS_MAX", 2)
    url = serve(scripted, 200, PNG)
    for number in range(3):
        scripted.put(f"{number}.vcf", card_of(url).replace("UID:ned", f"UID:{number}").replace("Ned", f"Ned {number}"))
    book = subscribe(subscriber, scripted.url)
    book.start()
    assert len(photo_requests(scripted)) == 2
