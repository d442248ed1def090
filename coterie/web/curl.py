"""The curl command of an operation, for a shell in which TOKEN is set."""

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from coterie.web.schemas import Components, Schema, example, resolved

_JSON = "application/json"
_MULTIPART = "multipart/form-data"


def curl_command(operation: Mapping[str, Any], url: str, method: str, path: str, components: Components) -> str:
    """A command line for a shell in which TOKEN is set."""
    lines = [f"curl {shlex.quote(url + _filled(path, operation.get('parameters', []), components))}"]
    if method != "get":
        lines[0] = lines[0].replace("curl ", f"curl -X {method.upper()} ", 1)
    if operation["security"]:
        lines.append('-H "Authorization: Bearer $TOKEN"')
    content = operation.get("requestBody", {}).get("content", {})
    if _JSON in content:
        lines.append("-H 'Content-Type: application/json'")
        lines.append("-d " + shlex.quote(format_json(example(content[_JSON]["schema"], components))))
    elif _MULTIPART in content:
        lines += _form(content[_MULTIPART]["schema"], components)
    return " \\\n  ".join(lines)


def _filled(path: str, parameters: Sequence[Mapping[str, Any]], components: Components) -> str:
    """The path with an example for each required parameter."""
    required = [each for each in parameters if each["required"]]
    values = {(each["in"], each["name"]): str(example(each["schema"], components, each["name"])) for each in required}
    for (place, name), value in values.items():
        if place == "path":
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
    query = [(name, value) for (place, name), value in values.items() if place == "query"]
    return f"{path}?{urlencode(query)}" if query else path


def _form(schema: Schema, components: Components) -> list[str]:
    """One -F for each field that is not an object or a list."""
    parts = []
    for name, each in resolved(schema, components).get("properties", {}).items():
        if each.get("format") == "binary":
            parts.append(f"-F {shlex.quote(f'{name}=@file')}")
        elif not isinstance(value := example(each, components, name), (dict, list)):
            parts.append(f"-F {shlex.quote(f'{name}={value}')}")
    return parts


def format_json(value: Any) -> str:
    """JSON with an indent of two, for people."""
    return json.dumps(value, indent=2, ensure_ascii=False)
