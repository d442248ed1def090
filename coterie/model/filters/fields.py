"""The table of fields that a filter may use: the only source for parsers, SQL, documentation and error messages."""

import re
from collections.abc import Mapping

from msgspec import Struct

from coterie.model.contacts import GENDERS, STATUSES
from coterie.model.gifts import STATUSES as GIFT_STATUSES
from coterie.model.handles import CHANNELS, INSTAGRAM, OTHER_CHANNELS
from coterie.model.text import words

TEXT, HANDLE, REFERENCE, CHOICE, YES_NO = "text", "handle", "reference", "choice", "yes_no"
NUMBER, MOMENT, DUE, DAY, PROPERTY, CODE = "number", "moment", "due", "day", "property", "code"
COUNTRY, RELATION = "country", "relation"

# kind -> its operators; the first is the one that a line does not spell
OPS: Mapping[str, tuple[str, ...]] = {
    TEXT: ("contains", "is", "starts", "any", "none"),
    HANDLE: ("contains", "is", "starts", "any", "none"),
    REFERENCE: ("is", "any", "none"),
    CHOICE: ("is", "any", "none"),
    CODE: ("is", "any", "none"),
    COUNTRY: ("is", "any", "none"),
    RELATION: ("is", "any", "none"),
    YES_NO: ("is",),
    NUMBER: ("is", "gt", "gte", "lt", "lte", "between", "any", "none"),
    MOMENT: ("is", "gt", "gte", "lt", "lte", "between", "older_than", "newer_than", "any", "none"),
    DUE: ("is", "gt", "gte", "lt", "lte", "between", "within_next", "any", "none"),
    DAY: ("is", "month", "within_next", "any", "none"),
    PROPERTY: ("contains", "is", "starts", "gt", "gte", "lt", "lte", "between", "any", "none"),
}
WITHOUT_VALUE = ("any", "none")
# operators that take several values, any of which must match
SEVERAL = ("is", "contains", "starts", "month")


class Field(Struct, frozen=True):
    """kind: one of OPS. choices: of a CHOICE. moves_revision: whether the revision of a contact moves with it."""

    name: str
    kind: str
    description: str
    choices: tuple[str, ...] = ()
    moves_revision: bool = True


_HANDLES = {"username": INSTAGRAM} | {name: name for name in CHANNELS if name != INSTAGRAM}
# name of a field -> the channel of its handles; "handle" is a handle of any channel
CHANNEL_OF: Mapping[str, str | None] = {**_HANDLES, "handle": None}
# the field of bare words
TEXT_FIELD = "text"
_SLUG = re.compile(r"[a-z0-9_-]{1,200}")
PROPERTY_PREFIX, DATE_PREFIX = "property.", "date."

