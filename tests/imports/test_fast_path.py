"""Rows that staging found to be new are created without matching, as long as nothing else changed a contact."""

from collections.abc import Callable
from pathlib import Path

import pytest
from runs import applied, counts, google, person, rows_of
from world import World

from coterie.actions.contacts import create_contact, update_contact
from coterie.actions.imports import decide
from coterie.imports.apply import apply
from coterie.imports.engine import Run
from coterie.imports.stage import stage
from coterie.imports.undo import undo
from coterie.imports.upload import start
from coterie.model.contacts import Contact
from coterie.model.imports import MATCH
from coterie.search import search_contacts

pytestmark = pytest.mark.slow

FILLERS = [person(f"Clerk{n}", "Kwik", f"clerk{n}@example.org") for n in range(30)]
Prepare = Callable[..., Run]


@pytest.fixture
def prepared(world: World, tmp_path: Path) -> Prepare:
    """Stages rows."""

    def run(*rows: list[str]) -> Run:
        record = start(world.database, world.alice, tmp_path, google(tmp_path, *rows))
        run = Run(world.database, tmp_path, world.organization.id, record.id)
        stage(run)
        return run

    return run


def zeds(world: World) -> list[Contact]:
    with world.database.read() as tx:
        return search_contacts(tx, world.organization.id, "zed", limit=50).contacts


def make(world: World, **fields: str) -> int:
    with world.database.write() as tx:
        return create_contact(tx, world.alice, fields).id


def test_new_people_are_written_in_the_order_of_the_file(world: World, prepared: Prepare) -> None:
    run = prepared(*FILLERS)
    assert counts(apply(run)) == (30, 0, 0, 0, 0)
    ids = [row.contact_id for row in rows_of(run)]
    assert ids == sorted(filter(None, ids))
    assert apply(run).state == "applied"


def test_what_an_earlier_row_adds_to_somebody_known_is_known_to_later_ones(world: World, prepared: Prepare) -> None:
    make(world, real_name="Zed Zee", email="zed@example.org")
    both = person("Zed", "Zee", "zed@example.org", "+12125550001")
    run = prepared(both, *FILLERS, person("Zed", "Zee", "", "+12125550001"))
    assert counts(apply(run))[0] == 30
    assert len(zeds(world)) == 1


def test_a_nickname_in_the_file_hides_nobody(world: World, prepared: Prepare) -> None:
    make(world, real_name="Zed Zee", email="zed@example.org")
    both = person("Zed", "", "zed@example.org", "+12125550001")
    run = prepared(both, *FILLERS, person("Zed", "Zee", "", "+12125550001"))
    assert counts(apply(run))[0] == 30
    assert len(zeds(world)) == 1


def test_somebody_added_between_staging_and_applying_is_found(world: World, prepared: Prepare) -> None:
    run = prepared(*FILLERS, person("Zed", "Zee", "zed@example.org", note="from the file"))
    make(world, real_name="Zed Zee", email="zed@example.org")
    assert counts(apply(run)) == (30, 1, 0, 0, 0)
    assert [each.pinned_note for each in zeds(world)] == ["from the file"]


def test_somebody_changed_between_staging_and_applying_is_found(world: World, prepared: Prepare) -> None:
    zed = make(world, real_name="Zed Zee")
    run = prepared(*FILLERS, person("Zed", "Zee", "zed@example.org", note="from the file"))
    with world.database.write() as tx:
        update_contact(tx, world.alice, zed, {"email": "zed@example.org"})
    assert counts(apply(run)) == (30, 1, 0, 0, 0)
    assert len(zeds(world)) == 1


def test_what_another_import_brings_to_somebody_is_found(world: World, prepared: Prepare) -> None:
    make(world, real_name="Zed Zee", email="zed@example.org")
    run = prepared(*FILLERS, person("Zed", "Zee", "", "+12125550001"))
    other = prepared(person("Zed", "Zee", "zed@example.org", "+12125550001"))
    apply(other)
    assert counts(apply(run))[0] == 30
    assert len(zeds(world)) == 1


def test_whom_a_person_decided_a_row_to_be_is_known_to_later_ones(world: World, prepared: Prepare) -> None:
    # another name under the same address: a person has to say
    marge = make(world, real_name="Marjorie Bouvier", email="zed@example.org")
    unsure = person("Zed", "Zee", "zed@example.org", "+12125550001")
    run = prepared(unsure, *FILLERS, person("Zed", "Zee", "", "+12125550001"))
    with world.database.write() as tx:
        decide(tx, world.alice, run.import_id, 1, "update", marge)
    apply(run)
    assert [row.outcome for row in rows_of(run)][-1] == MATCH
    assert [each.id for each in zeds(world)] == [marge]


def test_undo_of_one_import_leaves_alone_what_another_added(world: World, prepared: Prepare, tmp_path: Path) -> None:
    first = prepared(person("Zed", "Zee", "zed@example.org"))
    apply(first)
    card = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Zed Zee\r\nEMAIL:zed@example.org\r\nADR:;;Elm Street 1;Springfield;;;\r\n"
    (tmp_path / "zed.vcf").write_text(card + "ANNIVERSARY:20010203\r\nUID:urn:zed\r\nEND:VCARD\r\n")
    assert counts(applied(world.database, world.alice, tmp_path, tmp_path / "zed.vcf")[1]) == (0, 1, 0, 0, 0)
    assert undo(first).conflict_count == 1
    assert len(zeds(world)) == 1
