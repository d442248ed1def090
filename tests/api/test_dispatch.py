"""The plumbing under every contract, through Inrō's: methods, media types, extensions, tokens, bodies too large."""

import json
from typing import Any

import pytest
from client import Client, Response
from world import World

from coterie.actions.access_tokens import insert_token
from coterie.app import create_app
from coterie.logs import JsonFormatter
from coterie.settings import Settings
from coterie.store.database import Database

CONTACTS = "/api/v1/contacts"
JSON = {"content-type": "application/json"}
TOO_LARGE = "The body is larger than 1048576 bytes"


# Methods --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/v1/me", {"GET", "HEAD", "OPTIONS"}),
        ("POST", "/api/v1/contacts/search", {"GET", "HEAD", "OPTIONS"}),
        ("PATCH", "/api/v1/contacts", {"GET", "POST", "HEAD", "OPTIONS"}),
        ("POST", "/api/v1/contacts/1", {"GET", "PUT", "DELETE", "HEAD", "OPTIONS"}),
        ("HEAD", "/api/v1/contacts/bulk", {"PUT", "OPTIONS"}),
        ("GET", "/api/v1/folders/1", {"PUT", "DELETE", "OPTIONS"}),
        ("TRACE", "/api/v1/me", {"GET", "HEAD", "OPTIONS"}),
        ("get", "/api/v1/me", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_a_method_a_path_does_not_have_is_405_with_those_it_has(
    inro: Client, method: str, path: str, allowed: set[str]
) -> None:
    response = inro.call(method, path)
    assert response.status == 405
    assert set(response.headers["allow"].split(", ")) == allowed
    assert method == "HEAD" or response.json == {"error": "405 Not Allowed"}


def test_options_answers_204_with_the_methods_and_asks_for_no_token(client: Client) -> None:
    response = client.call("OPTIONS", CONTACTS)
    assert (response.status, response.body) == (204, b"")
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}
    assert "content-length" not in response.headers
    assert client.call("OPTIONS", "/api/v1/nothing").status == 404


def test_head_has_the_headers_of_get_and_no_body(inro: Client) -> None:
    get, head = inro.get(CONTACTS), inro.call("HEAD", CONTACTS)
    assert (head.status, head.body) == (200, b"")
    for name in ("x-total", "x-page", "content-type", "content-length"):
        assert head.headers[name] == get.headers[name]


# Formats --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/api/v1/me", "/api/v1/contacts", "/api/v1/contacts/1", "/api/v1/contacts/search", "/api/v1/folders"]
)
def test_a_path_with_json_at_its_end_is_the_same_path(inro: Client, path: str) -> None:
    assert inro.get(f"{path}.json").json == inro.get(path).json


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/me.xml", "/api/v1/contacts.csv", "/api/v1/contacts/1.xml", "/api/v1/contacts.json.json",
        "/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v2/me", "/api/", "/api/v1//contacts", "/api/v1/contacts/1/2",
        "/api/v1/ME", "/api/v1/contacts/../me", "/api/v1/\0", "/api/v1/😀",
    ],
)  # fmt: skip
def test_a_path_that_is_none_is_404_in_the_contracts_words(inro: Client, path: str) -> None:
    response = inro.get(path)
    assert response.status == 404
    assert set(response.json) == {"error"}


def test_a_slash_at_the_end_does_no_harm(inro: Client) -> None:
    assert inro.get("/api/v1/me/").status == 200


@pytest.mark.parametrize("wanted", ["xml", "JSON", "", "json;", "עברית", "x" * 5000])
def test_another_output_format_is_406(inro: Client, wanted: str) -> None:
    response = inro.get("/api/v1/me", format=wanted)
    assert (response.status, response.json) == (
        406,
        {"error": f"The requested format '{wanted[:40]}' is not supported."},
    )


def test_the_format_json_may_be_asked_for_and_accept_is_not_heeded(inro: Client) -> None:
    assert inro.get("/api/v1/me", format="json").status == 200
    response = inro.call("GET", "/api/v1/me", headers={"accept": "application/xml"})
    assert (response.status, response.headers["content-type"]) == (200, "application/json")


