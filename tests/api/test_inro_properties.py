"""/contact_properties: ten types, slugs, choices; what happens to values when a property changes or goes."""

from typing import Any

import pytest
from client import Client, Response
from world import World

TYPES = ("text", "number", "date", "email", "phone", "url", "boolean", "list", "single_choice", "multiple_choice")
PATH = "/api/v1/contact_properties"
CHOICES = "contact_property[choices] is invalid"


def create(inro: Client, title: str, property_type: str = "text", **more: Any) -> Response:
    return inro.post(PATH, {"contact_property": {"title": title, "property_type": property_type, **more}})


def write(inro: Client, values: dict[str, Any], contact_id: int = 1) -> Response:
    return inro.put(f"/api/v1/contacts/{contact_id}", {"contact": {"custom_properties": values}})


def values_of(inro: Client, contact_id: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = inro.get("/api/v1/contact", id=contact_id).json["custom_properties"]
    return found


def test_a_new_property_is_answered_with_its_slug_and_listed(inro: Client) -> None:
    choices = ["Free", "Pro"]
    response = create(inro, "Subscription Plan", "single_choice", choices=choices, description="What they pay for")
    assert response.status == 201
    assert response.json == {
        "slug": "subscription-plan", "title": "Subscription Plan", "property_type": "single_choice",
        "choices": choices, "description": "What they pay for", "agent_active": False,
    }  # fmt: skip
    assert inro.get(PATH).json == [response.json]


def test_text_is_the_default_type(inro: Client) -> None:
    response = inro.post(PATH, {"contact_property": {"title": "Note"}})
    assert (response.status, response.json["property_type"], response.json["choices"]) == (201, "text", None)


@pytest.mark.parametrize("property_type", TYPES)
def test_there_is_a_property_of_type(inro: Client, property_type: str) -> None:
    response = create(inro, "One", property_type, choices=["a", "b"])
    assert (response.status, response.json["property_type"]) == (201, property_type)
    assert response.json["choices"] == (["a", "b"] if property_type.endswith("choice") else None)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Größe (cm)", "groe-cm"), ("origem_isca", "origem_isca"), ("  Two  words ", "two-words"), ("--a--", "a"),
        ("C'est l'été", "c-est-l-ete"), ("Возраст", "property"), ("年齢", "property"), ("גיל", "property"),
        ("😀", "property"), ("Age 年齢 2", "age-2"), ("../../etc", "etc"), ("a/b", "a-b"), ("bulk.json", "bulk-json"),
    ],
)  # fmt: skip
def test_a_title_makes_a_slug_as_rails_does(inro: Client, title: str, slug: str) -> None:
    response = create(inro, title)
    assert (response.status, response.json["slug"], response.json["title"]) == (201, slug, title.strip())
    assert inro.put(f"{PATH}/{slug}", {"contact_property": {"description": "x"}}).status == 200


def test_equal_slugs_are_numbered(inro: Client) -> None:
    slugs = [create(inro, title).json["slug"] for title in ("Plan", "plan", "PLAN!", "年", "月")]
    assert slugs == ["plan", "plan-2", "plan-3", "property", "property-2"]


def test_a_changed_title_leaves_the_slug_as_it_is(inro: Client) -> None:
    create(inro, "Plan")
    response = inro.put(f"{PATH}/plan", {"contact_property": {"title": "Tariff"}})
    assert (response.status, response.json["slug"], response.json["title"]) == (200, "plan", "Tariff")


def test_only_the_keys_sent_change(inro: Client) -> None:
    before = create(inro, "Plan", "single_choice", choices=["a"], description="d", agent_active=True).json
    for key, value in (("description", None), ("agent_active", False), ("choices", ["b", "c"]), ("title", "T")):
        response = inro.put(f"{PATH}/plan", {"contact_property": {key: value}})
        before |= {key: value}
        assert (response.status, response.json) == (200, before)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "contact_property[title] is missing"),
        ({"title": ""}, "contact_property[title] is empty"),
        ({"title": "   "}, "contact_property[title] is empty"),
        ({"title": "x" * 201}, "contact_property[title] is invalid"),
        ({"title": None}, "contact_property[title] is empty"),
        ({"title": "a\0b"}, "contact_property[title] is invalid"),
        ({"title": "T", "property_type": "colour"}, "contact_property[property_type] does not have a valid value"),
        ({"title": "T", "property_type": "single_choice"}, "contact_property[choices] is missing"),
        ({"title": "T", "property_type": "multiple_choice", "choices": []}, "contact_property[choices] is missing"),
        ({"title": "T", "property_type": "single_choice", "choices": ["a", " "]}, CHOICES),
        ({"title": "T", "choices": "a"}, CHOICES),
        ({"title": "T", "choices": [{"a": 1}]}, "contact_property[choices][0] is invalid"),
        ({"title": "T", "choices": ["x"] * 201}, CHOICES),
        ({"title": "T", "description": "x" * 2001}, "contact_property[description] is invalid"),
        ({"title": "T", "agent_active": "perhaps"}, "contact_property[agent_active] is invalid"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else "",
)
def test_what_is_no_property_is_refused(inro: Client, given: dict[str, Any], message: str) -> None:
    response = inro.post(PATH, {"contact_property": given})
    assert (response.status, response.json) == (400, {"error": message})
    assert inro.get(PATH).json == []


