"""The reference page: every operation of every contract on one page, from the OpenAPI documents.

It reads the documents, not the route tables, so it shows what clients see.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from coterie.web.curl import curl_command, format_json
from coterie.web.pages import render
from coterie.web.schemas import Components, Field, Schema, example, fields, note_text, type_text

# The base URL for curl if the document has none
LOCAL_URL = "http://127.0.0.1:8000"


class ResponseDoc(Struct, frozen=True):
    status: str
    description: str
    type: str
    example: str
    fields: list[Field]
    headers: list[Field]


class Operation(Struct, frozen=True):
    anchor: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    token: str
    is_ours: bool
    parameters: list[tuple[str, list[Field]]]
    body_types: list[str]
    body: list[Field]
    curl: str
    responses: list[ResponseDoc]
    error_statuses: list[str]


class OperationGroup(Struct, frozen=True):
    anchor: str
    name: str
    operations: list[Operation]


class Reference(Struct, frozen=True):
    """One contract as the template sees it."""

    anchor: str
    title: str
    version: str
    description: str
    url: str
    groups: list[OperationGroup]
    errors: list[ResponseDoc]


def reference_page(documents: Sequence[Mapping[str, Any]]) -> str:
    """One HTML page with every operation of these OpenAPI 3.1 documents. It loads nothing from other hosts."""
    return render("reference.html", references=[_reference(each) for each in documents])


def _reference(document: Mapping[str, Any]) -> Reference:
    info = document["info"]
    anchor = _anchor(info["title"])
    url = document["servers"][0]["url"].rstrip("/") or LOCAL_URL
    groups: dict[str, list[Operation]] = {}
    errors: dict[str, ResponseDoc] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            view = _operation(document, anchor, url, method, path)
            groups.setdefault(operation["tags"][0], []).append(view)
            errors |= {each.status: each for each in _responses(document, operation) if _is_error(each.status)}
    return Reference(
        anchor=anchor,
        title=info["title"],
        version=info["version"],
        description=info.get("description", ""),
        url=url,
        groups=_ordered(anchor, groups),
        errors=[errors[status] for status in sorted(errors)],
    )


def _ordered(anchor: str, groups: Mapping[str, list[Operation]]) -> list[OperationGroup]:
    """The groups of the contract by name, then those that are all ours; within a group, ours come last."""

    def order(name: str) -> tuple[bool, str]:
        return all(each.is_ours for each in groups[name]), name

    return [
        OperationGroup(f"{anchor}-{_anchor(name)}", name, sorted(groups[name], key=lambda each: each.is_ours))
        for name in sorted(groups, key=order)
    ]


def _operation(document: Mapping[str, Any], prefix: str, url: str, method: str, path: str) -> Operation:
    operation = document["paths"][path][method]
    components = document["components"]["schemas"]
    content: dict[str, Any] = operation.get("requestBody", {}).get("content", {})
    schema: Schema = next((each["schema"] for each in content.values()), {})
    responses = _responses(document, operation)
    scopes = [scope for need in operation["security"] for names in need.values() for scope in names]
    return Operation(
        anchor=f"{prefix}-{operation['operationId']}",
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        scope=scopes[0] if scopes else "",
        token=operation.get("x-example-token", ""),
        is_ours=operation.get("x-our-addition", False),
        parameters=_parameters(operation.get("parameters", [])),
        body_types=list(content),
        body=fields(schema, components),
        curl=curl_command(operation, url, method, path, components),
        responses=[each for each in responses if not _is_error(each.status)],
        error_statuses=[each.status for each in responses if _is_error(each.status)],
    )


def _parameters(parameters: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[Field]]]:
    """The parameters by place, with a heading for each place that has some."""
    groups = []
    for place, heading in (("path", "In the path"), ("query", "In the query"), ("header", "As headers")):
        lines = [_parameter(each) for each in parameters if each["in"] == place]
        if lines:
            groups.append((heading, lines))
    return groups


def _parameter(parameter: Mapping[str, Any]) -> Field:
    schema = parameter["schema"]
    notes = [parameter.get("description", ""), note_text(schema)]
    return Field(
        name=parameter["name"],
        type=type_text(schema),
        is_required=parameter["required"],
        note=" · ".join(each for each in notes if each),
    )


def _responses(document: Mapping[str, Any], operation: Mapping[str, Any]) -> list[ResponseDoc]:
    return [
        _response(status, response, document["components"]["schemas"])
        for status, response in operation["responses"].items()
    ]


def _response(status: str, response: Mapping[str, Any], components: Components) -> ResponseDoc:
    headers = [
        Field(name, type_text(header["schema"]), False, header["description"])
        for name, header in response.get("headers", {}).items()
    ]
    content = response.get("content", {})
    schema = next((body["schema"] for body in content.values() if "schema" in body), None)
    if schema is None:  # no body, or a file
        return ResponseDoc(status, response["description"], ", ".join(content), "", [], headers)
    return ResponseDoc(
        status=status,
        description=response["description"],
        type=type_text(schema),
        example=format_json(example(schema, components)),
        fields=fields(schema, components),
        headers=headers,
    )


def _is_error(status: str) -> bool:
    return status >= "400"


def _anchor(text: str) -> str:
    """A fragment that needs no escapes: inro-api for Inrō API."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
