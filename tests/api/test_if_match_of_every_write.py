"""If-Match at every write of one thing in the published contracts: a stale one is 412, whatever the path is of."""

import pytest
from client import Client
from furnished import furnish, name_of

from coterie.api.route import Contract
from coterie.app import CONTRACTS
from coterie.store.database import Database

# so many paths of things that Alice has
LEAST = {"inro": 3, "r0": 31}


@pytest.mark.parametrize("contract", [each for each in CONTRACTS if each.has_etags], ids=name_of)
def test_a_write_with_a_stale_if_match_is_412(database: Database, client: Client, contract: Contract) -> None:
    alice = furnish(database, client)
    token, org = alice.world.alice_token, alice.world.organization.uuid
    shown = {route.path for route in contract.routes if route.method == "GET" and not route.paged}
    writes = [route for route in contract.routes if route.method != "GET" and route.path in shown]
    stale = {name_of(route): alice.call(contract, route, token, org, if_match='"stale"').status for route in writes}
    # 404: of things that Alice has none of
    assert set(stale.values()) <= {404, 412}, stale
    assert list(stale.values()).count(412) >= LEAST[contract.name], stale
