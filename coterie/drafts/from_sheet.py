"""Converts a contact to a draft, the form that cards, tables and pages show."""

from coterie.model.attachments import PICTURE
from coterie.model.contact_sheets import ContactSheet, Part
from coterie.model.imports import AddressDraft, ContactDraft, DateDraft, HandleDraft, PictureDraft

FIELDS = (
    "display_name", "name_prefix", "first_name", "middle_name", "last_name", "name_suffix", "formatted_name",
    "phonetic_first_name", "phonetic_last_name", "maiden_name", "nickname", "gender", "birthday", "employer",
    "department", "job_title", "how_you_met", "language", "bio", "is_follower", "relationship_grade",
)  # fmt: skip
# the parts a sheet must have been loaded with
DRAFT_PARTS: tuple[Part, ...] = (
    "handles", "addresses", "dates", "tags", "folders", "attachments", "external_ids",
)  # fmt: skip


def draft_of_sheet(sheet: ContactSheet) -> ContactDraft:
    """The draft of a contact whose sheet has DRAFT_PARTS.

    The note is the pinned one. Former handles are skipped. Pictures have the digest of their file, the profile picture
    has its link.
    """
    contact = sheet.contact
    return ContactDraft(
        **{name: getattr(contact, name) for name in FIELDS},
        note=contact.pinned_note,
        handles=[
            HandleDraft(h.channel, h.value, h.label, h.is_primary, h.normalized)
            for h in sheet.handles
            if not h.is_former
        ],
        addresses=[
            AddressDraft(
                a.address_line_1,
                a.address_line_2,
                a.address_line_3,
                a.locality,
                a.region,
                a.postcode,
                country=a.country,
                label=a.label,
            )
            for a in sheet.addresses
        ],
        dates=[DateDraft(date.label, date.occurs_on) for date in sheet.dates],
        tags=sorted(tag.name for tag in sheet.tags),
        folders=sorted(name for _, name, _ in sheet.folders),
        external_ids=list(sheet.external_ids),
        pictures=_pictures(sheet),
    )


def _pictures(sheet: ContactSheet) -> list[PictureDraft]:
    pictures = [
        PictureDraft(a.media_type, digest=a.digest, byte_count=a.byte_count)
        for a in sheet.attachments
        if a.kind == PICTURE
    ]
    url = sheet.contact.profile_picture_url
    return [*pictures, PictureDraft(url=url)] if url else pictures
