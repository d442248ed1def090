"""A tool, and the call that its handler gets."""

from collections.abc import Callable
from typing import Any, Literal

from msgspec import Struct

from coterie.model.organizations import Caller
from coterie.settings import Settings
from coterie.store.database import Tx

READ, WRITE = "contacts:read", "contacts:write"
# read: quick; search: for at most 2 seconds in a thread; slow: in a thread; write: one unit of work
Mode = Literal["read", "search", "slow", "write"]
Output = dict[str, Any]


class Call(Struct, frozen=True):
    """One call of a tool. arguments: read into the tool's Struct. base_url: of this instance, without a slash.

    can_ask: the client can show the user a form. agreed: what the user answered to it, None if not asked yet; state:
    what the client brought back with the answer.
    """

    caller: Caller
    arguments: Any
    settings: Settings
    base_url: str
    can_ask: bool = False
    agreed: bool | None = None
    state: str | None = None


class Tool(Struct, frozen=True, kw_only=True):
    """A row of the catalogue. is_destructive: it can overwrite or remove something; is_idempotent: the same call again
    changes nothing more."""

    name: str
    title: str
    description: str
    arguments: type[Struct]
    handler: Callable[[Tx, Call], Output]
    mode: Mode = "read"
    is_destructive: bool = False
    is_idempotent: bool = True

    @property
    def scope(self) -> str:
        return WRITE if self.mode == "write" else READ