@pytest.mark.parametrize("slug", ["no-such", "\0", "a\0b", "\ufffd", "😀", "x" * 5000])
def test_an_unknown_slug_is_404(inro: Client, slug: str) -> None:
    for response in (
        inro.put(f"{PATH}/{slug}", {"contact_property": {"title": "T"}}), inro.delete(f"{PATH}/{slug}"),
    ):  # fmt: skip
        assert (response.status, response.json) == (404, {"error": "Contact property not found"})


def test_another_organizations_property_does_not_exist(client: Client, inro: Client, world: World) -> None:
    create(inro, "Plan")
    charlie = client.with_token(world.charlie_token)
    assert charlie.get(PATH).json == []
    assert charlie.put(f"{PATH}/plan", {"contact_property": {"title": "x"}}).status == 404
    assert charlie.delete(f"{PATH}/plan").status == 404
    assert write(charlie, {"plan": "x"}).status == 400


GOOD = [
    ("text", "x", "x"), ("text", 5, "5"), ("text", "עברית 😀", "עברית 😀"), ("number", 5, 5), ("number", 5.5, 5.5),
    ("number", "-3", -3), ("number", "2.50", 2.5), ("date", "2026-02-28", "2026-02-28"), ("date", "--02-29", "--02-29"),
    ("email", "Ana@Example.org", "Ana@Example.org"), ("phone", "(800) 555-5555", "(800) 555-5555"),
    ("url", "https://example.org/a?b", "https://example.org/a?b"), ("url", "example.org", "example.org"),
    ("boolean", True, True), ("boolean", "false", False), ("list", ["a", "b", "a"], ["a", "b", "a"]),
    ("single_choice", "Pro", "Pro"), ("multiple_choice", ["Pro", "Free", "Pro"], ["Pro", "Free"]),
    ("multiple_choice", "Pro", ["Pro"]),
]  # fmt: skip


@pytest.mark.parametrize(("property_type", "sent", "kept"), GOOD, ids=str)
def test_a_value_is_kept_as_its_type_wants_it(inro: Client, property_type: str, sent: Any, kept: Any) -> None:
    create(inro, "P", property_type, choices=["Free", "Pro"])
    response = write(inro, {"p": sent})
    assert (response.status, response.json["custom_properties"]) == (200, {"p": kept})
    assert type(values_of(inro)["p"]) is type(kept)


BAD = [
    ("text", True), ("text", ["x"]), ("text", {"a": 1}), ("text", "x" * 10_001), ("text", "a\0b"), ("number", "five"),
    ("number", True), ("number", [1]), ("number", 2**60), ("number", "1e400"),
    ("number", "1" * 60), ("number", "NaN"), ("date", "2026-02-30"), ("date", "tomorrow"), ("date", 20260101),
    ("email", "nobody"), ("phone", "call me"), ("url", "javascript:alert(1)"), ("url", "no link"),
    ("boolean", "maybe"), ("boolean", 1),
    ("list", "a"), ("list", {"a": "b"}), ("list", ["x"] * 201), ("list", [["x"]]), ("list", [None]),
    ("single_choice", "Gold"), ("single_choice", ["Pro"]), ("multiple_choice", ["Pro", "Gold"]),
]  # fmt: skip


@pytest.mark.parametrize(("property_type", "sent"), BAD, ids=lambda value: str(value)[:30])
def test_a_value_its_type_does_not_take_is_refused_and_the_old_one_stays(
    inro: Client, property_type: str, sent: Any
) -> None:
    create(inro, "P", property_type, choices=["Free", "Pro"])
    create(inro, "Other")
    good = next(value for known, value, _ in GOOD if known == property_type)
    before = write(inro, {"p": good, "other": "before"}).json
    response = write(inro, {"other": "after", "p": sent})
    assert response.status == 400
    assert response.json["error"].startswith("contact[custom_properties][p] ")
    assert inro.get("/api/v1/contact", id=1).json == before


