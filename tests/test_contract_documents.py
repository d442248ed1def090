"""The OpenAPI documents: equal to their snapshots in docs/contracts/, and Inrō's at least what Inrō published.

`make contracts` writes the snapshots anew; what it changed is then read in the diff.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from msgspec import defstruct, structs

from coterie.api.inro.routes import INRO
from coterie.api.openapi import document, dump
from coterie.api.route import Contract
from coterie.app import CONTRACTS

SNAPSHOTS = Path(__file__).parent.parent / "docs" / "contracts"
JSON_AND_FORMS = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]
PAGE = {"page": "integer", "per_page": "integer", "offset": "integer"}
ORDER = {"order_direction": "string", "order_column": "string"}
FIELDS = {"email": "string", "phone": "string", "language": "string"}
# Inrō's published document, v0.0.1: operationId -> method, path, parameters of path and query, body
SEED: dict[str, tuple[str, str, dict[str, str], dict[str, Any]]] = {
    "getApiV1Me": ("get", "/api/v1/me", {}, {}),
    "getApiV1Contacts": ("get", "/api/v1/contacts", PAGE | ORDER, {}),
    "getApiV1ContactsSearch": ("get", "/api/v1/contacts/search", {"query": "string"} | PAGE | ORDER, {}),
    "putApiV1ContactsId": ("put", "/api/v1/contacts/{id}", {"id": "integer"}, {"contact": FIELDS}),
    "getApiV1Contact": ("get", "/api/v1/contact", {"id": "integer", "username": "string", "email": "string"}, {}),
    "putApiV1Contact": (
        "put", "/api/v1/contact", {},
        {"id": "integer", "username": "string", "email": "string", "contact": FIELDS},
    ),
    "getApiV1Folders": ("get", "/api/v1/folders", PAGE, {}),
    "getApiV1ContactProperties": ("get", "/api/v1/contact_properties", PAGE, {}),
}  # fmt: skip
# The entities of the published document and their keys, in order
ENTITIES = {
    "ContactEntity": [
        "id", "name", "username", "instagram_url", "profile_picture", "status", "notes", "is_follower", "email",
        "real_name", "phone", "language", "follower_count", "follower_growth", "bio", "website", "created_at",
        "updated_at", "custom_properties", "folders", "last_messages", "last_comments", "last_mentions",
    ],
    "MessageEntity": ["content", "received_at", "received"],
    "CommentEntity": ["text", "received_at"],
    "MentionEntity": ["text", "received_at"],
}  # fmt: skip


def snapshot(contract: Contract) -> bytes:
    """What docs/contracts/<name>.json must hold."""
    return dump(document(contract, ""))


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_the_snapshot_is_the_document_of_the_route_table(contract: Contract) -> None:
    kept = (SNAPSHOTS / f"{contract.name}.json").read_bytes()
    assert kept == snapshot(contract), "the contract has changed: run `make contracts` and look at the difference"


def test_there_is_no_snapshot_of_a_contract_that_is_gone() -> None:
    assert {path.stem for path in SNAPSHOTS.glob("*.json")} == {contract.name for contract in CONTRACTS}


# Inrō's published operations ------------------------------------------------------------------------------------------


# our optional parameters, and the operations that have them
FILTERS = {"filter", "segment_id"}
FILTERED = ("getApiV1Contacts", "getApiV1ContactsSearch")


@pytest.fixture(scope="module")
def inro() -> dict[str, Any]:
    return document(INRO, "")


@pytest.mark.parametrize("name", SEED)
def test_an_operation_inro_published_is_there_with_its_parameters(inro: dict[str, Any], name: str) -> None:
    method, path, parameters, body = SEED[name]
    operation = inro["paths"][path][method]
    assert operation["operationId"] == name
    ours = {each["name"]: each for each in operation.get("parameters", [])}
    assert set(ours) == set(parameters) | (FILTERS if name in FILTERED else set())
    for parameter, kind in parameters.items():
        assert kind in _types(inro, ours[parameter]["schema"]), parameter
        assert ours[parameter]["required"] == (ours[parameter]["in"] == "path")
    assert _has(inro, _body(operation), body)
    if body:
        assert _resolved(inro, _body(operation))["required"] == ["contact"]
    assert "200" in operation["responses"]


def test_the_descriptions_of_the_parameters_are_inros(inro: dict[str, Any]) -> None:
    parameters = inro["paths"]["/api/v1/contacts/search"]["get"]["parameters"]
    assert {each["name"]: each["description"] for each in parameters if each["name"] not in FILTERS} == {
        "page": "Page offset to fetch.", "per_page": "Number of results to return per page.",
        "offset": "Pad a number of results.", "order_direction": "Order direction", "order_column": "Order column",
        "query": "Search query",
    }  # fmt: skip


@pytest.mark.parametrize("name", ENTITIES)
def test_an_entity_inro_published_has_its_keys_in_order_and_all_of_them_always(inro: dict[str, Any], name: str) -> None:
    schema = inro["components"]["schemas"][name]
    assert list(schema["properties"]) == schema["required"] == ENTITIES[name]


def test_a_seed_that_was_not_met_would_be_noticed(inro: dict[str, Any]) -> None:
    operation = inro["paths"]["/api/v1/contact"]["put"]
    assert not _has(inro, _body(operation), {"shoe_size": "integer"})
    assert not _has(inro, _body(operation), {"contact": {"shoe_size": "integer"}})
    assert not _has(inro, _body(operation), {"id": "boolean"})


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_every_schema_of_a_document_is_a_schema(contract: Contract) -> None:
    schemas = document(contract, "")["components"]["schemas"]
    assert {"ErrorBody", "Problem"} & schemas.keys()
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_every_enumeration_has_a_type(contract: Contract) -> None:
    enumerations = [node for node in _nodes(document(contract, "")) if isinstance(node.get("enum"), list)]
    assert enumerations
    assert all("type" in each for each in enumerations)


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_a_body_is_json_first_and_only_json_for_generators(contract: Contract) -> None:
    all_types = JSON_AND_FORMS if contract.reads_forms else JSON_AND_FORMS[:1]
    for only, expected in ((False, all_types), (True, JSON_AND_FORMS[:1])):
        whole = document(contract, "", json_only=only)
        bodies = [list(node["requestBody"]["content"]) for node in _nodes(whole) if "requestBody" in node]
        assert expected in bodies
        assert all(body in (expected, ["multipart/form-data"]) for body in bodies)


def test_two_types_of_one_name_are_refused() -> None:
    twin = defstruct("FolderEntity", [("id", int)], module="elsewhere")
    routes = tuple(structs.replace(route, response=twin) if route.path == "/me" else route for route in INRO.routes)
    with pytest.raises(ValueError, match=r"share a name.*FolderEntity"):
        document(structs.replace(INRO, routes=routes), "")


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Every object of a document."""
    if isinstance(node, dict):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _nodes(each)


def _body(operation: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return found.get("schema", {})


def _resolved(whole: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = whole
    for key in schema.get("$ref", "").removeprefix("#/").split("/"):
        found = found[key] if key else schema
    return found


def _types(whole: dict[str, Any], schema: dict[str, Any]) -> set[str]:
    """Every type a schema allows; an enumeration is of the types of its values."""
    schema = _resolved(whole, schema)
    choices = schema.get("anyOf", [schema])
    found = {each.get("type", "") for choice in choices for each in [_resolved(whole, choice)]}
    named = {str: "string", int: "integer", type(None): "null"}
    return found | {named[type(value)] for choice in choices for value in choice.get("enum", ())}


def _has(whole: dict[str, Any], schema: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Whether a schema has these properties, of these types."""
    properties = _resolved(whole, schema).get("properties", {})
    for name, kind in wanted.items():
        if name not in properties:
            return False
        if isinstance(kind, dict):
            if not _has(whole, properties[name], kind):
                return False
        elif kind not in _types(whole, properties[name]):
            return False
    return True


if __name__ == "__main__":
    SNAPSHOTS.mkdir(exist_ok=True)
    for each in CONTRACTS:
        (SNAPSHOTS / f"{each.name}.json").write_bytes(snapshot(each))
