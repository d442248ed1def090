"""The portable archive has the lines of cards: another instance serves them octet for octet."""

from pathlib import Path

import msgspec
import pytest
from carddav.dav_client import Dav, make_card, new_device
from client import Client
from imports.runs import applied
from world import World

from coterie.errors import Invalid
from coterie.model.imports import ContactDraft, PictureDraft
from coterie.portable.lines import parse_row
from coterie.portable.write import write_portable

NED = make_card("FN:Ned Flanders", "N:Flanders;Ned;;;", 'X-ODD;X-P="a:b":1', "item1.TEL:+1 800 555 0101",
                "item1.X-ABLabel:Leftorium", uid="ned")  # fmt: skip
BAND = make_card("FN:Band", "N:Band;;;;", "X-ADDRESSBOOKSERVER-KIND:group", "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:ned",
                 uid="band")  # fmt: skip


def test_an_import_of_the_archive_brings_the_lines_of_cards(
    dav: Dav, client: Client, world: World, tmp_path: Path
) -> None:
    charlies = new_device(client, world.database, world.charlie, shows_groups=True)
    dav.put("ned.vcf", NED)
    dav.put("band.vcf", BAND)
    # the group is a tag, which cards have as a category
    ned = NED.replace("END:", "CATEGORIES:Band\r\nEND:")
    assert dav.get("ned.vcf").body.decode() == ned
    file = tmp_path / "all.zip"
    with world.database.read() as tx, file.open("wb") as target:
        write_portable(tx, world.alice, tmp_path, target)
    applied(world.database, world.charlie, tmp_path, file)
    cards = {charlies.get(href).body.decode() for href in charlies.sync().changed()}
    assert {ned, BAND} <= cards


def line(**fields: object) -> bytes:
    draft = msgspec.json.encode(ContactDraft()).decode()
    row = {"contact": "01890000-0000-7000-8000-000000000000", "href": "n.vcf", "uid": "ned", "body": NED}
    return msgspec.json.encode(row | {"draft": draft} | fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"body": "x"}, {"body": NED + NED}, {"body": NED.replace("X-ODD", "X\x07")}, {"draft": None},
        {"contact": None},
        {"draft": msgspec.json.encode(ContactDraft(pictures=[PictureDraft(digest="../../etc/passwd")])).decode()},
    ],
    ids=["no card", "two cards", "control character", "no draft", "draft of a group", "path"],
)  # fmt: skip
def test_lines_that_could_not_be_served_are_rejected(fields: dict[str, object]) -> None:
    assert parse_row("cards", line())
    with pytest.raises(Invalid):
        parse_row("cards", line(**fields))
    with pytest.raises(msgspec.MsgspecError):
        parse_row("cards", line(draft='{"first_name": 7}'))