def test_a_number_of_400_digits_is_refused_by_every_type(inro: Client) -> None:
    for property_type in TYPES:
        create(inro, property_type, property_type, choices=["a"])
        assert write(inro, {property_type: 10**400}).status == 400 or property_type == "text"
    assert set(values_of(inro)) <= {"text"}


@pytest.mark.parametrize("nothing", [None, "", []])
def test_null_or_nothing_removes_a_value(inro: Client, nothing: Any) -> None:
    create(inro, "P")
    create(inro, "Q")
    write(inro, {"p": "x", "q": "y"})
    assert write(inro, {"p": nothing}).json["custom_properties"] == {"q": "y"}


def test_zero_and_false_are_values(inro: Client) -> None:
    create(inro, "N", "number")
    create(inro, "B", "boolean")
    assert write(inro, {"n": 0, "b": False}).json["custom_properties"] == {"b": False, "n": 0}


def test_true_is_not_one(inro: Client) -> None:
    create(inro, "B", "boolean")
    write(inro, {"b": True})
    assert write(inro, {"b": 1}).status == 400


def test_a_choice_that_goes_takes_its_values_with_it(inro: Client) -> None:
    create(inro, "One", "single_choice", choices=["a", "b"])
    create(inro, "Many", "multiple_choice", choices=["a", "b", "c"])
    write(inro, {"one": "a", "many": ["a", "c"]}, 1)
    write(inro, {"one": "b", "many": ["b"]}, 2)
    inro.put(f"{PATH}/one", {"contact_property": {"choices": ["b"]}})
    inro.put(f"{PATH}/many", {"contact_property": {"choices": ["c", "b"]}})
    assert values_of(inro, 1).get("one") is None
    assert "a" not in values_of(inro, 1).get("many", [])
    assert values_of(inro, 2) == {"many": ["b"], "one": "b"}


def test_another_type_removes_the_values_that_do_not_fit_it(inro: Client) -> None:
    create(inro, "P")
    write(inro, {"p": "12"}, 1)
    write(inro, {"p": "twelve"}, 2)
    response = inro.put(f"{PATH}/p", {"contact_property": {"property_type": "number"}})
    assert response.json["property_type"] == "number"
    assert isinstance(values_of(inro, 1).get("p"), int)
    assert values_of(inro, 2) == {}


@pytest.mark.parametrize(
    ("before", "value", "after", "expected"),
    [
        ({"property_type": "multiple_choice", "choices": ["x", "y"]}, ["y"],
         {"property_type": "single_choice", "choices": ["x", "y"]}, "y"),
        ({"property_type": "list"}, ["solo"], {"property_type": "text"}, "solo"),
        ({"property_type": "list"}, ["12"], {"property_type": "number"}, 12),
        ({"property_type": "boolean"}, True, {"property_type": "text"}, "true"),
        ({"property_type": "boolean"}, False, {"property_type": "list"}, ["false"]),
        ({"property_type": "number"}, 5, {"property_type": "text"}, "5"),
        ({"property_type": "number"}, 5, {"property_type": "list"}, ["5"]),
        ({"property_type": "text"}, "solo", {"property_type": "list"}, ["solo"]),
        ({"property_type": "text"}, "x", {"property_type": "multiple_choice", "choices": ["x"]}, ["x"]),
        ({"property_type": "text"}, "true", {"property_type": "boolean"}, True),
        ({"property_type": "multiple_choice", "choices": ["x", "y"]}, ["x", "y"], {"choices": ["y", "z"]}, ["y"]),
        ({"property_type": "list"}, ["a", "b"], {"property_type": "text"}, None),
    ],
)  # fmt: skip
def test_a_value_that_can_be_converted_stays_when_the_type_changes(
    inro: Client, before: dict[str, Any], value: Any, after: dict[str, Any], expected: Any
) -> None:
    create(inro, "Cv", before["property_type"], **{k: v for k, v in before.items() if k == "choices"})
    write(inro, {"cv": value}, 1)
    assert inro.put(f"{PATH}/cv", {"contact_property": after}).status == 200
    assert values_of(inro, 1).get("cv") == expected


def test_deleting_a_property_removes_its_values_and_frees_its_slug(inro: Client) -> None:
    create(inro, "Plan")
    write(inro, {"plan": "pro"})
    response = inro.delete(f"{PATH}/plan")
    assert (response.status, response.body) == (204, b"")
    assert values_of(inro) == {}
    assert inro.delete(f"{PATH}/plan").status == 404
    assert write(inro, {"plan": "x"}).status == 400
    assert create(inro, "Plan").json["slug"] == "plan"
    assert values_of(inro) == {}
    assert inro.get(PATH).headers["x-total"] == "1"
