"""The OpenAPI 3.1 document of a contract, derived from its route table alone."""

import json
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from inspect import cleandoc
from typing import Any

from msgspec import structs

from coterie.api.openapi_schemas import Schema, Schemas, components_of, read_schemas
from coterie.api.route import UPLOAD_FIELD, Contract, Example, Route

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

_PARAMETER = re.compile(r"\{([^}]+)\}")
# every R0 path starts with an organization, which would be useless as a tag
_TENANT = re.compile(r"^/orgs/\{[^}]+\}(?=/)")


def document(contract: Contract, base_url: str, *, json_only: bool = False) -> dict[str, Any]:
    """The OpenAPI 3.1 document of a contract; the same table gives the same bytes.

    base_url: of the instance, without the prefix; if empty, the servers are relative. json_only: leaves out the forms
    that a body may be sent as instead of JSON, which generators of clients mix up. Every operation lists every error of
    the contract, so any response can be checked against it. Raises ValueError if two routes share a method and path, or
    an operationId, or two types a name.
    """
    routes = sorted(contract.routes, key=lambda route: (route.path, METHODS.index(route.method)))
    schemas = read_schemas(contract, routes)
    if json_only:
        contract = structs.replace(contract, reads_forms=False)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        operations = paths.setdefault(contract.prefix + route.path, {})
        if route.method.lower() in operations:
            raise ValueError(f"{route.method} {route.path} occurs twice")
        operations[route.method.lower()] = _operation(contract, route, schemas)
    _check_operation_ids(paths)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": contract.title,
            "version": contract.version,
            "description": cleandoc(contract.description),
        },
        "servers": [{"url": base_url or "/"}],
        "tags": [{"name": name} for name in sorted({tag(route.path) for route in routes})],
        "paths": paths,
        "components": {
            "schemas": components_of(paths, schemas.components),
            "securitySchemes": _security_schemes(contract),
        },
    }


def dump(document: Mapping[str, Any]) -> bytes:
    """The document as in the snapshot: indented, UTF-8, with a final newline."""
    return json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n"


def operation_id(method: str, path: str) -> str:
    """getApiV1ContactsId for GET /api/v1/contacts/{id}, as in Inrō's published document."""
    words = re.findall(r"[A-Za-z0-9]+", path)
    return method.lower() + "".join(word[0].upper() + word[1:] for word in words)


def tag(path: str) -> str:
    """The first noun of a path after the organization: contacts for /orgs/{org_id}/contacts/{id}."""
    return _TENANT.sub("", path).strip("/").split("/")[0]


def _operation(contract: Contract, route: Route, schemas: Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": operation_id(route.method, contract.prefix + route.path),
        "tags": [tag(route.path)],
        "summary": route.summary,
    }
    if route.description:
        operation["description"] = cleandoc(route.description)
    if route.is_ours:
        operation["x-our-addition"] = True
    example = contract.examples.get(f"{route.method} {route.path}", Example())
    if example.token != Example().token:
        operation["x-example-token"] = example.token
    parameters = _path_parameters(route, schemas) + _query_parameters(route, schemas)
    parameters += [
        {"name": name, "in": "header", "required": False, "description": text, "schema": {"type": "string"}}
        for name, text in route.headers.items()
    ]
    if parameters:
        operation["parameters"] = parameters
    _add_parameter_examples(parameters, {**contract.path_examples, **example.path}, example.query)
    if route.body is not None or route.uploads:
        operation["requestBody"] = _request_body(contract, route, schemas)
        _add_body_example(operation["requestBody"]["content"], example)
    operation["responses"] = _responses(contract, route, schemas)
    operation["security"] = _security(contract, route)
    return operation


def _path_parameters(route: Route, schemas: Schemas) -> list[dict[str, Any]]:
    return [
        _parameter(name, "path", schemas.of(route.path_types.get(name, str)), required=True)
        for name in _PARAMETER.findall(route.path)
    ]


def _query_parameters(route: Route, schemas: Schemas) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    whole = schemas.resolved(schemas.of(route.query))
    return [
        _parameter(name, "query", schema, required=name in whole["required"])
        for name, schema in whole["properties"].items()
    ]


