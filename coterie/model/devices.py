"""Devices: phones and programs that sync by CardDAV, each with a password of its own (docs/decisions/0042)."""

import secrets

from msgspec import Struct

from coterie.model.access_tokens import hash_token

NAME_LENGTH_MAX = 100
DEVICES_MAX = 100
USER_AGENT_LENGTH_MAX = 200
# names of properties that a device can write
FAMILIES_MAX = 500
# typed on phones: lower case, without 0, 1, l and o, which are easily confused
ALPHABET = "23456789abcdefghijkmnpqrstuvwxyz"
_GROUPS, _GROUP_LENGTH = 4, 4
# The properties every address book program shows. Their absence from a card means that a person deleted them.
COMMON_FAMILIES = frozenset(
    ("FN", "N", "TEL", "EMAIL", "ADR", "NOTE", "ORG", "TITLE", "URL", "BDAY", "PHOTO", "NICKNAME", "LABELS")
)
# Programs that rewrite a card as they understand it. All others return the bytes they received.
_REWRITING = ("ios/", "iphone", "ipados", "macos", "mac os x", "addressbook", "davx5", "dataaccessd", "contacts/")
_KNOWN = (*_REWRITING, "thunderbird", "evolution", "vdirsyncer", "khard", "caldavsynchronizer", "kdav", "akonadi")


class Device(Struct, frozen=True):
    """A device without its password. families: the names of the properties it has written.

    shows_groups: whether it sees groups. listed_from: its sync tokens below this change number are not valid.
    """

    id: str
    user_id: str
    email: str
    name: str
    is_read_only: bool
    families: tuple[str, ...]
    user_agent: str | None
    created_at: str
    last_seen_at: str | None
    revoked_at: str | None
    shows_groups: bool
    listed_from: int


def new_password() -> str:
    """A random password of 80 bits: four groups of four characters."""
    groups = ["".join(secrets.choice(ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS)]
    return "-".join(groups)


def hash_password(password: str) -> str:
    """The stored form. Case, spaces and hyphens do not matter. 80 random bits need no slow hash."""
    return hash_token("".join(char for char in password.lower() if char.isalnum()))


def is_rewriting(user_agent: str) -> bool:
    """Whether the program rewrites cards and drops properties that it does not support."""
    plain = user_agent.lower()
    return any(name in plain for name in _REWRITING)


def families_of_program(user_agent: str) -> frozenset[str]:
    """The properties a program is known to show, before it has written any."""
    plain = user_agent.lower()
    return COMMON_FAMILIES if any(name in plain for name in _KNOWN) else frozenset()
