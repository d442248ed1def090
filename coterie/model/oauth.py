"""OAuth for assistants: what clients may register and ask for (OAuth 2.1, RFC 7591, 7636, 8252, 8707)."""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from urllib.parse import urlsplit

from msgspec import Struct

from coterie.errors import CoterieError

CODE_SECONDS = 60
ACCESS_SECONDS = 3_600
REFRESH_SECONDS = 30 * 86_400
# of clients that registered and nobody agreed to
UNUSED_SECONDS = 86_400
CLIENTS_MAX = 10_000
REDIRECTS_MAX = 10
URI_LENGTH_MAX = 2_000
NAME_LENGTH_MAX = 100
READ, WRITE = "contacts:read", "contacts:write"
SCOPES = (READ, WRITE)
LOOPBACK = ("localhost", "127.0.0.1", "::1")
# schemes that a browser opens itself, or that run something
_FORBIDDEN_SCHEMES = frozenset(
    (
        "javascript",
        "data",
        "vbscript",
        "file",
        "filesystem",
        "blob",
        "about",
        "ftp",
        "ws",
        "wss",
        "view-source",
        "mailto",
    )
)
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class OAuthError(CoterieError):
    """An error of OAuth. code: as the RFCs name it, such as invalid_grant."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Client(Struct, frozen=True):
    """A program that asks for access. id: a uuid of ours, or the URL of its metadata."""

    id: str
    name: str
    redirect_uris: tuple[str, ...]

    @property
    def is_by_url(self) -> bool:
        return self.id.startswith("https://")


class Grant(Struct, frozen=True):
    """The consent of a user, for which a code stands for a minute."""

    organization_id: int
    user_id: str
    client: Client
    redirect_uri: str
    challenge: str
    scopes: tuple[str, ...]


class Tokens(Struct, frozen=True):
    """The tokens that a client gets, with their scopes."""

    access_token: str
    refresh_token: str
    scopes: tuple[str, ...]


def check_redirect(uri: str) -> str:
    """A redirect URI: https, http of this computer, or the scheme of an app; no fragment. Raises OAuthError."""
    if not 0 < len(uri) <= URI_LENGTH_MAX or not uri.isascii() or not uri.isprintable() or " " in uri:
        raise OAuthError("invalid_redirect_uri", f"A redirect URI has 1 to {URI_LENGTH_MAX} ASCII characters")
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise OAuthError("invalid_redirect_uri", "The redirect URI is not a URI") from None
    if "#" in uri or "\\" in uri or parts.username is not None:
        raise OAuthError("invalid_redirect_uri", "A redirect URI has no fragment and no user name")
    is_app = bool(parts.scheme) and parts.scheme not in ("http", "https") and parts.scheme not in _FORBIDDEN_SCHEMES
    if not is_app and not (parts.scheme == "https" and host) and not (parts.scheme == "http" and host in LOOPBACK):
        raise OAuthError(
            "invalid_redirect_uri", "A redirect URI is https, http of localhost, or of an app's own scheme"
        )
    return uri


def is_registered(uri: str, registered: Sequence[str]) -> bool:
    """Whether a redirect URI is one of the registered ones, exactly; on loopback any port may be used (RFC 8252)."""
    return uri in registered or _without_port(uri) in {_without_port(each) for each in registered} - {None}


def _without_port(uri: str) -> tuple[str, ...] | None:
    """A loopback URI without its port; None for any other."""
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
    except ValueError:
        return None
    is_loopback = parts.scheme == "http" and host in LOOPBACK and parts.username is None and not parts.fragment
    return (host, parts.path, parts.query) if is_loopback else None


def is_loopback(uri: str) -> bool:
    """Whether a redirect URI leads to a program on the user's own computer."""
    return _without_port(uri) is not None


def check_challenge(challenge: str, method: str) -> str:
    """The challenge of PKCE. Raises OAuthError unless it is one of S256."""
    if method != "S256" or not _CHALLENGE.fullmatch(challenge):
        raise OAuthError("invalid_request", "code_challenge is missing or not of the method S256")
    return challenge


def fits_challenge(verifier: str, challenge: str) -> bool:
    """Whether a verifier is the one that the challenge was made of."""
    if not _VERIFIER.fullmatch(verifier):
        return False
    digest = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(digest, challenge.encode())


def clean_name(name: object, fallback: str) -> str:
    """The name of a client, as a user may read it: printable, at most 100 characters."""
    text = "".join(char for char in name if char.isprintable()).strip() if isinstance(name, str) else ""
    return text[:NAME_LENGTH_MAX] or fallback
