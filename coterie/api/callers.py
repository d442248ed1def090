"""Authenticates calls: a token becomes a Caller with the scope that its route needs."""

from coterie.api import idempotency
from coterie.api.call import Call
from coterie.errors import CoterieError
from coterie.http.authentication import Authentication, require_scope
from coterie.http.recent import Recent
from coterie.model.access_tokens import hash_token
from coterie.model.organizations import Caller
from coterie.store.database import Database, Tx


class Callers:
    """Finds the callers of calls. Any thread may use it."""

    def __init__(self, database: Database, authentication: Authentication) -> None:
        self._database = database
        self._authentication = authentication
        self._recent = Recent[Caller]()

    def authenticate(self, tx: Tx, call: Call) -> Caller:
        """The caller, anonymous if the route is open to everyone.

        Raises Unauthorized, Forbidden if the token lacks the scope, NotFound if the path is of another organization.
        """
        try:
            return self._find(tx, call)
        except CoterieError:
            self._recent.forget(_credentials(call))
            raise

    def _find(self, tx: Tx, call: Call) -> Caller:
        scope, via = call.route.scope, call.compiled.contract.name
        caller = None
        if call.token:
            caller = self._authentication.find_caller(tx, call.token, via=via, organization_uuid=call.organization_uuid)
        return (caller or Caller.anonymous(via)) if scope is None else require_scope(caller, scope)

    async def find_writer(self, call: Call) -> Caller:
        """The caller of a write: a bad token is rejected before the body is read and before the writer is involved.

        A recent caller will do for a request that does everything in its unit of work, which authenticates again: one
        without an Idempotency-Key, prepare, check or finish. Raises as authenticate does.
        """
        route = call.route
        has_more = route.prepare or route.check or route.finish or route.uploads or idempotency.has_key(call.headers)
        if has_more or call.token is None or route.scope is None:
            return await self._database.run_read(lambda tx: self.authenticate(tx, call))
        credentials = _credentials(call)
        caller = self._recent.find(credentials)
        if caller is None:
            caller = await self._database.run_read(lambda tx: self.authenticate(tx, call))
            self._recent.remember(credentials, caller)
        return caller


def _credentials(call: Call) -> tuple[str | None, ...]:
    """The key of a recent caller: with a hash, so that no token stays in memory."""
    return call.compiled.contract.name, call.route.scope, hash_token(call.token or ""), call.organization_uuid
