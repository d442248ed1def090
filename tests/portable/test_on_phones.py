"""An archive and a file put the same contacts on phones: those with more than an Instagram account."""

import zipfile
from pathlib import Path

import pytest
from imports.runs import applied, counts
from msgspec.structs import replace
from world import World

from coterie.actions.addresses import add_address, delete_address
from coterie.actions.books import set_on_phones
from coterie.actions.new_contacts import create_contacts
from coterie.imports.undo import undo
from coterie.model.cards import is_on_phones
from coterie.model.ids import new_id
from coterie.model.imports import UID_SOURCE, AddressDraft, ContactDraft, HandleDraft
from coterie.model.portable import file_of
from coterie.portable.write import write_portable
from coterie.store.card_states import find_card_states, set_card_state
from coterie.store.contacts import uuids_of
from coterie.store.database import Tx
from coterie.store.portable_export import list_card_states
from coterie.store.portable_import import find_contacts

ACCOUNT = HandleDraft(channel="instagram", value="ned", normalized="ned")
MAIL = HandleDraft(channel="email", value="ned@example.org", normalized="ned@example.org")
STREET = {"address_line_1": "1 Main Street", "country": "US"}
HOME = AddressDraft(address_line_1="744 Evergreen Terrace", locality="Springfield")


def states_of(tx: Tx, organization_id: int, uuids: set[str]) -> list[str | None]:
    ids = [i for (i,) in tx.all("SELECT id FROM contacts WHERE organization_id = :o", {"o": organization_id})]
    meant = {i for i, uuid in uuids_of(tx, organization_id, ids).items() if uuid in uuids}
    return list(find_card_states(tx, organization_id, meant).values())


@pytest.mark.parametrize(
    ("draft", "state"),
    [
        (ContactDraft(handles=[ACCOUNT]), None),
        (ContactDraft(handles=[ACCOUNT, MAIL]), "on"),
        (ContactDraft(handles=[ACCOUNT], addresses=[HOME]), "on"),
        (ContactDraft(handles=[ACCOUNT], external_ids=[(UID_SOURCE, "ned-1")]), "on"),
        (ContactDraft(handles=[ACCOUNT], external_ids=[("shop", "17")]), None),
        (ContactDraft(first_name="Ned"), "on"),
    ],
    ids=["account alone", "mail", "address", "card", "id elsewhere", "name"],
)
def test_an_archive_puts_on_phones_what_a_file_does(
    world: World, tmp_path: Path, draft: ContactDraft, state: str | None
) -> None:
    with world.database.write() as tx, (tmp_path / "all.zip").open("wb") as target:
        (contact_id,) = create_contacts(tx, replace(world.alice, via="import", import_id=new_id()), [draft])
        uuids = set(uuids_of(tx, world.alice.organization_id, [contact_id]).values())
        write_portable(tx, world.alice, tmp_path, target)
    applied(world.database, world.charlie, tmp_path, tmp_path / "all.zip")
    with world.database.read() as tx:
        assert states_of(tx, world.alice.organization_id, uuids) == [state]
        assert states_of(tx, world.charlie.organization_id, uuids) == [state]


def test_an_export_decides_as_an_import_of_every_combination_of_parts(world: World) -> None:
    importer, organization_id = replace(world.alice, via="import", import_id=new_id()), world.alice.organization_id
    decided = {}
    with world.database.write() as tx:
        for number in range(2**6):
            account, mail, home, of_card, elsewhere, erased = (bool(number >> bit & 1) for bit in range(6))
            handles = [HandleDraft(each.channel, f"ned{number}", f"ned{number}")
                       for each, has in ((ACCOUNT, account), (MAIL, mail)) if has]  # fmt: skip
            ids = [(source, f"{number}") for source, has in ((UID_SOURCE, of_card), ("shop", elsewhere)) if has]
            draft = ContactDraft(first_name="Ned", handles=handles, external_ids=ids)
            (contact_id,) = create_contacts(tx, world.alice, [draft])
            for is_erased in [False] * home + [True] * erased:
                address = add_address(tx, world.alice, contact_id, STREET)
                if is_erased:
                    delete_address(tx, world.alice, contact_id, address.id)
            decided[contact_id] = is_on_phones(
                importer, channels=[each.channel for each in handles], sources=[source for source, _ in ids],
                has_address=home,
            )  # fmt: skip
        uuids = uuids_of(tx, organization_id, decided)
        for state, other in (("on", False), (None, True)):
            for contact_id in decided:
                set_card_state(tx, organization_id, contact_id, state)
            listed = {row["contact"] for row in list_card_states(tx, organization_id, list(decided))}
            assert listed == {uuids[each] for each, is_shown in decided.items() if is_shown == other}
    assert [*decided.values()].count(False) == 2**2


