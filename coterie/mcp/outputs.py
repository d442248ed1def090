"""The outputs of tools as results: JSON data, also as text, within 20 kB."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from coterie.errors import Invalid
from coterie.mcp.schemas import choices_of
from coterie.mcp.texts import clean, cut
from coterie.mcp.tool import Output

# of a whole response: hosts cut or refuse larger ones
BYTES_MAX = 20_000
# the keys other than items, and the response around them
_FRAME_BYTES = 1_200
_CHOICES_SHOWN = 20
_REASON_LENGTH = 500
_encode = msgspec.json.Encoder().encode


def cost(value: Any) -> int:
    """The bytes of a value in a response, which has it twice: as data, and as text inside a JSON string."""
    encoded = _encode(value)
    return len(encoded) + len(_encode(encoded.decode()))


def fit(items: Sequence[Any], bytes_max: int = BYTES_MAX - _FRAME_BYTES) -> int:
    """How many of the items fit into a response, from the first; at least one of them."""
    total = 0
    for number, item in enumerate(items):
        total += cost(item)
        if total > bytes_max:
            return max(1, number)
    return len(items)


def trim(value: dict[str, Any], bytes_max: int = BYTES_MAX - _FRAME_BYTES) -> dict[str, Any]:
    """An object that fits into a response: the longest of its lists and texts are cut, and their names are in `cut`."""
    trimmed, names = value, set[str]()
    while cost(trimmed) + 50 * len(names) > bytes_max:
        longest = max(trimmed, key=lambda name: cost(trimmed[name]), default="")
        shorter = _half(trimmed.get(longest))
        if shorter == trimmed.get(longest):
            break
        trimmed = {**trimmed, longest: shorter}
        names.add(longest)
    return {**trimmed, "cut": sorted(names)} if names else value


def _half(value: Any) -> Any:
    """About half of a list, an object or a text; of one with a single item, half of that."""
    if isinstance(value, str):
        return cut(value, max(1, len(value) // 2))
    if isinstance(value, list | tuple):
        return [_half(value[0])] if len(value) == 1 else list(value[: len(value) // 2])
    if isinstance(value, dict) and value:
        names = list(value)
        return (
            {names[0]: _half(value[names[0]])} if len(names) == 1 else {n: value[n] for n in names[: len(names) // 2]}
        )
    return value


def left_out(count: int) -> dict[str, str]:
    """The note of a page that was cut, {} if nothing was left out."""
    return {"note": f"{count} items of this page did not fit; next_cursor continues with them"} if count else {}


def present(output: Output, *, is_error: bool = False) -> dict[str, Any]:
    """The result of tools/call. Texts are cleaned; an output that the tool left too long is trimmed."""
    data = trim(clean(output))
    text = {"type": "text", "text": _encode(data).decode()}
    return {"content": [text], "structuredContent": data, "isError": is_error}


def present_problems(error: Invalid, arguments: type[Struct], prefix: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """The field, the reason and the choices of each problem. prefix: the path of the fields within the arguments."""
    problems = []
    for problem in error.problems[:_CHOICES_SHOWN]:
        choices = choices_of(arguments, (*prefix, *problem.path))[:_CHOICES_SHOWN]
        shown = {"field": ".".join(problem.path), "problem": cut(problem.reason, _REASON_LENGTH)}
        problems.append(shown | without_empty({"choices": choices}))
    return problems


def without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that say something: not None, and no empty text, list or object."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {}, ())}
