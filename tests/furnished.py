"""Alice with something of everything, made through the contracts themselves.

Each POST to a collection is sent the least it takes, and the id it answers with stands for the parameter that follows
the collection's path: what a new route makes is there as soon as it is a row.
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
# What a field of this name is sent, where it is text
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


def furnish(database: Database, client: Client) -> Alice:
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
