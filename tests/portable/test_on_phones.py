"""An archive and a file put the same contacts on phones: those with more than an Instagram account."""

from pathlib import Path

import pytest
from imports.runs import applied
from msgspec.structs import replace
from world import World

from coterie.actions.drafts import create_contacts
from coterie.model.ids import new_id
from coterie.model.imports import UID_SOURCE, AddressDraft, ContactDraft, HandleDraft
from coterie.portable.write import write_portable
from coterie.store.card_states import find_card_states
from coterie.store.contacts import uuids_of
from coterie.store.database import Tx

ACCOUNT = HandleDraft(channel="instagram", value="ned", normalized="ned")
MAIL = HandleDraft(channel="email", value="ned@example.org", normalized="ned@example.org")
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
