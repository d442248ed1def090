"""Instagram: connected accounts, the people they know, their profiles, opt-out words."""

import re
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from msgspec import Struct

from coterie.errors import invalid
from coterie.model import times
from coterie.model.text import words

# the source of Instagram-scoped ids in external_ids
SOURCE = "instagram"
GRAPH_URL = "https://graph.instagram.com/v24.0"
# how often a profile is requested, and a follower snapshot taken
PROFILE_SECONDS = 86_400.0
ACCESS_TOKEN_LENGTH_MAX = 2000
OPT_OUT_WORDS_MAX = 50
# a longer message is not compared
OPT_OUT_LENGTH_MAX = 40
# compared with whole messages; case, accents and punctuation do not matter
OPT_OUT_WORDS = ("STOP", "STOP ALL", "UNSUBSCRIBE", "OPT OUT", "ARRET", "ARRETER", "DESABONNER", "STOPP", "ABMELDEN",
                 "BAJA", "PARAR", "CANCELAR", "SAIR", "ANNULLA", "DISISCRIVIMI", "AFMELDEN", "WYPISZ",
                 "СТОП", "ΣΤΟΠ", "توقف", "הסר", "停止", "退订", "配信停止", "수신거부")  # fmt: skip
_ACCOUNT_ID = re.compile(r"[0-9]{1,40}", re.ASCII)


class Account(Struct, frozen=True):
    """An Instagram account connected to an organization. No call to the Graph API is made for it until paused_until."""

    organization_id: int
    account_id: str
    access_token_sealed: str
    graph_url: str
    username: str | None
    paused_until: str | None


class InstagramPerson(Struct, frozen=True):
    """A person an account knows. asked_at: when the profile was last requested. refused_at: when Meta last reported
    that the person has not consented to that."""

    person_id: str
    account_id: str
    contact_id: int
    asked_at: str | None
    refused_at: str | None

    def may_be_asked(self, now: str) -> bool:
        """Whether the profile may be requested: not refused, and not requested within a day."""
        before = times.after(now, -PROFILE_SECONDS)
        return self.refused_at is None and (self.asked_at is None or self.asked_at <= before)


class Profile(Struct, frozen=True):
    """The profile of a person as the Graph API reports it; None means not reported."""

    name: str | None = None
    username: str | None = None
    picture_url: str | None = None
    follower_count: int | None = None
    is_follower: bool | None = None


def fold_opt_out_words(texts: Iterable[str]) -> frozenset[str]:
    """The words as find_opt_out_word compares them."""
    return frozenset(" ".join(words(text)) for text in texts) - {""}


def may_opt_out(text: str | None) -> bool:
    """Whether a message is short enough to be an opt-out word."""
    return text is not None and len(text) <= OPT_OUT_LENGTH_MAX


def find_opt_out_word(text: str | None, folded: frozenset[str]) -> str | None:
    """The opt-out word (folded) a message consists of, or None. Punctuation and emoji around it do not matter."""
    if text is None or not may_opt_out(text):
        return None
    word = " ".join(words(text))
    return word if word in folded else None


def parse_account_id(text: str) -> str:
    """The id of an Instagram professional account. Raises Invalid unless it is 1 to 40 digits."""
    plain = text.strip()
    if not _ACCOUNT_ID.fullmatch(plain):
        raise invalid("account", "is not the id of an Instagram account (digits only)")
    return plain


def parse_graph_url(text: str) -> str:
    """The address of the Graph API, without a trailing slash.

    Raises Invalid unless it is an http(s) URL without user, query and fragment. http:// is allowed for local hosts
    only, because the access token is sent there.
    """
    plain = text.strip().rstrip("/")
    try:
        parts = urlsplit(plain)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise invalid("graph-url", "is not a URL") from None
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.query or parts.fragment:
        raise invalid("graph-url", "is not an http(s) URL without user, query and fragment")
    if len(plain) > 500 or any(c.isspace() or not c.isprintable() for c in plain):
        raise invalid("graph-url", "is not a URL")
    if parts.scheme == "http" and _is_public(host):
        raise invalid("graph-url", "must begin with https://, because the access token is sent to it")
    return plain


def _is_public(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".localhost", ".local", ".internal", ".test"))
