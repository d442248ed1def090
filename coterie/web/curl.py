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
    """A command line for a shell in which TOKEN is set, and PASSWORD for a login. A file comes from standard input."""
    lines = [f"curl {shlex.quote(url + _filled(path, operation.get('parameters', []), components))}"]
    if method != "get":
        lines[0] = lines[0].replace("curl ", f"curl -X {method.upper()} ", 1)
    if operation["security"] or "x-example-token" in operation:
        lines.append(f'-H "Authorization: Bearer ${operation.get("x-example-token", "TOKEN")}"')
    content = operation.get("requestBody", {}).get("content", {})
    if _JSON in content:
        lines.append("-H 'Content-Type: application/json'")
        body = format_json(content[_JSON].get("example") or example(content[_JSON]["schema"], components))
        lines.append("-d " + _with_password(shlex.quote(body)))
    elif "example" in content.get(_MULTIPART, {}):
        (name, text), *_ = content[_MULTIPART]["example"].items()
        escaped = text.replace("%", "%%").replace("\n", "\\n")
        lines[0] = f"printf {shlex.quote(escaped)} | {lines[0]}"
        lines.append(f"-F {shlex.quote(f'{name}=@-;filename={_file_name(text)}')}")
    elif _MULTIPART in content:
        lines += _form(content[_MULTIPART]["schema"], components)
    return " \\\n  ".join(lines)


def _with_password(quoted: str) -> str:
    """The one value of an example that only the reader has, as a variable of the shell."""
    return quoted.replace("$PASSWORD", "'\"$PASSWORD\"'")


def _file_name(text: str) -> str:
    return "open-day.pdf" if text.startswith("%PDF") else "neighbours.vcf"


def _filled(path: str, parameters: Sequence[Mapping[str, Any]], components: Components) -> str:
    """The path with the examples of the parameters, and with a value for each required one that has none."""
    shown = [each for each in parameters if each["required"] or "example" in each]
    values = {(each["in"], each["name"]): _value(each, components) for each in shown}
    for (place, name), value in values.items():
        if place == "path":
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
    query = [(name, value) for (place, name), value in values.items() if place == "query"]
    return f"{path}?{urlencode(query)}" if query else path


def _value(parameter: Mapping[str, Any], components: Components) -> str:
    if "example" in parameter:
        return str(parameter["example"])
    return str(example(parameter["schema"], components, parameter["name"]))


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
