"""Duplicates: pairs of contacts that may be one person, and why, as codes with data.

No decision rests on a sentence. A new reason is a constant, its data, and an entry of _SENTENCES.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

from msgspec import Struct

from coterie.model.handles import EMAIL, INSTAGRAM, PHONE
from coterie.model.import_reasons import Reason

Level = Literal["suggested", "possible"]
SUGGESTED: Level = "suggested"
POSSIBLE: Level = "possible"
LEVELS = (SUGGESTED, POSSIBLE)
# What agrees
SAME_HANDLE = "same_handle"  # channel, value
SAME_NAME, SIMILAR_NAME, INITIAL_ONLY = "same_name", "similar_name", "initial_only"
NAME_FORM, NAME_TURNED = "name_form", "name_turned"
LOGIN_OF_NAME = "login_of_name"  # login
SAME_BIRTHDAY, SAME_DAY, SIMILAR_BIRTHDAY = "same_birthday", "same_day", "similar_birthday"
SAME_ADDRESS, SAME_STREET, SAME_PLACE = "same_address", "same_street", "same_place"
SAME_EMPLOYER = "same_employer"
# What contradicts
OTHER_GIVEN_NAME, OTHER_SURNAME = "other_given_name", "other_surname"
OTHER_BIRTHDAY, OTHER_GENERATION = "other_birthday", "other_generation"
CONTRADICTIONS = frozenset((OTHER_GIVEN_NAME, OTHER_SURNAME, OTHER_BIRTHDAY, OTHER_GENERATION))
# what the name alone gives: no fact besides it agrees
OF_NAMES = frozenset((SAME_NAME, SIMILAR_NAME, INITIAL_ONLY, NAME_FORM, NAME_TURNED)) | CONTRADICTIONS

_CHANNELS = {PHONE: "phone number", EMAIL: "e-mail address", INSTAGRAM: "Instagram username"}


class Duplicate(Struct, frozen=True):
    """Two contacts that may be one person; the first id is the smaller one.

    bits: log2 of the odds that they are one: 0 is even, 7 more than 99 in 100. level: suggested may be merged in bulk,
    possible is worth a look.
    """

    first_contact_id: int
    second_contact_id: int
    bits: float
    level: Level
    reasons: Sequence[Reason]


def describe_reasons(reasons: Sequence[Reason]) -> str:
    """The reasons as one phrase, in English: what agrees, then what contradicts."""
    agreeing = [_phrase(reason) for reason in reasons if reason.code not in CONTRADICTIONS]
    others = [_phrase(reason) for reason in reasons if reason.code in CONTRADICTIONS]
    text = ", ".join(agreeing) or "little in common"
    return f"{text}, but {' and '.join(others)}" if others else text


def _phrase(reason: Reason) -> str:
    return _SENTENCES[reason.code](reason.data)


def _handle(data: dict[str, Any]) -> str:
    return f"same {_CHANNELS.get(data['channel'], data['channel'])} {data['value']}"


_SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    SAME_HANDLE: _handle,
    SAME_NAME: lambda data: "same name",
    SIMILAR_NAME: lambda data: "similar name",
    INITIAL_ONLY: lambda data: "same initial and surname",
    NAME_FORM: lambda data: "a short form of the name",
    NAME_TURNED: lambda data: "given name and surname swapped",
    LOGIN_OF_NAME: lambda data: f"account {data['login']} is made of the name",
    SAME_BIRTHDAY: lambda data: "same birthday",
    SAME_DAY: lambda data: "same day of birth, one year is unknown",
    SIMILAR_BIRTHDAY: lambda data: "birthday differs by one digit, or day and month are swapped",
    SAME_ADDRESS: lambda data: "same address",
    SAME_STREET: lambda data: "same street",
    SAME_PLACE: lambda data: "same town or postcode",
    SAME_EMPLOYER: lambda data: "same employer",
    OTHER_GIVEN_NAME: lambda data: "another given name",
    OTHER_SURNAME: lambda data: "another surname",
    OTHER_BIRTHDAY: lambda data: "another birthday",
    OTHER_GENERATION: lambda data: "one is junior or senior",
}
