"""Handles: one contact's identifiers on one channel. The value stays as typed; a normalized form is matched.

The rules of each channel (what is refused, how it is normalized) stand in phones.py and emails.py, and below.
"""

import re

from msgspec import Struct

from coterie.errors import invalid
from coterie.model.emails import normalize_email
from coterie.model.phones import normalize_phone

PHONE, EMAIL, INSTAGRAM, WEBSITE, LINKEDIN = "phone", "email", "instagram", "website", "linkedin"
OTHER_CHANNELS = ("facebook", "twitter", "telegram", "whatsapp", "signal", "matrix", "mastodon", "skype",
                  "youtube", "tiktok", "threads", "bluesky", "github", "xmpp", "other")  # fmt: skip
CHANNELS = (PHONE, EMAIL, INSTAGRAM, WEBSITE, LINKEDIN, *OTHER_CHANNELS)

# The summary column of a contact that repeats the primary handle of a channel.
SUMMARY_COLUMNS = {
    INSTAGRAM: "username",
    EMAIL: "email",
    PHONE: "phone",
    WEBSITE: "website",
    LINKEDIN: "linkedin_url",
}

VALUE_LENGTH_MAX = 2000
_INSTAGRAM = re.compile(r"[a-z0-9._]{1,30}")
_INSTAGRAM_URL = re.compile(r"^(?:https?://)?(?:www\.)?instagram\.com/(?:_u/)?@?", re.IGNORECASE)


class Handle(Struct, frozen=True):
    contact_id: int
    id: str
    channel: str
    value: str
    normalized: str
    label: str | None
    is_primary: bool
    is_former: bool
    created_at: str
    updated_at: str
    deleted_at: str | None


def normalize(channel: str, value: str, country: str | None, field: str) -> tuple[str, str]:
    """The value to keep and its normalized form: (as typed, for matching).

    country is the ISO code that phone numbers without a prefix are read in.
    Refused: an empty value, one beyond 2,000 characters, and what the channel's own rule refuses.
    """
    plain = value.strip()
    if not plain:
        raise invalid(field, "is empty", kind="blank")
    if len(plain) > VALUE_LENGTH_MAX:
        raise invalid(field, f"is longer than {VALUE_LENGTH_MAX} characters", kind="too_long")
    if channel == PHONE:
        return plain, normalize_phone(plain, country, field)
    if channel == EMAIL:
        return plain, normalize_email(plain, field)
    if channel == INSTAGRAM:
        username = parse_username(plain, field)
        return username, username
    if channel in (WEBSITE, LINKEDIN):
        return plain, normalize_url(plain)
    return plain, plain.lower()


def parse_username(text: str, field: str) -> str:
    """An Instagram handle in lower case without @, also taken from a profile link.

    Refused: anything but 1–30 letters, digits, dots and underscores (Instagram's own rule).
    """
    username = _INSTAGRAM_URL.sub("", text).split("/")[0].split("?")[0].removeprefix("@").lower()
    if not _INSTAGRAM.fullmatch(username):
        raise invalid(field, "is not an Instagram username (1–30 letters, digits, dots, underscores)")
    return username


def normalize_url(text: str) -> str:
    """A link for matching: lower case, without scheme, www. and a closing slash."""
    return re.sub(r"^[a-z][a-z0-9+.-]*://", "", text.lower()).removeprefix("www.").rstrip("/")
