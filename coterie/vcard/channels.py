"""Channels and labels of handles, and the properties, services and types that express them in a card."""

import re
from functools import lru_cache

from coterie.model.handles import CHANNELS

# Other names of channels in parameters, URI schemes and X- properties
_SERVICES = {
    "x": "twitter", "jabber": "xmpp", "gtalk": "xmpp", "google-talk": "xmpp", "googletalk": "xmpp",
    "tg": "telegram", "fb": "facebook", "messenger": "facebook", "sgnl": "signal", "ig": "instagram",
    "skype-username": "skype", "linked-in": "linkedin", "bsky": "bluesky",
}  # fmt: skip

# Properties for one messenger or network each. Those without a channel of their own become "other" with a label.
MESSENGERS = {
    f"X-{service}": service.lower().removesuffix("-id")
    for service in (
        "AIM", "BLUESKY", "FACEBOOK", "GADUGADU", "GITHUB", "GOOGLE-TALK", "GROUPWISE", "GTALK", "ICQ",
        "INSTAGRAM", "JABBER", "LINKEDIN", "MASTODON", "MATRIX", "MSN", "QQ", "SIGNAL", "SKYPE",
        "SKYPE-USERNAME", "TELEGRAM", "THREADS", "TIKTOK", "TWITTER", "WHATSAPP", "YAHOO", "YAHOO-ID",
        "YOUTUBE",
    )
}  # fmt: skip


def messenger_of(name: str) -> str | None:
    """The service of a property that is about one messenger, X-JABBER or X-MESSAGING/XMPP-ALL; otherwise None."""
    if name.startswith("X-MESSAGING/"):
        return name[12:].removesuffix("-ALL").lower()
    return MESSENGERS.get(name)


# The TYPE values of each label; the first combination is written
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
_NO_LABEL = {
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
    """The channel of a service; None if it has none."""
    plain = service.strip().lower()
    return plain if plain in CHANNELS else _SERVICES.get(plain)


def is_linkedin(url: str) -> bool:
    """Whether a link is a LinkedIn profile, which programs export as a website."""
    return _LINKEDIN_URL.match(url) is not None


@lru_cache(maxsize=1024)
def label_of_types(types: tuple[str, ...]) -> str | None:
    """The label of TYPE parameters: ("HOME", "FAX") is "home fax". Types such as VOICE are ignored."""
    plain = [name for name in (t.lower().removeprefix("x-") for t in types) if name not in _NO_LABEL]
    if not plain:
        return None
    return _LABEL_OF_TYPES.get(frozenset(plain)) or " ".join(dict.fromkeys(plain))


def types_of_label(label: str) -> tuple[str, ...] | None:
    """The TYPE parameters of a label; None if only X-ABLabel can express it."""
    choices = _TYPES_OF_LABEL.get(label)
    return choices[0] if choices else None


def plain_label(label: str) -> str:
    """The label of an X-ABLabel: Apple's own, "_$!<HomePage>!$_", in lower case; a free one unchanged."""
    match = _APPLE_LABEL.fullmatch(label)
    return match[1].lower() if match else label


def profile_url(channel: str, value: str) -> str | None:
    """The page of a username on a network; None if the value is not a username."""
    page = _PROFILES.get(channel)
    return page + value if page and _USERNAME.fullmatch(value) else None
