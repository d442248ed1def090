"""Passkeys: a user signs in with a device or a security key, which asks for a PIN, a finger or a face.

Guarantees (WebAuthn Level 3, sections 7.1 and 7.2). A response counts for this instance's address only, with a
challenge of ours and with the user verified. A passkey replaces the password and the second factor. An authenticator
whose count does not grow was copied, and is refused.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from logging import getLogger
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from coterie.actions.accounts import end_other_logins, record_of_user
from coterie.actions.passkey_challenges import make_challenge, take_challenge
from coterie.errors import NotFound, TooLarge, Unauthorized, invalid
from coterie.model import times
from coterie.model.ids import new_id
from coterie.model.organizations import User
from coterie.model.passkeys import (
    PASSKEYS_MAX,
    RESPONSE_LENGTH_MAX,
    Passkey,
    creation_options,
    from_base64url,
    parse_name,
    request_options,
    to_base64url,
)
from coterie.store import passkeys as store
from coterie.store.database import Tx

if TYPE_CHECKING:
    from fido2.server import Fido2Server
    from fido2.webauthn import AttestedCredentialData

CHANGED = "user.passkeys_changed"
log = getLogger(__name__)
ADD, SIGN_IN = "add", "sign in"
# the errors of the library for responses that are not well-formed
_MALFORMED = (
    ValueError, KeyError, TypeError, IndexError, AttributeError, AssertionError, NotImplementedError, RecursionError,
    struct.error,
)  # fmt: skip


class RelyingParty(msgspec.Struct, frozen=True):
    """This instance as WebAuthn knows it, for one browser.

    origin: the address of this instance. browser: a secret that only this browser has.
    """

    folder: Path
    origin: str
    browser: str

    @property
    def id(self) -> str:
        """The host name that passkeys are bound to."""
        return urlsplit(self.origin).hostname or "localhost"


class _NotAccepted(Exception):
    """A response that is not well-formed or that the library does not verify."""


@contextmanager
def _refusing_malformed() -> Iterator[None]:
    """Raises _NotAccepted for the errors of the library. It must hold no other work, whose faults it would hide."""
    try:
        yield
    except _MALFORMED as error:
        raise _NotAccepted from error


def options_to_add(tx: Tx, party: RelyingParty, user: User) -> dict[str, Any]:
    """The options with which the browser makes a passkey."""
    challenge = make_challenge(party.folder, f"{ADD} {user.id}", party.browser)
    passkeys = store.list_passkeys(tx, user.id)
    return creation_options(party.id, challenge, user_id=user.id, email=user.email, passkeys=passkeys)


def add_passkey(
    tx: Tx, party: RelyingParty, user: User, *, name: str, response: str, session_id: str, via: str
) -> Passkey:
    """Stores the passkey that the browser made; the user's other sessions and logins end.

    response: RegistrationResponseJSON. Raises Invalid if name or response is not valid, TooLarge beyond 20 passkeys.
    """
    name = parse_name(name)
    if len(store.list_passkeys(tx, user.id)) >= PASSKEYS_MAX:
        raise TooLarge(f"An account has at most {PASSKEYS_MAX} passkeys: remove one first")
    try:
        credential, sign_count, challenge = _register(party, response)
    except _NotAccepted as error:
        raise invalid("passkey", "was not accepted: try again") from error
    if not take_challenge(tx, party.folder, f"{ADD} {user.id}", party.browser, challenge):
        raise invalid("passkey", "took too long: try again")
    credential_id = to_base64url(credential.credential_id)
    if store.find_passkey(tx, credential_id) is not None:
        raise invalid("passkey", "is already registered", kind="taken")
    passkey = Passkey(
        user_id=user.id,
        id=new_id(),
        credential_id=credential_id,
        credential=to_base64url(bytes(credential)),
        name=name,
        sign_count=sign_count,
        created_at=times.now(),
        last_used_at=None,
    )
    store.insert_passkey(tx, passkey)
    end_other_logins(tx, user.id, session_id)
    record_of_user(tx, user.id, CHANGED, via, change="passkey_added", about=name)
    return passkey


def remove_passkey(tx: Tx, user_id: str, passkey_id: str, *, session_id: str, via: str) -> None:
    """The user's other sessions and logins end. Raises NotFound if the user has no such passkey."""
    name = next((each.name for each in store.list_passkeys(tx, user_id) if each.id == passkey_id), "")
    if not store.delete_passkey(tx, user_id, passkey_id):
        raise NotFound("The passkey was already removed")
    end_other_logins(tx, user_id, session_id)
    record_of_user(tx, user_id, CHANGED, via, change="passkey_removed", about=name)


