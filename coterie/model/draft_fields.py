"""The values of a contact in a row of an import: as an object for programs, and as one line for people."""

from typing import Any

import msgspec

from coterie.model.imports import AddressDraft, ContactDraft

# shown on the line before, or not from the file
_NOT_SHOWN = frozenset(("outside_ids", "warnings", "kept", "rows"))
_NAMES = frozenset((
    "display_name", "name_prefix", "first_name", "middle_name", "last_name", "name_suffix", "formatted_name",
))  # fmt: skip
NOTE_LENGTH_MAX = 60
INTERACTIONS = "interactions"


def fields_of_draft(draft: ContactDraft) -> dict[str, Any]:
    """The fields of a draft that are set. Pictures have no bytes, interactions are counted."""
    fields: dict[str, Any] = {}
    values = msgspec.to_builtins(draft, builtin_types=(bytes,))
    for name, value in values.items():
        if name not in _NOT_SHOWN and value not in (None, [], ""):
            fields[name] = value
    if draft.interactions:
        fields[INTERACTIONS] = len(draft.interactions)
    for picture in fields.get("pictures", ()):
        picture.pop("data", None)
    return fields


def line_of_fields(draft: ContactDraft) -> str:
    """All of a draft but its name on one line: "phone +1 555 0100 (work), email …, address …"."""
    pieces = [f"{h.channel} {h.value}{_label(h.label)}" for h in draft.handles]
    pieces += [f"address {_address(address)}{_label(address.label)}" for address in draft.addresses]
    pieces += [f"{date.label} {date.occurs_on}" for date in draft.dates]
    shown = fields_of_draft(draft)
    for name, value in shown.items():
        if name not in _NAMES and name != "note" and isinstance(value, str | int):
            pieces.append(f"{name.replace('_', ' ')} {value}")
    for name in ("tags", "folders"):
        if items := getattr(draft, name):
            pieces.append(f"{name} {', '.join(items)}")
    pieces += [f"picture {picture.url or picture.media_type or ''}".rstrip() for picture in draft.pictures]
    if draft.note:
        more = "…" if len(draft.note) > NOTE_LENGTH_MAX else ""
        pieces.append(f"note {draft.note[:NOTE_LENGTH_MAX]}{more}")
    return ", ".join(pieces)


def _label(label: str | None) -> str:
    return f" ({label})" if label else ""


def _address(address: AddressDraft) -> str:
    values = [getattr(address, name) for name in address.__struct_fields__ if name != "label"]
    return ", ".join(value for value in values if value)
