"""Forged forms: every POST must come from a page of this instance.

Guarantees. A POST without the token of the browser's cookie is refused, whatever its headers. A POST that the browser
says comes from elsewhere (Sec-Fetch-Site, else Origin) is refused even with the token. The exception is a file shared
by another program (web/shared.py), which changes nothing.
"""

import hmac

from coterie.errors import Forbidden
from coterie.http.asgi import Headers

FIELD = "form_token"
HEADER = b"x-form-token"
_REFUSED = "The form was sent from another page, or is too old. Go back, reload the page and try again"


def check_origin(headers: Headers, own_origin: str) -> None:
    """own_origin: the scheme and host of this instance. Raises Forbidden for a form of another site."""
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        if site != b"same-origin":
            raise Forbidden(_REFUSED)
        return
    origin = headers.get(b"origin")
    if origin is not None and origin.decode("latin-1") != own_origin:
        raise Forbidden(_REFUSED)


def check_share(headers: Headers) -> None:
    """A share has no page, so its Origin says nothing. Raises Forbidden if the browser names a page of another site."""
    if headers.get(b"sec-fetch-site", b"none") not in (b"none", b"same-origin"):
        raise Forbidden(_REFUSED)


def check_token(expected: str, given: object) -> None:
    """Raises Forbidden if the token is not the expected one."""
    if not isinstance(given, str) or not given.isascii() or not hmac.compare_digest(expected, given):
        raise Forbidden(_REFUSED)
