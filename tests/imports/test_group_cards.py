"""A group card is not a contact and is not rejected: its members have its name as a tag, until the import is undone."""

from pathlib import Path

from runs import applied, counts, reason, rows_of
from world import World

from coterie.imports.undo import undo
from coterie.model.terms import TAGS
from coterie.store.contacts import list_contacts
from coterie.store.terms import list_terms_of

PEOPLE = "".join(
    f"BEGIN:VCARD\nUID:{name}\nFN:{name} Hill\nEMAIL:{name}@example.org\nEND:VCARD\n" for name in ("Bo", "Cia")
)
GROUP = "BEGIN:VCARD\nKIND:group\nFN:Choir\nMEMBER:urn:uuid:Bo\nEND:VCARD\n"


def tags_of(world: World) -> dict[str | None, set[str]]:
    organization_id = world.alice.organization_id
    with world.database.read() as tx:
        names = {contact.id: contact.first_name for contact in list_contacts(tx, organization_id, limit=99)}
        tags = list_terms_of(tx, organization_id, TAGS, names)
    return {names[contact_id]: {tag.name for tag in of_contact} for contact_id, of_contact in tags.items()}


def test_members_are_tagged_and_the_card_is_not_rejected(world: World, tmp_path: Path) -> None:
    (tmp_path / "choir.vcf").write_text(GROUP + PEOPLE, "utf-8")
    run, record = applied(world.database, world.alice, tmp_path, tmp_path / "choir.vcf")
    assert counts(record) == (2, 0, 1, 0, 0)
    assert reason(rows_of(run)[0]) == "is the group Choir: its members in this file have it as a tag"
    tags = tags_of(world)
    assert (tags.get("Bo"), tags.get("Cia") or set()) == ({"Choir"}, set())
    undo(run)
    assert "Bo" not in tags_of(world)


def test_a_group_without_a_name_is_rejected(world: World, tmp_path: Path) -> None:
    (tmp_path / "choir.vcf").write_text(GROUP.replace("FN:Choir\n", "") + PEOPLE, "utf-8")
    _, record = applied(world.database, world.alice, tmp_path, tmp_path / "choir.vcf")
    assert counts(record) == (2, 0, 0, 0, 1)