ARCHIVED = [ContactDraft(handles=handles, addresses=addresses, external_ids=ids) for handles, addresses, ids in (
    ([ACCOUNT], [], []), ([ACCOUNT, MAIL], [], []), ([ACCOUNT], [HOME], []), ([ACCOUNT], [], [(UID_SOURCE, "ned-1")]),
    ([], [], []),
)]  # fmt: skip


def archive_of(world: World, folder: Path, draft: ContactDraft, state: str | None) -> tuple[Path, set[str]]:
    """An archive with a contact in this state, and its uuid."""
    path = folder / "all.zip"
    with world.database.write() as tx:
        (contact_id,) = create_contacts(tx, replace(world.alice, via="import", import_id=new_id()), [draft])
        set_card_state(tx, world.alice.organization_id, contact_id, state)
        uuids = set(uuids_of(tx, world.alice.organization_id, [contact_id]).values())
        with path.open("wb") as target:
            write_portable(tx, world.alice, folder, target)
    return path, uuids


@pytest.mark.parametrize("state", ["on", "off", None])
@pytest.mark.parametrize("draft", ARCHIVED, ids=["account alone", "mail", "address", "card", "name"])
def test_an_archive_keeps_what_a_person_decided(
    world: World, tmp_path: Path, draft: ContactDraft, state: str | None
) -> None:
    path, uuids = archive_of(world, tmp_path, draft, state)
    run, _ = applied(world.database, world.charlie, tmp_path, path)
    with world.database.read() as tx:
        assert states_of(tx, world.charlie.organization_id, uuids) == [state]
    undone = undo(run)
    assert undone.conflict_count == 0
    with world.database.read() as tx:
        assert states_of(tx, world.charlie.organization_id, uuids) in ([], [state])


def test_an_archive_changes_no_contact_that_was_here(world: World, tmp_path: Path) -> None:
    path, uuids = archive_of(world, tmp_path, ContactDraft(first_name="Ned", handles=[MAIL]), "off")
    applied(world.database, world.charlie, tmp_path, path)
    with world.database.write() as tx:
        ((contact_id, _),) = find_contacts(tx, world.charlie.organization_id, uuids).values()
        set_on_phones(tx, world.charlie, contact_id, is_shown=True)
    _, again = applied(world.database, world.charlie, tmp_path, path)
    assert counts(again) == (0, 0, again.row_count, 0, 0)
    with world.database.read() as tx:
        assert states_of(tx, world.charlie.organization_id, uuids) == ["on"]


def test_an_archive_without_states_is_read_as_before(world: World, tmp_path: Path) -> None:
    path, uuids = archive_of(world, tmp_path, ContactDraft(handles=[ACCOUNT], addresses=[HOME]), "off")
    old = tmp_path / "old.zip"
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(old, "w") as target:
        for name in archive.namelist():
            if name != file_of("card_states"):
                target.writestr(name, archive.read(name))
    _, import_ = applied(world.database, world.charlie, tmp_path, old)
    assert import_.rejected_count == 0
    with world.database.read() as tx:
        assert states_of(tx, world.charlie.organization_id, uuids) == ["on"]
