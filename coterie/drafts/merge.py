"""Plans what a draft adds to a contact: only missing values and parts. Existing ones are never overwritten.

The same function serves staging, which shows the plan, and applying. For a second run of a file the plan is empty.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from operator import attrgetter
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from coterie.model.contact_sheets import ContactSheet, Part
from coterie.model.contacts import Contact
from coterie.model.countries import find_country
from coterie.model.handles import INSTAGRAM, Handle
from coterie.model.imports import (
    DRAFT_SOURCE,
    UID_SOURCE,
    AddressDraft,
    ContactDraft,
    DateDraft,
    HandleDraft,
    InteractionDraft,
    PictureDraft,
)
from coterie.model.terms import name_key
from coterie.model.text import identity_key, words
from coterie.store.contact_sheets import load_sheets
from coterie.store.database import Tx

URL_LENGTH_MAX = 2000
_ADDRESS = ("address_line_1", "address_line_2", "address_line_3", "locality", "region", "postcode", "country")
# fields that are filled if they are empty; for the parts of a name see names_to_fill
FILLED = (
    "display_name", "phonetic_first_name", "phonetic_last_name", "maiden_name", "nickname", "gender", "birthday",
    "employer", "department", "job_title", "how_you_met", "language", "bio", "is_follower", "relationship_grade",
)  # fmt: skip
NAMES = ("first_name", "middle_name", "last_name", "name_prefix", "name_suffix", "formatted_name")


class Existing(Struct):
    """A contact with every part that a draft may repeat; contact is None for a contact that will be created."""

    contact: Contact | None = None
    handles: list[Handle] = field(default_factory=list)
    addresses: set[str] = field(default_factory=set)
    dates: set[tuple[str, str]] = field(default_factory=set)
    tags: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    notes: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    external_ids: set[tuple[str, str]] = field(default_factory=set)


class MergePlan(Struct, array_like=True):
    """The additions of a draft to a contact."""

    fields: dict[str, Any]
    handles: list[HandleDraft]
    addresses: list[AddressDraft]
    dates: list[DateDraft]
    tags: list[str]
    folders: list[str]
    note: str | None
    pictures: list[PictureDraft]
    external_ids: list[tuple[str, str]]
    interactions: list[InteractionDraft]

    def describe(self) -> list[str]:
        """The names of the added fields, channels and parts, for messages."""
        names = [name.replace("_", " ") for name in self.fields]
        names += list(dict.fromkeys(handle.channel for handle in self.handles))
        for name in ("addresses", "dates", "tags", "folders", "note", "pictures", "interactions"):
            if getattr(self, name):
                names.append({"addresses": "address"}.get(name, name))
        if any(source != DRAFT_SOURCE for source, _ in self.external_ids):
            names.append("external id")
        return names


_PARTS: tuple[Part, ...] = (
    "handles", "addresses", "dates", "tags", "hidden_tags", "folders", "notes", "attachments", "external_ids",
)  # fmt: skip


def load_existing(
    tx: Tx, organization_id: int, contact_ids: Iterable[int], *, to_change: bool = False
) -> dict[int, Existing]:
    """contact id -> its existing values, for contacts that are not deleted; to_change locks them until the commit."""
    sheets = load_sheets(tx, organization_id, contact_ids, _PARTS, to_change=to_change)
    return {contact_id: _existing_of_sheet(sheet) for contact_id, sheet in sheets.items()}


def _existing_of_sheet(sheet: ContactSheet) -> Existing:
    return Existing(
        contact=sheet.contact,
        handles=list(sheet.handles),
        addresses={_key([getattr(address, name) for name in _ADDRESS]) for address in sheet.addresses},
        dates={(identity_key(date.label), date.occurs_on) for date in sheet.dates},
        tags={name_key(tag.name) for tag in (*sheet.tags, *sheet.hidden_tags)},
        folders={name for _, name, _ in sheet.folders},
        notes={note.text for note in sheet.notes},
        files={attachment.digest for attachment in sheet.attachments},
        # an export writes the uuid of a contact without a UID as its UID
        external_ids={*sheet.external_ids, (UID_SOURCE, sheet.contact.uuid)},
    )


def existing_of_draft(draft: ContactDraft) -> Existing:
    """The contact that a draft would create, as existing: for a second row about the same person."""
    values: dict[str, Any] = dict.fromkeys(Contact.__struct_fields__)
    values |= {name: getattr(draft, name) for name in (*FILLED, *NAMES)}
    handles = [
        Handle(
            contact_id=0,
            id="",
            channel=h.channel,
            value=h.value,
            normalized=h.normalized or "",
            label=h.label,
            is_primary=h.is_primary,
            is_former=False,
            created_at="",
            updated_at="",
            deleted_at=None,
        )
        for h in draft.handles
    ]
    return Existing(
        contact=Contact(**values),
        handles=handles,
        addresses={_key_of(address) for address in draft.addresses},
        dates={(identity_key(date.label), date.occurs_on) for date in draft.dates},
        tags={name_key(tag) for tag in draft.tags},
        folders=set(draft.folders),
        notes={draft.note} if draft.note else set(),
        files={picture.digest for picture in draft.pictures if picture.digest},
        external_ids=set(draft.external_ids),
    )


def plan_merge(draft: ContactDraft, existing: Existing, interactions: Collection[str] = ()) -> MergePlan:
    """The additions of a normalized draft; interactions: the external ids of those that are stored."""
    contact = existing.contact
    if contact is None:
        return _everything(draft)
    fields = {n: value for n in FILLED if (value := getattr(draft, n)) is not None and getattr(contact, n) is None}
    fields |= names_to_fill(draft, contact)
    if (url := picture_url(draft)) and contact.profile_picture_url is None:
        fields["profile_picture_url"] = url
    return MergePlan(
        fields=fields,
        handles=_handles_to_add(draft, existing) if existing.handles else draft.handles,
        addresses=[a for a in draft.addresses if _key_of(a) not in existing.addresses],
        dates=[d for d in draft.dates if (identity_key(d.label), d.occurs_on) not in existing.dates],
        tags=[tag for tag in draft.tags if name_key(tag) not in existing.tags],
        folders=[folder for folder in draft.folders if folder not in existing.folders],
        note=_note_to_add(draft, contact, fields, existing.notes),
        pictures=[p for p in draft.pictures if p.digest and p.digest not in existing.files],
        external_ids=[entry for entry in draft.external_ids if entry not in existing.external_ids],
        interactions=[i for i in map(_with_external_id, draft.interactions) if i.external_id not in interactions],
    )


_NAMED = (*FILLED, *NAMES)
_values_of = attrgetter(*_NAMED)


def _everything(draft: ContactDraft) -> MergePlan:
    """All of a draft, for a new contact."""
    fields = {n: value for n, value in zip(_NAMED, _values_of(draft), strict=True) if value is not None}
    if url := picture_url(draft):
        fields["profile_picture_url"] = url
    return MergePlan(
        fields=fields,
        handles=draft.handles,
        addresses=draft.addresses,
        dates=draft.dates,
        tags=draft.tags,
        folders=draft.folders,
        note=draft.note or None,
        pictures=[p for p in draft.pictures if p.digest] if draft.pictures else [],
        external_ids=draft.external_ids,
        interactions=[_with_external_id(i) for i in draft.interactions] if draft.interactions else [],
    )


def picture_url(draft: ContactDraft) -> str | None:
    """The link to the draft's first picture that is a link; None if it is too long."""
    urls = [p.url for p in draft.pictures if p.url] if draft.pictures else []
    return urls[0] if urls and len(urls[0]) <= URL_LENGTH_MAX else None


