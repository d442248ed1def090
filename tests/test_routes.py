"""Every route of every contract: closed without a token, blind to strangers, refused without its scope.

The tests walk the route tables, so a new route is covered as soon as it is a row. What Alice has is made through the
contracts themselves: each POST to a collection is sent the least it takes, and the id it answers with stands for the
parameter that follows the collection's path.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from client import Client, Response
from msgspec import inspect
from world import World, make_world

from coterie import errors
from coterie.actions.organizations import create_access_token
from coterie.api.http import Routes
from coterie.api.route import Contract, Route
from coterie.app import CONTRACTS
from coterie.model.organizations import ALL_SCOPES, SCOPES
from coterie.store.database import Database

# Routes that need no token, each with the reason
OPEN = {
    ("r0", "POST", "/login"): "this is where a token comes from",
    ("r0", "DELETE", "/logout"): "a token that is gone cannot be asked for",
}
# Parameters whose ids are the same in every organization
SHARED = {"relationship_id"}
# Parameters that must stand for something Alice really has, so that the tests below are not about nothing
REAL = {
    "inro": {"/contacts/{id}", "/folders/{id}", "/contact_properties/{slug}", "/batch_tasks/{id}"},
    "r0": {"contact_id", "phone_id", "email_id", "address_id", "tag_id", "expertise_id", "gift_id", "pet_id", "note_id",
           "reminder_id", "contact_relationship_id", "user_relationship_id"},
}  # fmt: skip
# What a field of this name is sent, where it is text
SAMPLES: dict[str, Any] = {
    "name": "Alices Secret", "first_name": "Alices Secret", "last_name": "Secret", "title": "Alices Secret",
    "email": "alices.secret@example.org", "email_address": "alices.secret@example.org", "text": "Alices Secret",
    "phone_number": "+18005550123", "note": "Alices Secret",
    "content": "Alices Secret", "street_1": "742 Evergreen Terrace", "address_line_1": "742 Evergreen Terrace",
    "date": "2030-01-01", "remind_on": "2030-01-01", "start_at": "2030-01-01T10:00:00Z",
}  # fmt: skip
SECRET = re.compile(rb"alices.secret|evergreen|marge|homer", re.IGNORECASE)

ROUTES = [(contract, route) for contract in CONTRACTS for route in contract.routes]


def name_of(value: Any) -> str:
    return value.name if isinstance(value, Contract) else f"{value.method} {value.path}"


def parameters(path: str) -> list[str]:
    return re.findall(r"\{([^}]+)\}", path)


def is_tenant(name: str) -> bool:
    return name == "org_id"


closed = pytest.mark.parametrize(
    ("contract", "route"), [(c, r) for c, r in ROUTES if (c.name, r.method, r.path) not in OPEN], ids=name_of
)
with_ids = pytest.mark.parametrize(
    ("contract", "route"),
    [
        (c, r)
        for c, r in ROUTES
        if r.scope is not None and any(not is_tenant(name) and name not in SHARED for name in parameters(r.path))
    ],
    ids=name_of,
)
below_an_organization = pytest.mark.parametrize(
    ("contract", "route"), [(c, r) for c, r in ROUTES if any(map(is_tenant, parameters(r.path)))], ids=name_of
)


@dataclass
class Alice:
    """The world, and what Alice has: (contract, path below its organization) -> the text that stands there."""

    world: World
    client: Client
    known: dict[tuple[str, str], str] = field(default_factory=dict)
    # what a field of a body is sent: name -> value
    samples: dict[str, Any] = field(default_factory=dict)

    def path(self, contract: Contract, route: Route, org_id: str) -> str:
        """The path of a route with Alice's ids in it, below this organization."""
        path = ""
        for segment in route.path.split("/")[1:]:
            if not segment.startswith("{"):
                path += "/" + segment
                continue
            value = org_id if is_tenant(segment[1:-1]) else self.value(contract, route, f"{path}/{segment}")
            path += "/" + value
        return contract.prefix + path

    def value(self, contract: Contract, route: Route, place: str) -> str:
        """What Alice has at a place; where she has nothing, an id that nobody has."""
        name = parameters(place)[-1]
        template = next((key for key in self._keys(contract, route.path, name)), None)
        if template is not None:
            return self.known[template]
        return "4000000" if route.path_types.get(name) is int else str(uuid4())

    def _keys(self, contract: Contract, path: str, name: str) -> list[tuple[str, str]]:
        here = path[: path.index("{" + name + "}") + len(name) + 2]
        keys = [(contract.name, here), (contract.name, name)]
        return [key for key in keys if key in self.known]

    def call(self, contract: Contract, route: Route, token: str | None, org_id: str) -> Response:
        """The route with the least input it takes."""
        media_type = "multipart/form-data; boundary=x" if route.uploads else "application/json"
        body = (
            upload() if route.uploads else msgspec.json.encode(least(route.body, self.samples)) if route.body else b""
        )
        return self.client.with_token(token).call(
            route.method, self.path(contract, route, org_id), body=body, headers={"content-type": media_type}
        )


