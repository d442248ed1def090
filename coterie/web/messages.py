"""Messages of one page to the next, such as "Homer was deleted": in a cookie that lives for a minute."""

import re
from urllib.parse import quote, unquote

from msgspec import Struct

from coterie.web.cookies import MESSAGE, Cookies

SECONDS = 60
LENGTH_MAX = 300
_UNDO = re.compile(r"/\d+(/[a-z0-9-]+)+")


class Message(Struct, frozen=True):
    """text: for people. undo: the path of a form that undoes it, "" if there is none."""

    text: str
    undo: str


def stored(cookies: Cookies, text: str, undo: str) -> str:
    """The Set-Cookie header of a message."""
    return cookies.header(MESSAGE, quote(text[:LENGTH_MAX], safe="") + "&" + undo, SECONDS)


def cleared(cookies: Cookies) -> str:
    """The Set-Cookie header that removes the message, because it was shown."""
    return cookies.header(MESSAGE, "", 0)


def read(cookies: Cookies) -> Message | None:
    """The message of this request; None if there is none."""
    text, _, undo = cookies.get(MESSAGE).partition("&")
    if not text:
        return None
    return Message(unquote(text)[:LENGTH_MAX], undo if _UNDO.fullmatch(undo) else "")
