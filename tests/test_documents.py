"""The Markdown files: their links lead somewhere, and their prose wraps at 120 columns."""

import re
from pathlib import Path

import pytest

from coterie.settings import Settings

ROOT = Path(__file__).parent.parent
COLUMNS = 120
_FENCE = re.compile(r"\s*(```|~~~)")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)[^)]*\)")
_HEADING = re.compile(r"#+\s+(.*)")


def markdown_files() -> list[Path]:
    """Those of the repository, without what is installed or not part of it."""
    hidden = {".venv", ".git", "node_modules"}
    return sorted(path for path in ROOT.rglob("*.md") if not hidden & set(path.relative_to(ROOT).parts))


def prose(text: str) -> list[tuple[int, str]]:
    """(number, line) of the lines outside code blocks."""
    lines, is_code = [], False
    for number, line in enumerate(text.splitlines(), 1):
        if _FENCE.match(line):
            is_code = not is_code
        elif not is_code:
            lines.append((number, line))
    return lines


def too_long(text: str) -> list[int]:
    """The numbers of lines that could be wrapped: rows of tables cannot, and neither can one long word."""
    return [
        number
        for number, line in prose(text)
        if len(line) > COLUMNS and not line.lstrip().startswith("|") and " " in line.strip()[2:]
    ]


def anchors(text: str) -> set[str]:
    """The fragments of the headings, as hosts of repositories make them."""
    headings = [match[1] for _, line in prose(text) if (match := _HEADING.match(line))]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def dead_links(path: Path, text: str) -> list[str]:
    dead = []
    for _, line in prose(text):
        for target in _LINK.findall(re.sub(r"`[^`]*`", "", line)):
            place, _, fragment = target.partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            other = (path.parent / place) if place else path
            if not other.exists() or (
                fragment and fragment not in anchors(other.read_text("utf-8") if place else text)
            ):
                dead.append(target)
    return dead


@pytest.mark.parametrize("path", markdown_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_document_has_no_dead_link_and_wraps(path: Path) -> None:
    text = path.read_text("utf-8")
    assert dead_links(path, text) == []
    assert too_long(text) == []


def test_a_dead_link_and_a_long_line_would_be_noticed() -> None:
    text = f"# A title\n[one](no-such-file.md) [two](#a-title) [three](#nothing) `[four](x)`\n{'word ' * 30}\n"
    assert dead_links(ROOT / "README.md", text) == ["no-such-file.md", "#nothing"]
    assert too_long(text) == [3]
    assert too_long(f"| {'cell ' * 40}|\n```\n{'code ' * 40}\n```\nhttps://{'x' * 130}\n") == []


def test_every_setting_is_in_the_table_of_operators() -> None:
    rows = re.findall(r"^\| `COTERIE_([A-Z_]+)` \|", (ROOT / "docs" / "operating.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(name.upper() for name in Settings.__struct_fields__)


def test_every_claim_names_tests_that_exist() -> None:
    rows = [
        line.split("|") for line in (ROOT / "docs" / "claims.md").read_text("utf-8").splitlines() if "`tests/" in line
    ]
    assert rows
    for row in rows:
        for place in re.findall(r"`(tests/[^`]+)`", row[2]):
            path, _, name = place.partition("::")
            assert (ROOT / path).exists(), place
            assert (ROOT / path).is_dir() or f"def {name}(" in (ROOT / path).read_text("utf-8"), place
