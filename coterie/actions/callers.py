"""The caller of work that no request started: a job, an import, the schedule."""

from collections.abc import Mapping
from typing import Any

from coterie.errors import NotFound
from coterie.model.organizations import Caller
from coterie.store.database import Tx
from coterie.store.organizations import find_organization


def caller_for(
    tx: Tx,
    organization_id: int,
    *,
    via: str,
    user_id: str | None = None,
    token_id: str | None = None,
    import_id: str | None = None,
) -> Caller:
    """A caller with every scope. Raises NotFound if the organization does not exist."""
    organization = find_organization(tx, organization_id)
    if organization is None:
        raise NotFound("Organization not found")
    return Caller.for_organization(organization, via=via, user_id=user_id, token_id=token_id, import_id=import_id)


def caller_of(tx: Tx, organization_id: int, arguments: Mapping[str, Any]) -> Caller:
    """The caller who requested a job: user_id, via and token_id of its arguments. Raises as caller_for does."""
    # a job that an earlier version enqueued has no token_id
    return caller_for(
        tx, organization_id, via=arguments["via"], user_id=arguments["user_id"], token_id=arguments.get("token_id")
    )