def options_to_sign_in(party: RelyingParty) -> dict[str, Any]:
    """The options with which the browser uses a passkey."""
    return request_options(party.id, make_challenge(party.folder, SIGN_IN, party.browser))


def use_passkey(tx: Tx, party: RelyingParty, response: str) -> str:
    """The id of the user whose passkey it is. response: AuthenticationResponseJSON. Raises Unauthorized."""
    try:
        user_id = _use(tx, party, response)
    except _NotAccepted:
        user_id = None
    if user_id is None:
        log.warning("passkey failed", extra={"origin": party.origin})
        raise Unauthorized("The passkey was not accepted")
    return user_id


def _use(tx: Tx, party: RelyingParty, response: str) -> str | None:
    with _refusing_malformed():
        body, challenge = _read(response)
        credential_id = to_base64url(from_base64url(body["rawId"]))
    passkey = store.find_passkey(tx, credential_id)
    if passkey is None:
        return None
    count, owner = _verify(party, passkey, body, challenge)
    is_copied = (count or passkey.sign_count) and count <= passkey.sign_count
    if is_copied or (owner and owner != passkey.user_id.encode()):
        return None
    if not take_challenge(tx, party.folder, SIGN_IN, party.browser, challenge):
        return None
    store.save_use(tx, passkey, sign_count=count, now=times.now())
    return passkey.user_id


def _register(party: RelyingParty, response: str) -> tuple["AttestedCredentialData", int, bytes]:
    """(the new credential, its sign count, the challenge of the response). Raises _NotAccepted."""
    with _refusing_malformed():
        body, challenge = _read(response)
        made = _server(party).register_complete(_state(challenge), body)
        credential = made.credential_data
        assert credential is not None
        return credential, made.counter, challenge


def _verify(party: RelyingParty, passkey: Passkey, body: dict[str, Any], challenge: bytes) -> tuple[int, bytes]:
    """(the sign count, the user handle or b"") of a response that the passkey signed. Raises _NotAccepted."""
    from fido2.webauthn import AttestedCredentialData, AuthenticatorData  # lazy: as below

    with _refusing_malformed():
        credential = AttestedCredentialData(from_base64url(passkey.credential))
        _server(party).authenticate_complete(_state(challenge), [credential], body)
        signed = body["response"]
        count = AuthenticatorData(from_base64url(signed["authenticatorData"])).counter
        return count, from_base64url(signed.get("userHandle") or "")


def _read(response: str) -> tuple[dict[str, Any], bytes]:
    """(the response, the challenge that the browser signed). Raises ValueError if it is not well-formed."""
    if len(response) > RESPONSE_LENGTH_MAX:
        raise ValueError("too long")
    body = msgspec.json.decode(response, type=dict[str, Any])
    client_data = msgspec.json.decode(from_base64url(body["response"]["clientDataJSON"]), type=dict[str, Any])
    return body, from_base64url(client_data["challenge"])


def _state(challenge: bytes) -> dict[str, str]:
    return {"challenge": to_base64url(challenge), "user_verification": "required"}


def _server(party: RelyingParty) -> "Fido2Server":
    from fido2.server import Fido2Server  # lazy: 4 MB of memory, and most requests need no passkey
    from fido2.webauthn import PublicKeyCredentialRpEntity  # lazy: as above

    relying_party = PublicKeyCredentialRpEntity(id=party.id, name="Coterie")
    return Fido2Server(relying_party, verify_origin=lambda origin: origin == party.origin)
