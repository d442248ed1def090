"""A simulated month: several devices and doors edit the same person. No property is lost, and nothing echoes."""

from typing import Any

from carddav.dav_client import DAVX5, IOS, Dav, Multistatus, document, make_card, new_device
from client import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from r0_client import R0
from world import World

from coterie.actions.books import add_book
from coterie.actions.folders import create_folder
from coterie.model.ids import new_id
from coterie.vcard.raw import split_card

RICH = make_card(
    "FN:Ned Flanders", "N:Flanders;Ned;;;", "item1.TEL;type=CELL:+1 800 555 0101", "item1.X-ABLabel:Leftorium",
    'X-ODD;X-P="a:b":1', "NOTE:Left", "CATEGORIES:Neighbours", "X-ABUID:1\\:ABPerson", "KEY:https://example.org/key",
    uid="ned",
)  # fmt: skip
# what each program does not know and leaves out
DROPS = {
    "ios": ("X-ODD", "KEY", "CATEGORIES"), "davx5": ("X-ABUID", "KEY"), "plain": ("X-ODD", "NOTE", "KEY"), "full": (),
    # two devices that sync the book of a folder
    "folder phone": ("X-ODD", "KEY", "CATEGORIES"), "folder program": (),
}  # fmt: skip
AGENTS = {
    "ios": IOS, "davx5": DAVX5, "plain": "plain/1.0", "full": "full/1.0", "folder phone": IOS,
    "folder program": "full/2.0",
}  # fmt: skip
STEP = st.tuples(
    st.sampled_from([*DROPS, "r0", "inro", "leave"]), st.sampled_from(["TITLE", "NICKNAME", "TEL", "EMAIL", "X-OWN"]),
    st.integers(0, 9_999), st.booleans(),
)  # fmt: skip
FIELD_OF = {"TITLE": "job_title", "NICKNAME": "nickname"}


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
        self.number: Any = None

    def step(self, who: str, name: str, number: int, *, names_etag: bool) -> None:
        value = value_of(name, number)
        if who == "leave":
            self.leave_and_return()
            return
        if who in ("r0", "inro"):
            name = name if name in FIELD_OF else "NICKNAME"
            value = value_of(name, number)
            response = self.r0.patch(f"/contacts/{self.contact}", {"contact": {FIELD_OF[name]: value}})
            assert response.status in (200, 204)
        else:
            device = self.devices[who]
            book, card = (self.folder, "neighbour.vcf") if "folder" in who else (device.book, "ned.vcf")
            token = sync(device, book).token
            got = device.get(book + card)
            conditions = {"if_match": got.headers["etag"]} if names_etag else {}
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


def test_no_property_that_anyone_wrote_is_lost(client: Client, world: World, dav: Dav, r0: R0) -> None:
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(STEP, min_size=3, max_size=12))
    def check(steps: list[tuple[str, str, int, bool]]) -> None:
        month = Month(client, world, dav, r0)
        for who, name, number, names_etag in steps:
            month.step(who, name, number, names_etag=names_etag)
        card = dav.get("ned.vcf").body.decode()
        lines = [line.text.rstrip("\r\n") for line in split_card(card)]
        for name, value in month.single.items():
            assert [line for line in lines if line.startswith(name)] == [f"{name}:{value}"]
        assert {line for line in month.several if line not in lines} == set()
        for kept in ('X-ODD;X-P="a:b":1', "NOTE:Left", "CATEGORIES:Neighbours", "KEY:https://example.org/key"):
            assert kept in lines, card
        assert any(line.endswith("X-ABLabel:Leftorium") for line in lines)
        is_quiet(month)
        assert dav.get(f"{month.folder}neighbour.vcf").body.decode() == card
        dav.call("DELETE", "ned.vcf")
        assert dav.get(f"{month.folder}neighbour.vcf").status == 404
        dav.call("DELETE", month.folder)

    check()


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
    assert {book: sync(month.dav, book, token).hrefs for book, token in tokens.items()} == {key: [] for key in tokens}
    assert month.dav.get("ned.vcf").headers["etag"] == etag
