"""The document a contract is described by."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from msgspec import json as msgspec_json
from openapi_checks import schema_validator, validate_response
from small_contract import ATTACHMENTS, DOCUMENT, PHONES, ROUTES, Contact, Folder, contract, route

from coterie.api.openapi import document, dump, operation_id, tag

PATHS = DOCUMENT["paths"]
JSON = "application/json"
CONTACT = b'{"id": 7, "name": null, "folders": [{"id": 1, "name": "Friends"}], "properties": {"age": 39}}'


def every_schema(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for each in node:
            yield from every_schema(each)
    elif isinstance(node, dict):
        if isinstance(node.get("schema"), dict):
            yield node["schema"]
        for each in node.values():
            yield from every_schema(each)


def every_reference(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from every_reference(each)
    elif isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for each in node.values():
            yield from every_reference(each)


def test_every_schema_is_json_schema_2020_12():
    schemas = [*every_schema(PATHS), *DOCUMENT["components"]["schemas"].values()]
    assert len(schemas) > 20
    for schema in schemas:
        Draft202012Validator.check_schema(schema)


def test_every_reference_leads_to_a_component_and_every_component_is_referred_to():
    named = {"#/components/schemas/" + name for name in DOCUMENT["components"]["schemas"]}
    assert set(every_reference(DOCUMENT)) == named


def test_operations_have_a_unique_id_a_summary_a_known_tag_and_only_known_keys():
    operations = [operation for methods in PATHS.values() for operation in methods.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations) == len(ROUTES)
    tags = {each["name"] for each in DOCUMENT["tags"]}
    always = {"operationId", "tags", "summary", "responses", "security"}
    for operation in operations:
        assert operation["summary"]
        assert set(operation["tags"]) <= tags
        assert always <= set(operation) <= always | {"description", "parameters", "requestBody"}


def test_every_brace_of_a_path_is_a_required_parameter():
    for path, methods in PATHS.items():
        for operation in methods.values():
            inside = [each for each in operation.get("parameters", []) if each["in"] == "path"]
            assert all(each["required"] for each in inside)
            assert [f"{{{each['name']}}}" for each in inside] == [
                part for part in path.split("/") if part.startswith("{")
            ]


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/api/v1/me", "getApiV1Me"),
        ("PUT", "/api/v1/contacts/{id}", "putApiV1ContactsId"),
        ("GET", "/api/v1/contact_properties", "getApiV1ContactProperties"),
        ("POST", "/api/v1/orgs/{org_id}/phone-numbers", "postApiV1OrgsOrgIdPhoneNumbers"),
    ],
)
def test_operations_are_named_as_in_the_published_document(method, path, expected):
    assert operation_id(method, path) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/contacts/{id}", "contacts"),
        ("/orgs", "orgs"),
        ("/orgs/{org_id}", "orgs"),
        ("/orgs/{org_id}/tags/{tag_id}/contacts", "tags"),
    ],
)
def test_the_tag_is_the_first_noun_below_the_organization(path, expected):
    assert tag(path) == expected


def test_a_query_struct_becomes_one_parameter_per_field():
    assert PATHS["/api/v1/contacts"]["get"]["parameters"] == [
        {
            "name": "page",
            "in": "query",
            "required": False,
            "description": "Which page, from 1.",
            "schema": {"type": "integer", "minimum": 1, "default": 1},
        },
        {
            "name": "order",
            "in": "query",
            "required": False,
            "schema": {"enum": ["asc", "desc"], "default": "asc", "type": "string"},
        },
        {
            "name": "include[]",
            "in": "query",
            "required": False,
            "schema": {"type": "array", "items": {"type": "string"}, "default": []},
        },
        {"name": "search", "in": "query", "required": False, "schema": {"type": "string"}},
    ]
    (email,) = PATHS["/api/v1/contact"]["get"]["parameters"]
    assert email["required"] is True


def test_a_path_parameter_has_the_type_its_route_says_and_is_text_otherwise():
    (number,) = PATHS["/api/v1/contacts/{id}"]["put"]["parameters"]
    assert number["schema"] == {"type": "integer"}
    texts = PATHS["/api/v1" + PHONES]["post"]["parameters"]
    assert [each["schema"] for each in texts] == [{"type": "string"}, {"type": "string"}]


def test_a_field_that_may_be_unset_is_optional_and_unset_is_not_in_its_schema():
    schema = DOCUMENT["components"]["schemas"]["ContactFields"]
    assert schema["required"] == []
    assert schema["properties"] == {
        "email": {"anyOf": [{"type": "string", "maxLength": 320}, {"type": "null"}]},
        "folder_ids[]": {"type": "array", "items": {"type": "integer"}},
    }


def test_a_body_is_read_as_json_and_as_both_forms():
    body = PATHS["/api/v1/contacts/{id}"]["put"]["requestBody"]
    reference = {"$ref": "#/components/schemas/ContactUpdate"}
    form = {"schema": reference, "encoding": {"contact": {"style": "deepObject", "explode": True}}}
    assert body == {
        "required": True,
        "content": {
            "application/json": {"schema": reference},
            "application/x-www-form-urlencoded": form,
            "multipart/form-data": form,
        },
    }


def test_a_contract_without_forms_reads_json_only():
    plain = document(contract(reads_forms=False), "")["paths"]["/api/v1/contacts/{id}"]["put"]
    assert list(plain["requestBody"]["content"]) == ["application/json"]


def test_a_body_without_a_required_field_may_be_left_out():
    assert PATHS["/api/v1" + PHONES]["post"]["requestBody"]["required"] is False


def test_an_upload_is_multipart_with_the_file_beside_the_fields():
    body = PATHS["/api/v1" + ATTACHMENTS]["post"]["requestBody"]
    schema = body["content"]["multipart/form-data"]["schema"]
    assert list(body["content"]) == ["multipart/form-data"]
    assert list(schema["properties"]) == ["upload", "title"]
    assert schema["properties"]["upload"]["format"] == "binary"
    assert schema["required"] == ["upload"]


def test_an_upload_needs_no_body_struct():
    alone = document(contract((route("POST", "/files", uploads=lambda settings: settings.body_bytes_max),)), "")
    schema = alone["paths"]["/api/v1/files"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert list(schema["properties"]) == ["upload"]


def test_every_operation_lists_its_success_and_every_error():
    for methods in PATHS.values():
        for operation in methods.values():
            assert {"400", "404", "413"} < set(operation["responses"])
    removal = PATHS["/api/v1/contacts/{id}"]["delete"]["responses"]
    assert removal["204"] == {"description": "No Content"}
    assert list(removal) == ["204", "400", "404", "413"]


def test_only_a_paged_answer_has_the_page_headers():
    listing = PATHS["/api/v1/contacts"]["get"]["responses"]
    assert list(listing["200"]["headers"]) == ["X-Page", "X-Total"]
    assert "headers" not in listing["400"]
    assert "headers" not in PATHS["/api/v1/contact"]["get"]["responses"]["200"]


def test_a_route_needs_its_scope_by_header_or_query_and_an_open_one_needs_nothing():
    assert PATHS["/api/v1/contacts/{id}"]["delete"]["security"] == [
        {"bearer": ["contacts:write"]},
        {"access_token": ["contacts:write"]},
    ]
    assert PATHS["/api/v1/health"]["get"]["security"] == []


def test_a_token_in_the_query_is_offered_only_where_the_contract_reads_it():
    bearer_only = document(contract(token_query=False), "")
    assert list(bearer_only["components"]["securitySchemes"]) == ["bearer"]
    assert bearer_only["paths"]["/api/v1/contacts"]["get"]["security"] == [{"bearer": ["contacts:read"]}]


def test_descriptions_lose_the_indentation_of_the_source():
    assert PATHS["/api/v1/contact"]["get"]["description"] == "Finds one.\n\nBy its e-mail."
    folder = DOCUMENT["components"]["schemas"]["Folder"]
    assert folder["description"] == "A group of contacts.\n\nIt has a name."


def test_the_order_of_the_table_does_not_change_the_document():
    assert dump(document(contract(ROUTES[::-1]), "https://people.example.org")) == dump(DOCUMENT)


def test_the_snapshot_is_indented_json_with_a_final_newline():
    text = dump(document(contract(description="Inrō 👋"), ""))
    assert text.endswith(b"}\n")
    assert "Inrō 👋".encode() in text
    assert json.loads(text)["servers"] == [{"url": "/"}]


def test_two_rows_for_one_operation_are_refused():
    with pytest.raises(ValueError, match="GET /me occurs twice"):
        document(contract((route("GET", "/me"), route("GET", "/me"))), "")


def test_two_operations_with_one_name_are_refused():
    with pytest.raises(ValueError, match="both named getApiV1AB"):
        document(contract((route("GET", "/a-b"), route("GET", "/a_b"))), "")


def test_what_the_structs_encode_is_what_the_document_says():
    contact = Contact(7, None, [Folder(1, "Friends", Folder(2, "People"))], "client", {"a": None}, "Al")
    validate_response(DOCUMENT, "PUT", "/api/v1/contacts/{id}", 200, JSON, msgspec_json.encode(contact))


@pytest.mark.parametrize(
    ("method", "path", "status", "media_type", "body"),
    [
        ("GET", "/contacts", 200, JSON, b"[]"),
        ("GET", "/contacts", 200, "application/json; charset=utf-8", b"[" + CONTACT + b"]"),
        ("get", "/contact", 200, "Application/JSON", CONTACT),
        ("GET", "/contact", 404, JSON, b'{"error": "Contact not found"}'),
        ("DELETE", "/contacts/{id}", 204, None, b""),
        ("POST", PHONES, 200, JSON, b"null"),
        ("GET", "/health", 200, JSON, b'{"anything": [1]}'),
        ("GET", "/health", 413, None, b""),
    ],
)
def test_an_answer_the_document_promises_is_accepted(method, path, status, media_type, body):
    validate_response(DOCUMENT, method, "/api/v1" + path, status, media_type, body)


@pytest.mark.parametrize(
    ("method", "path", "status", "media_type", "body", "difference"),
    [
        ("GET", "/nowhere", 200, JSON, b"[]", "no such operation"),
        ("PATCH", "/contacts", 200, JSON, b"[]", "no such operation"),
        ("GET", "/contacts", 500, JSON, b"[]", "status is not in the document"),
        ("GET", "/contacts", 200, "text/html", b"[]", "media type 'text/html'"),
        ("GET", "/contacts", 200, None, b"[]", "media type None"),
        ("GET", "/contacts", 200, JSON, b"", "not JSON"),
        ("GET", "/contacts", 200, JSON, b"\xff", "not JSON"),
        ("GET", "/contacts", 200, JSON, b"{}", r"\$: \{\} is not of type 'array'"),
        ("GET", "/contacts", 200, JSON, b'[{"id": 1}]', "'name' is a required property"),
        (
            "GET",
            "/contact",
            200,
            "application/json",
            CONTACT.replace(b"7", b'"7"'),
            r"\$\.id: '7' is not of type",
        ),
        ("GET", "/contact", 200, JSON, CONTACT[:-1] + b', "x": 1}', "'x' was unexpected"),
        (
            "GET",
            "/contact",
            200,
            "application/json",
            CONTACT.replace(b"1,", b"0,"),
            r"folders\[0\]\.id: 0 is less",
        ),
        ("GET", "/contact", 200, JSON, CONTACT[:-1] + b', "status": "x"}', "'x' is not one of"),
        ("GET", "/contact", 404, JSON, b'{"error": null}', r"\$\.error"),
        ("DELETE", "/contacts/{id}", 204, None, b"null", "a body where the document has none"),
    ],
)
def test_an_answer_the_document_does_not_promise_is_refused(method, path, status, media_type, body, difference):
    with pytest.raises(AssertionError, match=difference):
        validate_response(DOCUMENT, method, "/api/v1" + path, status, media_type, body)


def test_a_body_is_checked_by_its_own_schema():
    validator = schema_validator(DOCUMENT, {"$ref": "#/components/schemas/ContactUpdate"})
    assert validator.is_valid({"contact": {"email": None, "folder_ids[]": [1]}})
    assert not validator.is_valid({"contact": {"folder_ids[]": ["one"]}})
    assert not validator.is_valid({})
