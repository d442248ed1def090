"""The types of ASGI 3, as every HTTP door uses them."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from coterie.model.networks import find_client, parse_networks, plain_address

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
# names are lower case, as ASGI demands; of a repeated header the last value counts, unless it is a list
Headers = Mapping[bytes, bytes]
HeaderList = list[tuple[bytes, bytes]]
# headers whose values are joined if they are repeated (RFC 9110, section 5.3). Two idempotency keys become none that is
# valid
_JOINED = (b"if-match", b"if-none-match", b"idempotency-key")


def headers_of(scope: Scope) -> Headers:
    """The headers of a request by name."""
    pairs = scope["headers"]
    headers = dict(pairs)
    if len(headers) < len(pairs):
        for name in _JOINED:
            if name in headers:
                headers[name] = b", ".join(value for each, value in pairs if each == name)
    return headers


def client_of(scope: Scope) -> str:
    """The network address of the client, "" if unknown."""
    client = scope.get("client")
    return plain_address(str(client[0])) if client else ""


class TrustedProxies:
    """Finds the client of a request that came through reverse proxies. addresses: those of COTERIE_TRUSTED_PROXIES."""

    def __init__(self, addresses: str) -> None:
        self._trusted = parse_networks(addresses)

    def scope_behind(self, scope: Scope) -> Scope:
        """The scope with the client that trusted proxies name in X-Forwarded-For; unchanged without such a proxy."""
        if not self._trusted or scope["type"] != "http":
            return scope
        forwarded_for = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
        peer = client_of(scope)
        client = find_client(peer, forwarded_for, self._trusted)
        return scope if client == peer else {**scope, "client": (client, 0)}
