"""The CSV export has as many columns as the contacts need, and comes back as the same contacts."""

import csv
import io
from pathlib import Path

from exported_table import csv_lines
from runs import applied, counts
from world import World

from coterie.actions.contact_relationships import relate
from coterie.actions.filters import read_filter
from coterie.actions.gifts import create_gift
from coterie.exports.tables import measure_table
from coterie.model.organizations import Caller
from coterie.model.relationships import type_id
from coterie.store.contacts import list_contacts

RICH = "\r\n".join([
    "BEGIN:VCARD", "VERSION:3.0", "UID:rich-1", "FN:Lisa Simpson", "N:Simpson;Lisa;Marie;Dr;Jr.", "NICKNAME:Lis",
    *(f"EMAIL;TYPE=work:lisa{number}@example.org" for number in range(5)),
    *(f"TEL;TYPE=CELL:+1212555010{number}" for number in range(5)),
    "item1.TEL:+12125550190", "item1.X-ABLabel:Ferienhaus; am See",
    "IMPP;X-SERVICE-TYPE=Jabber:xmpp:lisa@jabber.example", "URL:https://lisa.example",
    "X-SOCIALPROFILE;TYPE=mastodon:https://mastodon.example/@lisa",
    "ADR;TYPE=HOME:;;742 Evergreen Terrace\\nRear house;Springfield;OR;97477;USA",
    "ADR;TYPE=HOME:;;1 Lake Road;Shelbyville;;;USA", "item2.ADR:;;2 Hill;Linz;;4020;Austria",
    "item2.X-ABLabel:Almhütte",
    "BDAY:1980-05-09", "X-ANNIVERSARY:2009-08-08", "item3.X-ABDATE:2001-02-03", "item3.X-ABLabel:First day",
    "PHOTO;VALUE=uri:https://pictures.example/lisa.png", "CATEGORIES:Jazz\\, slow,Vegetarians", "LANG:fr",
    "NOTE:One\\n\\n=Two", "END:VCARD", "",
])  # fmt: skip
NAME_ONLY = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Jasper Beardly\r\nN:Beardly;Jasper\r\nEND:VCARD\r\n"


def rows_of(world: World, caller: Caller) -> list[dict[str, str]]:
    with world.database.read() as tx:
        return list(csv.DictReader(io.StringIO("".join(csv_lines(tx, caller)))))


def save(world: World, caller: Caller, path: Path) -> Path:
    with world.database.read() as tx:
        path.write_text("".join(csv_lines(tx, caller)), "utf-8", newline="")
    return path


def with_lisa(world: World, folder: Path) -> None:
    (folder / "rich.vcf").write_text(RICH + NAME_ONLY, "utf-8", newline="")
    applied(world.database, world.alice, folder, folder / "rich.vcf")


def test_a_table_has_every_value_with_its_label(world: World, tmp_path: Path) -> None:
    with_lisa(world, tmp_path)
    lisa = next(row for row in rows_of(world, world.alice) if row["first_name"] == "Lisa")
    emails = [lisa[name] for name in ("email", "email_2", "email_3", "email_4", "email_5")]
    assert sorted(emails) == [f"lisa{number}@example.org" for number in range(5)]
    assert (lisa["phone_6"], lisa["phone_6_label"]) == ("+12125550190", "Ferienhaus; am See")
    assert (lisa["xmpp"], lisa["mastodon"]) == ("lisa@jabber.example", "https://mastodon.example/@lisa")
    assert (lisa["address_2_line_1"], lisa["address_2_label"], lisa["address_3_locality"]) == (
        "1 Lake Road", "home", "Linz",
    )  # fmt: skip
    assert {lisa["date_label"]: lisa["date"], lisa["date_2_label"]: lisa["date_2"]} == {
        "anniversary": "2009-08-08", "First day": "2001-02-03",
    }  # fmt: skip
    assert lisa["picture_url"] == "https://pictures.example/lisa.png"


def test_a_table_comes_back_as_the_same_contacts(world: World, tmp_path: Path) -> None:
    with_lisa(world, tmp_path)
    path = save(world, world.alice, tmp_path / "ours.csv")
    _, again = applied(world.database, world.alice, tmp_path, path)
    assert counts(again)[:2] == (0, 0)
    with world.database.read() as tx:
        theirs_before = {contact.id for contact in list_contacts(tx, world.charlie.organization_id, limit=99)}
    _, elsewhere = applied(world.database, world.charlie, tmp_path, path)
    assert counts(elsewhere) == (len(rows_of(world, world.alice)), 0, 0, 0, 0)
    assert theirs_before
    ours = sorted(map(str, rows_of(world, world.alice)))
    theirs = sorted(map(str, rows_of(world, world.charlie)))
    assert set(ours) <= set(theirs)


def test_a_table_has_as_many_columns_of_a_kind_as_a_contact_needs(world: World, tmp_path: Path) -> None:
    with_lisa(world, tmp_path)
    with world.database.read() as tx:
        shape = measure_table(tx, world.alice)
    assert shape.counts["email"] == 5
    assert not +shape.skipped


def test_values_without_a_column_are_counted(world: World) -> None:
    with world.database.write() as tx:
        relate(tx, world.alice, world.marge.id, {"second_contact": world.homer.uuid, "type_id": type_id("Husband")})
        for name in ("Ring", "Book"):
            create_gift(tx, world.alice, world.marge.id, {"name": name, "status": "potential"})
    with world.database.read() as tx:
        assert +measure_table(tx, world.alice).skipped == {"gifts": 2, "relationships": 1}
        marge_only = read_filter(tx, world.alice, "name:Marge")
        assert +measure_table(tx, world.alice, marge_only).skipped == {"gifts": 2, "relationships": 1}
