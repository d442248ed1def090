"""Alice with one of everything, created through the contracts.

Each collection gets a POST with the smallest valid body; the id in its response is used for the parameter after the
collection's path. So a new route is covered once its row is in the table.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import msgspec
from client import Client, Response
from msgspec import inspect
from world import World, make_world

from coterie.api.route import Contract, Route
from coterie.app import CONTRACTS
from coterie.store.database import Database

ROUTES = [(contract, route) for contract in CONTRACTS for route in contract.routes]
# text fields: name -> value to send
SAMPLES: dict[str, Any] = {
    "name": "Alices Secret", "first_name": "Alices Secret", "last_name": "Secret", "title": "Alices Secret",
    "label": "Alices Secret",
    "email": "alices.secret@example.org", "email_address": "alices.secret@example.org", "text": "Alices Secret",
    "phone_number": "+18005550123", "note": "Alices Secret",
    "content": "Alices Secret", "street_1": "742 Evergreen Terrace", "address_line_1": "742 Evergreen Terrace",
    "date": "2030-01-01", "remind_on": "2030-01-01", "start_at": "2030-01-01T10:00:00Z",
}  # fmt: skip


def name_of(value: Any) -> str:
    return value.name if isinstance(value, Contract) else f"{value.method} {value.path}"


def parameters(path: str) -> list[str]:
    return re.findall(r"\{([^}]+)\}", path)


def is_tenant(name: str) -> bool:
    return name == "org_id"


@dataclass
class Alice:
    """The world and what Alice has. ids: (contract, path or parameter) -> the text to put there."""

    world: World
    client: Client
    ids: dict[tuple[str, str], str] = field(default_factory=dict)
    # name of a body's field -> value to send
    samples: dict[str, Any] = field(default_factory=dict)

    def path(self, contract: Contract, route: Route, org_id: str) -> str:
        """The path of a route with Alice's ids, in this organization."""
        path = ""
        for segment in route.path.split("/")[1:]:
            if not segment.startswith("{"):
                path += "/" + segment
                continue
            value = org_id if is_tenant(segment[1:-1]) else self.value(contract, route, f"{path}/{segment}")
            path += "/" + value
        return contract.prefix + path

    def value(self, contract: Contract, route: Route, place: str) -> str:
        """Alice's id for a parameter, or one that nobody has."""
        name = parameters(place)[-1]
        template = next((key for key in self._keys(contract, route.path, name)), None)
        if template is not None:
            return self.ids[template]
        return "4000000" if route.path_types.get(name) is int else str(uuid4())

    def _keys(self, contract: Contract, path: str, name: str) -> list[tuple[str, str]]:
        here = path[: path.index("{" + name + "}") + len(name) + 2]
        keys = [(contract.name, here), (contract.name, name)]
        return [key for key in keys if key in self.ids]

    def call(self, contract: Contract, route: Route, token: str | None, org_id: str, **headers: str) -> Response:
        """Calls the route with the smallest valid input. headers: further ones, with _ for -."""
        media_type = "multipart/form-data; boundary=x" if route.uploads else "application/json"
        body = b""
        if route.uploads:
            body = upload()
        elif route.body:
            body = msgspec.json.encode(smallest(route.body, self.samples))
        return self.client.with_token(token).call(
            route.method,
            self.path(contract, route, org_id),
            body=body,
            headers={"content-type": media_type} | {name.replace("_", "-"): value for name, value in headers.items()},
        )


def upload() -> bytes:
    head = b'--x\r\nContent-Disposition: form-data; name="upload"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n'
    return head + b"Alices Secret\r\n--x--\r\n"


def smallest(struct: Any, samples: dict[str, Any]) -> Any:
    """The smallest valid body: the required fields, and those that have a sample."""
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
            return smallest(shape.cls, samples)
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


def furnish(database: Database, client: Client) -> Alice:
    world = make_world(database)
    with database.read() as tx:
        (relationship_id,) = tx.one("SELECT id FROM relationship_types ORDER BY id LIMIT 1") or ("",)
    contact_ids = {"contact_id": world.homer.uuid, "first_contact_id": world.homer.uuid}
    other = {"second_contact_id": world.marge.uuid, "relationship_id": relationship_id}
    alice = Alice(world, client, samples=SAMPLES | contact_ids | other)
    for contract in CONTRACTS:
        alice.ids |= {(contract.name, "user_id"): world.alice.user_id or ""}
    alice.ids |= {("r0", "contact_id"): world.homer.uuid, ("inro", "/contacts/{id}"): str(world.homer.id)}
    inro = client.with_token(world.alice_token)
    task = inro.put("/api/v1/contacts/bulk", {"contacts": [{"id": world.homer.id, "contact": {}}]})
    alice.ids["inro", "/batch_tasks/{id}"] = task.json["batch_task_id"]
    for _ in range(3):  # an item needs what it belongs to
        for contract, route in ROUTES:
            _make(alice, contract, route)
    return alice


def _make(alice: Alice, contract: Contract, collection: Route) -> None:
    """Creates an item of a collection that has routes for its items and none of Alice's yet."""
    item = next(
        (r.path for r in contract.routes if re.fullmatch(re.escape(collection.path) + r"/\{\w+\}", r.path)), None
    )
    if collection.method != "POST" or item is None or collection.scope is None:
        return
    name = parameters(item)[-1]
    if (contract.name, item) in alice.ids or (contract.name, name) in alice.ids:
        return
    response = alice.call(contract, collection, alice.world.alice_token, alice.world.organization.uuid)
    if response.status == 201:
        body = response.json
        entity = body if {"id", "uuid", "slug"} & set(body) else next(iter(body.values()))
        id_ = str(next(entity[key] for key in ("slug", "uuid", "id") if key in entity))
        alice.ids[contract.name, item] = alice.ids[contract.name, name] = id_