def external_ids_of_interactions(drafts: Sequence[ContactDraft]) -> list[str]:
    """The external ids of the interactions of drafts."""
    return [_with_external_id(i).external_id or "" for draft in drafts for i in draft.interactions]


def names_to_fill(draft: ContactDraft | Contact, contact: Contact) -> dict[str, str]:
    """The missing parts of a name, if the parts that both have agree; never half of another name.

    The full name as written is only filled if the contact has no name.
    """
    given = {name: value for name in NAMES if (value := getattr(draft, name))}
    present = {name: value for name in NAMES if (value := getattr(contact, name))}
    if not given:
        return {}
    if not present:
        return given
    given.pop("formatted_name", None)
    both = given.keys() & present.keys() - {"formatted_name"}
    if not both or any(identity_key(given[name]) != identity_key(present[name]) for name in both):
        return {}
    if identity_key(draft.composed_name or "") == identity_key(contact.composed_name or ""):
        return {}
    return {name: value for name, value in given.items() if name not in present}


def _note_to_add(draft: ContactDraft, contact: Contact, fields: dict[str, Any], notes: set[str]) -> str | None:
    """The note of the draft if the contact lacks it, and a line with a name that is not taken over."""
    added = [draft.note] if draft.note and draft.note not in notes else []
    line = f"Name: {draft.full_name}"
    if is_other_name(draft, contact, fields) and all(line not in note.splitlines() for note in notes):
        added.append(line)
    return "\n".join(added) or None


def is_other_name(draft: ContactDraft | Contact, contact: Contact, fields: dict[str, Any]) -> bool:
    """Whether the full name of a draft, or of another contact, has words that no name of the contact has, also after
    its fields are filled."""
    if not draft.full_name or draft.full_name in (contact.full_name, contact.display_name, contact.nickname):
        return False
    after = replace(contact, **fields)
    names = (after.composed_name, after.formatted_name, after.display_name, after.nickname, after.maiden_name)
    present = {word for name in names if name for word in words(name)}
    return not present.issuperset(words(draft.full_name))


def _handles_to_add(draft: ContactDraft, existing: Existing) -> list[HandleDraft]:
    present = {(h.channel, h.normalized) for h in existing.handles}
    with_primary = {h.channel for h in existing.handles if h.is_primary}
    missing = [h for h in draft.handles if (h.channel, h.normalized) not in present]
    return [replace(h, is_primary=h.is_primary and h.channel not in with_primary) for h in missing]


def _key(values: Sequence[str | None]) -> str:
    """A postal address for comparison: its folded parts as one text, without gaps, and the code of the country."""
    *parts, name = values
    country = find_country(name) if name else None
    return identity_key(" ".join([value for value in (*parts, country[0] if country else name) if value]))


def _key_of(address: AddressDraft) -> str:
    return _key([getattr(address, name) for name in _ADDRESS])


def _with_external_id(interaction: InteractionDraft) -> InteractionDraft:
    """Messages of exports have no id; their text, time and direction identify them."""
    if interaction.external_id:
        return interaction
    text = "\n".join((interaction.kind, interaction.direction, interaction.happened_at, interaction.text or ""))
    return replace(interaction, external_id="export-" + hashlib.sha256(text.encode()).hexdigest()[:32])


def usernames_in(plans: Iterable[MergePlan]) -> set[str]:
    """The Instagram usernames among the handles to add."""
    return {h.normalized for plan in plans for h in plan.handles if h.channel == INSTAGRAM and h.normalized}
