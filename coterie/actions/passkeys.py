"""Passkeys: a user signs in with a device or a security key, which asks for a PIN, a finger or a face.

Guarantees (WebAuthn Level 3, sections 7.1 and 7.2). A response counts for this instance's address only, with a
challenge of ours and with the user verified. A passkey replaces the password and the second factor. An authenticator
whose count does not grow was copied, and is refused.
"""

import struct
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

CHANGED = "user.passkeys_changed"
log = getLogger(__name__)
ADD, SIGN_IN = "add", "sign in"
# what the library raises for responses that are not well-formed
MALFORMED = (
    ValueError, KeyError, TypeError, IndexError, AttributeError, AssertionError, NotImplementedError, RecursionError,
    struct.error,
)  # fmt: skip


class Place(msgspec.Struct, frozen=True):
    """Where passkeys are used. origin: the address of this instance. browser: a secret that only this browser has."""

    folder: Path
    origin: str
    browser: str

    @property
    def rp_id(self) -> str:
        """The host name that passkeys are bound to."""
        return urlsplit(self.origin).hostname or "localhost"


def options_to_add(tx: Tx, place: Place, user: User) -> dict[str, Any]:
    """What the browser needs to make a passkey."""
    challenge = make_challenge(place.folder, f"{ADD} {user.id}", place.browser)
    passkeys = store.list_passkeys(tx, user.id)
    return creation_options(place.rp_id, challenge, user_id=user.id, email=user.email, passkeys=passkeys)


def add_passkey(tx: Tx, place: Place, user: User, *, name: str, response: str, session_id: str, via: str) -> Passkey:
    """Stores the passkey that the browser made; the user's other sessions and logins end.

    response: RegistrationResponseJSON. Raises Invalid if name or response is not valid, TooLarge beyond 20 passkeys.
    """
    name = parse_name(name)
    if len(store.list_passkeys(tx, user.id)) >= PASSKEYS_MAX:
        raise TooLarge(f"An account has at most {PASSKEYS_MAX} passkeys: remove one first")
    try:
        body, challenge = _read(response)
        made = _server(place).register_complete(_state(challenge), body)
        credential = made.credential_data
        assert credential is not None
    except MALFORMED as error:
        raise invalid("passkey", "was not accepted: try again") from error
    if not take_challenge(tx, place.folder, f"{ADD} {user.id}", place.browser, challenge):
        raise invalid("passkey", "took too long: try again")
    credential_id = to_base64url(credential.credential_id)
    if store.find_passkey(tx, credential_id) is not None:
        raise invalid("passkey", "is registered already", kind="taken")
    passkey = Passkey(
        user_id=user.id,
        id=new_id(),
        credential_id=credential_id,
        credential=to_base64url(bytes(credential)),
        name=name,
        sign_count=made.counter,
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
        raise NotFound("The passkey was removed already")
    end_other_logins(tx, user_id, session_id)
    record_of_user(tx, user_id, CHANGED, via, change="passkey_removed", about=name)


def options_to_sign_in(place: Place) -> dict[str, Any]:
    """What the browser needs to use a passkey."""
    return request_options(place.rp_id, make_challenge(place.folder, SIGN_IN, place.browser))


def use_passkey(tx: Tx, place: Place, response: str) -> str:
    """The id of the user whose passkey it is. response: AuthenticationResponseJSON. Raises Unauthorized."""
    try:
        user_id = _use(tx, place, response)
    except MALFORMED:
        user_id = None
    if user_id is None:
        log.warning("passkey failed", extra={"origin": place.origin})
        raise Unauthorized("The passkey was not accepted")
    return user_id


def _use(tx: Tx, place: Place, response: str) -> str | None:
    from fido2.webauthn import AttestedCredentialData, AuthenticatorData  # lazy: as below

    body, challenge = _read(response)
    passkey = store.find_passkey(tx, str(body["rawId"]).rstrip("="))
    if passkey is None:
        return None
    credential = AttestedCredentialData(from_base64url(passkey.credential))
    _server(place).authenticate_complete(_state(challenge), [credential], body)
    answer = body["response"]
    count = AuthenticatorData(from_base64url(answer["authenticatorData"])).counter
    is_copied = (count or passkey.sign_count) and count <= passkey.sign_count
    owner = answer.get("userHandle")
    if is_copied or (owner and from_base64url(owner) != passkey.user_id.encode()):
        return None
    if not take_challenge(tx, place.folder, SIGN_IN, place.browser, challenge):
        return None
    store.save_use(tx, passkey, sign_count=count, now=times.now())
    return passkey.user_id


def _read(response: str) -> tuple[dict[str, Any], bytes]:
    """(response, challenge that the browser says it answers). Raises ValueError if it is not well-formed."""
    if len(response) > RESPONSE_LENGTH_MAX:
        raise ValueError("too long")
    body = msgspec.json.decode(response, type=dict[str, Any])
    client_data = msgspec.json.decode(from_base64url(body["response"]["clientDataJSON"]), type=dict[str, Any])
    return body, from_base64url(client_data["challenge"])


def _state(challenge: bytes) -> dict[str, str]:
    return {"challenge": to_base64url(challenge), "user_verification": "required"}


def _server(place: Place) -> "Fido2Server":
    from fido2.server import Fido2Server  # lazy: 4 MB of memory, and most requests need no passkey
    from fido2.webauthn import PublicKeyCredentialRpEntity  # lazy: as above

    relying_party = PublicKeyCredentialRpEntity(id=place.rp_id, name="Coterie")
    return Fido2Server(relying_party, verify_origin=lambda origin: origin == place.origin)