def upload() -> bytes:
    head = b'--x\r\nContent-Disposition: form-data; name="upload"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n'
    return head + b"Alices Secret\r\n--x--\r\n"


def least(struct: Any, samples: dict[str, Any]) -> Any:
    """The least such a body can be: what is required, and of the rest what a sample is known for."""
    shape = inspect.type_info(struct)
    assert isinstance(shape, inspect.StructType)
    return {
        each.encode_name: _sample(each.name, each.type, samples)
        for each in shape.fields
        if each.required or each.name in samples
    }


def _sample(name: str, shape: Any, samples: dict[str, Any]) -> Any:
    match shape:
        case inspect.Metadata():
            return _sample(name, shape.type, samples)
        case inspect.UnionType():
            return _sample(name, next(t for t in shape.types if not isinstance(t, inspect.NoneType)), samples)
        case inspect.StructType():
            return least(shape.cls, samples)
        case inspect.ListType() | inspect.VarTupleType():
            return [] if isinstance(shape.item_type, inspect.AnyType) else [_sample(name, shape.item_type, samples)]
        case inspect.DictType():
            return {}
        case inspect.LiteralType():
            return shape.values[0]
        case inspect.BoolType():
            return True
        case inspect.IntType() | inspect.FloatType():
            return 1
    return samples.get(name, "sample")


@pytest.fixture(scope="module")
def alice(database: Database, client: Client) -> Alice:
    return _furnished(database, client)


@pytest.fixture(scope="module")
def spent(database: Database, client: Client) -> Alice:
    """Another Alice, whose things the tests may change and delete."""
    return _furnished(database, client)


def _furnished(database: Database, client: Client) -> Alice:
    world = make_world(database)
    with database.read() as tx:
        (relationship_id,) = tx.one("SELECT id FROM relationship_types ORDER BY id LIMIT 1") or ("",)
    contact_ids = {"contact_id": world.homer.uuid, "first_contact_id": world.homer.uuid}
    own = {"second_contact_id": world.marge.uuid, "relationship_id": relationship_id}
    alice = Alice(world, client, samples=SAMPLES | contact_ids | own)
    for contract in CONTRACTS:
        alice.known |= {(contract.name, "user_id"): world.alice.user_id or ""}
    alice.known |= {("r0", "contact_id"): world.homer.uuid, ("inro", "/contacts/{id}"): str(world.homer.id)}
    inro = client.with_token(world.alice_token)
    task = inro.put("/api/v1/contacts/bulk", {"contacts": [{"id": world.homer.id, "contact": {}}]})
    alice.known["inro", "/batch_tasks/{id}"] = task.json["batch_task_id"]
    for _ in range(3):  # what a thing belongs to must be there before it
        for contract, route in ROUTES:
            _make(alice, contract, route)
    return alice


def _make(alice: Alice, contract: Contract, collection: Route) -> None:
    """Make what a collection holds, where a route of one of its items exists and nothing is known there yet."""
    item = next(
        (r.path for r in contract.routes if re.fullmatch(re.escape(collection.path) + r"/\{\w+\}", r.path)), None
    )
    if collection.method != "POST" or item is None or collection.scope is None:
        return
    name = parameters(item)[-1]
    if (contract.name, item) in alice.known or (contract.name, name) in alice.known:
        return
    answer = alice.call(contract, collection, alice.world.alice_token, alice.world.organization.uuid)
    if answer.status == 201:
        made = answer.json
        made = made if {"id", "uuid", "slug"} & set(made) else next(iter(made.values()))
        found = str(next(made[key] for key in ("slug", "uuid", "id") if key in made))
        alice.known[contract.name, item] = alice.known[contract.name, name] = found


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
    with pytest.raises(ValueError, match="is there twice"):
        Routes([*CONTRACTS, CONTRACTS[0]])


