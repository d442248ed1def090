"""The two spellings of filters: what they mean, and what is refused, with its place and what mends it."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.errors import Invalid
from coterie.model.filters.fields import FIELDS, OPS
from coterie.model.filters.json_form import from_data, parse_json, to_json
from coterie.model.filters.parse import parse_filter
from coterie.model.filters.read_line import parse_line
from coterie.model.filters.tree import CONDITIONS_MAX, DEPTH_MAX, LENGTH_MAX, All, AnyOf, Condition, Not
from coterie.model.filters.write_line import to_line

A, B, C = (Condition("text", "contains", (word,)) for word in "abc")


@pytest.mark.parametrize(
    ("line", "filter_"),
    [
        ("a b", All((A, B))), ("a AND b", All((A, B))), ("a OR b c", AnyOf((A, All((B, C))))),
        ("(a OR b) c", All((AnyOf((A, B)), C))), ("-a", Not(A)), ("NOT a", Not(A)), ("--a", Not(Not(A))),
        ("-(a b)", Not(All((A, B)))), ("a (b c)", All((A, B, C))), (" ( a ) ", A), ("a OR (b OR c)", AnyOf((A, B, C))),
        ('"a b"', Condition("text", "contains", ("a b",))), (r'"a\"b\\"', Condition("text", "contains", ('a"b\\',))),
        ("or", Condition("text", "contains", ("or",))), ('"OR"', Condition("text", "contains", ("OR",))),
        ("tag:a,b", Condition("tag", "is", ("a", "b"))), ('tag:"a,b"', Condition("tag", "is", ("a,b",))),
        ("TAG:Friends", Condition("tag", "is", ("Friends",))), ("tag:a,a", Condition("tag", "is", ("a",))),
        ("tag:*", Condition("tag", "any")), ("tag:none", Condition("tag", "none")),
        ('tag:"none"', Condition("tag", "is", ("none",))), ("has:email", Condition("email", "any")),
        ("followers:>3", Condition("followers", "gt", (3,))),
        ("followers:<=3.5", Condition("followers", "lte", (3.5,))),
        ("followers:-3..5", Condition("followers", "between", (-3, 5))),
        ("followers:0,7", Condition("followers", "is", (0, 7))), ("follower:yes", Condition("follower", "is", (True,))),
        ("created:>90d", Condition("created", "older_than", ("90d",))),
        ("created:<2W", Condition("created", "newer_than", ("2w",))),
        ("created:>2026-05", Condition("created", "gt", ("2026-05",))),
        ("created:2026-01..2026-03", Condition("created", "between", ("2026-01", "2026-03"))),
        ("created:today", Condition("created", "is", ("today",))),
        ("created:>2026-01-01T10:00Z", Condition("created", "gt", ("2026-01-01T10:00Z",))),
        ("birthday:next30d", Condition("birthday", "within_next", ("30d",))),
        ("birthday:month:5,6", Condition("birthday", "month", (5, 6))),
        ("birthday:--05-12", Condition("birthday", "is", ("05-12",))),
        ("due:<7d", Condition("due", "within_next", ("7d",))),
        ("name:^Ann", Condition("name", "starts", ("Ann",))),
        ('name:"^Ann S"', Condition("name", "starts", ("Ann S",))),
        ("name:=ann", Condition("name", "is", ("ann",))),
        ("country:germany,at", Condition("country", "is", ("DE", "AT"))),
        ("relation:best_friend", Condition("relation", "is", ("Best friend",))),
        ("stale:90d", AnyOf((Condition("last_touch", "older_than", ("90d",)), Condition("last_touch", "none")))),
        ("property.plan:pro", Condition("property.plan", "contains", ("pro",))),
        ("date.First-Met:today", Condition("date.first-met", "is", ("today",))),
    ],
)  # fmt: skip
def test_a_line_means_this_filter(line: str, filter_: Any) -> None:
    assert parse_line(line) == filter_
    assert parse_line(to_line(filter_)) == filter_
    assert parse_json(to_json(filter_)) == filter_
    assert parse_filter(to_json(filter_)) == parse_filter(line)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "position 1: a word or a condition"), ("a OR", "position 5"), ("(a", 'position 1: "(" is never closed'),
        ("a)", 'position 2: ")" has no "("'), ('a "b', "position 3: a quote is never closed"),
        ("tag:", "position 5: a value is missing"),
        ("x tagg:a", "position 3: 'tagg' is not a field: did you mean tag?"),
        ("12:30", 'put a text with a colon in quotes: "12:30"'), ("has:emial", "did you mean email?"),
        ("followers:many", "'many' is not a number"), ("follower:maybe", "is not yes or no"),
        ("status:opt", "is not one of subscribed, optout: did you mean optout?"),
        ("created:soon", "is not a date (2026, 2026-05, 2026-05-12)"), ("created:2026-13", "is not a date"),
        ("created:>90x", "is not a date"), ("birthday:02-30", "is not a day of the year"),
        ("birthday:month:13", "is not a month from 1 to 12"), ("birthday:>3", "cannot be compared with 'gt'"),
        ("country:atlantis", "is not a country"), ("relation:freind", "did you mean friend?"),
        ("name:...", "is not a text with a letter or a digit"), ("followers:1..2,3", "must all be compared alike"),
        ("tag:a,*", "must all be compared alike"), ("followers:>1,>2", "must all be compared alike"),
        ("stale:soon", "is not a time span such as 90d"), ("date.-:today", "is not a field"),
        ("(" * 30 + "a", "nested more than 5 levels"), ("-" * 30 + "a", "nested more than 5 levels"),
        ("a " * 51, "more than 50 conditions"), ("tag:" + ",".join("ab" * 51), "more than 100 values"),
        ("a" * (LENGTH_MAX + 1), "longer than 8,000 characters"), ("name:" + "a" * 501, "longer than 500 characters"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_refused_with_its_place(line: str, says: str) -> None:
    with pytest.raises(Invalid) as error:
        parse_line(line)
    assert says in str(error.value)
    assert error.value.problems[0].path == ("filter",)


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ([], ()), ("a", ()), ({}, ()), ({"all": [], "any": []}, ()), ({"all": []}, ("all",)), ({"any": {}}, ("any",)),
        ({"all": [{"not": []}]}, ("all", "0", "not")), ({"field": "tga"}, ("field",)), ({"field": None}, ("field",)),
        ({"field": "tag", "op": 3}, ("op",)), ({"field": "tag", "is": "x"}, ()), ({"field": "tag"}, ()),
        ({"field": "tag", "value": {}}, ()), ({"field": "tag", "value": ["a", None]}, ()),
        ({"field": "tag", "op": "gt", "value": "a"}, ()), ({"field": "tag", "op": "any", "value": "a"}, ()),
        ({"field": "followers", "op": "between", "value": [1]}, ()), ({"field": "tag", "value": "a\0"}, ()),
        ({"field": "followers", "value": 10**400}, ()), ({"field": "followers", "value": True}, ()),
        ({"field": "tag", "value": "\ud800"}, ()),
    ],
)  # fmt: skip
def test_wrong_json_is_refused_with_its_place(data: Any, path: tuple[str, ...]) -> None:
    with pytest.raises(Invalid) as error:
        from_data(data)
    assert error.value.problems[0].path == ("filter", *path)
    with pytest.raises(Invalid):
        parse_filter(json.dumps(data) if isinstance(data, dict) else '{"all": 1}')


def test_five_levels_are_allowed_and_six_are_not() -> None:
    data: dict[str, Any] = {"field": "email", "op": "any"}
    for level in range(DEPTH_MAX):
        data = {"not": data} if level % 2 else {"any": [data, {"field": "phone", "op": "any"}]}
    filter_ = from_data(data)
    assert parse_line(to_line(filter_)) == filter_
    for deeper in ({"not": data}, json.loads('{"not":' * 500 + json.dumps(data) + "}" * 500)):
        with pytest.raises(Invalid, match="nested more than 5 levels"):
            from_data(deeper)


def test_the_most_conditions_are_allowed_in_both_spellings() -> None:
    line = " ".join(f"followers:{number}" for number in range(CONDITIONS_MAX))
    assert parse_json(to_json(parse_line(line))) == parse_line(line)


_PIECES = st.sampled_from(
    ["(", ")", "-", " ", '"', "\\", ":", ",", "..", "*", "none", ">", "<", ">=", "^", "=", "OR", "AND", "NOT", "a", "é",
     "1", "90d", "next", "month:", "#", "{", "}", "[", "2026-05", "\n", "\u202e", "\U0001f600", *FIELDS,
     *(f"{name}:" for name in (*FIELDS, "has", "stale", "property.x", "date.x"))]
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(), st.lists(_PIECES, max_size=30).map("".join), st.lists(_PIECES, max_size=30).map(" ".join)))
def test_any_text_is_a_filter_that_round_trips_or_is_refused_briefly(text: str) -> None:
    started = time.process_time()
    try:
        filter_ = parse_filter(text)
    except Invalid as error:
        assert all(problem.path[0] == "filter" and len(problem.reason) < 600 for problem in error.problems)
    else:
        assert parse_line(to_line(filter_)) == filter_
        assert parse_json(to_json(filter_)) == filter_
    assert time.process_time() - started < 1


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.sampled_from([*FIELDS])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(["all", "any", "not", "field", "op", "value", "x"]), inner, max_size=3),
        st.fixed_dictionaries(
            {"field": st.sampled_from([*FIELDS, "property.x", "date.x"]), "value": inner},
            optional={"op": st.sampled_from(sorted({op for ops in OPS.values() for op in ops}))},
        ),
    ),
    max_leaves=12,
)


@settings(max_examples=500, deadline=None)
@given(_JSON)
def test_any_json_is_a_filter_that_round_trips_or_is_refused_briefly(data: Any) -> None:
    try:
        filter_ = from_data(data)
    except Invalid as error:
        assert all(len(problem.reason) < 600 for problem in error.problems)
    else:
        assert parse_line(to_line(filter_)) == filter_
        assert parse_json(to_json(filter_)) == filter_


@pytest.mark.parametrize("text", ["(" * 7_999, "-" * 7_999, "a:" * 3_999, '"' * 7_999, "\\" * 7_999, "OR " * 2_600])
def test_long_nonsense_is_refused_at_once(text: str) -> None:
    started = time.process_time()
    with pytest.raises(Invalid):
        parse_filter(text)
    assert time.process_time() - started < 1
