"""Which property and which types mean which channel and label, in both directions: tables, look-ups."""

import re
from functools import lru_cache

from coterie.model.handles import CHANNELS

# What a service is called in parameters, URI schemes and X- names, beside the channel's own name.
_SERVICES = {
    "x": "twitter", "jabber": "xmpp", "gtalk": "xmpp", "google-talk": "xmpp", "googletalk": "xmpp",
    "tg": "telegram", "fb": "facebook", "messenger": "facebook", "sgnl": "signal", "ig": "instagram",
    "skype-username": "skype", "linked-in": "linkedin", "bsky": "bluesky",
}  # fmt: skip

# Properties that hold one messenger or network each. What has no channel of its own is "other", labelled.
MESSENGERS = {
    f"X-{service}": service.lower().removesuffix("-id")
    for service in (
        "AIM", "BLUESKY", "FACEBOOK", "GADUGADU", "GITHUB", "GOOGLE-TALK", "GROUPWISE", "GTALK", "ICQ",
        "INSTAGRAM", "JABBER", "LINKEDIN", "MASTODON", "MATRIX", "MSN", "QQ", "SIGNAL", "SKYPE",
        "SKYPE-USERNAME", "TELEGRAM", "THREADS", "TIKTOK", "TWITTER", "WHATSAPP", "YAHOO", "YAHOO-ID",
        "YOUTUBE",
    )
}  # fmt: skip

# How each label is said in TYPE; the first combination is the one written.
_TYPES_OF_LABEL: dict[str, tuple[tuple[str, ...], ...]] = {
    "mobile": (("cell",), ("iphone",), ("cell", "iphone"), ("cell", "home"), ("mobile",)),
    "work mobile": (("work", "cell"),),
    "fax": (("fax",), ("other", "fax")),
    "home fax": (("home", "fax"), ("homefax",)),
    "work fax": (("work", "fax"), ("workfax",)),
    "home": (("home",),),
    "work": (("work",),),
    "pager": (("pager",),),
    "main": (("main",),),
    "car": (("car",),),
    "other": (("other",),),
}
_LABEL_OF_TYPES = {frozenset(types): label for label, choices in _TYPES_OF_LABEL.items() for types in choices}
_SAYS_NOTHING = {
    "pref", "internet", "voice", "msg", "text", "text-message", "uri", "x400", "intl", "postal", "parcel",
    "dom", "video", "textphone", "custom",
}  # fmt: skip
_APPLE_LABEL = re.compile(r"_\$!<(.*)>!\$_", re.DOTALL)
_PROFILES = {
    "instagram": "https://www.instagram.com/", "twitter": "https://twitter.com/", "github": "https://github.com/",
    "facebook": "https://www.facebook.com/", "telegram": "https://t.me/", "tiktok": "https://www.tiktok.com/@",
    "threads": "https://www.threads.net/@", "youtube": "https://www.youtube.com/@",
    "bluesky": "https://bsky.app/profile/",
}  # fmt: skip
_USERNAME = re.compile(r"[A-Za-z0-9._-]+")
_LINKEDIN_URL = re.compile(r"https?://([a-z]+\.)?linkedin\.com/", re.IGNORECASE)


def channel_of_service(service: str) -> str | None:
    """The channel a service's name stands for, or None where we have none for it."""
    plain = service.strip().lower()
    return plain if plain in CHANNELS else _SERVICES.get(plain)


def is_linkedin(url: str) -> bool:
    """Whether a link is a LinkedIn profile: exports put those among the websites."""
    return _LINKEDIN_URL.match(url) is not None


@lru_cache(maxsize=1024)
def label_of_types(types: tuple[str, ...]) -> str | None:
    """The label that TYPE parameters make: ("HOME", "FAX") is "home fax"; what says nothing is left out."""
    plain = [name for name in (t.lower().removeprefix("x-") for t in types) if name not in _SAYS_NOTHING]
    if not plain:
        return None
    return _LABEL_OF_TYPES.get(frozenset(plain)) or " ".join(dict.fromkeys(plain))


def types_of_label(label: str) -> tuple[str, ...] | None:
    """The TYPE parameters that say a label, or None where only X-ABLabel can."""
    choices = _TYPES_OF_LABEL.get(label)
    return choices[0] if choices else None


def plain_label(label: str) -> str:
    """An X-ABLabel as a label: Apple's own, "_$!<HomePage>!$_", in lower case; a free one as it stands."""
    match = _APPLE_LABEL.fullmatch(label)
    return match[1].lower() if match else label


def profile_url(channel: str, value: str) -> str | None:
    """The page of a plain username on a network, or None where the value is no such name."""
    page = _PROFILES.get(channel)
    return page + value if page and _USERNAME.fullmatch(value) else None
