"""docs/filters.md lists every field, as the table of fields has it."""

from pathlib import Path

from coterie.model.filters.fields import FIELDS, OPS

PAGE = Path(__file__).parents[2] / "docs" / "filters.md"


def rows() -> list[str]:
    return [f"| `{each.name}` | {each.kind} | {each.description} |" for each in FIELDS.values()]


def test_the_page_lists_every_field_and_kind() -> None:
    text = PAGE.read_text("utf-8")
    missing = [row for row in rows() if row not in text]
    assert not missing, "\n" + "\n".join(missing)
    for kind, operators in OPS.items():
        assert f"| {kind} | {', '.join(operators)} |" in text
