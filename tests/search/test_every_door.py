"""Every door finds the same contacts for the same text, the best first."""

import re
from collections.abc import Callable

import pytest
from client import Client
from mcp.mcp_calls import Mcp
from r0_client import R0
from web.visitor import Visitor
from world import World, make_world

from coterie.actions.contacts import create_contact
from coterie.actions.folders import create_folder, set_folders
from coterie.actions.interactions import add_interactions
from coterie.actions.notes import create_note
from coterie.actions.sessions import sign_in
from coterie.model.imports import InteractionDraft
from coterie.model.interactions import INCOMING, MESSAGE
from coterie.search import search_contacts
from coterie.store.database import Database
from coterie.web.cookies import SESSION
from coterie.web.page import VIA

pytestmark = pytest.mark.slow
PEOPLE = {
    "sergei": {"real_name": "Сергей Иванов", "phone": "+7 916 123-45-67"},
    "ulla": {"real_name": "Ulla Müller", "employer": "Globex", "how_you_met": "Skiing in Davos"},
    "robert": {"real_name": "Robert Whitfield", "phone": "+1 (212) 555-0147"},
    "katherine": {"real_name": "Katherine Delacroix-Ponte"},
    "wang": {"real_name": "王小明"},
    "muhammad": {"real_name": "محمد السيد"},
    "david": {"real_name": "דוד כהן"},
    "thomas": {"username": "thomasbarrow84", "email": "tb.office@downton.example"},
    "obrien": {"real_name": "Siobhán O'Brien"},
    "star": {"name": "Star ⭐ Coach", "username": "star.coach"},
}
# text -> who comes first; None: no one
QUERIES = {
    "ivanov sergey": "sergei", "Иванов, Сергей": "sergei", "8 916 123-45-67": "sergei", "9161234567": "sergei",
    "mueller": "ulla", "ula globex": "ulla", "davos": "ulla", "müller u": "ulla", "whitfeild bob": "robert",
    "+1-212-555-0147": "robert", "001 212 5550147": "robert", "0147": "robert", "Delacroix-Ponte, Kate": "katherine",
    "小明": "wang", "wang xiaoming": "wang", "mohamed": "muhammad", "כהן": "david", "cohen": "david",
    "@thomasbarrow84": "thomas", "tb.office@downton.example": "thomas", "o’brien siobhan": "obrien",
    "star ⭐": "star", "star.coach": "star", "passport": "robert", "neighbours": "wang", "blue bicycle": "david",
    "secret garden": "ulla", "😀": None, "!!! ... \"'": None, "qzx wvk jjq xxz kkw zzq vvx qqj": None, "a" * 500: None,
}  # fmt: skip


@pytest.fixture
def book(database: Database) -> tuple[World, dict[str, int]]:
    world = make_world(database)
    with database.write() as tx:
        contacts = {name: create_contact(tx, world.alice, fields) for name, fields in PEOPLE.items()}
        create_note(tx, world.alice, {"text": "Lost a passport", "contacts": [contacts["robert"].uuid]})
        personal = {"text": "secret garden", "contacts": [contacts["ulla"].uuid], "is_personal": True}
        create_note(tx, world.alice, personal)
        set_folders(tx, world.alice, contacts["wang"].id, [create_folder(tx, world.alice, "Neighbours").id])
        text, at = "Is the blue bicycle still for sale?", "2026-03-01T10:00:00.000000Z"
        message = InteractionDraft(kind=MESSAGE, direction=INCOMING, happened_at=at, text=text)
        add_interactions(tx, world.alice, contacts["david"].id, [message])
    return world, {name: contact.id for name, contact in contacts.items()}


def doors(client: Client, world: World) -> dict[str, Callable[[str], list[int]]]:
    """door -> the ids of the contacts that it shows for a text, in its order."""
    programs, organization = client.with_token(world.alice_token), world.organization
    r0, assistant = R0(programs, f"/api/v1/orgs/{organization.uuid}"), Mcp(client, world.alice_token)
    visitor = Visitor(client.with_token(None))
    with world.database.write() as tx:
        visitor.cookies[SESSION], _ = sign_in(tx, world.alice.user_id or "", "", VIA)
        ids = {row[1]: row[0] for row in tx.all("SELECT id, uuid FROM contacts")}

    def on_page(name: str, text: str) -> list[int]:
        page = visitor.get(f"/{organization.id}/{name}", q=text)
        assert page.status == 200
        main = page.body.decode().partition("<main")[2]
        return list(dict.fromkeys(map(int, re.findall(rf'href="/{organization.id}/people/(\d+)', main))))

    return {
        "Inrō": lambda text: [each["id"] for each in programs.get("/api/v1/contacts/search", query=text).json],
        "R0": lambda text: [ids[each["id"]] for each in r0.get("/contacts", search=text).json["contacts"]],
        "hub": lambda text: [each["id"] for each in programs.get("/api/hub/v1/contacts", q=text).json["items"]],
        "assistant": lambda text: [each["id"] for each in assistant.tool("find_contacts", query=text)["items"]],
        "People": lambda text: on_page("people", text),
        "palette": lambda text: on_page("palette", text),
    }


def test_every_door_finds_the_same_contacts(book: tuple[World, dict[str, int]], client: Client) -> None:
    world, ids = book
    by_door = doors(client, world)
    for text, who in QUERIES.items():
        with world.database.read() as tx:
            page = search_contacts(tx, world.organization.id, text, limit=5, reader_id=world.alice.user_id)
        expected = [contact.id for contact in page.contacts]
        assert expected[:1] == ([ids[who]] if who else []), text
        for name, find in by_door.items():
            assert find(text)[:5] == expected, (name, text)
