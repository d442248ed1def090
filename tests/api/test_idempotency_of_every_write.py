"""Every write of every contract takes an Idempotency-Key. The route tables are walked, so a new route is covered."""

import pytest
from client import Client, Response
from furnished import ROUTES, Alice, furnish, name_of

from coterie.api.route import Contract, Route
from coterie.app import CONTRACTS
from coterie.store.database import Database

# so many writes succeed with the least input
LEAST = {"inro": 6, "r0": 20, "hub": 15}
# writes without a caller whose key it could be
WITHOUT_CALLER = {("r0", "POST", "/login"), ("r0", "DELETE", "/logout")}


def writes_of(contract: Contract) -> list[Route]:
    """The routes that are not GET; deletions last, so that the others find something."""
    routes = [each for owner, each in ROUTES if owner is contract and each.method != "GET"]
    named = [each for each in routes if (contract.name, each.method, each.path) not in WITHOUT_CALLER]
    return sorted(named, key=lambda route: route.method == "DELETE")


@pytest.mark.parametrize("contract", CONTRACTS, ids=name_of)
def test_a_write_repeated_with_its_key_has_one_effect(database: Database, client: Client, contract: Contract) -> None:
    alice, succeeded = furnish(database, client), 0
    for number, route in enumerate(writes_of(contract)):
        assert route.mode == "write", name_of(route)
        refused = call(alice, contract, route, "not a key")
        assert refused.status in (400, 404, 422), name_of(route)
        first, again = (call(alice, contract, route, f"key-{number}") for _ in range(2))
        assert first.status < 500, name_of(route)
        if first.status < 300:
            succeeded += 1
            assert (again.status, again.body) == (first.status, first.body), name_of(route)
            assert again.headers["idempotent-replayed"] == "true", name_of(route)
        else:
            assert "idempotent-replayed" not in again.headers, name_of(route)
    assert succeeded >= LEAST[contract.name], "the others lack input that fits"


def call(alice: Alice, contract: Contract, route: Route, key: str) -> Response:
    world = alice.world
    return alice.call(contract, route, world.alice_token, world.organization.uuid, idempotency_key=key)
