"""OAuth: the whole flow, and clients that lie."""

from typing import Any

import pytest
from client import Client
from mcp.mcp_calls import Mcp
from mcp.oauth_flow import ORIGIN, REDIRECT, VERIFIER, Flow, answer_of, challenge_of, make_flow
from world import World

from coterie.app import create_app
from coterie.mcp.oauth_app import REGISTRATIONS_PER_MINUTE
from coterie.model import times
from coterie.settings import Settings
from coterie.store.database import open_database


@pytest.fixture
def flow(client: Client, world: World) -> Flow:
    return make_flow(client, world)


def tokens_of(flow: Flow, world: World, **more: Any) -> dict[str, Any]:
    response = flow.exchange(flow.code(world, **more))
    assert response.status == 200, response.body
    tokens: dict[str, Any] = response.json
    return tokens


def works(flow: Flow, token: str) -> bool:
    return Mcp(flow.client, token).post("tools/list").status == 200


@pytest.mark.parametrize("tail", ["", "/mcp"])
def test_metadata_say_where_to_go(client: Client, tail: str) -> None:
    resource = client.with_token(None).get(f"/.well-known/oauth-protected-resource{tail}").json
    assert resource["resource"] == f"{ORIGIN}/mcp"
    assert resource["authorization_servers"] == [ORIGIN]
    server = client.with_token(None).get(f"/.well-known/oauth-authorization-server{tail}").json
    assert server["issuer"] == ORIGIN
    assert server["code_challenge_methods_supported"] == ["S256"]
    assert "none" in server["token_endpoint_auth_methods_supported"]
    assert server["client_id_metadata_document_supported"] and server["authorization_response_iss_parameter_supported"]


@pytest.mark.parametrize(
    "path",
    ["/.well-known/openid-configuration", "/.well-known/openid-configuration/mcp", "/.well-known/oauth-x",
     "/.well-known/oauth-authorization-server/other", "/mcp/.well-known/oauth-authorization-server", "/oauth/nothing"],
)  # fmt: skip
def test_a_path_of_nothing_is_json_too(client: Client, path: str) -> None:
    for method in ("GET", "POST"):
        response = client.with_token(None).call(method, path)
        assert (response.status, response.headers["content-type"]) == (404, "application/json")
        assert response.json["error"]


def test_a_user_lets_an_assistant_in(flow: Flow, world: World) -> None:
    page = flow.show()
    assert "Claude" in page.body.decode() and "claude.ai" in page.body.decode()
    assert "form-action 'self' https://claude.ai;" in page.headers["content-security-policy"] + ";"
    back = flow.decide(world)
    assert back.headers["location"].startswith(REDIRECT + "?")
    response = answer_of(back)
    assert (response["state"], response["iss"]) == ("s t&", ORIGIN)
    tokens = flow.exchange(response["code"]).json
    assert (tokens["token_type"], tokens["scope"]) == ("Bearer", "contacts:read contacts:write")
    assert works(flow, tokens["access_token"])
    assert Mcp(flow.client, tokens["access_token"]).tool("about")["you_act_for"] == world.alice_email


def test_changing_is_off_unless_the_user_ticks_it(flow: Flow, world: World) -> None:
    tokens = tokens_of(flow, world, write=False)
    assert tokens["scope"] == "contacts:read"
    assert len(Mcp(flow.client, tokens["access_token"]).result("tools/list")["tools"]) == 7
    # whatever the client asked for
    assert tokens_of(flow, world, write=True, scope="contacts:read")["scope"] == "contacts:read contacts:write"
    assert tokens_of(flow, world, write=False, scope="openid *")["scope"] == "contacts:read"


def test_the_token_works_at_this_door_only(flow: Flow, world: World) -> None:
    token = tokens_of(flow, world)["access_token"]
    for path in ("/api/hub/v1/me", "/api/v1/me"):
        assert flow.client.with_token(token).get(path).status == 401


def test_a_user_declines(flow: Flow, world: World) -> None:
    response = answer_of(flow.decide(world, decision="deny"))
    assert response["error"] == "access_denied" and "code" not in response


def test_a_visitor_signs_in_first(flow: Flow) -> None:
    flow.session = "wrong"
    response = flow.show()
    assert response.status == 303
    assert response.headers["location"].startswith("/sign-in?next=%2Foauth%2Fauthorize%3F")


