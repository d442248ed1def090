"""The rows of an import as people and programs see them."""

from typing import Any

from msgspec import Struct

from coterie.cli.terminal import printable
from coterie.model.draft_fields import fields_of_draft, line_of_fields
from coterie.model.import_reasons import describe_reason
from coterie.model.imports import MATCH, REJECT, UPDATE, ContactDraft, RowMatch, StagedRow
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx
from coterie.store.import_rows import list_matches

NAME_LENGTH_MAX = 60


class RowView(Struct, frozen=True):
    """A row; its JSON is what `coterie import-rows --json` prints.

    contact: the name of the contact the row belongs to. fields: what the file says about the contact. matches:
    the contacts it may belong to, each with contact_id, name, score and reason, the likeliest first.
    """

    row: int
    outcome: str
    name: str | None
    reason: str | None
    state: str
    decision: str | None
    contact_id: int | None
    contact: str | None
    warnings: list[str]
    source: str | None
    matches: list[dict[str, Any]]
    fields: dict[str, Any]
    # the fields in words
    summary: str

    def lines(self) -> list[str]:
        """The row on one line, and the contact's values in the file on another."""
        return [self.line(), *([printable(f"    {self.summary}")] if self.summary else [])]

    def line(self) -> str:
        """The row on one line."""
        warnings = f" ({'; '.join(self.warnings)})" if self.warnings else ""
        decision = f" [decided: {self.decision}]" if self.decision else ""
        return printable(f"row {self.row}: {self.outcome}: {self._summary()}{warnings}{decision}")

    def _summary(self) -> str:
        name = self.name or (self.source or "")[:NAME_LENGTH_MAX]
        if self.matches:
            likeliest = self.matches[0]
            more = f" and {len(self.matches) - 1} more" if len(self.matches) > 1 else ""
            return f"{name} may be {likeliest['name']} (contact {likeliest['contact_id']}){more}: {likeliest['reason']}"
        if self.outcome in (REJECT, MATCH):
            return self.reason or name
        if self.contact and self.outcome == UPDATE:
            name += f" is {self.contact} (contact {self.contact_id})"
        return f"{name}: {self.reason}" if self.reason and name else self.reason or name


def load_row_views(tx: Tx, organization_id: int, import_id: str, rows: list[StagedRow]) -> list[RowView]:
    """Views of the rows, with the names of the contacts they belong or may belong to."""
    waiting = [row.row_number for row in rows if row.outcome == MATCH]
    matches = list_matches(tx, organization_id, import_id, waiting) if waiting else {}
    ids = {match.contact_id for row_matches in matches.values() for match in row_matches}
    ids |= {row.contact_id for row in rows if row.contact_id is not None}
    contacts = list_contacts_by_id(tx, organization_id, ids) if ids else []
    names = {contact.id: contact.shown_name or "a contact without a name" for contact in contacts}
    return [_row_view(row, matches.get(row.row_number, []), names) for row in rows]


def _row_view(row: StagedRow, matches: list[RowMatch], names: dict[int, str]) -> RowView:
    draft = row.read_draft() or ContactDraft()
    return RowView(
        row=row.row_number,
        outcome=row.outcome,
        name=_display_name(draft),
        reason=describe_reason(row.reason) if row.reason else None,
        state=row.state,
        decision=row.decision,
        contact_id=row.contact_id,
        contact=names.get(row.contact_id) if row.contact_id is not None else None,
        warnings=draft.warnings,
        source=row.source,
        matches=[
            {
                "contact_id": m.contact_id,
                "name": names[m.contact_id],
                "score": m.score,
                "reason": describe_reason(m.reason),
            }
            for m in matches
            if m.contact_id in names
        ],
        fields=fields_of_draft(draft),
        summary=line_of_fields(draft),
    )


def _display_name(draft: ContactDraft) -> str | None:
    """The best name of a draft: a person's, else an employer's, else the first handle."""
    name = draft.display_name or draft.full_name or draft.nickname or draft.employer
    name = name or next((handle.value for handle in draft.handles), None)
    return name[:NAME_LENGTH_MAX] if name else None
