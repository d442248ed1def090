"""Random filters whose values partly occur in the world of people.py."""

from typing import Any

from hypothesis import strategies as st
from people import EMAILS, FOLDER_NAMES, PHONES, TAG_NAMES

from coterie.model.filters import fields
from coterie.model.filters.fields import OPS, SEVERAL, Field, find_field
from coterie.model.filters.tree import Condition, Filter, Not, all_of, any_of
from coterie.model.filters.values import check_condition

NAMES = {"tag": TAG_NAMES, "folder": FOLDER_NAMES, "expertise": TAG_NAMES}
_PARTS = ("ana", "@example.org", "@mail.example.org", "%", "_", "o", "ana.example", "555", "+44", "+1 800", "bob", "^x")
_AMOUNTS = st.sampled_from(["0d", "1d", "7d", "30d", "1m", "2m", "12w", "1y", "26h", "99999y"])
_SPANS = st.sampled_from(
    ["today", "yesterday", "tomorrow", "2026", "2025", "2026-02", "2026-03-01", "2026-02-28", "2025-12-31"]
)


def _values(field: Field, op: str) -> st.SearchStrategy[Any]:
    if op in ("older_than", "newer_than", "within_next"):
        return _AMOUNTS
    if op == "month":
        return st.integers(1, 12)
    if field.name == "relation_to":
        return st.integers(1, 3).map(lambda number: f"relation_to {number}")
    if field.name == "import":
        return st.just("import 1")
    if field.kind == fields.REFERENCE:
        return st.sampled_from(["##1" if name == "#1" and field.name == "folder" else "##7" if name == "#7" else name
                                for name in NAMES[field.name]])  # fmt: skip
    if field.kind == fields.CHOICE:
        return st.sampled_from(field.choices)
    return {
        fields.HANDLE: st.sampled_from([*EMAILS, *PHONES, *_PARTS]),
        fields.TEXT: st.sampled_from(
            [
                "ann",
                "Ann Smi",
                "smith",
                "OBRIEN",
                "o’brien",
                "müller",
                "lud",
                "acme",
                "acme gmbh",
                "under",
                "%",
                "sales",
                "head of",
                "jazz",
                "party in",
                "ümläute",
                "berlin",
                "munder",
                "京",
                "王",
                "小明",
                "1010",
                "sw1a",
                "5",
                "r d",
                "annie",
                "DE",
                "new south wales",
                "ana",
                "bob",
            ]
        ).filter(lambda text: any(char.isalnum() for char in text)),
        fields.CODE: st.sampled_from(["en", "de-AT", "xx", "3w", "vcard", "instagram", "inro", "test"]),
        fields.COUNTRY: st.sampled_from(["de", "Austria", "USA", "FR"]),
        fields.RELATION: st.sampled_from(["mother", "parent", "FRIEND", "spouse", "Wife"]),
        fields.DAY: st.sampled_from(["today", "02-28", "02-29", "--03-01", "12-31"]),
        fields.DUE: _SPANS,
        fields.YES_NO: st.booleans(),
        fields.NUMBER: st.one_of(st.sampled_from([0, 3, 5, -5, 100, 5_000_000_000]), st.floats(-10, 10)),
        fields.MOMENT: _SPANS,
    }[field.kind]


_PROPERTY_VALUES = {
    "plan": ["pro", "Pro plus", "free"], "size": [3, -2.5, 0, 7],
    "since": ["2026", "2026-03", "2025-12-31", "yesterday"],
    "vip": ["yes", "no"], "motto": ["carpe", "diem", "carpe diem"], "langs": ["german", "high german", "en"],
    "kinds": ["pro", "free", "pro plus"], "mobile": ["+1 800", "555"],
}  # fmt: skip


@st.composite
def property_conditions(draw: st.DrawFn, name: str) -> Condition:
    slug = name.removeprefix("property.")
    orders = ("gt", "gte", "lt", "lte", "between") if slug in ("size", "since") else ("starts",)
    ops = ("contains", "is", "any", "none") + (() if slug == "vip" else orders)
    op = draw(st.sampled_from(ops))
    field = find_field(name)
    assert field is not None
    if op in ("any", "none"):
        return check_condition(field, op, [])
    how_many = (1, 3) if op in SEVERAL else (2, 2) if op == "between" else (1, 1)
    values = st.sampled_from(_PROPERTY_VALUES[slug])
    return check_condition(field, op, draw(st.lists(values, min_size=how_many[0], max_size=how_many[1])))


@st.composite
def conditions(draw: st.DrawFn, names: tuple[str, ...]) -> Condition:
    name = draw(st.sampled_from(names))
    if name.startswith("property."):
        return draw(property_conditions(name))
    field = find_field(name)
    assert field is not None
    op = draw(st.sampled_from(OPS[field.kind]))
    if op in ("any", "none"):
        return check_condition(field, op, [])
    how_many = (1, 3) if op in SEVERAL else (2, 2) if op == "between" else (1, 1)
    values = draw(st.lists(_values(field, op), min_size=how_many[0], max_size=how_many[1]))
    return check_condition(field, op, values)


def filters(names: tuple[str, ...]) -> st.SearchStrategy[Filter]:
    """Filters of these fields, up to four levels deep."""
    inner: st.SearchStrategy[Filter] = conditions(names)
    for _ in range(3):
        lists = st.lists(inner, min_size=1, max_size=3)
        inner = st.one_of(conditions(names), inner.map(Not), lists.map(all_of), lists.map(any_of))
    return inner