_ALL = (
    Field(TEXT_FIELD, TEXT, "Words of the name, employer, job title or a handle; a bare word is the same"),
    Field("name", TEXT, "Any name: shown, given, family, former, phonetic, nickname"),
    Field("first_name", TEXT, "First name"),
    Field("last_name", TEXT, "Last name"),
    Field("nickname", TEXT, "Nickname"),
    Field("employer", TEXT, "Employer"),
    Field("department", TEXT, "Department"),
    Field("job_title", TEXT, "Job title"),
    Field("how_met", TEXT, "How you met"),
    Field("bio", TEXT, "Biography"),
    Field("note", TEXT, "A note that you may see", moves_revision=False),
    Field("city", TEXT, "City of an address"),
    Field("region", TEXT, "Region of an address"),
    Field("postcode", TEXT, "Postcode of an address"),
    Field("address", TEXT, "Any part of an address"),
    Field("email", HANDLE, "E-mail address; @example.org finds a domain"),
    Field("phone", HANDLE, "Phone number; +44 finds a country"),
    Field("username", HANDLE, "Instagram username"),
    Field("website", HANDLE, "Website"),
    Field("linkedin", HANDLE, "LinkedIn profile"),
    *(Field(name, HANDLE, f"Handle on the channel {name}") for name in OTHER_CHANNELS),
    Field("handle", HANDLE, "Handle on any channel"),
    Field("tag", REFERENCE, "Tag, by name or #id"),
    Field("folder", REFERENCE, "Folder, by name or #id"),
    Field("expertise", REFERENCE, "Expertise, by name or #id"),
    Field("segment", REFERENCE, "Segment, by name or #id"),
    Field("status", CHOICE, "Whether the contact receives messages", STATUSES),
    Field("gender", CHOICE, "Gender", GENDERS),
    Field("language", CODE, "Language code"),
    Field("follower", YES_NO, "Follows the Instagram account"),
    Field("followers", NUMBER, "Number of followers on Instagram", moves_revision=False),
    Field("follower_growth", NUMBER, "Change of that number in 30 days", moves_revision=False),
    Field("grade", NUMBER, "Relationship grade, 0 to 5"),
    Field("age", NUMBER, "Age in years, of a birthday with a year"),
    Field("messages_in", NUMBER, "Number of messages from the contact", moves_revision=False),
    Field("messages_out", NUMBER, "Number of messages to the contact", moves_revision=False),
    Field("comments", NUMBER, "Number of comments", moves_revision=False),
    Field("mentions", NUMBER, "Number of mentions", moves_revision=False),
    Field("picture", YES_NO, "Has a picture"),
    Field("country", COUNTRY, "Country of an address, by name or code"),
    Field("channel", CHOICE, "Has a handle on this channel", CHANNELS),
    Field("birthday", DAY, "Birthday"),
    Field("anniversary", DAY, "Anniversary, of an important date or a relationship"),
    Field("relation", RELATION, "Is this (mother, friend, …) of another contact or of you", moves_revision=False),
    Field("relation_to", REFERENCE, "Is related to the contact with this #id or uuid"),
    Field("gift", CHOICE, "Has a gift of this status", GIFT_STATUSES),
    Field(
        "due", DUE, "Has an open reminder of yours, or is due to be in touch with, at this time", moves_revision=False
    ),
    Field(
        "overdue",
        YES_NO,
        "Has an overdue reminder of yours, or the day to be in touch has passed",
        moves_revision=False,
    ),
    Field("cadence", CODE, "How often to be in touch: 3w, 2m, 1y, …; the rule in force", moves_revision=False),
    Field("import", REFERENCE, "Created by the import with this id"),
    Field("via", CODE, "Created through this door: inro, r0, cli, import, instagram, …"),
    Field("source", CODE, "Has an id of this source: vcard, instagram, …"),
    Field("created", MOMENT, "When the contact was added"),
    Field("updated", MOMENT, "When the contact was last changed"),
    Field("last_touch", MOMENT, "Newest message, comment, mention or logged conversation", moves_revision=False),
    Field("last_message", MOMENT, "Newest message", moves_revision=False),
    Field("last_comment", MOMENT, "Newest comment", moves_revision=False),
    Field("last_mention", MOMENT, "Newest mention", moves_revision=False),
    Field("last_in", MOMENT, "Newest message, comment or mention from the contact", moves_revision=False),
    Field("last_out", MOMENT, "Newest message to the contact, or logged conversation", moves_revision=False),
)
FIELDS: Mapping[str, Field] = {field.name: field for field in _ALL}


def find_field(name: str) -> Field | None:
    """The field of this name, or None. property.<slug> and date.<label> exist for every slug and label; between the
    words of a label are hyphens."""
    name = name.lower()
    if name.startswith(DATE_PREFIX) and (label := words(name.removeprefix(DATE_PREFIX))):
        return Field(DATE_PREFIX + "-".join(label), DAY, "Important date by its label")
    if name.startswith(PROPERTY_PREFIX) and _SLUG.fullmatch(name.removeprefix(PROPERTY_PREFIX)):
        return Field(name, PROPERTY, "Property by its slug")
    return FIELDS.get(name)
