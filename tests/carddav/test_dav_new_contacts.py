"""A contact that a card has created is known without reading it again: exactly as it is stored."""

import base64
from pathlib import Path

import pytest
from carddav.dav_client import make_card
from world import World

from coterie.cards.creating import create_contact
from coterie.cards.draft_changes import read_lines
from coterie.drafts.from_sheet import DRAFT_PARTS
from coterie.model.imports import UID_SOURCE
from coterie.store.contact_sheets import load_sheets
from coterie.vcard.raw import split_card

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(40)).decode()
CARDS = {
    "a name": ["FN:Ana"],
    "everything": [
        "FN:Dr. Ana Maria Silva", "N:Silva;Ana;Maria;Dr.;Jr.", "NICKNAME:Ani", "ORG:Acme;Sales", "TITLE:Baker",
        "EMAIL;TYPE=HOME:ana@example.org", "EMAIL;TYPE=WORK,PREF:Ana@Work.example", "TEL;TYPE=CELL:+351 912 345 678",
        "URL:https://ana.example.org", "X-SOCIALPROFILE;TYPE=instagram:https://instagram.com/ana.silva",
        "ADR;TYPE=HOME:;;Rua 1;Porto;;4050;Portugal", "ADR;TYPE=WORK:;;Rua 2;Lisboa;;1100;Portugal", "BDAY:1980-01-02",
        "item1.X-ABDATE;VALUE=date:2001-02-03", "item1.X-ABLabel:First day", "X-ANNIVERSARY:2010-06-05",
        "CATEGORIES:friends,New", "X-COTERIE-FOLDER:Family", f"PHOTO;ENCODING=b;TYPE=PNG:{PNG}", "NOTE:One\\nTwo",
    ],
    "a taken username": ["FN:Otto", "X-SOCIALPROFILE;TYPE=instagram:https://instagram.com/taken"],
}  # fmt: skip


@pytest.mark.parametrize("name", CARDS)
def test_a_new_contact_is_as_it_is_stored(world: World, tmp_path: Path, name: str) -> None:
    earlier = ["FN:Earlier", "CATEGORIES:Friends", "X-SOCIALPROFILE;TYPE=instagram:https://instagram.com/taken"]
    with world.database.write() as tx:
        for number, lines in enumerate((earlier, CARDS[name])):
            draft = read_lines(split_card(make_card(*lines)), world.alice.country)
            draft.external_ids = [(UID_SOURCE, f"uid-{number}")]
            sheet = create_contact(tx, world.alice, tmp_path, draft)
        (stored,) = load_sheets(tx, world.alice.organization_id, [sheet.contact.id], DRAFT_PARTS).values()
    assert sheet.contact == stored.contact
    for part in DRAFT_PARTS:
        assert [*getattr(sheet, part)] == [*getattr(stored, part)], part
