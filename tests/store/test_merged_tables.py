"""Every column of the schema that names a contact is in the list of what a merge moves, or says why it is not."""

from everything import tables

from coterie.store.merged_tables import COPIED, MOVED, OTHERS

_OWN = {"merges.survivor_id", "merges.loser_id", "contacts.merged_into"}


def test_every_column_that_names_a_contact_has_a_rule() -> None:
    named = {
        f"{table}.{column}"
        for table, columns in tables().items()
        for column in columns
        if column.endswith("contact_id") or column in ("second_owner_id", "survivor_id", "loser_id", "merged_into")
    }
    rules = {each.kind for each in MOVED} | {f"{each.table}.contact_id" for each in COPIED}
    others = {name for name in named if name.partition(".")[0] in OTHERS}
    assert named == rules | others | _OWN
    assert not rules & others
