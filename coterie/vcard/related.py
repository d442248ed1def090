"""Related people of a card: RELATED (RFC 6350, section 6.6.6), Apple's related names, spouse and manager of others.

Each is a line of the note as well, until the import makes a relationship of it.
"""

import re
from collections.abc import Callable

from coterie.model.handles import LABEL_LENGTH_MAX
from coterie.model.related_people import NAME_LENGTH_MAX, RelatedDraft, find_type, vcard_type
from coterie.vcard import read_others, values
from coterie.vcard.content import Content
from coterie.vcard.lines import Property
from coterie.vcard.reading import Reading

RELATED_MAX = 100
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_URN = "urn:uuid:"
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def read_related(reading: Reading, entry: Property) -> None:
    value, label = values.line(entry.value), reading.label(entry)
    if value is None or not value.strip(";, "):
        return
    uid = value[len(_URN) :] if value[: len(_URN)].lower() == _URN else None
    name = None if uid or _URI.fullmatch(value) else value
    line = read_others.line_of(entry, label) or ""
    reading.add_extra(line)
    labels = [label] if label and find_type(label) else [each for each in entry.parameters.get("TYPE", ())]
    add_related(reading, next(filter(find_type, labels), None), name, uid, line)


def read_role(label: str) -> Callable[[Reading, Property], None]:
    """The reader of a property that names the person in a role."""

    def read(reading: Reading, entry: Property) -> None:
        if name := values.line(entry.value):
            line = f"{label}: {name}"
            reading.add_extra(line)
            add_related(reading, label, name, None, line)

    return read


def add_related(reading: Reading, label: str | None, name: str | None, uid: str | None, line: str) -> None:
    """Adds a person with a label and a name or UID, and with its line of the note."""
    related = reading.draft.related
    if not label or not (name or uid) or max(len(name or ""), len(uid or "")) > NAME_LENGTH_MAX:
        return
    if len(related) < RELATED_MAX and len(label) <= LABEL_LENGTH_MAX and line in reading.extras:
        related.append(RelatedDraft(label, name, uid, line))


READERS: dict[str, Callable[[Reading, Property], None]] = {
    "RELATED": read_related,
    "X-ABRELATEDNAMES": read_related,
    **dict.fromkeys(("X-SPOUSE", "X-MS-SPOUSE", "X-EVOLUTION-SPOUSE"), read_role("Spouse")),
    **dict.fromkeys(("X-MANAGER", "X-MS-MANAGER", "X-EVOLUTION-MANAGER"), read_role("Manager")),
}


def write_related(related: RelatedDraft, out: Content) -> None:
    """Writes RELATED with the UID of the other card; in 3.0 Apple's related names, which have the name.

    In 4.0 the name is written only without a UID: a card should not change when another contact is renamed.
    """
    if not out.is_4:
        if related.name:
            out.add_labelled("X-ABRELATEDNAMES", values.escape(related.name), related.label)
        return
    kind = vcard_type(related.label)
    head = "RELATED" + (f";TYPE={kind}" if kind else "")
    label = None if kind == related.label.casefold() else related.label
    if related.uid and _UUID.fullmatch(related.uid):
        out.add_labelled(head, _URN + related.uid, label)
    elif text := related.uid or related.name:
        out.add_labelled(f"{head};VALUE=text", values.escape(text), label)
