"""Every route of every contract: closed without a token, blind to strangers, refused without its scope.

The tests walk the route tables, so a new route is covered as soon as it is a row.
"""

import re
from collections.abc import Callable

import pytest
from client import Client, Response
from furnished import ROUTES, Alice, furnish, is_tenant, name_of, parameters
from table_tests import failing
from world import World

from coterie import errors
from coterie.actions.access_tokens import insert_token
from coterie.api.route import Contract, Route
from coterie.api.routing import Routes
from coterie.app import CONTRACTS
from coterie.http import errors as http_errors
from coterie.model.organizations import ALL_SCOPES, SCOPES
from coterie.store.database import Database

# Routes that need no token, each with the reason
OPEN = {
    ("r0", "POST", "/login"): "this is where a token comes from",
    ("r0", "DELETE", "/logout"): "a token that is gone cannot be asked for",
    ("hub", "GET", "/problems"): "those who get no token read what the problem is",
    ("hub", "GET", "/problems/{slug}"): "the same",
}
# Parameters whose ids are the same in every organization
SHARED = {"relationship_id"}
# Parameters that must stand for something Alice really has, so that the tests below are not about nothing
REAL = {
    "inro": {"/contacts/{id}", "/folders/{id}", "/contact_properties/{slug}", "/batch_tasks/{id}"},
    "r0": {"contact_id", "phone_id", "email_id", "address_id", "tag_id", "expertise_id", "gift_id", "pet_id", "note_id",
           "date_id", "reminder_id", "contact_relationship_id", "user_relationship_id"},
    "hub": {"contact_id", "token_id", "segment_id", "device_id", "feed_id"},
}  # fmt: skip
SECRET = re.compile(rb"alices.secret|evergreen|marge|homer", re.IGNORECASE)
Check = Callable[[Response], None]

Row = tuple[Contract, Route]
CLOSED = [(c, r) for c, r in ROUTES if (c.name, r.method, r.path) not in OPEN]
WITH_IDS = [
    (c, r)
    for c, r in ROUTES
    if r.scope is not None and any(not is_tenant(name) and name not in SHARED for name in parameters(r.path))
]
BELOW_AN_ORGANIZATION = [(c, r) for c, r in ROUTES if any(map(is_tenant, parameters(r.path)))]
READ = [(c, r) for c, r in ROUTES if r.method == "GET" and r.scope is not None]


def failing_routes(routes: list[Row], alice: Alice, token: str | None, org_id: str, check: Check) -> list[str]:
    """Calls each route with a token in an organization. The routes whose response fails the check."""
    assert routes
    return failing(
        routes,
        lambda row: check(alice.call(*row, token, org_id)),
        lambda row: f"{row[0].name} {name_of(row[1])}",
    )


@pytest.fixture(scope="module")
def alice(database: Database, client: Client) -> Alice:
    return furnish(database, client)


@pytest.fixture(scope="module")
def spent(database: Database, client: Client) -> Alice:
    """Another Alice, whose things the tests may change and delete."""
    return furnish(database, client)


# The rules ------------------------------------------------------------------------------------------------------------


def test_the_routes_that_need_no_token_are_a_list_with_reasons() -> None:
    assert {(c.name, r.method, r.path) for c, r in ROUTES if r.scope is None} == set(OPEN)


def test_every_scope_a_route_asks_for_is_one_there_is() -> None:
    assert {route.scope for _, route in ROUTES} - {None} <= set(SCOPES)


def test_what_is_read_needs_no_permission_to_write_and_what_changes_does() -> None:
    for contract, route in ROUTES:
        if route.scope is not None:
            assert route.scope.endswith(":read") == (route.method == "GET"), name_of(route) + contract.name
            assert (route.mode == "write") == (route.method != "GET"), name_of(route) + contract.name


def test_no_two_routes_share_a_method_and_a_path() -> None:
    Routes(CONTRACTS)
    with pytest.raises(ValueError, match="occurs twice"):
        Routes([*CONTRACTS, CONTRACTS[0]])


@pytest.mark.parametrize("contract", CONTRACTS, ids=name_of)
def test_alice_has_what_the_tests_ask_strangers_for(alice: Alice, contract: Contract) -> None:
    assert {(contract.name, key) for key in REAL.get(contract.name, ())} <= alice.ids.keys()


