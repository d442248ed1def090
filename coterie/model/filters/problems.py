"""Problems of a filter, as an Invalid of the field "filter"."""

import difflib
from collections.abc import Iterable

from coterie.errors import Invalid, Problem

FIELD = "filter"
QUOTED_MAX = 40
_PREFIX = "is invalid: "


def problem(reason: str, *, position: int | None = None, path: tuple[str, ...] = (), kind: str = "invalid") -> Invalid:
    """An Invalid of the filter. position: where in the line, from 0; path: where in the JSON."""
    where = f"at position {position + 1}: " if position is not None else ""
    return Invalid(Problem((FIELD, *path), kind, f"{_PREFIX}{where}{reason}"))


def bare_reason(problem: Problem) -> str:
    """The reason without "is invalid: ", for a place that shows no name of a field before it."""
    return problem.reason.removeprefix(_PREFIX)


def quoted(text: object) -> str:
    """A value as it is shown in a message: in quotes, and short."""
    plain = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(text)[:QUOTED_MAX])
    return f"'{plain}{'…' if len(str(text)) > QUOTED_MAX else ''}'"


def suggestion(word: str, choices: Iterable[str]) -> str:
    """ ": did you mean …?" with the choice nearest to a word, or "" if none is near."""
    near = difflib.get_close_matches(word[:QUOTED_MAX].lower(), list(choices), n=1)
    return f": did you mean {near[0]}?" if near else ""
