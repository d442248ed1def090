"""A filter in either spelling."""

from coterie.model.filters.json_form import parse_json
from coterie.model.filters.problems import problem
from coterie.model.filters.read_line import parse_line
from coterie.model.filters.tree import Filter


def parse_filter(text: str) -> Filter:
    """Parses a filter in JSON if it begins with "{", otherwise in one line. Raises Invalid as both do."""
    if "\0" in text:
        raise problem("it contains a NUL character")
    return parse_json(text) if text.lstrip().startswith("{") else parse_line(text)
