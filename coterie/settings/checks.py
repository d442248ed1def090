"""Checks of settings beyond their types. Each takes a non-empty value and returns it in its final form.

They raise ValueError with a sentence that says how to mend the value.
"""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

_SQLITE = "sqlite:///"
_POSTGRESQL = ("postgresql://", "postgres://")
# the user and password end with the only @ before the options
_ESCAPED = re.compile(r"[a-z]+://(?:[^@/?%]|%[0-9A-Fa-f]{2})*+(?:@(?:[^@/?%]|%[0-9A-Fa-f]{2})*+)?(?:/[^@?]*+)?(?:\?|$)")
_UNFIT_FOR_URLS = re.compile(r"""[\s"'<>\\]""")


def _check_base_url(value: str) -> str:
    plain = value.removesuffix("/")
    parts = urlsplit(plain)
    if parts.scheme not in ("http", "https") or not parts.hostname or _UNFIT_FOR_URLS.search(plain):
        raise ValueError("must be a URL, such as https://crm.example.org")
    if parts.path or parts.query or parts.fragment or parts.username is not None:
        raise ValueError(f"must be {parts.scheme}://{parts.netloc.rpartition('@')[2]}, without a user, path or query")
    parts.port  # noqa: B018 (raises ValueError if it is not a port)
    return plain


def _check_country(value: str) -> str:
    from coterie.model.countries import find_country  # lazy: its table is not needed where no country is set

    country = find_country(value)
    if country is None:
        raise ValueError("must be a country, such as DE or Germany")
    return country[0]


def _check_trusted_proxies(value: str) -> str:
    from coterie.model.networks import parse_networks  # lazy: not needed without a proxy

    try:
        parse_networks(value)
    except ValueError as error:
        raise ValueError(f"must be addresses or networks, such as 127.0.0.1, 10.0.0.0/8: {error}") from None
    return value


def _check_outgoing_allowed(value: str) -> str:
    from coterie.outgoing import parse_rules  # lazy: httpx is not needed where nothing is allowed

    parse_rules(value)
    return value


def _check_database_url(value: str) -> str:
    if not value.startswith((_SQLITE, *_POSTGRESQL)):
        raise ValueError("must begin with sqlite:/// or postgresql://")
    if value.startswith(_SQLITE) and not value.startswith(_SQLITE + "/"):
        path = value.removeprefix(_SQLITE)
        raise ValueError(f"must be an absolute path: {_SQLITE}/{path} (four slashes)")
    _check_escaped(value)
    return value


def _check_escaped(url: str) -> None:
    """What of a password is not percent-encoded is taken for the host or the port, and messages would show it."""
    if url.startswith(_POSTGRESQL) and not _ESCAPED.match(url):
        raise ValueError("must have a percent-encoded user and password: %40 for @, %2F for /, %25 for %")


def _check_replica_url(value: str) -> str:
    if not value.startswith(_POSTGRESQL):
        raise ValueError("must be postgresql://…")
    _check_escaped(value)
    return value


def _check_smtp_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("must be smtp://user:password@host:587 or smtps://user:password@host:465")
    # an @ splits at the last one, as in the user crm@example.org; these signs end the host instead
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("must have a percent-encoded password: %2F for /, %3F for ?, %23 for #, %25 for %")
    try:
        parts.port  # noqa: B018
    except ValueError:  # its message holds what stands in the place of the port: perhaps a password
        raise ValueError("must end with a port from 1 to 65535, or without one") from None
    return value


def _check_smtp_from(value: str) -> str:
    if "@" not in value or not value.isprintable():
        raise ValueError("must be an e-mail address, such as crm@example.org or Coterie <crm@example.org>")
    return value


# name of a setting -> its check
CHECKS: dict[str, Callable[[str], str]] = {
    "base_url": _check_base_url,
    "country": _check_country,
    "trusted_proxies": _check_trusted_proxies,
    "outgoing_allowed": _check_outgoing_allowed,
    "database_url": _check_database_url,
    "database_replica_url": _check_replica_url,
    "smtp_url": _check_smtp_url,
    "smtp_from": _check_smtp_from,
}
