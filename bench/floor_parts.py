"""The floor of R0's contact with six includes: one query for the contact, one for each kind of part."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

CONTACT = (
    "SELECT id, uuid, first_name, middle_name, last_name, nickname, relationship_grade, employer, job_title,"
    " linkedin_url, how_you_met, birthday, gender, created_at, updated_at, deleted_at, name_prefix, name_suffix,"
    " display_name, username, email, phone FROM contacts WHERE organization_id = ? AND uuid = ?"
)
TERMS = (
    "SELECT t.id, t.name, t.contact_count, t.created_at, t.updated_at, t.deleted_at FROM {links} l JOIN {table} t"
    " ON t.organization_id = l.organization_id AND t.id = l.{column} WHERE l.organization_id = ? AND l.contact_id = ?"
    " AND t.deleted_at IS NULL ORDER BY t.name_key || '', t.id LIMIT 100"
)
TAGS = TERMS.format(table="tags", links="contact_tags", column="tag_id")
EXPERTISES = TERMS.format(table="expertises", links="contact_expertises", column="expertise_id")
HANDLES = (
    "SELECT id, value, normalized, label, is_primary, created_at, updated_at, deleted_at FROM handles"
    " WHERE organization_id = ? AND contact_id = ? AND channel = ? AND deleted_at IS NULL ORDER BY id LIMIT 100"
)
ADDRESSES = (
    "SELECT id, address_line_1, address_line_2, address_line_3, locality, region, postcode, country, country_code,"
    " label, created_at, updated_at, deleted_at FROM postal_addresses"
    " WHERE organization_id = ? AND contact_id = ? AND deleted_at IS NULL ORDER BY id LIMIT 100"
)
_PET = "p.id, p.name, p.species, p.born_on, p.contact_id, p.second_owner_id, p.created_at, p.updated_at, p.deleted_at"
PETS = (
    f"SELECT * FROM (SELECT {_PET} FROM pets p WHERE p.organization_id = ?1 AND p.contact_id = ?2"
    f" AND p.deleted_at IS NULL UNION ALL SELECT {_PET} FROM pets s JOIN pets p"
    " ON p.organization_id = s.organization_id AND p.contact_id = s.contact_id AND p.id = s.id"
    " WHERE s.organization_id = ?1 AND s.second_owner_id = ?2 AND p.deleted_at IS NULL) ORDER BY id || '' LIMIT 100"
)
UUID = "SELECT uuid FROM contacts WHERE organization_id = ? AND id = ?"


class Term(Struct):
    id: str
    name: str
    contact_count: int
    created_at: str
    updated_at: str
    deleted_at: str | None


class Phone(Struct):
    id: str
    phone_number: str
    e164: str | None
    extension: str | None
    label: str | None
    is_primary: bool
    created_at: str
    updated_at: str
    deleted_at: str | None


class Email(Struct):
    id: str
    email_address: str
    label: str | None
    is_primary: bool
    created_at: str
    updated_at: str
    deleted_at: str | None


class Address(Struct):
    id: str
    address_line_1: str | None
    address_line_2: str | None
    address_line_3: str | None
    locality: str | None
    region: str | None
    postcode: str | None
    country: str | None
    country_code: str | None
    label: str | None
    created_at: str
    updated_at: str
    deleted_at: str | None


class Pet(Struct):
    id: str
    name: str
    type: str | None
    date_of_birth: str | None
    contact_id: str
    secondary_contact_id: str | None
    created_at: str
    updated_at: str
    deleted_at: str | None


class Contact(Struct):
    id: str
    first_name: str | None
    middle_name: str | None
    last_name: str | None
    nickname: str | None
    relationship_type: int | None
    employer: str | None
    job_title: str | None
    linkedin_url: str | None
    how_you_met: str | None
    birthday: str | None
    gender: str | None
    created_at: str
    updated_at: str
    deleted_at: str | None
    tags: list[Term]
    pets: list[Pet]
    phone_numbers: list[Phone]
    email_addresses: list[Email]
    locations: list[Address]
    expertise_tags: list[Term]


def read_with_parts(execute: Callable[..., Any], organization_id: int, uuid: str) -> Contact | None:
    """R0's contact with its parts, or None."""
    row = execute(CONTACT, (organization_id, uuid)).fetchone()
    if row is None:
        return None
    who = (organization_id, row[0])
    has_name = row[2] or row[3] or row[4] or row[16] or row[17]
    first_name = row[2] if has_name else row[18] or row[5] or row[19] or row[20] or row[21]
    return Contact(*(
        row[1], first_name, *row[3:16],
        [Term(*each) for each in execute(TAGS, who).fetchall()],
        _pets(execute, who, row[1]),
        [_phone(each) for each in execute(HANDLES, (*who, "phone")).fetchall()],
        [_email(each) for each in execute(HANDLES, (*who, "email")).fetchall()],
        [Address(*each) for each in execute(ADDRESSES, who).fetchall()],
        [Term(*each) for each in execute(EXPERTISES, who).fetchall()],
    ))  # fmt: skip


def _phone(row: tuple[Any, ...]) -> Phone:
    number, _, extension = row[2].partition(";ext=")
    e164 = number if number.startswith("+") else None
    return Phone(row[0], row[1], e164, extension or None, row[3], bool(row[4]), *row[5:])


def _email(row: tuple[Any, ...]) -> Email:
    return Email(row[0], row[1], row[3], bool(row[4]), *row[5:])


def _pets(execute: Callable[..., Any], who: tuple[int, int], uuid: str) -> list[Pet]:
    found = []
    for row in execute(PETS, who).fetchall():
        first, second = (
            uuid if owner == who[1] else owner and execute(UUID, (who[0], owner)).fetchone()[0] for owner in row[4:6]
        )
        found.append(Pet(*(*row[:4], first, second, *row[6:])))
    return found
