"""The address of a kept picture: whoever has it sees the picture, and nothing else; Meta's own expires."""

from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from client import Client, Response
from graph_server import PNG as ANY_PNG
from graph_server import GraphServer
from instagram_world import contact, deliver, message, messaging, number, work
from msgspec.structs import replace
from world import World

from coterie.actions.contacts import delete_contact, erase_contact, restore_contact
from coterie.app import create_app
from coterie.graph.picture_links import FOLDER, TOKEN_LENGTH, picture_address, read_token
from coterie.settings import Settings
from coterie.store.database import Database

BASE = "https://people.example"
PNG = ANY_PNG + b"of the gallery"
NOT_FOUND = (404, b"Not Found")


class Gallery:
    """An instance with an address, and people whose pictures come from the Graph."""

    def __init__(
        self, client: Client, database: Database, settings: Settings, world: World, graph: GraphServer
    ) -> None:
        self.settings = replace(settings, base_url=BASE)
        self.database, self.world, self.graph = database, world, graph
        self.client = Client(create_app(database, self.settings), loop=client._loop)
        self.inro = client.with_token(world.alice_token)

    def meets(self, account: str, person: str, username: str, picture: str, data: bytes) -> str:
        """Someone writes whose profile has this picture; the address the contact has then."""
        self.graph.says(f"pictures/{picture}", data)
        address = f"{self.graph.url}/pictures/{picture}?signature={number()}"
        self.graph.person(person, username, profile_pic=address)
        with self.database.write() as tx:
            tx.run("UPDATE instagram_people SET asked_at = NULL WHERE person_id = :id", {"id": person})
        deliver(self.client, messaging(account, message(account, person, "hi")))
        work(self.database, self.settings)
        shown = contact(self.inro, username=username)["profile_picture"]
        assert isinstance(shown, str)
        return shown

    def see(self, address: str) -> Response:
        """As a browser: without a token."""
        return self.client.call("GET", urlsplit(address).path)

    def file_of(self, contact_id: int, kind: str, media_type: str) -> str:
        """The id of an attachment of a contact, which has the bytes of a picture that is there."""
        attachment_id = str(uuid4())
        with self.database.write() as tx:
            tx.run(
                "INSERT INTO attachments (organization_id, contact_id, id, kind, filename, media_type, byte_count,"
                " digest, created_at) SELECT organization_id, contact_id, :id, :kind, 'a', :media_type, 1, digest,"
                " created_at FROM attachments WHERE organization_id = :organization_id AND contact_id = :contact_id"
                " LIMIT 1",
                {"organization_id": self.world.organization.id, "contact_id": contact_id, "id": attachment_id,
                 "kind": kind, "media_type": media_type},
            )  # fmt: skip
        return attachment_id


@pytest.fixture
def gallery(client: Client, database: Database, settings: Settings, world: World, graph: GraphServer) -> Gallery:
    return Gallery(client, database, settings, world, graph)


def test_a_picture_is_seen_at_an_address_of_ours_without_a_token(gallery: Gallery, account: str) -> None:
    address = gallery.meets(account, number(), "bart", "a.png", PNG)
    assert address.startswith(BASE + FOLDER)
    response = gallery.see(address)
    assert (response.status, response.body, response.headers["content-type"]) == (200, PNG, "image/png")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert response.headers["cache-control"] == "private, max-age=3600"
    assert gallery.client.call("HEAD", urlsplit(address).path).status == 200
    assert gallery.client.call("POST", urlsplit(address).path).status == 405


def test_the_address_stays_while_the_picture_does_and_goes_with_it(gallery: Gallery, account: str) -> None:
    person = number()
    first = gallery.meets(account, person, "bart", "a.png", PNG)
    assert gallery.meets(account, person, "bart", "a.png", PNG) == first
    second = gallery.meets(account, person, "bart", "b.png", PNG + b"2")
    assert gallery.see(second).body == PNG + b"2"
    assert (gallery.see(first).status, gallery.see(first).body) == NOT_FOUND


def test_a_picture_that_cannot_be_had_leaves_the_one_before(gallery: Gallery, account: str) -> None:
    person = number()
    first = gallery.meets(account, person, "bart", "a.png", PNG)
    assert gallery.meets(account, person, "bart", "b.html", b"<html>") == first
    assert gallery.see(first).body == PNG


def test_an_instance_without_an_address_keeps_metas(gallery: Gallery, account: str) -> None:
    person = number()
    gallery.meets(account, person, "bart", "a.png", PNG)
    gallery.settings = replace(gallery.settings, base_url="")
    assert gallery.meets(account, person, "bart", "a.png", PNG).startswith(gallery.graph.url)
    gallery.settings = replace(gallery.settings, base_url="https://moved.example")
    assert gallery.meets(account, person, "bart", "a.png", PNG).startswith("https://moved.example" + FOLDER)


def test_a_token_that_was_changed_or_made_up_finds_nothing(gallery: Gallery, account: str) -> None:
    address = gallery.meets(account, number(), "bart", "a.png", PNG)
    other = gallery.meets(account, number(), "lisa", "b.png", PNG + b"2")
    token, theirs = (urlsplit(one).path.removeprefix(FOLDER) for one in (address, other))
    assert len(token) == TOKEN_LENGTH
    # the part that names one picture with the signature of another
    tokens = [theirs[:42] + token[42:], "A" * TOKEN_LENGTH, token[:-4], token + "AAAA", "%00" * 9, "\u202e", "..", "x"]
    tokens += [token[:place] + ("B" if token[place] == "A" else "A") + token[place + 1 :] for place in range(0, 64, 3)]
    for forged in tokens:
        response = gallery.see(FOLDER + forged)
        assert (response.status, response.body) == NOT_FOUND, forged
    assert gallery.see(FOLDER).status == gallery.see(FOLDER.rstrip("/")).status == 404


def test_the_picture_of_a_deleted_contact_waits_and_of_an_erased_one_is_gone(gallery: Gallery, account: str) -> None:
    address = gallery.meets(account, number(), "bart", "a.png", PNG)
    contact_id = contact(gallery.inro, username="bart")["id"]
    for change, status in ((delete_contact, 404), (restore_contact, 200), (erase_contact, 404)):
        with gallery.database.write() as tx:
            change(tx, gallery.world.alice, contact_id)
        assert gallery.see(address).status == status


@pytest.mark.parametrize(
    ("kind", "media_type"), [("file", "image/png"), ("file", "text/html"), ("picture", "image/svg+xml")]
)
def test_no_other_file_is_given_out_even_where_it_is_signed(
    gallery: Gallery, account: str, kind: str, media_type: str
) -> None:
    gallery.meets(account, number(), "bart", "a.png", PNG)
    contact_id = contact(gallery.inro, username="bart")["id"]
    attachment_id = gallery.file_of(contact_id, kind, media_type)
    address = picture_address(gallery.settings, gallery.world.organization.id, contact_id, attachment_id)
    assert read_token(gallery.settings, address.rpartition("/")[2]) is not None
    assert (gallery.see(address).status, gallery.see(address).body) == NOT_FOUND


def test_the_key_of_another_instance_signs_nothing_here(gallery: Gallery, account: str) -> None:
    address = gallery.meets(account, number(), "bart", "a.png", PNG)
    read = read_token(gallery.settings, address.rpartition("/")[2])
    assert read is not None
    elsewhere = replace(gallery.settings, data=gallery.settings.data + "/elsewhere")
    assert gallery.see(picture_address(elsewhere, *read)).status == 404
    assert gallery.see(picture_address(gallery.settings, *read)).status == 200
