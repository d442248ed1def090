"""Handles: identifiers of a contact on a channel. The value is stored as typed, with a normalized form for matching.

phones.py and emails.py have the rules of their channels; the others are below.
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

# channel -> the summary column of a contact that repeats its primary handle
SUMMARY_COLUMNS = {
    INSTAGRAM: "username",
    EMAIL: "email",
    PHONE: "phone",
    WEBSITE: "website",
    LINKEDIN: "linkedin_url",
}

VALUE_LENGTH_MAX = 2000
# of handles, dates and related people
LABEL_LENGTH_MAX = 60
_INSTAGRAM = re.compile(r"[a-z0-9._]{1,30}")
UNSAFE_LINK = "must begin with http:// or https://"
# browsers ignore white space and control characters within a scheme
_IGNORED = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028\u2029\ufeff]")
# example.org:8080 and localhost:8080 have a port and no scheme; javascript:1/alert(1) has a scheme
_SCHEME = re.compile(
    r"(?!(?:localhost|[\w-]+(?:\.[\w-]+)+):\d{1,5}(?:[/?#]|$))([A-Za-z][A-Za-z0-9+.-]*):", re.IGNORECASE
)
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
    """A handle as (value to store, normalized form for matching).

    country: the ISO code of the country whose phone numbers may omit their prefix. Raises Invalid if the value is
    empty, longer than 2,000 characters, or not valid on its channel.
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
        if is_unsafe_link(plain):
            raise invalid(field, UNSAFE_LINK)
        return plain, normalize_url(plain)
    return plain, plain.lower()


def parse_label(label: str | None) -> str | None:
    """A label without surrounding white space, None if it is empty. Raises Invalid if it is too long."""
    plain = (label or "").strip()
    if len(plain) > LABEL_LENGTH_MAX:
        raise invalid("label", f"is longer than {LABEL_LENGTH_MAX} characters", kind="too_long")
    return plain or None


def parse_username(text: str, field: str) -> str:
    """An Instagram username in lower case, from a username with or without @ or from a profile link.

    Raises Invalid unless it is 1–30 letters, digits, dots and underscores (Instagram's rule).
    """
    username = _INSTAGRAM_URL.sub("", text).split("/")[0].split("?")[0].removeprefix("@").lower()
    if not _INSTAGRAM.fullmatch(username):
        raise invalid(field, "is not an Instagram username (1–30 letters, digits, dots, underscores)")
    return username


def is_unsafe_link(text: str) -> bool:
    """Whether a link has a scheme other than http and https, such as javascript. Without a scheme it is safe."""
    scheme = _SCHEME.match(_IGNORED.sub("", text[:200]))
    return scheme is not None and scheme[1].lower() not in ("http", "https")


def normalize_url(text: str) -> str:
    """A link for matching: lower case, without scheme, "www." and trailing slash."""
    return re.sub(r"^[a-z][a-z0-9+.-]*://", "", text.lower()).removeprefix("www.").rstrip("/")