def is_refused(*statuses: int) -> Check:
    """A check that the status is one of these, and that the response has nothing of Alice's."""

    def check(response: Response) -> None:
        assert response.status in statuses, response.body
        assert not SECRET.search(response.body)

    return check


def test_without_a_token_it_is_401(alice: Alice) -> None:
    for token in (None, "wrong", alice.world.alice_token[:-1]):
        assert failing_routes(CLOSED, alice, token, alice.world.organization.uuid, is_refused(401)) == []


def test_a_strangers_token_finds_nothing_of_alices(alice: Alice) -> None:
    """Charlie asks in his own organization, for the ids of Alice's things."""
    world = alice.world
    found = failing_routes(WITH_IDS, alice, world.charlie_token, world.charlie.organization_uuid, is_refused(404))
    assert found == []


def test_another_organization_does_not_exist_for_a_stranger(alice: Alice) -> None:
    """Charlie asks in Alice's organization."""
    world = alice.world
    token, org_id = world.charlie_token, world.organization.uuid
    assert failing_routes(BELOW_AN_ORGANIZATION, alice, token, org_id, is_refused(404)) == []


def test_what_a_stranger_reads_holds_nothing_of_alices(alice: Alice) -> None:
    world = alice.world
    check = is_refused(200, 400, 404, 422)
    assert failing_routes(READ, alice, world.charlie_token, world.charlie.organization_uuid, check) == []


def test_a_token_without_the_scope_is_403(alice: Alice) -> None:
    for scope in {route.scope for _, route in CLOSED}:
        routes = [(contract, route) for contract, route in CLOSED if route.scope == scope]
        token = _token_without(alice.world, scope)
        assert failing_routes(routes, alice, token, alice.world.organization.uuid, is_refused(403)) == []


def _token_without(world: World, scope: str | None) -> str:
    with world.database.write() as tx:
        return insert_token(
            tx,
            world.organization.id,
            user_id=world.alice.user_id or "",
            name=f"all but {scope}",
            scopes=tuple(each for each in SCOPES if each != scope),
        )[1]


def test_its_owner_is_answered_without_a_fault(spent: Alice) -> None:
    """With a token that may do everything, and the least input."""

    def check(response: Response) -> None:
        assert response.status < 500, response.body
        assert response.status not in (401, 403, 405), response.body

    assert failing_routes(CLOSED, spent, spent.world.alice_token, spent.world.organization.uuid, check) == []


@pytest.mark.parametrize("key", OPEN, ids=" ".join)
def test_an_open_route_answers_a_stranger_without_a_fault(spent: Alice, key: tuple[str, str, str]) -> None:
    contract, route = next((c, r) for c, r in ROUTES if (c.name, r.method, r.path) == key)
    assert (200 if contract.name == "hub" else 400) <= spent.call(contract, route, None, "").status < 500


# Errors ---------------------------------------------------------------------------------------------------------------

FAMILY = [errors.NotFound("x"), errors.Unauthorized("x"), errors.Forbidden("x"), errors.Conflict("x"),
          errors.TooLarge("x"), errors.TooOften("x", 5), errors.TooSlow("x"), errors.Unavailable("x"),
          errors.WaitsForDecision("x", 5), errors.DiskFull("x"), errors.invalid("email", "is wrong"),
          errors.Invalid()]  # fmt: skip


def test_the_family_of_errors_is_whole() -> None:
    family = {each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Exception)}
    assert {type(error) for error in FAMILY} == family - {errors.CoterieError}


def test_every_error_but_invalid_has_a_status() -> None:
    both = (*vars(errors).values(), *vars(http_errors).values())
    family = {each for each in both if isinstance(each, type) and issubclass(each, errors.CoterieError)}
    assert set(http_errors.STATUSES) == family - {errors.CoterieError, errors.Invalid}


@pytest.mark.parametrize("error", FAMILY, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("contract", CONTRACTS, ids=name_of)
def test_every_contract_has_words_and_a_status_for_every_error(contract: Contract, error: errors.CoterieError) -> None:
    response = contract.present_error(error)
    assert response.status in contract.error_types
    assert response.status != 500
    assert isinstance(response.body, contract.error_types[response.status])


def test_the_scope_that_is_all_of_them_is_no_scope_of_a_route() -> None:
    assert ALL_SCOPES not in {route.scope for _, route in ROUTES}
