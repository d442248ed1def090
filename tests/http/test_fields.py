"""Plain values are read into Structs as leniently as Rails and Grape do it, with every problem at once."""

import enum
import json
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET, Meta, Struct, UnsetType

from coterie.errors import Invalid
from coterie.http.fields import reader


class Grade(enum.Enum):
    LOW = "low"
    HIGH = "high"


class Address(Struct):
    city: str
    country: str | None = None


class Person(Struct, kw_only=True):
    name: str
    age: int = 0
    height: float = 0.0
    is_pinned: bool = False
    tags: list[str] = []
    numbers: tuple[int, ...] = ()
    address: Address | None = None
    addresses: list[Address] = []
    extra: dict[str, Any] = {}
    counts: dict[str, int] = {}
    anything: Any = None
    gender: Literal["male", "female"] | None = None
    level: Literal[0, 1, 2] = 0
    grade: Grade = Grade.LOW
    nickname: str | UnsetType | None = UNSET
    year: int | UnsetType | None = UNSET
    either: int | str | list[str] = ""
    email: str = msgspec.field(name="emailAddress", default="")
    code: Annotated[str, Meta(min_length=2, max_length=4, pattern="^[a-z]*$")] = "ab"
    stars: Annotated[int, Meta(ge=1, le=5)] = 1
    share: Annotated[float, Meta(gt=0, lt=1)] = 0.5
    few: Annotated[list[int], Meta(min_length=1, max_length=3)] = msgspec.field(default_factory=lambda: [1])
    never: None = None


read = reader(Person)


def problems(**values: Any) -> list[tuple[tuple[str, ...], str]]:
    with pytest.raises(Invalid) as refused:
        read({"name": "Moe", **values})
    assert all(problem.reason for problem in refused.value.problems)
    return [(problem.path, problem.kind) for problem in refused.value.problems]


def test_absent_keys_take_their_defaults_and_unknown_keys_are_ignored() -> None:
    assert read({"name": "Moe", "unknown": object()}) == Person(name="Moe")
    assert read({"name": "Moe"}).nickname is UNSET


def test_a_list_made_by_default_is_nobody_elses() -> None:
    read({"name": "Moe"}).tags.append("bar")
    assert read({"name": "Moe"}).tags == []


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("name", 12, "12"),
        ("name", True, "true"),
        ("name", 1.5, "1.5"),
        ("name", 10**18, "1000000000000000000"),
        ("name", "", ""),
        ("name", "عربى 👩‍👩‍👧 ‮", "عربى 👩‍👩‍👧 ‮"),
        ("age", "12", 12),
        ("age", "-12", -12),
        ("age", "+0012", 12),
        ("age", 12.0, 12),
        ("age", str(2**63 - 1), 2**63 - 1),
        ("age", -(2**63), -(2**63)),
        ("height", "1.5", 1.5),
        ("height", ".5e1", 5.0),
        ("height", 2, 2.0),
        ("is_pinned", "on", True),
        ("is_pinned", "T", True),
        ("is_pinned", 1, True),
        ("is_pinned", "0", False),
        ("is_pinned", "off", False),
        ("is_pinned", 0, False),
        ("tags", ["a", 1, True], ["a", "1", "true"]),
        ("numbers", ["1", 2], (1, 2)),
        ("address", {"city": "Springfield", "zip": 1}, Address("Springfield")),
        ("address", None, None),
        ("address", "", None),
        ("addresses", [{"city": 1}], [Address("1")]),
        ("extra", {"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}),
        ("counts", {"a": "1"}, {"a": 1}),
        ("anything", [1, "x"], [1, "x"]),
        ("gender", "male", "male"),
        ("gender", "", None),
        ("level", "2", 2),
        ("grade", "high", Grade.HIGH),
        ("grade", "low", Grade.LOW),
        ("nickname", None, None),
        ("nickname", "", ""),
        ("year", "", None),
        ("year", None, None),
        ("year", "1989", 1989),
        ("either", 5, 5),
        ("either", "5", "5"),
        ("either", ["5"], ["5"]),
        ("code", "abcd", "abcd"),
        ("stars", "5", 5),
        ("few", [1, 2, 3], [1, 2, 3]),
        ("never", "", None),
    ],
)
def test_a_value_is_taken_as_what_it_stands_for(key: str, value: Any, expected: Any) -> None:
    found = getattr(read({"name": "Moe", key: value}), key)
    assert found == expected and type(found) is type(expected)


