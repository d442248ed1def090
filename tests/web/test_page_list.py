"""No page is forgotten: each one of the table is opened by a browser, or the list says why not."""

import re
from pathlib import Path

from page_list import ELSEWHERE, VISITED

from coterie.web.table import PAGES

PATHS = [page.path for page in PAGES if page.method == "GET"]


def pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{\w+(:int)?\}", lambda match: r"\d+" if match[1] else "[^/]+", path))


def page_of(address: str) -> str | None:
    """The page of the table that answers an address."""
    return next((path for path in PATHS if pattern(path).fullmatch(address.split("?")[0])), None)


def test_every_page_is_opened_by_a_browser_or_named_with_a_reason() -> None:
    visited = {page_of(address) for address in VISITED}
    assert None not in visited
    assert visited.isdisjoint(ELSEWHERE)
    assert visited | set(ELSEWHERE) == set(PATHS)


def test_the_tests_that_open_the_others_exist() -> None:
    root = Path(__file__).parents[2]
    named = {path for reason in ELSEWHERE.values() for path in re.findall(r"tests/\S+\.py", reason)}
    assert named
    assert [path for path in named if not (root / path).exists()] == []