@pytest.mark.parametrize(
    "changes",
    [{"redirect_uri": "https://evil.example/"}, {"redirect_uri": f"{REDIRECT}/more"}, {"redirect_uri": ""},
     {"client_id": "0190a0a0-0000-7000-8000-000000000000"}, {"client_id": "nobody"}, {"client_id": ""},
     {"client_id": "https://127.0.0.1/client.json"}, {"client_id": "https://localhost/c.json"},
     {"client_id": "https://example.invalid/c.json"}, {"client_id": "https://example.org"}],
)  # fmt: skip
def test_a_client_that_is_not_known_gets_no_redirect(flow: Flow, changes: dict[str, str]) -> None:
    response = flow.show(**changes)
    assert response.status == 400
    assert "location" not in response.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"response_type": "token"}, "unsupported_response_type"), ({"code_challenge": ""}, "invalid_request"),
     ({"code_challenge_method": "plain"}, "invalid_request"), ({"code_challenge": "short"}, "invalid_request"),
     ({"resource": "https://other.example/mcp"}, "invalid_target")],
)  # fmt: skip
def test_a_wrong_request_goes_back_to_the_client(flow: Flow, changes: dict[str, str], error: str) -> None:
    response = answer_of(flow.show(**changes))
    assert (response["error"], response["iss"], response["state"]) == (error, ORIGIN, "s t&")


def test_a_form_of_another_site_is_refused(flow: Flow, world: World) -> None:
    fields = flow.asked() | {"organization": str(world.organization.id), "decision": "allow", "form_token": "forged"}
    assert flow.send(fields).status == 403


