"""A simulated month: phones, mail programs and both APIs edit the same person, and phones a list that they are in.

No property is lost, and nothing echoes.
"""

import pytest
from carddav.dav_client import DAVX5, IOS, THUNDERBIRD, Dav, Multistatus, document, make_card, new_device
from client import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from r0_client import R0
from world import World

from coterie.actions.books import add_book
from coterie.actions.devices import revoke_device
from coterie.actions.folders import create_folder
from coterie.actions.terms import create_term, put_on_contact, take_off_contact
from coterie.model.ids import new_id
from coterie.model.terms import TAGS
from coterie.store.contacts import find_contact_by_uuid
from coterie.store.devices import list_devices
from coterie.vcard.raw import split_card

RICH = make_card(
    "FN:Ned Flanders", "N:Flanders;Ned;;;", "item1.TEL;type=CELL:+1 800 555 0101", "item1.X-ABLabel:Leftorium",
    'X-ODD;X-P="a:b":1', "NOTE:Left", "CATEGORIES:Neighbours", "X-ABUID:1\\:ABPerson", "KEY:https://example.org/key",
    uid="ned",
)  # fmt: skip
# what each program does not know and leaves out
DROPS = {
    "ios": ("X-ODD", "KEY", "CATEGORIES"), "davx5": ("X-ABUID", "KEY"), "plain": ("X-ODD", "NOTE", "KEY"), "full": (),
    # it names no ETag
    "thunderbird": ("X-ABUID", "item1.X-ABLabel"),
    # two devices that sync the book of a folder
    "folder phone": ("X-ODD", "KEY", "CATEGORIES"), "folder program": (),
}  # fmt: skip
AGENTS = {
    "ios": IOS, "davx5": DAVX5, "thunderbird": THUNDERBIRD, "plain": "plain/1.0", "full": "full/1.0",
    "folder phone": IOS, "folder program": "full/2.0",
}  # fmt: skip
STEP = st.tuples(
    st.sampled_from([*DROPS, "r0", "inro", "leave", "list", "tag"]),
    st.sampled_from(["TITLE", "NICKNAME", "TEL", "EMAIL", "X-OWN"]), st.integers(0, 9_999), st.booleans(),
)  # fmt: skip
FIELD_OF = {"TITLE": "job_title", "NICKNAME": "nickname"}
LIST = (
    "FN:Crew",
    "N:Crew;;;;",
    "X-ADDRESSBOOKSERVER-KIND:group",
    "X-ODD:list",
    "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:x",
)
MEMBER = "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:ned"


def value_of(name: str, number: int) -> str:
    return {"TEL": f"+1 800 555 {number:04}", "EMAIL": f"ned{number}@example.org"}.get(name, f"{name} {number}")


def edited(card: str, name: str, value: str, drops: tuple[str, ...]) -> str:
    """The card as a program writes it: without what it does not know, its groups renumbered, with one new value."""
    is_single = name in FIELD_OF
    lines = [line for line in split_card(card) if line.name not in drops and not (is_single and line.name == name)]
    texts = [line.text.replace("item1.", "item4.") if drops else line.text for line in lines]
    return "".join([*texts[:-1], f"{name}:{value}\r\n", texts[-1]])


class Month:
    """One book, its devices, and what they wrote."""

    def __init__(self, client: Client, world: World, dav: Dav, r0: R0) -> None:
        self.devices = {
            name: new_device(client, world.database, world.alice, name).as_program(agent)
            for name, agent in AGENTS.items()
        }
        self.dav, self.r0, self.inro = dav, r0, client.with_token(world.alice_token)
        self.single: dict[str, str] = {}
        self.several: set[str] = set()
        self.dav.put("ned.vcf", RICH)
        title = f"Family {new_id()}"
        with world.database.write() as tx:
            self.book = add_book(tx, world.alice, "folder", create_folder(tx, world.alice, title).name)
        self.folder = f"{dav.home}{self.book.name}/"
        self.dav.call("COPY", "ned.vcf", destination=f"{self.folder}neighbour.vcf")
        found = self.r0.get("/contacts").json["contacts"]
        self.contact = next(each["id"] for each in found if each["first_name"] == "Ned")
        self.lists = new_device(client, world.database, world.alice, "lists", shows_groups=True).as_program(IOS)
        self.world, self.website, self.is_in_list = world, "", False
        self.write_list(is_in=False)
        with world.database.read() as tx:
            contact = find_contact_by_uuid(tx, world.organization.id, self.contact)
        assert contact is not None
        self.number = contact.id

    def end(self) -> None:
        """Revokes the devices of the month: a member may have a hundred."""
        with self.world.database.write() as tx:
            for device in list_devices(tx, self.world.organization.id, limit=1000):
                if device.name in (*AGENTS, "lists") and device.revoked_at is None:
                    revoke_device(tx, self.world.alice, device.id)

    def write_list(self, *, is_in: bool) -> None:
        """The phone writes its list with or without the person."""
        etag = self.lists.get("crew.vcf").headers.get("etag")
        card = make_card(*LIST, *([MEMBER] if is_in else []), uid="crew")
        conditions = {"if_match": etag} if etag else {"if_none_match": "*"}
        assert self.lists.put("crew.vcf", card, **conditions).status in (201, 204)
        self.is_in_list = is_in

    def tag(self, *, is_in: bool) -> None:
        """A person tags in the app."""
        if is_in == self.is_in_list:
            return
        with self.world.database.write() as tx:
            tag = create_term(tx, self.world.alice, TAGS, "Crew")
            work = put_on_contact if is_in else take_off_contact
            work(tx, self.world.alice, TAGS, self.number, tag.id)
        self.is_in_list = is_in

    def step(self, who: str, name: str, number: int, *, names_etag: bool) -> None:
        value = value_of(name, number)
        if who == "leave":
            self.leave_and_return()
            return
        if who == "list":
            self.write_list(is_in=names_etag)
            return
        if who == "tag":
            self.tag(is_in=names_etag)
            return
        if who == "inro":
            self.website = f"https://ned{number}.example.org"
            path = f"/api/v1/contacts/{self.number}"
            assert self.inro.put(path, {"contact": {"website": self.website}}).status == 200
            return
        if who == "r0":
            name = name if name in FIELD_OF else "NICKNAME"
            value = value_of(name, number)
            response = self.r0.patch(f"/contacts/{self.contact}", {"contact": {FIELD_OF[name]: value}})
            assert response.status in (200, 204)
        else:
            device = self.devices[who]
            book, card = (self.folder, "neighbour.vcf") if "folder" in who else (device.book, "ned.vcf")
            token = sync(device, book).token
            got = device.get(book + card)
            conditions = {"if_match": got.headers["etag"]} if names_etag and who != "thunderbird" else {}
            written = edited(got.body.decode(), name, value, DROPS[who])
            assert device.put(book + card, written, **conditions).status == 204
            assert sync(device, book, token).gone() == []
        if name in FIELD_OF:
            self.single[name] = value
        else:
            self.several.add(f"{name}:{value}")

    def leave_and_return(self) -> None:
        """A device takes the person out of the folder, and another one puts them back."""
        card, token = f"{self.folder}neighbour.vcf", sync(self.dav, self.folder).token
        assert self.devices["folder program"].call("DELETE", card).status == 204
        gone = sync(self.devices["folder phone"], self.folder, token)
        assert gone.gone() == [card]
        assert self.dav.call("COPY", "ned.vcf", destination=card).status == 201
        assert sync(self.devices["folder phone"], self.folder, gone.token).changed() == [card]


