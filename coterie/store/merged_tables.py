"""The tables whose rows refer to a contact, and what a merge does with their rows.

A row with an id moves to the survivor, unless the survivor has an equal one: then it stays, hidden with the loser.
A link (a tag, a folder) is copied if the survivor lacks it; the loser's own stays. tests/store/test_merged_tables.py
walks the schema: every column that names a contact is here.
"""

from msgspec import Struct


class Moved(Struct, frozen=True):
    """A column that names a contact, in a table whose rows move.

    row_id: the SQL expression that identifies a row x. same: columns in which an equal row s of the survivor has the
    same values. both: the other column that names a contact, which must not become the same one.
    extra: a further condition for x to be equal to s. has_created_at: whether rows know when they were added;
    can_be_deleted: whether they have deleted_at.
    """

    table: str
    column: str = "contact_id"
    row_id: str = "x.id"
    same: tuple[str, ...] = ()
    both: str | None = None
    extra: str = ""
    has_created_at: bool = True
    can_be_deleted: bool = True

    @property
    def kind(self) -> str:
        return f"{self.table}.{self.column}"

    @property
    def stays(self) -> str:
        """The condition under which a row x of the loser stays with it."""
        conditions = []
        if self.both is not None:
            conditions.append(f"x.{self.both} = :survivor")
        if self.same:
            equal = " AND ".join(f"s.{name} IS NOT DISTINCT FROM x.{name}" for name in self.same)
            in_use = " AND x.deleted_at IS NULL AND s.deleted_at IS NULL" if self.can_be_deleted else ""
            conditions.append(
                f"EXISTS (SELECT 1 FROM {self.table} s WHERE s.organization_id = :organization_id"
                f" AND s.{self.column} = :survivor AND {equal}{in_use}{self.extra})"
            )
        return " OR ".join(f"({condition})" for condition in conditions) or "FALSE"


class Copied(Struct, frozen=True):
    """A table that links contacts with something; columns: all but the organization and the contact, the key first.

    counted: the linked table, if it caches the number of its contacts.
    """

    table: str
    columns: tuple[str, ...]
    counted: str | None = None

    column = "contact_id"
    has_created_at = False

    @property
    def kind(self) -> str:
        return self.table

    @property
    def row_id(self) -> str:
        return f"CAST(x.{self.columns[0]} AS TEXT)"


_LINES = ("address_line_1", "address_line_2", "address_line_3", "locality", "region", "postcode", "country")
MOVED = (
    Moved("handles", same=("channel", "normalized")),
    Moved("postal_addresses", same=_LINES),
    Moved("important_dates", same=("label", "occurs_on")),
    Moved("gifts", same=("name", "link", "status")),
    Moved("pets", same=("name", "species", "born_on"), extra=" AND (x.second_owner_id IS NULL"
          " OR s.second_owner_id IS NOT DISTINCT FROM x.second_owner_id)"),
    Moved("pets", "second_owner_id", both="contact_id"),
    Moved("contact_relationships", "first_contact_id", same=("second_contact_id", "type_id"), both="second_contact_id",
          extra=" AND (x.anniversary_on IS NULL OR s.anniversary_on IS NOT DISTINCT FROM x.anniversary_on)"),
    Moved("contact_relationships", "second_contact_id", same=("first_contact_id", "type_id"), both="first_contact_id",
          extra=" AND (x.anniversary_on IS NULL OR s.anniversary_on IS NOT DISTINCT FROM x.anniversary_on)"),
    Moved("user_relationships", same=("user_id", "type_id", "anniversary_on")),
    Moved("reminders"),
    Moved("attachments", same=("digest", "kind", "filename"), can_be_deleted=False),
    Moved("interactions"),
    # every row is equal in its organization: a survivor's own rule stays the only one
    Moved("cadences", same=("organization_id",), can_be_deleted=False),
    Moved("touch_snoozes"),
    Moved("external_ids", row_id="x.source || :separator || x.external_id", has_created_at=False),
)  # fmt: skip
COPIED = (
    Copied("contact_folders", ("folder_id",), "folders"),
    Copied("contact_tags", ("tag_id",), "tags"),
    Copied("contact_expertises", ("expertise_id",), "expertises"),
    Copied("note_contacts", ("note_id",)),
    Copied("follower_snapshots", ("taken_on", "follower_count")),
)
# Tables that name contacts and do not follow: values that a merge decides one by one, derived data, and history,
# which names contacts as they were then
OTHERS = {
    "card_bodies": "the card of one contact as a device wrote it",
    "card_history": "history",
    "deletion_contacts": "history",
    "match_facts": "derived",
    "match_keys": "derived",
    "duplicates": "derived",
    "remote_cards": "a card elsewhere: the next run gives it to the survivor, or deletes it there",
    "not_same": "pairs of contacts: merged_pairs.py",
    "property_values": "decided one by one",
    "contact_words": "derived",
    "touch_plans": "derived",
    "event_contacts": "history",
    "import_drafts": "history: resolved when read",
    "import_matches": "history: resolved when read",
}