@pytest.mark.parametrize("contract", CONTRACTS, ids=name_of)
def test_alice_has_what_the_tests_ask_strangers_for(alice: Alice, contract: Contract) -> None:
    assert {(contract.name, key) for key in REAL.get(contract.name, ())} <= alice.known.keys()


@closed
def test_without_a_token_it_is_401(alice: Alice, contract: Contract, route: Route) -> None:
    for token in (None, "wrong", alice.world.alice_token[:-1]):
        answer = alice.call(contract, route, token, alice.world.organization.uuid)
        assert answer.status == 401
        assert not SECRET.search(answer.body)


@with_ids
def test_a_strangers_token_finds_nothing_of_alices(alice: Alice, contract: Contract, route: Route) -> None:
    """Charlie asks in his own organization, for the ids of Alice's things."""
    answer = alice.call(contract, route, alice.world.charlie_token, alice.world.charlie.organization_uuid)
    assert answer.status == 404, answer.body
    assert not SECRET.search(answer.body)


@below_an_organization
def test_another_organization_does_not_exist_for_a_stranger(alice: Alice, contract: Contract, route: Route) -> None:
    """Charlie asks in Alice's organization."""
    answer = alice.call(contract, route, alice.world.charlie_token, alice.world.organization.uuid)
    assert answer.status == 404, answer.body
    assert not SECRET.search(answer.body)


@pytest.mark.parametrize(
    ("contract", "route"), [(c, r) for c, r in ROUTES if r.method == "GET" and r.scope is not None], ids=name_of
)
def test_what_a_stranger_reads_holds_nothing_of_alices(alice: Alice, contract: Contract, route: Route) -> None:
    answer = alice.call(contract, route, alice.world.charlie_token, alice.world.charlie.organization_uuid)
    assert answer.status in (200, 400, 404, 422)
    assert not SECRET.search(answer.body)


@closed
def test_a_token_without_the_scope_is_403(alice: Alice, contract: Contract, route: Route) -> None:
    token = _token_without(alice.world, route.scope)
    answer = alice.call(contract, route, token, alice.world.organization.uuid)
    assert answer.status == 403, answer.body
    assert not SECRET.search(answer.body)


def _token_without(world: World, scope: str | None) -> str:
    with world.database.write() as tx:
        return create_access_token(
            tx,
            world.organization.id,
            user_id=world.alice.user_id or "",
            name=f"all but {scope}",
            scopes=tuple(each for each in SCOPES if each != scope),
        )


@closed
def test_its_owner_is_answered_without_a_fault(spent: Alice, contract: Contract, route: Route) -> None:
    """With a token that may do everything, and the least input."""
    answer = spent.call(contract, route, spent.world.alice_token, spent.world.organization.uuid)
    assert answer.status < 500, answer.body
    assert answer.status not in (401, 403, 405), answer.body


@pytest.mark.parametrize("key", OPEN, ids=" ".join)
def test_an_open_route_answers_a_stranger_without_a_fault(spent: Alice, key: tuple[str, str, str]) -> None:
    contract, route = next((c, r) for c, r in ROUTES if (c.name, r.method, r.path) == key)
    assert 400 <= spent.call(contract, route, None, "").status < 500


# Errors ---------------------------------------------------------------------------------------------------------------

FAMILY = [errors.NotFound("x"), errors.Unauthorized("x"), errors.Forbidden("x"), errors.Conflict("x"),
          errors.TooLarge("x"), errors.TooOften("x", 5), errors.TooSlow("x"), errors.Unavailable("x"),
          errors.invalid("email", "is wrong"), errors.Invalid()]  # fmt: skip


def test_the_family_of_errors_is_whole() -> None:
    family = {each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Exception)}
    assert {type(error) for error in FAMILY} == family - {errors.CoterieError}


@pytest.mark.parametrize("error", FAMILY, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("contract", CONTRACTS, ids=name_of)
def test_every_contract_has_words_and_a_status_for_every_error(contract: Contract, error: errors.CoterieError) -> None:
    answer = contract.present_error(error)
    assert answer.status in contract.error_types
    assert answer.status != 500
    assert isinstance(answer.body, contract.error_types[answer.status])


def test_the_scope_that_is_all_of_them_is_no_scope_of_a_route() -> None:
    assert ALL_SCOPES not in {route.scope for _, route in ROUTES}
