"""The wording of errors that every door shows, and words that nothing uses."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
_LOWER_CASE = re.compile(r'(?:NotFound|Conflict|Forbidden)\(\s*f?"[a-z][^"]*')


def test_a_message_that_stands_alone_begins_with_a_capital() -> None:
    sources = ROOT.joinpath("coterie").rglob("*.py")
    found = [f"{path.name}: {match}" for path in sources for match in _LOWER_CASE.findall(path.read_text("utf-8"))]
    assert found == []
    assert _LOWER_CASE.findall('raise NotFound(f"there is no token {id}")')


# STYLE.md, "Plain technical English": each has a plain word in its place
_WORDS_NOT_TO_USE = re.compile(r"\b(?:any\s*more|meanwhile)\b(?!\s+than\b)", re.IGNORECASE)
_TEXTS = (".py", ".html", ".js", ".css", ".md", ".txt")


def _sources() -> list[Path]:
    files = [
        ROOT / "README.md",
        ROOT / "ARCHITECTURE.md",
        ROOT / "CHANGELOG.md",
        *ROOT.joinpath("coterie").rglob("*"),
        *ROOT.joinpath("docs").rglob("*"),
    ]
    return [path for path in files if path.suffix in _TEXTS and "vendor" not in path.parts]


def test_code_pages_and_documents_use_plain_words() -> None:
    texts = {path: path.read_text("utf-8") for path in _sources()}
    found = [
        f"{path.relative_to(ROOT)}: {match}"
        for path, text in texts.items()
        for match in _WORDS_NOT_TO_USE.findall(text)
    ]
    assert found == []
    assert len(texts) > 500
    assert _WORDS_NOT_TO_USE.findall("nobody uses it any\n    more. Meanwhile")
    assert not _WORDS_NOT_TO_USE.findall("of which there are many more; if any more than ten follow")
