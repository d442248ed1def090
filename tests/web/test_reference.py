"""The reference page and the start page, and what they say of a schema."""

import json
import shlex
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from openapi_checks import schema_validator
from small_contract import DOCUMENT, ROUTES, contract, route

import coterie.web
from coterie.api.openapi import document
from coterie.app import CONTRACTS
from coterie.web.reference import reference_page
from coterie.web.schemas import Field, example, fields, note_text, type_text
from coterie.web.start import start_page

STATIC = Path(coterie.web.__file__).parent / "static"
COMPONENTS = DOCUMENT["components"]["schemas"]
HOSTILE = "<script>alert(\"1\")</script> & 'שלום' 👋"


class Page(HTMLParser):
    """What a browser finds in a page: its elements, its text, the text of each code element."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.codes: list[str] = []
        self._is_code = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "code":
            self._is_code = True
            self.codes.append("")

    def handle_endtag(self, tag: str) -> None:
        self._is_code = self._is_code and tag != "code"

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._is_code:
            self.codes[-1] += data

    def ids(self) -> list[str]:
        return [str(attributes["id"]) for _, attributes in self.elements if "id" in attributes]

    def commands(self) -> list[list[str]]:
        """The command lines as a shell reads them, continued lines joined."""
        return [shlex.split(each.replace("\\\n", "")) for each in self.codes if each.startswith("curl ")]


R0 = document(contract(title="R0 API"), "")
REFERENCE = reference_page([document(contract(title="Inrō API"), "https://people.example.org"), R0])
START = start_page("0.1.0", False, [("Inrō", "/openapi/inro.json"), ("R0", "/openapi/r0.json")])


def test_every_operation_of_every_contract_is_on_the_page_once():
    page = Page(REFERENCE)
    for anchor in ("inro-api", "r0-api"):
        operations = [each for each in page.ids() if each.startswith((f"{anchor}-get", f"{anchor}-p"))]
        operations += [each for each in page.ids() if each.startswith(f"{anchor}-delete")]
        assert len(operations) == len(ROUTES)


@pytest.mark.parametrize("text", [REFERENCE, START])
def test_ids_are_unique_and_every_link_within_the_page_leads_somewhere(text):
    page = Page(text)
    links = [str(attributes["href"]) for tag, attributes in page.elements if tag == "a"]
    inside = [link[1:] for link in links if link.startswith("#")]
    assert inside
    assert set(inside) <= set(page.ids())
    assert len(set(page.ids())) == len(page.ids())


@pytest.mark.parametrize("text", [REFERENCE, START])
def test_a_page_obeys_a_policy_of_no_inline_code_and_no_foreign_host(text):
    for tag, attributes in Page(text).elements:
        assert tag not in ("script", "style", "iframe", "object")
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
        for name in ("href", "src"):
            assert str(attributes.get(name) or "/").startswith(("/", "#", "data:"))
            assert not str(attributes.get(name)).startswith("//")


@pytest.mark.parametrize("text", [REFERENCE, START])
def test_every_style_sheet_of_a_page_is_in_the_package_and_asks_for_nothing_else(text):
    sheets = [str(each["href"]) for tag, each in Page(text).elements if tag == "link" and each["rel"] == "stylesheet"]
    assert "/static/coterie.css" in sheets
    for sheet in sheets:
        css = (STATIC / sheet.removeprefix("/static/")).read_text()
        assert "url(" not in css
        assert "@import" not in css


def test_what_documents_say_is_shown_and_never_run():
    said = document(contract((route("GET", "/me", summary=HOSTILE, description=HOSTILE),), description=HOSTILE), "")
    text = reference_page([said])
    assert "<script" not in text
    assert HOSTILE in Page(text).text


def test_a_title_or_address_of_the_start_page_is_escaped():
    assert "<script" not in start_page(HOSTILE, True, [(HOSTILE, HOSTILE)])


def test_the_command_line_is_one_a_shell_reads_as_meant():
    start = ["curl", "-X", "PUT", "https://people.example.org/api/v1/contacts/1"]
    (words,) = [each for each in Page(REFERENCE).commands() if each[:4] == start]
    assert words[4:-1] == ["-H", "Authorization: Bearer $TOKEN", "-H", "Content-Type: application/json", "-d"]
    schema = {"$ref": "#/components/schemas/ContactUpdate"}
    schema_validator(DOCUMENT, schema).validate(json.loads(words[-1]))


def test_an_upload_is_sent_as_a_form():
    (words,) = [each for each in Page(reference_page([R0])).commands() if "upload=@file" in each]
    assert words[1:3] == ["-X", "POST"]
    assert words[-4:] == ["-F", "upload=@file", "-F", "title=text"]


def test_an_open_route_of_a_document_without_an_address_is_called_on_this_machine_without_a_token():
    assert ["curl", "http://127.0.0.1:8000/api/v1/health"] in Page(reference_page([R0])).commands()


def test_a_parameter_that_is_required_is_in_the_address():
    called = [each[1] for each in Page(REFERENCE).commands()]
    assert "https://people.example.org/api/v1/contact?email=lisa%40example.org" in called


@pytest.mark.parametrize("name", COMPONENTS)
def test_the_example_of_a_schema_is_accepted_by_it(name):
    reference = {"$ref": f"#/components/schemas/{name}"}
    schema_validator(DOCUMENT, reference).validate(example(reference, COMPONENTS))


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer", "minimum": 5},
        {"type": "integer", "maximum": -3, "minimum": -9},
        {"type": "integer", "exclusiveMinimum": 7, "exclusiveMaximum": 9},
        {"type": "string", "minLength": 9},
        {"type": "string", "maxLength": 2},
        {"type": "array", "items": {"type": "boolean"}, "minItems": 3},
        {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False},
        {"type": "object", "additionalProperties": {"type": "number"}},
        {"enum": ["asc", "desc"], "default": "desc"},
        {"enum": [None, 1]},
        {"anyOf": [{"type": "null"}, {"type": "string"}]},
        {"type": "null"},
        {},
    ],
)
def test_the_example_keeps_the_limits(schema: dict[str, Any]):
    schema_validator(DOCUMENT, schema).validate(example(schema, {}))


def test_a_schema_that_must_hold_itself_has_an_end():
    node = {"anyOf": [{"$ref": "#/components/schemas/Node"}, {"type": "null"}]}
    components = {"Node": {"type": "object", "properties": {"next": node}, "required": ["next"]}}
    reference = {"$ref": "#/components/schemas/Node"}
    looped = {"components": {"schemas": components}}
    schema_validator(looped, reference).validate(example(reference, components))
    assert fields(reference, components) == [Field("next", "Node or null", True, "")]


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "integer"}, "integer"),
        ({"$ref": "#/components/schemas/coterie.api.r0.pages.Page"}, "Page"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Folder"}}, "list of Folder"),
        ({"type": "array"}, "list"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string or null"),
        ({"enum": ["asc", None]}, "one of asc, null"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "map of string"),
        ({"type": "string", "format": "binary"}, "file"),
        ({}, "anything"),
    ],
)
def test_a_type_is_said_in_words(schema, words):
    assert type_text(schema) == words


def test_limits_and_defaults_are_said_and_empty_defaults_are_not():
    limits = {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
    assert note_text(limits) == "from 1 · up to 100 · 20 by default"
    assert note_text({"anyOf": [{"type": "string", "maxLength": 9}], "default": None}) == "at most 9 characters"


def test_the_fields_of_a_part_follow_the_field_that_holds_it():
    lines = fields({"type": "array", "items": {"$ref": "#/components/schemas/Contact"}}, COMPONENTS)
    assert [(each.depth, each.name) for each in lines][:6] == [
        (0, "id"),
        (0, "name"),
        (0, "folders"),
        (1, "id"),
        (1, "name"),
        (1, "parent"),
    ]


def test_the_start_page_says_how_to_set_it_up_until_it_is():
    assert "coterie bootstrap" in START
    assert "not set up yet" in START
    ready = start_page("0.1.0", True, [])
    assert "coterie bootstrap" not in ready
    assert "set up and running" in ready
    for page in (START, ready):
        assert "--organization UUID" in page
        assert "coterie organizations" in page


def test_the_start_page_leads_to_everything_that_is_here():
    links = {attributes.get("href") for tag, attributes in Page(START).elements if tag == "a"}
    assert {"/reference", "/openapi/inro.json", "/openapi/r0.json", "/healthz"} <= links


@pytest.mark.slow
def test_the_page_shows_every_operation_of_every_contract() -> None:
    documents = [document(contract, "") for contract in CONTRACTS]
    text = Page(reference_page(documents)).text
    paths = [path for described in documents for path in described["paths"]]
    assert len(paths) > 60
    assert [path for path in paths if path not in text] == []