@pytest.mark.parametrize(
    ("key", "value", "kind"),
    [
        ("name", None, "blank"),
        ("name", [], "invalid"),
        ("name", {"a": 1}, "invalid"),
        ("name", "a\0b", "invalid"),
        ("name", "\ud800", "invalid"),
        ("name", "x" * 10_001, "too_long"),
        ("name", float("nan"), "invalid"),
        ("name", float("-inf"), "invalid"),
        ("age", "", "invalid"),
        ("age", "1.5", "invalid"),
        ("age", 1.5, "invalid"),
        ("age", "٣", "invalid"),
        ("age", " 1", "invalid"),
        ("age", "1_000", "invalid"),
        ("age", True, "invalid"),
        ("age", 2**63, "invalid"),
        ("age", "9" * 5000, "invalid"),
        ("age", float("inf"), "invalid"),
        ("age", {}, "invalid"),
        ("age", None, "blank"),
        ("height", "nan", "invalid"),
        ("height", "1e999", "invalid"),
        ("height", float("nan"), "invalid"),
        ("height", 10**400, "invalid"),
        ("height", [], "invalid"),
        ("is_pinned", "maybe", "invalid"),
        ("is_pinned", 2, "invalid"),
        ("is_pinned", [], "invalid"),
        ("is_pinned", None, "blank"),
        ("tags", "a", "invalid"),
        ("tags", {"0": "a"}, "invalid"),
        ("tags", ["a"] * 10_001, "too_long"),
        ("address", "here", "invalid"),
        ("address", [], "invalid"),
        ("extra", [], "invalid"),
        ("extra", {"a": {"b": ["\0"]}}, "invalid"),
        ("extra", {"a\0": 1}, "invalid"),
        ("extra", {str(i): i for i in range(10_001)}, "too_long"),
        ("anything", {"\ud800": 1}, "invalid"),
        ("gender", "Male", "choice"),
        ("gender", [], "invalid"),
        ("level", 3, "choice"),
        ("level", True, "choice"),
        ("grade", "middle", "choice"),
        ("grade", None, "blank"),
        ("either", {}, "invalid"),
        ("emailAddress", [], "invalid"),
        ("code", "a", "blank"),
        ("code", "   ", "blank"),
        ("code", "abcde", "too_long"),
        ("code", "AB", "invalid"),
        ("stars", 0, "too_small"),
        ("stars", "6", "too_large"),
        ("share", 0, "too_small"),
        ("share", 1, "too_large"),
        ("few", [], "blank"),
        ("few", [1] * 4, "too_long"),
        ("never", 1, "invalid"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(key: str, value: Any, kind: str) -> None:
    (problem,) = problems(**{key: value})
    assert problem[0][0] == key and problem[1] == kind


def test_a_number_no_text_can_hold_is_refused() -> None:
    assert problems(name=10**5000, age=10**5000) == [(("name",), "invalid"), (("age",), "invalid")]


def test_every_problem_is_named_with_its_path() -> None:
    with pytest.raises(Invalid) as refused:
        read({"age": "x", "address": {"country": []}, "addresses": [{"city": "a"}, {}], "numbers": [1, "b"]})
    assert [problem[:2] for problem in refused.value.problems] == [
        (("name",), "missing"),
        (("age",), "invalid"),
        (("numbers", "1"), "invalid"),
        (("address", "city"), "missing"),
        (("address", "country"), "invalid"),
        (("addresses", "1", "city"), "missing"),
    ]
    assert refused.value.problems[0].reason == "is missing"


def test_a_hundred_problems_are_enough() -> None:
    assert len(problems(numbers=["x"] * 5000, addresses=[{}] * 5000)) == 100


def test_a_body_that_is_no_object_is_refused_as_a_whole() -> None:
    bodies: tuple[Any, ...] = ([], "x", 1, None)
    for body in bodies:
        with pytest.raises(Invalid) as refused:
            read(body)
        assert refused.value.problems[0][:2] == ((), "invalid")


class Adding(Struct, forbid_unknown_fields=True):
    add: list[str] = []
    remove: list[str] = []


class Tagged(Struct, forbid_unknown_fields=True):
    tags: list[str] | Adding | None = None


@pytest.mark.parametrize(
    ("tags", "path", "reason"),
    [
        ("friends", ("tags",), "is not a list or an object"),
        (1, ("tags",), "is not a list or an object"),
        ({"plus": ["a"]}, ("tags", "plus"), "is unknown; known are add, remove"),
        ({"ad": ["a"]}, ("tags", "ad"), "is unknown; did you mean add?"),
        ({"add": "a"}, ("tags", "add"), "is not a list"),
    ],
)
def test_what_was_expected_is_named(tags: Any, path: tuple[str, ...], reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        reader(Tagged)({"tags": tags})
    assert [(problem.path, problem.reason) for problem in refused.value.problems] == [(path, reason)]


def test_a_type_no_request_can_carry_is_an_error_of_the_programmer() -> None:
    class Odd(Struct):
        raw: bytes

    with pytest.raises(TypeError):
        reader(Odd)


_plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("\0\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from([field.encode_name for field in msgspec.structs.fields(Person)]), _plain))
def test_anything_is_read_into_the_declared_types_or_refused(source: dict[str, Any]) -> None:
    try:
        person = read(source)
    except Invalid as refused:
        assert refused.problems
        return
    assert msgspec.convert(msgspec.to_builtins(person), Person) == person or "nan" in json.dumps(source).lower()
