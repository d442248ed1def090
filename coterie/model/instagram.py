"""Instagram: the accounts tied to organizations, the people they know, the words with which someone opts out."""

import re
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from msgspec import Struct

from coterie.errors import invalid
from coterie.model import times
from coterie.model.text import words

# what external_ids calls an Instagram-scoped id
SOURCE = "instagram"
GRAPH_URL = "https://graph.instagram.com/v24.0"
# A profile is asked for once in so long, a follower snapshot is taken then
PROFILE_SECONDS = 86_400.0
ACCESS_TOKEN_LENGTH_MAX = 2000
OPT_OUT_WORDS_MAX = 50
# a longer message is more than a word or two: it is not even folded
OPT_OUT_LENGTH_MAX = 40
# a whole message of one of these, whatever its case, accents and punctuation
OPT_OUT_WORDS = ("STOP", "STOP ALL", "UNSUBSCRIBE", "OPT OUT", "ARRET", "ARRETER", "DESABONNER", "STOPP", "ABMELDEN",
                 "BAJA", "PARAR", "CANCELAR", "SAIR", "ANNULLA", "DISISCRIVIMI", "AFMELDEN", "WYPISZ",
                 "СТОП", "ΣΤΟΠ", "توقف", "הסר", "停止", "退订", "配信停止", "수신거부")  # fmt: skip
_ACCOUNT_ID = re.compile(r"[0-9]{1,40}", re.ASCII)


class Account(Struct, frozen=True):
    """An Instagram account tied to an organization. Until paused_until the Graph is not asked in its name."""

    organization_id: int
    account_id: str
    access_token_sealed: str
    graph_url: str
    username: str | None
    paused_until: str | None


class Person(Struct, frozen=True):
    """Someone as an account knows them. asked_at: when the profile was last asked for; refused_at: when Meta last
    said that this person does not consent to that."""

    person_id: str
    account_id: str
    contact_id: int
    asked_at: str | None
    refused_at: str | None

    def may_be_asked(self, now: str) -> bool:
        """Whether the profile may be asked for: nobody refused, and a day has passed since the last time."""
        before = times.after(now, -PROFILE_SECONDS)
        return self.refused_at is None and (self.asked_at is None or self.asked_at <= before)


class Profile(Struct, frozen=True):
    """What the Graph tells about a person; None where it does not say."""

    name: str | None = None
    username: str | None = None
    picture_url: str | None = None
    follower_count: int | None = None
    is_follower: bool | None = None


def fold_opt_out_words(texts: Iterable[str]) -> frozenset[str]:
    """The words in the form find_opt_out_word compares."""
    return frozenset(" ".join(words(text)) for text in texts) - {""}


def find_opt_out_word(text: str | None, folded: frozenset[str]) -> str | None:
    """The word a whole message is, folded: case, accents, punctuation and emoji around it do not matter."""
    if text is None or len(text) > OPT_OUT_LENGTH_MAX:
        return None
    found = " ".join(words(text))
    return found if found in folded else None


def parse_account_id(text: str) -> str:
    """The id of an Instagram professional account. Refused: what is not 1 to 40 digits."""
    plain = text.strip()
    if not _ACCOUNT_ID.fullmatch(plain):
        raise invalid("account", "is not the id of an Instagram account (digits only)")
    return plain


def parse_graph_url(text: str) -> str:
    """Where the Graph is asked, without a closing slash.

    Refused: what is no http(s) address, one with a user, a query or a fragment, and http:// to a public host,
    because an access token travels to it.
    """
    plain = text.strip().rstrip("/")
    try:
        parts = urlsplit(plain)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise invalid("graph-url", "is not an address") from None
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.query or parts.fragment:
        raise invalid("graph-url", "is not an http(s) address without user, query and fragment")
    if len(plain) > 500 or any(c.isspace() or not c.isprintable() for c in plain):
        raise invalid("graph-url", "is not an address")
    if parts.scheme == "http" and _is_public(host):
        raise invalid("graph-url", "must begin with https://: an access token is sent to it")
    return plain


def _is_public(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".localhost", ".local", ".internal", ".test"))
