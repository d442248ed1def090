"""The types of ASGI 3, as every HTTP door uses them."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
# names are lower case, as ASGI demands; of a repeated header the last value counts
Headers = Mapping[bytes, bytes]
HeaderList = list[tuple[bytes, bytes]]


def headers_of(scope: Scope) -> Headers:
    """The headers of a request by name."""
    return dict(scope["headers"])