def test_an_organization_of_others_cannot_be_chosen(flow: Flow, world: World, client: Client) -> None:
    page = flow.show().body.decode()
    token = page.split('name="form_token" value="')[1].split('"')[0]
    other = world.charlie.organization_id
    fields = flow.asked() | {"organization": str(other), "decision": "allow", "form_token": token}
    assert "code" not in answer_of(flow.send(fields))


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"code_verifier": "w" * 60}, "invalid_grant"), ({"code_verifier": "v"}, "invalid_grant"),
     ({"redirect_uri": "https://evil.example/"}, "invalid_grant"), ({"code": "wrong"}, "invalid_grant"),
     ({"resource": "https://other.example/mcp"}, "invalid_target"), ({"grant_type": "password"}, "x"),
     ({"client_id": "0190a0a0-0000-7000-8000-000000000000"}, "invalid_client"),
     ({"code_verifier": ""}, "invalid_request")],
)  # fmt: skip
def test_a_wrong_exchange_gives_nothing(flow: Flow, world: World, changes: dict[str, str], error: str) -> None:
    code = flow.code(world)
    fields = {"code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER, "grant_type": "authorization_code"}
    response = flow.token(**(fields | changes))
    assert response.status == (401 if error == "invalid_client" else 400)
    assert response.json["error"] == ("unsupported_grant_type" if error == "x" else error)


def test_a_code_of_another_client_is_refused(flow: Flow, world: World) -> None:
    code, mine = flow.code(world), flow.client_id
    flow.register()
    assert flow.exchange(code).json["error"] == "invalid_grant"
    flow.client_id = mine
    assert flow.exchange(code).status == 200


def test_a_code_that_is_used_twice_ends_the_access(flow: Flow, world: World) -> None:
    code = flow.code(world)
    first = flow.exchange(code).json
    assert works(flow, first["access_token"])
    assert flow.exchange(code).json["error"] == "invalid_grant"
    assert not works(flow, first["access_token"])
    assert flow.refresh(first["refresh_token"]).json["error"] == "invalid_grant"


def test_a_code_expires(flow: Flow, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    code = flow.code(world)
    later = times.after(times.now(), 61)
    monkeypatch.setattr(times, "now", lambda: later)
    assert flow.exchange(code).json["error"] == "invalid_grant"


def test_a_refresh_replaces_both_tokens(flow: Flow, world: World) -> None:
    first = tokens_of(flow, world)
    second = flow.refresh(first["refresh_token"]).json
    assert second["access_token"] != first["access_token"] and second["refresh_token"] != first["refresh_token"]
    assert works(flow, second["access_token"]) and not works(flow, first["access_token"])


def test_a_refresh_token_that_is_used_twice_ends_the_family(flow: Flow, world: World) -> None:
    first = tokens_of(flow, world)
    second = flow.refresh(first["refresh_token"]).json
    assert flow.refresh(first["refresh_token"]).json["error"] == "invalid_grant"
    assert not works(flow, second["access_token"])
    assert flow.refresh(second["refresh_token"]).json["error"] == "invalid_grant"


def test_a_refresh_token_of_another_client_or_resource_is_refused(flow: Flow, world: World) -> None:
    tokens, mine = tokens_of(flow, world), flow.client_id
    flow.register()
    assert flow.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
    flow.client_id = mine
    wrong = flow.refresh(tokens["refresh_token"], resource="https://other.example/mcp")
    assert wrong.json["error"] == "invalid_target"
    assert flow.refresh(tokens["refresh_token"]).status == 200


def test_an_access_token_expires_and_is_renewed(flow: Flow, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = tokens_of(flow, world)
    later = times.after(times.now(), 3_601)
    monkeypatch.setattr(times, "now", lambda: later)
    assert not works(flow, tokens["access_token"])
    assert works(flow, flow.refresh(tokens["refresh_token"]).json["access_token"])


def test_an_owner_sees_and_ends_it_among_the_tokens(flow: Flow, world: World, hub: Client) -> None:
    tokens = tokens_of(flow, world)
    listed = [each for each in hub.get("/api/hub/v1/tokens").json["items"] if each["name"] == "Claude"]
    assert [each["state"] for each in listed] == ["active"]
    page = flow.client.call("GET", f"/{world.organization.id}/settings/tokens", headers=flow.cookies).body.decode()
    assert "Claude" in page and f"Assistant of {world.alice_email}" in page
    assert hub.delete(f"/api/hub/v1/tokens/{listed[0]['id']}").status == 204
    assert not works(flow, tokens["access_token"])
    assert flow.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"


def test_a_client_ends_it(flow: Flow, world: World) -> None:
    tokens = tokens_of(flow, world)
    for token in ("unknown", tokens["refresh_token"]):
        body = {"token": token, "client_id": flow.client_id}
        assert flow.client.with_token(None).post("/oauth/revoke", body).status == 200
    assert not works(flow, tokens["access_token"])


@pytest.mark.parametrize(
    "metadata",
    [{"redirect_uris": []}, {"redirect_uris": "x"}, {"redirect_uris": [1]}, {"redirect_uris": ["javascript:alert(1)"]},
     {"redirect_uris": ["http://evil.example/"]}, {"redirect_uris": ["https://a.example/#f"]},
     {"redirect_uris": ["data:text/html,x"]}, {"redirect_uris": ["https://u@a.example/"]}, {"redirect_uris": ["/x"]},
     {"redirect_uris": ["https://a.example/ x"]}, {"redirect_uris": ["https://"]}, {"redirect_uris": None},
     {"redirect_uris": [REDIRECT] * 11}],
)  # fmt: skip
def test_a_wrong_registration_is_refused(flow: Flow, metadata: dict[str, Any]) -> None:
    response = flow.register(**metadata)
    assert (response.status, response.json["error"]) == (400, "invalid_redirect_uri")


@pytest.mark.parametrize(("body", "described"), [(b"[]", "is not a JSON object"), (b"{", "is not valid JSON")])
def test_a_registration_that_is_no_object_is_described(flow: Flow, body: bytes, described: str) -> None:
    headers = {"content-type": "application/json"}
    response = flow.client.with_token(None).call("POST", "/oauth/register", body=body, headers=headers)
    assert response.status == 400
    assert response.json == {"error": "invalid_request", "error_description": f"The body {described}"}


def test_a_registration_has_no_member_that_is_null(flow: Flow) -> None:
    response = flow.register(client_uri=None, logo_uri=None, token_endpoint_auth_method="client_secret_basic")
    assert None not in response.json.values()
    assert response.json["token_endpoint_auth_method"] == "none"


def test_a_program_on_this_computer_may_use_any_port(flow: Flow, world: World) -> None:
    flow.register(redirect_uris=["http://127.0.0.1/callback", "cursor://anysphere.cursor-mcp/oauth/callback"])
    page = flow.show(redirect_uri="http://127.0.0.1:4321/callback")
    assert page.status == 200 and "on this computer" in page.body.decode()
    assert flow.show(redirect_uri="http://127.0.0.1:4321/other").status == 400
    assert flow.show(redirect_uri="http://127.0.0.1.evil.example:4321/callback").status == 400
    assert flow.show(redirect_uri="cursor://anysphere.cursor-mcp/oauth/callback").status == 200


def test_a_name_cannot_have_markup_or_invisible_characters(flow: Flow) -> None:
    flow.register(client_name="<b>Claude\u202e</b>\n" + "x" * 300)
    page = flow.show().body.decode()
    assert "<b>Claude" not in page and "\u202e" not in page


def test_many_registrations_of_one_network_are_slowed_down(settings: Settings, world: World) -> None:
    one = Client(create_app(open_database(settings), settings))
    flow = Flow(one, "")
    statuses = {flow.register().status for _ in range(REGISTRATIONS_PER_MINUTE + 5)}
    one.close()
    assert statuses == {201, 429}


def test_the_challenge_is_that_of_the_rfc() -> None:
    # RFC 7636, appendix B
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