@pytest.mark.parametrize("media_type", ["application/xml", "text/plain", "x/y", "image/png", "é", ";", "application/"])
def test_a_body_of_an_unknown_kind_is_415(inro: Client, media_type: str) -> None:
    response = inro.call("PUT", f"{CONTACTS}/1", body=b"<a/>", headers={"content-type": media_type})
    if media_type == ";":  # no type at all is taken as JSON
        assert response.status == 400
        return
    assert response.status == 415
    assert response.json["error"].startswith("The provided content-type '")


@pytest.mark.parametrize(
    "media_type",
    ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.api+json"],
)
def test_json_is_read_by_each_of_its_names(inro: Client, media_type: str) -> None:
    body = b'{"contact": {"language": "fr"}}'
    response = inro.call("PUT", f"{CONTACTS}/1", body=body, headers={"content-type": media_type})
    assert (response.status, response.json["language"]) == (200, "fr")


def test_a_multipart_form_is_read(inro: Client) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="contact[language]"\r\n\r\nfr\r\n--x--\r\n'
    headers = {"content-type": "multipart/form-data; boundary=x"}
    response = inro.call("PUT", f"{CONTACTS}/1", body=body, headers=headers)
    assert (response.status, response.json["language"]) == (200, "fr")


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary="])
def test_a_multipart_form_that_is_none_is_refused(inro: Client, content_type: str) -> None:
    response = inro.call("PUT", f"{CONTACTS}/1", body=b"--x\r\n", headers={"content-type": content_type})
    assert response.status == 400


# Tokens ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header", ["Bearer wrong", "Bearer ", "Bearer", "Basic YTpi", "bearer  ", "Token x", "é", "Bearer é", "Bearer \0"]
)
def test_a_wrong_token_is_401_and_says_how_to_send_one(client: Client, header: str) -> None:
    response = client.call("GET", "/api/v1/me", headers={"authorization": header})
    assert (response.status, response.json) == (401, {"error": "Unauthorized"})
    assert response.headers["www-authenticate"] == "Bearer"


def test_the_scheme_is_read_in_any_case(client: Client, world: World) -> None:
    response = client.call("GET", "/api/v1/me", headers={"authorization": f"bEaReR {world.alice_token}"})
    assert response.status == 200


def test_the_header_wins_over_the_parameter(client: Client, world: World) -> None:
    response = client.with_token("wrong").get("/api/v1/me", access_token=world.alice_token)
    assert response.status == 401


@pytest.mark.parametrize("token", ["", "wrong", "\0", "x" * 5000, "😀"])
def test_a_wrong_token_as_a_parameter_is_401(client: Client, token: str) -> None:
    assert client.get("/api/v1/me", access_token=token).status == 401
    assert client.get("/api/v1/me", **{"access_token[]": "x"}).status == 401


def test_the_parameter_lets_a_program_write_as_well(client: Client, world: World) -> None:
    path = f"{CONTACTS}/1?access_token={world.alice_token}"
    assert client.put(path, {"contact": {"language": "fr"}}).status == 200


def test_a_token_that_may_only_read_cannot_write(client: Client, world: World) -> None:
    with world.database.write() as tx:
        _, token = insert_token(
            tx, world.organization.id, user_id=world.alice.user_id or "", name="reader", scopes=("contacts:read",)
        )
    reader = client.with_token(token)
    assert reader.get(CONTACTS).status == 200
    response = reader.put(f"{CONTACTS}/1", {"contact": {"language": "fr"}})
    assert (response.status, response.json) == (403, {"error": "Token lacks the scope contacts:write"})
    assert reader.get("/api/v1/me").status == 403


def test_a_revoked_token_and_one_that_has_expired_are_wrong_ones(client: Client, world: World) -> None:
    for column in ("revoked_at", "expires_at"):
        with world.database.write() as tx:
            _, token = insert_token(tx, world.organization.id, user_id=world.alice.user_id or "", name=column)
            assert client.with_token(token).get("/api/v1/me").status in (200, 401)
            tx.run(
                f"UPDATE access_tokens SET {column} = '2020-01-01T00:00:00.000000Z' WHERE name = :name"
                " AND organization_id = :id",
                {"name": column, "id": world.organization.id},
            )
        assert client.with_token(token).get("/api/v1/me").status == 401


# Bodies ---------------------------------------------------------------------------------------------------------------


def body_of(size: int) -> bytes:
    start, end = b'{"contact": {"language": "fr", "x": "', b'"}}'
    return start + b"x" * (size - len(start) - len(end)) + end


