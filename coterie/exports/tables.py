"""Exports contacts as one table: as many numbered columns as the contact with most of a kind needs, with their labels.

The names are those of R0's template and its continuation (imports/formats/r0_csv.py), so the table can be imported.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, field

from coterie.exports.sheets import load_drafts, uid_of
from coterie.model.cells import join_list, safe_cell
from coterie.model.contact_sheets import ContactSheet, Part
from coterie.model.handles import CHANNELS
from coterie.model.imports import AddressDraft, ContactDraft, DateDraft, HandleDraft
from coterie.model.organizations import Caller
from coterie.store.database import Tx
from coterie.store.filters.builder import Where

FIELDS = (
    "name_prefix", "first_name", "middle_name", "last_name", "name_suffix", "formatted_name",
    "phonetic_first_name", "phonetic_last_name", "maiden_name", "nickname", "display_name", "employer", "department",
    "job_title", "how_you_met", "birthday", "gender", "language", "bio",
)  # fmt: skip
_ADDRESS = ("line_1", "line_2", "line_3", "locality", "region", "postcode", "country")
_ALWAYS = ("email", "phone", "instagram", "website", "linkedin", "address")
# the parts of a contact that a table has no columns for
SKIPPED: tuple[Part, ...] = (
    "expertises", "properties", "gifts", "pets", "relationships", "attachments",
)  # fmt: skip
Group = HandleDraft | AddressDraft | DateDraft


class TableShape(Struct):
    """counts: group of columns -> the highest number per contact. skipped: counts of values without a column."""

    counts: dict[str, int] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)

    @property
    def header(self) -> list[str]:
        names = ["uid", *FIELDS, "relationship_type"]
        for kind, count in self.counts.items():
            for number in range(1, count + 1):
                base = kind if number == 1 else f"{kind}_{number}"
                names += [f"{base}_{part}" for part in _ADDRESS] if kind == "address" else [base]
                names.append(f"{base}_label")
        return [*names, "picture_url", "tags", "folders", "notes"]


def measure_table(tx: Tx, caller: Caller, where: Where | None = None) -> TableShape:
    """The columns that the table of an organization's contacts, or those that match a filter, needs."""
    shape = TableShape(dict.fromkeys(_ALWAYS, 1))
    most: Counter[str] = Counter()
    for sheet, draft in load_drafts(tx, caller, SKIPPED, where=where):
        for kind, items in _groups(draft).items():
            most[kind] = max(most[kind], len(items))
        _count_skipped(sheet, shape.skipped)
    # two sides are one relationship; with a filter, a side may be here without the other
    shape.skipped["relationships"] = (shape.skipped["relationships"] + 1) // 2
    order = [*_ALWAYS, *(channel for channel in CHANNELS if channel not in _ALWAYS), "date"]
    shape.counts = {kind: max(most[kind], kind in _ALWAYS) for kind in order if most[kind] or kind in _ALWAYS}
    return shape


def _count_skipped(sheet: ContactSheet, skipped: Counter[str]) -> None:
    for part in SKIPPED:
        name = {"attachments": "files", "properties": "property values", "expertises": "expertise"}.get(part, part)
        if count := len(getattr(sheet, part)):
            skipped[name] += count


def write_table(tx: Tx, caller: Caller, shape: TableShape, where: Where | None = None) -> Iterator[str]:
    """A row for each contact, in lines. shape is what measure_table gave in the same transaction for the same filter.

    No cell is a formula for the program that opens it; imports undo what safe_cell adds.
    """
    yield _line(shape.header)
    for sheet, draft in load_drafts(tx, caller, where=where):
        uid = uid_of(sheet.contact, draft.external_ids)
        grade = draft.relationship_grade
        cells = [uid, *(getattr(draft, name) for name in FIELDS), None if grade is None else str(grade)]
        groups = _groups(draft)
        for kind, count in shape.counts.items():
            items = groups.get(kind, [])
            blank = [None] * (len(_ADDRESS) + 1 if kind == "address" else 2)
            for number in range(count):
                cells += _cells(items[number]) if number < len(items) else blank
        link = next((picture.url for picture in draft.pictures if picture.url), None)
        cells += [link, join_list(draft.tags), join_list(draft.folders), draft.note]
        yield _line([safe_cell(cell or "") for cell in cells])


def _groups(draft: ContactDraft) -> dict[str, Sequence[Group]]:
    """The values of numbered columns, the primary handle of a channel first."""
    groups: dict[str, list[Group]] = {"address": [*draft.addresses], "date": [*draft.dates]}
    for handle in sorted(draft.handles, key=lambda handle: not handle.is_primary):
        groups.setdefault(handle.channel, []).append(handle)
    return dict(groups)


def _cells(item: Group) -> list[str | None]:
    if isinstance(item, HandleDraft):
        return [item.value, item.label]
    if isinstance(item, DateDraft):
        return [item.occurs_on, item.label]
    lines = (item.address_line_1, item.address_line_2, item.address_line_3)
    return [*lines, item.locality, item.region, item.postcode, item.country, item.label]


def _line(cells: Iterable[str]) -> str:
    stream = io.StringIO()
    # in quotes a cell stays one cell also where the separator is another
    csv.writer(stream, quoting=csv.QUOTE_ALL).writerow(cells)
    return stream.getvalue()
