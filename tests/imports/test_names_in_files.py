"""What belongs to a name is a field whichever file it comes from, is found by search, and is exported again."""

from pathlib import Path

import pytest
from exported_table import csv_lines
from runs import applied
from world import World

from coterie.exports.write import write_vcards
from coterie.imports.undo import undo
from coterie.model.contacts import Contact
from coterie.model.organizations import Caller
from coterie.search import search_contacts
from coterie.store.contacts import list_contacts

FIELDS = ("phonetic_last_name", "phonetic_first_name", "maiden_name", "employer", "department")
MOMOE = ("やまぐち", "ももえ", "三浦", "東宝", "映画部")
FILES = {
    "vcard": "BEGIN:VCARD\nVERSION:3.0\nN:山口;百恵;;;\nFN:山口百恵\nX-PHONETIC-FIRST-NAME:ももえ\n"
    "X-PHONETIC-LAST-NAME:やまぐち\nX-MAIDENNAME:三浦\nORG:東宝;映画部\nEMAIL:m@example.org\nEND:VCARD\n",
    "google": "First Name,Last Name,Phonetic First Name,Phonetic Last Name,Maiden Name,Organization Name,"
    "Organization Department,Labels,E-mail 1 - Value\n百恵,山口,ももえ,やまぐち,三浦,東宝,映画部,,m@example.org\n",
    "older google": "Name,Given Name,Family Name,Given Name Yomi,Family Name Yomi,Maiden Name,Group Membership,"
    "Organization 1 - Name,Organization 1 - Department,E-mail 1 - Value\n"
    "山口百恵,百恵,山口,ももえ,やまぐち,三浦,,東宝,映画部,m@example.org\n",
    "outlook": "First Name,Last Name,Given Yomi,Surname Yomi,Maiden name,Company,Department,E-mail Address,"
    "Business Phone\n百恵,山口,ももえ,やまぐち,三浦,東宝,映画部,m@example.org,\n",
    "any": "Vorname,Nachname,Phonetischer Vorname,Phonetischer Nachname,Geburtsname,Firma,Abteilung,E-Mail\n"
    "百恵,山口,ももえ,やまぐち,三浦,東宝,映画部,m@example.org\n",
}


def contacts(world: World, caller: Caller) -> list[Contact]:
    with world.database.read() as tx:
        return [c for c in list_contacts(tx, caller.organization_id, limit=9) if c.email == "m@example.org"]


@pytest.mark.parametrize("kind", FILES)
def test_they_are_fields_found_by_search(world: World, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "momoe.file"
    path.write_text(FILES[kind], "utf-8")
    run, _ = applied(world.database, world.charlie, tmp_path, path)
    (momoe,) = contacts(world, world.charlie)
    assert tuple(getattr(momoe, name) for name in FIELDS) == MOMOE
    assert (momoe.pinned_note, momoe.full_name) == (None, "山口百恵")
    with world.database.read() as tx:
        for text in ("やまぐち", "ももえ", "三浦", "映画部", "百恵"):
            assert search_contacts(tx, world.charlie.organization_id, text, limit=5).contacts == [momoe], text
    undo(run)
    assert contacts(world, world.charlie) == []


@pytest.mark.parametrize("kind", ["4.0", "3.0", "csv"])
def test_they_are_exported_and_imported_again(world: World, tmp_path: Path, kind: str) -> None:
    (tmp_path / "momoe.vcf").write_text(FILES["vcard"], "utf-8")
    applied(world.database, world.alice, tmp_path, tmp_path / "momoe.vcf")
    with world.database.read() as tx:
        lines = csv_lines(tx, world.alice) if kind == "csv" else write_vcards(tx, world.alice, tmp_path, kind)
        (tmp_path / "ours.file").write_text("".join(lines), "utf-8", newline="")
    applied(world.database, world.charlie, tmp_path, tmp_path / "ours.file")
    (momoe,) = contacts(world, world.charlie)
    assert tuple(getattr(momoe, name) for name in FIELDS) == MOMOE
    assert momoe.full_name == "山口百恵"
