"""E-mail addresses: which are valid, and the form in which two spellings of one address are equal."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

from coterie.errors import invalid

LENGTH_MAX = 254

# Names for tests, documentation and home networks (RFC 2606, RFC 6762): people keep contacts there.
_KEPT_DOMAINS = frozenset(("test", "invalid", "local"))
# The great majority of addresses; it accepts only what the library accepts too, and leaves every refusal,
# Punycode and every reserved domain to it.
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PLAIN = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LABEL}(?<=[a-z])")
_RESERVED = ("arpa", "localhost", "onion")


@cache
def _library() -> tuple[Callable[..., Any], type[Exception]]:
    # Importing email_validator takes 25 ms, and a start without any address to read should not pay for it.
    import email_validator

    # The list is part of the library's interface and meant to be changed.
    names = email_validator.SPECIAL_USE_DOMAIN_NAMES
    names[:] = [name for name in names if name not in _KEPT_DOMAINS]
    return email_validator.validate_email, email_validator.EmailNotValidError


def normalize_email(text: str, field: str) -> str:
    """The matching form: the address normalized (RFC 6531, IDNA 2008) and case folded.

    International local parts and domains are understood, no DNS is asked. Refused: more than 254 characters,
    and what email-validator finds no valid address; so are quoted local parts, display names and bracketed
    IP addresses.
    """
    if len(text) > LENGTH_MAX:
        raise invalid(field, f"is longer than {LENGTH_MAX} characters", kind="too_long")
    return _normalize_plain(text) or _normalize_any(text, field)


def _normalize_plain(text: str) -> str | None:
    """The matching form of a plain ASCII address, or None where the library has to decide."""
    plain = text.lower() if text.isascii() else ""
    if not _PLAIN.fullmatch(plain):
        return None
    domain = plain.rpartition("@")[2]
    if "--" in domain or len(domain) > 253 or domain.rpartition(".")[2] in _RESERVED:
        return None
    return plain


def _normalize_any(text: str, field: str) -> str:
    validate, refusal = _library()
    try:
        normalized: str = validate(text, check_deliverability=False).normalized
    except refusal as error:
        reason = str(error).rstrip(".").replace("email", "e-mail")
        raise invalid(field, f"is not an e-mail address ({reason[:1].lower()}{reason[1:]})") from None
    except UnicodeError:
        raise invalid(field, "is not an e-mail address (it holds characters that cannot be sent)") from None
    local, _, domain = normalized.rpartition("@")
    # In a domain ß and ς are letters of their own (IDNA 2008); case folding would spell them ss and σ. It also takes
    # some letters apart that normalization had put together
    return unicodedata.normalize("NFC", f"{local.casefold()}@{domain.lower()}")