def _parameter(name: str, place: str, schema: Schema, *, required: bool) -> dict[str, Any]:
    schema = dict(schema)
    parameter = {"name": name, "in": place, "required": required}
    if "description" in schema:
        parameter["description"] = schema.pop("description")
    return parameter | {"schema": schema}


def _add_parameter_examples(
    parameters: Sequence[dict[str, Any]], path: Mapping[str, Any], query: Mapping[str, Any]
) -> None:
    for parameter in parameters:
        values = path if parameter["in"] == "path" else query
        if parameter["name"] in values:
            parameter["example"] = values[parameter["name"]]


def _add_body_example(content: dict[str, Any], example: Example) -> None:
    """The example of the first media type: JSON, or multipart if a file is uploaded."""
    if example.body is not None:
        content[JSON] = {**content[JSON], "example": example.body}
    elif example.upload:
        content[MULTIPART] = {**content[MULTIPART], "example": {UPLOAD_FIELD: example.upload}}


def _request_body(contract: Contract, route: Route, schemas: Schemas) -> dict[str, Any]:
    schema: Schema = {} if route.body is None else schemas.of(route.body)
    whole = schemas.resolved(schema)
    if route.uploads:
        return {"required": True, "content": {MULTIPART: {"schema": _with_file(whole)}}}
    content = {JSON: {"schema": schema}}
    if contract.reads_forms:
        # deepObject is OpenAPI's name for the brackets of contact[email]=…
        nested = {
            name: {"style": "deepObject", "explode": True}
            for name, each in whole.get("properties", {}).items()
            if _is_object(each, schemas)
        }
        form = {"schema": schema} | ({"encoding": nested} if nested else {})
        content |= {FORM: form, MULTIPART: form}
    return {"required": bool(whole.get("required")), "content": content}


def _is_object(schema: Schema, schemas: Schemas) -> bool:
    choices = [schemas.resolved(each) for each in schema.get("anyOf", [schema])]
    return any(each.get("type") == "object" for each in choices)


def _with_file(schema: Schema) -> Schema:
    file = {"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"}
    return {
        **schema,
        "type": "object",
        "properties": {UPLOAD_FIELD: file, **schema.get("properties", {})},
        "required": [UPLOAD_FIELD, *schema.get("required", [])],
    }


def _responses(contract: Contract, route: Route, schemas: Schemas) -> dict[str, Any]:
    types = {**contract.error_types, **route.responses, route.status: route.response}
    responses: dict[str, Any] = {}
    for status in sorted(types):
        response: dict[str, Any] = {"description": HTTPStatus(status).phrase}
        if status == route.status and route.paged and contract.page_headers:
            response["headers"] = _headers(contract.page_headers)
        if status == route.status and route.media_types:
            response["content"] = {media_type: {} for media_type in route.media_types}
        elif types[status] is not None:
            media_type = contract.error_media_type if status in contract.error_types else JSON
            response["content"] = {media_type: {"schema": schemas.of(types[status])}}
        responses[str(status)] = response
    return responses


def _headers(descriptions: Mapping[str, str]) -> dict[str, Any]:
    return {name: {"description": descriptions[name], "schema": {"type": "string"}} for name in sorted(descriptions)}


def _security(contract: Contract, route: Route) -> list[dict[str, list[str]]]:
    if route.scope is None:
        return []
    return [{name: [route.scope]} for name in _security_schemes(contract)]


def _security_schemes(contract: Contract) -> dict[str, Any]:
    schemes: dict[str, Any] = {"bearer": {"type": "http", "scheme": "bearer"}}
    if contract.token_query:
        schemes["access_token"] = {"type": "apiKey", "in": "query", "name": "access_token"}
    return schemes


def _check_operation_ids(paths: Mapping[str, Mapping[str, Any]]) -> None:
    seen: dict[str, str] = {}
    for path, operations in paths.items():
        for operation in operations.values():
            name = operation["operationId"]
            if name in seen:
                raise ValueError(f"{path} and {seen[name]} are both named {name}")
            seen[name] = path
