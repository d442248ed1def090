"""R0's contact as lists show it. contact_parts.py has the contact with its parts."""

from typing import Annotated

from msgspec import Meta, Struct

from coterie.api.r0.pages import PageEntity
from coterie.model.contacts import Contact


class ContactEntity(Struct):
    """All the keys R0 names, always all of them; null where nothing is known."""

    id: str
    first_name: Annotated[
        str | None, Meta(description="Of somebody known only from a channel: the name shown there, or the handle.")
    ]
    middle_name: str | None
    last_name: str | None
    nickname: str | None
    relationship_type: Annotated[int | None, Meta(description="0 to 5: how close the contact is.")]
    employer: str | None
    job_title: str | None
    linkedin_url: str | None
    how_you_met: str | None
    birthday: Annotated[str | None, Meta(description="YYYY-MM-DD, or --MM-DD without a year.")]
    gender: str | None
    created_at: str
    updated_at: str
    deleted_at: str | None


class ContactList(PageEntity):
    contacts: list[ContactEntity]


def present_contact(contact: Contact) -> ContactEntity:
    """The entity of a contact, without its parts."""
    return ContactEntity(
        id=contact.uuid,
        first_name=contact.first_name or _stand_in(contact),
        middle_name=contact.middle_name,
        last_name=contact.last_name,
        nickname=contact.nickname,
        relationship_type=contact.relationship_grade,
        employer=contact.employer,
        job_title=contact.job_title,
        linkedin_url=contact.linkedin_url,
        how_you_met=contact.how_you_met,
        birthday=contact.birthday,
        gender=contact.gender,
        created_at=contact.created_at,
        updated_at=contact.updated_at,
        deleted_at=contact.deleted_at,
    )


def _stand_in(contact: Contact) -> str | None:
    """The first_name of a contact without a part of a name: R0's clients always show one."""
    if contact.composed_name:
        return None
    return contact.shown_name
