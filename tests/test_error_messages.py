"""The wording of errors that every door shows."""

import re
from pathlib import Path

_LOWER_CASE = re.compile(r'(?:NotFound|Conflict|Forbidden)\(\s*f?"[a-z][^"]*')


def test_a_message_that_stands_alone_begins_with_a_capital() -> None:
    sources = Path(__file__).parents[1].joinpath("coterie").rglob("*.py")
    found = [f"{path.name}: {match}" for path in sources for match in _LOWER_CASE.findall(path.read_text("utf-8"))]
    assert found == []
    assert _LOWER_CASE.findall('raise NotFound(f"there is no token {id}")')