def test_a_body_of_a_megabyte_is_the_largest(inro: Client) -> None:
    path = f"{CONTACTS}/1"
    assert inro.call("PUT", path, body=body_of(1_048_576), headers=JSON).status == 200
    response = inro.call("PUT", path, body=body_of(1_048_577), headers=JSON)
    assert (response.status, response.json) == (413, {"error": TOO_LARGE})


def test_a_body_of_50_megabytes_is_413(inro: Client) -> None:
    response = inro.call("PUT", f"{CONTACTS}/1", body=body_of(50_000_000), headers=JSON)
    assert (response.status, response.json) == (413, {"error": TOO_LARGE})
    assert inro.get("/api/v1/contact", id=1).json["language"] is None


def test_a_length_that_is_announced_is_413_before_anything_is_sent(inro: Client) -> None:
    response = inro.call("PUT", f"{CONTACTS}/1", headers=JSON | {"content-length": "50000000"})
    assert (response.status, response.json) == (413, {"error": TOO_LARGE})


def test_a_form_of_50_megabytes_is_413_too(inro: Client) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="contact[bio]"\r\n\r\n'
    for media_type, start in (
        ("application/x-www-form-urlencoded", b"contact[bio]="),
        ("multipart/form-data; boundary=x", part),
    ):
        body = start + b"x" * 50_000_000
        response = inro.call("PUT", f"{CONTACTS}/1", body=body, headers={"content-type": media_type})
        assert response.status == 413


def test_a_body_is_not_read_for_a_wrong_token(client: Client) -> None:
    response = client.with_token("wrong").call("PUT", f"{CONTACTS}/1", body=body_of(2_000_000), headers=JSON)
    assert response.status == 401


def test_a_client_that_goes_away_in_the_middle_has_changed_nothing(inro: Client) -> None:
    response = _call_with(inro, [{"type": "http.request", "body": b'{"contact": {"lang', "more_body": True}])
    assert response.status == 400
    assert inro.get("/api/v1/contact", id=1).json["language"] is None


def _call_with(inro: Client, messages: list[dict[str, Any]]) -> Response:
    """A PUT whose body comes in these messages and is never finished."""
    scope = {
        "type": "http", "http_version": "1.1", "method": "PUT", "scheme": "http", "path": f"{CONTACTS}/1",
        "raw_path": b"", "root_path": "", "query_string": b"", "client": None, "server": None,
        "headers": [(b"authorization", f"Bearer {inro.token}".encode()), (b"content-type", b"application/json")],
    }  # fmt: skip
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    inro._loop.run_until_complete(inro.app(scope, receive, send))
    return Response(sent[0]["status"], {}, sent[1]["body"])


# Answers --------------------------------------------------------------------------------------------------------------


def test_every_answer_has_an_id_and_is_kept_by_nobody(inro: Client) -> None:
    for response in (inro.get("/api/v1/me"), inro.get("/api/v1/nothing"), inro.call("OPTIONS", CONTACTS)):
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert len(response.headers["x-request-id"]) >= 8
    assert inro.get("/api/v1/me").headers["x-request-id"] != inro.get("/api/v1/me").headers["x-request-id"]


def test_a_clients_own_request_id_is_given_back_where_it_is_a_plain_one(inro: Client) -> None:
    def given(request_id: str) -> str:
        return inro.call("GET", "/api/v1/me", headers={"x-request-id": request_id}).headers["x-request-id"]

    assert given("abc-123") == "abc-123"
    for bad in ("a b", "x" * 65, "", "a\nb", "é"):
        assert given(bad) != bad


def test_a_fault_of_ours_is_a_500_that_names_an_id_and_nothing_else(
    database: Database, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        """A database that fails as none should."""

        engine = database.engine

        async def run_read(self, work: Any) -> Any:
            raise RuntimeError("secret detail")

        run_slow = run_write = run_read

        def close(self) -> None: ...

    client = Client(create_app(Broken(), settings), token="x")  # type: ignore[arg-type]
    response = client.call("GET", "/api/v1/me", headers={"x-request-id": "fault-1"})
    client.close()
    assert (response.status, response.json) == (500, {"error": "Internal Server Error (id fault-1)"})
    (line,) = [json.loads(JsonFormatter().format(record)) for record in caplog.records]
    assert (line["event"], line["level"], line["request_id"]) == ("unexpected error", "error", "fault-1")
    assert line["exception"].endswith("RuntimeError: secret detail")