def sync(dav: Dav, book: str, token: str = "") -> Multistatus:
    content = f"<D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop>"
    return dav.report(document("D:sync-collection", content), book, depth="0")


def judge(month: Month, steps: list[tuple[str, str, int, bool]]) -> None:
    dav = month.dav
    for who, name, number, names_etag in steps:
        month.step(who, name, number, names_etag=names_etag)
    card = dav.get("ned.vcf").body.decode()
    lines = [line.text.rstrip("\r\n") for line in split_card(card)]
    for name, value in month.single.items():
        assert [line for line in lines if line.startswith(name)] == [f"{name}:{value}"]
    assert {line for line in month.several if line not in lines} == set()
    for kept in ('X-ODD;X-P="a:b":1', "NOTE:Left", "KEY:https://example.org/key"):
        assert kept in lines, card
    (categories,) = [line.partition(":")[2] for line in lines if line.startswith("CATEGORIES:")]
    assert set(categories.split(",")) == {"Neighbours", *(["Crew"] if month.is_in_list else [])}
    assert not month.website or any(line.startswith("URL") and month.website in line for line in lines), card
    assert set(split_texts(month.lists.get("crew.vcf").body)) == {*LIST, *([MEMBER] if month.is_in_list else [])}
    assert any(line.endswith("X-ABLabel:Leftorium") for line in lines)
    is_quiet(month)
    assert dav.get(f"{month.folder}neighbour.vcf").body.decode() == card
    month.write_list(is_in=False)
    dav.call("DELETE", "ned.vcf")
    assert dav.get(f"{month.folder}neighbour.vcf").status == 404
    dav.call("DELETE", month.folder)


@pytest.mark.slow
def test_no_property_that_anyone_wrote_is_lost(client: Client, world: World, dav: Dav, r0: R0) -> None:
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(STEP, min_size=3, max_size=12))
    def check(steps: list[tuple[str, str, int, bool]]) -> None:
        month = Month(client, world, dav, r0)
        try:
            judge(month, steps)
        finally:
            month.end()

    check()


def split_texts(body: bytes) -> list[str]:
    """The lines of a card without its envelope and UID."""
    lines = [(line.name, line.text.rstrip("\r\n")) for line in split_card(body.decode())]
    return [text for name, text in lines if name not in ("BEGIN", "VERSION", "UID", "END")]


def is_quiet(month: Month) -> None:
    """When every device has read the card and writes it back in its words, nothing changes."""
    etag = month.dav.get("ned.vcf").headers["etag"]
    tokens = {book: sync(month.dav, book).token for book in (month.dav.book, month.folder)}
    for name in ("ios", "davx5", "folder phone"):
        device = month.devices[name]
        href = f"{month.folder}neighbour.vcf" if "folder" in name else "ned.vcf"
        card = device.get(href).body.decode()
        lines = [line.text for line in split_card(card) if line.name not in DROPS[name]]
        assert device.put(href, "".join(lines).replace("item1.", "item3.")).status == 204
    crew = split_card(month.lists.get("crew.vcf").body.decode())
    list_token = month.lists.sync().token
    written = "".join(line.text for line in [*crew[:2], *reversed(crew[2:-1]), crew[-1]])
    assert month.lists.put("crew.vcf", written).status == 204
    assert month.lists.sync(list_token).hrefs == []
    assert {book: sync(month.dav, book, token).hrefs for book, token in tokens.items()} == {key: [] for key in tokens}
    assert month.dav.get("ned.vcf").headers["etag"] == etag
