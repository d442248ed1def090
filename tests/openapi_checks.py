"""Checks a response against the OpenAPI document."""

import json
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator

# The value holds the document, so that no other document gets its id.
_schemas: dict[tuple[int, str], tuple[dict[str, Any], "_Schema"]] = {}


class _Schema:
    """A schema, checked by a compiled validator; a slower one in plain Python finds the differences."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._schema = schema
        self._quick = jsonschema_rs.Draft202012Validator(schema)

    def problems(self, body: Any) -> list[str]:
        """The differences, at most ten."""
        if self._quick.is_valid(body):
            return []
        errors = sorted(Draft202012Validator(self._schema).iter_errors(body), key=str)
        return [f"{each.json_path}: {each.message}" for each in errors[:10]] or ["it is not valid"]


def validate_response(
    document: dict[str, Any],
    method: str,
    path_template: str,
    status: int,
    media_type: str | None,
    body_bytes: bytes,
) -> None:
    """Raises AssertionError, with the differences, if the document does not allow the response.

    path_template: as in the document, with its prefix and braces. media_type: the Content-Type header with its
    parameters, None without one. A key that the document does not list is a difference.
    """
    where = f"{method.upper()} {path_template} {status}"
    operation = document["paths"].get(path_template, {}).get(method.lower())
    assert operation is not None, f"{where}: no such operation in the document"
    if not path_template.startswith("/api/hub/"):
        # HTTP's own, for a client that sent If-None-Match or If-Match; the published documents do not have it
        if status == 304 and method.upper() == "GET":
            assert body_bytes == b"", f"{where}: a body"
            return
        if status == 412 and method.upper() != "GET":
            status = 409
    assert str(status) in operation["responses"], f"{where}: this status is not in the document"
    content = operation["responses"][str(status)].get("content")
    if content is None:
        assert body_bytes == b"", f"{where}: a body where the document has none: {body_bytes[:200]!r}"
        return
    kind = (media_type or "").partition(";")[0].strip().lower()
    assert kind in content, f"{where}: media type {media_type!r} is not one of {sorted(content)}"
    if "schema" not in content[kind]:  # a file
        return
    try:
        body = json.loads(body_bytes)
    except ValueError as error:
        raise AssertionError(f"{where}: the body is not JSON: {error}: {body_bytes[:200]!r}") from None
    problems = _schema_of(document, content[kind]["schema"]).problems(body)
    assert not problems, f"{where}: " + "; ".join(problems)


def schema_validator(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    """A validator of one schema of the document, its references resolved within the document."""
    return Draft202012Validator({**schema, "components": document["components"]})


def _schema_of(document: dict[str, Any], schema: dict[str, Any]) -> _Schema:
    key = (id(document), json.dumps(schema, sort_keys=True))
    if key not in _schemas:
        components = {name: _closed(each) for name, each in document["components"]["schemas"].items()}
        _schemas[key] = (document, _Schema({**_closed(schema), "components": {"schemas": components}}))
    return _schemas[key][1]


def _closed(node: Any) -> Any:
    """The schema, with additionalProperties false in every object."""
    if isinstance(node, list):
        return [_closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    closed = {key: _closed(value) for key, value in node.items()}
    if node.get("type") == "object" and isinstance(node.get("properties"), dict):
        closed.setdefault("additionalProperties", False)
    return closed
