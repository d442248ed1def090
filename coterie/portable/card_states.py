"""The card states that an import would decide differently: set by a person, or none because of audience."""

from coterie.model.portable import PortableRow
from coterie.model.portable_rows import CardStateRow
from coterie.portable.record_sets import Checked, Columns, RecordSet, RowToWrite
from coterie.store.card_states import find_card_states, set_card_state


class CardStateSet(RecordSet):
    """States of contacts that this import created, after their addresses. Contacts that existed before keep theirs."""

    def columns_of(self, row: PortableRow) -> Columns:
        assert isinstance(row, CardStateRow)
        columns = super().columns_of(row)
        return columns | {"card_state": None if row.card_state == "none" else row.card_state}

    def drop_existing(self, checked: Checked) -> None:
        checked.entries = [entry for entry in checked.entries if entry.columns["contact_id"] in self.created]

    def exists(self, entry: RowToWrite) -> bool:
        contact_id = entry.columns["contact_id"]
        states = find_card_states(self.tx, self.caller.organization_id, [contact_id])
        return bool(contact_id in states and states[contact_id] == entry.columns["card_state"])

    def insert(self, entry: RowToWrite) -> bool:
        if self.exists(entry):
            return False
        set_card_state(self.tx, self.caller.organization_id, entry.columns["contact_id"], entry.columns["card_state"])
        return True

    def shown_with_key(self, key: list[object]) -> set[int]:
        return set()

    def delete(self, key: list[object], updated_at: str | None) -> None:
        """Does nothing: the contact is erased with its import, or keeps its state."""
