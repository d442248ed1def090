"""The references in rows of the archive, and the ids they stand for in this organization."""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct, field

from coterie.model.organizations import Caller
from coterie.model.portable import PortableRow
from coterie.model.portable_rows import CadenceRow, InFolderRow, NoteRow
from coterie.model.terms import name_key
from coterie.store import portable_import as store
from coterie.store.database import Tx
from coterie.store.portable import CONTACT_FIELDS, REFERENCES


class References(Struct):
    """contacts: uuid -> (id, is deleted). users: e-mail address -> id. folders: (id, name, created_at).
    tags, expertises: folded name -> id."""

    caller: Caller
    contacts: dict[str, tuple[int, bool]] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    folders: list[tuple[int, str, str]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    expertises: dict[str, str] = field(default_factory=dict)

    def contact_ids(self, uuids: Iterable[str]) -> list[int]:
        """The ids of the contacts that exist here, sorted."""
        return sorted({self.contacts[uuid][0] for uuid in uuids if uuid in self.contacts})

    def tag_ids(self, names: Iterable[str]) -> list[str]:
        """The ids of the tags that exist here, sorted."""
        return sorted({tag_id for name in names if (tag_id := self.tags.get(name_key(name)))})

    def resolve(self, name: str, row: PortableRow) -> Any:
        """The id to which a field of a row refers, or None if it does not exist here."""
        value = getattr(row, name)
        if value is None:
            return None
        if name in CONTACT_FIELDS:
            return self.contacts.get(value, (None, False))[0]
        if name in ("user", "author"):
            return self._owner(value, is_personal=name == "user")
        if name == "tag":
            return self.tags.get(name_key(value))
        if name == "expertise":
            return self.expertises.get(name_key(value))
        assert isinstance(row, InFolderRow | CadenceRow)
        # folders may share a name: prefer the one that was created at the same time
        named = [
            (created_at != row.folder_created_at, i) for i, folder, created_at in self.folders if folder == row.folder
        ]
        return min(named)[1] if named else None

    def _owner(self, email: str, *, is_personal: bool) -> str | None:
        """The operator's import, which has no user, restores owners. A member writes in no other name: a note
        becomes the member's own; a reminder or relationship of another member here is skipped."""
        importer, member = self.caller.user_id, self.users.get(email)
        if importer is None:
            return member
        return importer if not is_personal or member in (None, importer) else None


def load_references(tx: Tx, caller: Caller, rows: Sequence[PortableRow]) -> References:
    """Everything the rows refer to, with one query for each kind of reference."""
    values = _values(rows)
    organization_id, references = caller.organization_id, References(caller)
    references.contacts = store.find_contacts(tx, organization_id, values.get("contact", ()))
    if emails := values.get("user", set()) | values.get("author", set()):
        references.users = store.find_members(tx, organization_id, emails)
    if "folder" in values:
        references.folders = store.find_folders(tx, organization_id, values["folder"])
    for name, table in (("tag", "tags"), ("expertise", "expertises")):
        if name in values:
            keys = {name_key(word) for word in values[name]}
            setattr(references, table, store.find_terms(tx, organization_id, table, keys))
    return references


def _values(rows: Sequence[PortableRow]) -> dict[str, set[str]]:
    values: dict[str, set[str]] = {}
    for row in rows:
        for name in row.__struct_fields__:
            value = getattr(row, name)
            if name in REFERENCES and value is not None:
                values.setdefault("contact" if name in CONTACT_FIELDS else name, set()).add(value)
            elif isinstance(row, NoteRow) and name in ("contacts", "tags"):
                values.setdefault(name.removesuffix("s"), set()).update(value)
    return values
