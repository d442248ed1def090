"""Two steps before a change that concerns many people or is hard to see through: a preview, then a confirmation.

A token confirms one call: it is signed over the organization, the token of the program, the tool, its arguments, and
the contacts with their revisions. So it ends after ten minutes, when a contact changes, and when it was used, because
the change moves the revisions. Nothing is stored.
"""

import hmac
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import structs

from coterie.errors import CoterieError
from coterie.mcp.tool import Call, Output
from coterie.model.contacts import Contact
from coterie.store.secrets import sign

VALID_SECONDS = 600
TOKEN_LENGTH_MAX = 100
_PURPOSE = "mcp.confirm"
_SIGNATURE_BYTES = 24
_REFUSED = "The confirm token does not fit: it was used, it is too old, or something changed. This is the new preview"
_NEXT = "Show this to the user. Only if they agree, call again with the same arguments and this confirm token."


class Unconfirmed(CoterieError):
    """The change is not confirmed: preview describes its effect. is_refused: the given token does not fit."""

    def __init__(self, preview: Output, *, is_refused: bool) -> None:
        super().__init__("Not confirmed")
        self.preview, self.is_refused = preview, is_refused


class AskUser(CoterieError):
    """The client must show the user this question and bring the answer with the state."""

    def __init__(self, question: str, state: str) -> None:
        super().__init__(question)
        self.state = state


class Declined(CoterieError):
    """The user declined."""


def require_confirmation(call: Call, tool: str, contacts: Iterable[Contact], *, preview: Output, question: str) -> None:
    """Returns if the call is confirmed. Otherwise raises Unconfirmed with the preview, AskUser if the client can ask
    the user itself, or Declined if the user declined.

    preview: what the change would do. question: the same in one sentence.
    """
    signed = _signed_over(call, tool, contacts)
    given = call.arguments.confirm or call.state
    if call.agreed is False:
        raise Declined("The user declined; nothing was changed")
    is_valid = given is not None and _is_valid(call, signed, given)
    if is_valid and (call.arguments.confirm or call.agreed):
        return
    token = _make_token(call, signed)
    if call.can_ask and given is None:
        raise AskUser(question, token)
    output = {"preview": preview, "confirm": token, "next": _NEXT}
    raise Unconfirmed({"error": _REFUSED} | output if given else output, is_refused=given is not None)


def _signed_over(call: Call, tool: str, contacts: Iterable[Contact]) -> bytes:
    arguments = {name: value for name, value in structs.asdict(call.arguments).items() if name != "confirm"}
    caller = call.caller
    people = sorted((contact.id, contact.revision) for contact in contacts)
    who = (caller.organization_uuid, caller.user_id, caller.token_id)
    return msgspec.json.encode((who, tool, arguments, people))


def _make_token(call: Call, signed: bytes) -> str:
    return _token_until(call, signed, int(time.time()) + VALID_SECONDS)


def _token_until(call: Call, signed: bytes, until: int) -> str:
    signature = sign(call.settings.data_folder, _PURPOSE, b"%d\n" % until + signed)[:_SIGNATURE_BYTES]
    return f"{until}.{urlsafe_b64encode(signature).decode()}"


def _is_valid(call: Call, signed: bytes, token: str) -> bool:
    until: Any = token.partition(".")[0]
    if not (until.isascii() and until.isdigit() and len(until) <= 12) or int(until) < time.time():
        return False
    return hmac.compare_digest(token.encode(), _token_until(call, signed, int(until)).encode())
