"""Set-up of an instance that has no organization, by a link that only its operator sees.

Guarantee. A link works once, and only while there is no organization: nobody else can claim a new instance.
"""

import secrets

from coterie.actions.organizations import create_owner
from coterie.errors import Conflict, NotFound
from coterie.model import times
from coterie.model.access_tokens import hash_token
from coterie.model.organizations import Organization, User
from coterie.model.time_zones import DEFAULT
from coterie.store import sessions as store
from coterie.store.database import Tx
from coterie.store.organizations import any_organization

_NEW_LINK = "it works once; the server prints a new one when it starts"


def create_set_up_link(tx: Tx) -> str | None:
    """The code of a new link, which replaces any earlier one; None if the instance is set up."""
    if any_organization(tx):
        return None
    code = secrets.token_urlsafe(24)
    store.save_set_up_link(tx, hash_token(code), times.now())
    return code


def check_set_up_link(tx: Tx, code: str) -> None:
    """Raises Conflict if the instance is set up, NotFound if the code is not valid."""
    if any_organization(tx):
        raise Conflict("This instance is already set up")
    if not store.has_set_up_link(tx, hash_token(code)):
        raise NotFound("This set-up link is not valid", hint=_NEW_LINK)


def set_up(
    tx: Tx,
    code: str,
    *,
    organization: str,
    first_name: str,
    email: str,
    password_hash: str,
    country: str | None,
    time_zone: str = DEFAULT,
) -> tuple[Organization, User]:
    """Creates the first organization and its owner, and ends the link.

    Raises as check_set_up_link and create_owner do.
    """
    check_set_up_link(tx, code)
    if not store.use_set_up_link(tx, hash_token(code)):
        raise NotFound("This set-up link is not valid", hint=_NEW_LINK)
    return create_owner(
        tx,
        name=organization,
        first_name=first_name or None,
        email=email,
        password_hash=password_hash,
        country=country,
        time_zone=time_zone,
        via="web",
    )
