"""vdirsyncer and khard against a real server: both ways, and quiet when nothing changed."""

from pathlib import Path

import pytest
from carddav.dav_client import Dav, make_card
from carddav.programs import Folder, serving
from r0_client import R0
from world import World

from coterie.actions.new_contacts import create_contacts
from coterie.model.imports import ContactDraft
from coterie.settings import Settings

pytestmark = pytest.mark.slow


def test_a_folder_and_the_book_stay_in_step(world: World, settings: Settings, dav: Dav, r0: R0, tmp_path: Path) -> None:
    rich = make_card(
        "FN:Ned", "N:;Ned;;;", 'X-ODD;a="b:c":1', "item1.TEL:+1 800 555 0101", "item1.X-ABLabel:x", uid="Ned"
    )
    dav.put("a name @ ä.vcf".replace(" ", "%20").replace("ä", "%C3%A4"), rich)
    with serving(settings) as url:
        folder = Folder(tmp_path, url, dav)
        folder.discover()
        assert "Copying" in folder.sync()
        assert len(folder.cards()) == 3
        assert rich in folder.cards().values()
        again = folder.sync()
        assert "Copying" not in again and "Deleting" not in again
        for number in range(50):
            uid = f"bulk-{number}"
            (folder.contacts / f"{uid}.vcf").write_text(make_card(f"FN:Bulk {number}", f"N:{number};Bulk;;;", uid=uid))
        homer = next(name for name, card in folder.cards().items() if "Homer" in card)
        (folder.contacts / homer).unlink()
        folder.sync()
        assert len(dav.sync().hrefs) == 52
        assert dav.get(f"{world.homer.uuid}.vcf").status == 404
        r0.patch(f"/contacts/{world.marge.uuid}", {"contact": {"nickname": "Marge"}})
        dav.call("DELETE", "bulk-1.vcf")
        folder.sync()
        assert any("NICKNAME:Marge" in card for card in folder.cards().values())
        assert len(folder.cards()) == len(dav.sync().hrefs)
        quiet = folder.sync()
        assert "Copying" not in quiet and "Deleting" not in quiet


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True, scope="session")
def test_five_thousand_cards_stay_in_step(world: World, settings: Settings, dav: Dav, tmp_path: Path) -> None:
    """On one engine: most of the time is vdirsyncer's own."""
    people = [ContactDraft(first_name=f"Bulk {number}", last_name="Person") for number in range(5_000)]
    with world.database.write(seconds=60) as tx:
        create_contacts(tx, world.alice, people)
    with serving(settings) as url:
        folder = Folder(tmp_path, url, dav)
        folder.discover()
        folder.sync()
        assert len(folder.cards()) == 5_002
        for card in (folder.contacts / f"{world.homer.uuid}.vcf", folder.contacts / "new.vcf"):
            if card.exists():
                card.unlink()
            else:
                card.write_text(make_card("FN:Ned", "N:;Ned;;;", uid="new"))
        folder.sync()
        assert len(dav.sync().hrefs) == 5_002
        assert dav.get(f"{world.homer.uuid}.vcf").status == 404
        quiet = folder.sync()
        assert "Copying" not in quiet and "Deleting" not in quiet


def test_a_program_that_writes_little_loses_little(world: World, settings: Settings, dav: Dav, tmp_path: Path) -> None:
    dav.put("ned.vcf", make_card("FN:Ned Flanders", "N:Flanders;Ned;;;", "X-ODD:1", "NOTE:Left-handed", uid="ned"))
    with serving(settings) as url:
        folder = Folder(tmp_path, url, dav)
        folder.discover()
        folder.sync()
        assert "Ned Flanders" in folder.run("khard", "list")
        (tmp_path / "new.yaml").write_text(
            "First name: Barney\nLast name: Gumble\nEmail:\n  home: barney@example.org\n"
        )
        folder.run("khard", "new", "-a", "people", "-i", "new.yaml")
        folder.sync()
    cards = [dav.get(href).body.decode() for href in dav.sync().changed()]
    assert any("barney@example.org" in card for card in cards)
    assert any("X-ODD:1" in card and "NOTE:Left-handed" in card for card in cards)
