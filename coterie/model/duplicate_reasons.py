"""Why two people may be one, or may not: codes with data, and the phrase of each.

No decision rests on a phrase. A new reason is a constant, its data, and an entry of _PHRASES.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from coterie.model.handles import EMAIL, INSTAGRAM, PHONE

# What agrees
SAME_HANDLE = "same_handle"  # channel, value
SAME_NAME, SIMILAR_NAME, INITIAL_ONLY = "same_name", "similar_name", "initial_only"
NAME_FORM, NAME_TURNED = "name_form", "name_turned"
LOGIN_OF_NAME, SAME_ACCOUNT = "login_of_name", "same_account"  # login
SAME_BIRTHDAY, SAME_DAY, SIMILAR_BIRTHDAY = "same_birthday", "same_day", "similar_birthday"
SAME_ADDRESS, SAME_STREET, SAME_PLACE = "same_address", "same_street", "same_place"
SAME_EMPLOYER = "same_employer"
# What contradicts
OTHER_GIVEN_NAME, OTHER_SURNAME = "other_given_name", "other_surname"
OTHER_BIRTHDAY, OTHER_GENERATION = "other_birthday", "other_generation"
OWN_HANDLES = "own_handles"  # channel
CONTRADICTIONS = frozenset((OTHER_GIVEN_NAME, OTHER_SURNAME, OTHER_BIRTHDAY, OTHER_GENERATION, OWN_HANDLES))
# of the name alone: no other fact agrees
OF_NAMES = frozenset((SAME_NAME, SIMILAR_NAME, INITIAL_ONLY, NAME_FORM, NAME_TURNED)) | CONTRADICTIONS

_CHANNELS = {PHONE: "phone number", EMAIL: "e-mail address", INSTAGRAM: "Instagram username"}


def describe_codes(reasons: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """One phrase, in English, for (code, data) of several reasons: what agrees, then what contradicts."""
    agreeing = [_PHRASES[code](data) for code, data in reasons if code not in CONTRADICTIONS]
    others = [_PHRASES[code](data) for code, data in reasons if code in CONTRADICTIONS]
    if not agreeing:
        return "but " + " and ".join(others) if others else "little in common"
    return f"{', '.join(agreeing)}, but {' and '.join(others)}" if others else ", ".join(agreeing)


def describe_handle(data: Mapping[str, Any]) -> str:
    """The phrase of a shared handle: its channel and value."""
    return f"same {_CHANNELS.get(data['channel'], data['channel'])} {data['value']}"


_PHRASES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    SAME_HANDLE: describe_handle,
    SAME_NAME: lambda data: "same name",
    SIMILAR_NAME: lambda data: "similar name",
    INITIAL_ONLY: lambda data: "same initial and surname",
    NAME_FORM: lambda data: "a short form of the name",
    NAME_TURNED: lambda data: "given name and surname swapped",
    LOGIN_OF_NAME: lambda data: f"account {data['login']} is made of the name",
    SAME_ACCOUNT: lambda data: f"account name {data['login']} at two services",
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
    OWN_HANDLES: lambda data: f"each has a different {_CHANNELS.get(data['channel'], data['channel'])}",
}
