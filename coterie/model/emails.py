"""E-mail addresses: validation, and the normalized form in which two spellings of one address are equal."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

from coterie.errors import invalid

LENGTH_MAX = 254

# Domains for tests, documentation and home networks (RFC 2606, RFC 6762): contacts may use them.
_ALLOWED_DOMAINS = frozenset(("test", "invalid", "local"))
# Most addresses. It accepts only addresses that the library accepts too; everything else, such as Punycode and
# reserved domains, is left to the library.
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PLAIN = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LABEL}(?<=[a-z])")
_RESERVED = ("arpa", "localhost", "onion")


@cache
def _library() -> tuple[Callable[..., Any], type[Exception]]:
    # lazy: importing email_validator takes 25 ms, which a start without addresses need not pay
    import email_validator

    # changing this list is part of the library's interface
    names = email_validator.SPECIAL_USE_DOMAIN_NAMES
    names[:] = [name for name in names if name not in _ALLOWED_DOMAINS]
    return email_validator.validate_email, email_validator.EmailNotValidError


def normalize_email(text: str, field: str) -> str:
    """The form for matching: the address normalized (RFC 6531, IDNA 2008) and case-folded.

    International local parts and domains are accepted; DNS is not queried. Raises Invalid if it is longer than 254
    characters or email-validator rejects it, as it does quoted local parts, display names and IP addresses in brackets.
    """
    if len(text) > LENGTH_MAX:
        raise invalid(field, f"is longer than {LENGTH_MAX} characters", kind="too_long")
    return _normalize_plain(text) or _normalize_any(text, field)


def _normalize_plain(text: str) -> str | None:
    """The normalized form of a plain ASCII address, or None if the library has to decide."""
    plain = text.lower() if text.isascii() else ""
    if not _PLAIN.fullmatch(plain):
        return None
    domain = plain.rpartition("@")[2]
    if "--" in domain or len(domain) > 253 or domain.rpartition(".")[2] in _RESERVED:
        return None
    return plain


def _normalize_any(text: str, field: str) -> str:
    validate, rejection = _library()
    try:
        normalized: str = validate(text, check_deliverability=False).normalized
    except rejection as error:
        reason = str(error).rstrip(".").replace("email", "e-mail")
        raise invalid(field, f"is not an e-mail address ({reason[:1].lower()}{reason[1:]})") from None
    except UnicodeError:
        raise invalid(field, "is not an e-mail address (it contains characters that cannot be encoded)") from None
    local, _, domain = normalized.rpartition("@")
    # in a domain ß and ς are separate letters (IDNA 2008), which case folding would replace by ss and σ. It also
    # decomposes some letters that normalization had composed
    return unicodedata.normalize("NFC", f"{local.casefold()}@{domain.lower()}")
