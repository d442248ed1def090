"""The steps of OAuth as a client and its user's browser take them."""

import hashlib
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from client import Client, Response
from world import World

from coterie.actions.oauth import register_client
from coterie.actions.sessions import sign_in

REDIRECT = "https://claude.ai/api/mcp/auth_callback"
VERIFIER = "v" * 60
ORIGIN = "http://testserver"


def challenge_of(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass
class Flow:
    """A client, and the browser of a signed-in user."""

    client: Client
    session: str
    client_id: str = ""
    more: dict[str, str] = field(default_factory=dict)

    @property
    def cookies(self) -> dict[str, str]:
        return {"cookie": f"coterie_session={self.session}"}

    def register(self, **metadata: Any) -> Response:
        body = {"client_name": "Claude", "redirect_uris": [REDIRECT]} | metadata
        response = self.client.with_token(None).post("/oauth/register", body)
        if response.status == 201:
            self.client_id = response.json["client_id"]
        return response

    def asked(self, **changes: str) -> dict[str, str]:
        """The parameters of the request for a code."""
        asked = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": REDIRECT, "state": "s t&",
            "code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256",
            "scope": "contacts:read contacts:write", "resource": f"{ORIGIN}/mcp",
        }  # fmt: skip
        return {name: value for name, value in (asked | changes).items() if value}

    def show(self, **changes: str) -> Response:
        path = f"/oauth/authorize?{urlencode(self.asked(**changes))}"
        return self.client.with_token(None).call("GET", path, headers=self.cookies)

    def decide(self, world: World, *, decision: str = "allow", write: bool = True, **changes: str) -> Response:
        page = self.show(**changes)
        assert page.status == 200, (page.status, page.headers)
        fields = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', page.body.decode()))
        fields = {name: value.replace("&amp;", "&").replace("&#38;", "&") for name, value in fields.items()}
        fields |= {"organization": str(world.organization.id), "decision": decision}
        fields = {name: value for name, value in fields.items() if name != "write"} | ({"write": "1"} if write else {})
        return self.send(fields)

    def send(self, fields: dict[str, str]) -> Response:
        headers = self.cookies | {"content-type": "application/x-www-form-urlencoded", "origin": ORIGIN}
        return self.client.with_token(None).call(
            "POST", "/oauth/authorize", body=urlencode(fields).encode(), headers=headers
        )

    def code(self, world: World, **more: Any) -> str:
        response = self.decide(world, **more)
        assert response.status == 303, response.body
        return answer_of(response)["code"]

    def token(self, **fields: str) -> Response:
        body = urlencode({"client_id": self.client_id} | fields).encode()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return self.client.with_token(None).call("POST", "/oauth/token", body=body, headers=headers)

    def exchange(self, code: str, **changes: str) -> Response:
        fields = {"code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER, "resource": f"{ORIGIN}/mcp"}
        return self.token(grant_type="authorization_code", **(fields | changes))

    def refresh(self, token: str, **changes: str) -> Response:
        return self.token(grant_type="refresh_token", refresh_token=token, **changes)


def answer_of(response: Response) -> dict[str, str]:
    """The parameters with which the browser returns to the client."""
    return {name: values[0] for name, values in parse_qs(urlsplit(response.headers["location"]).query).items()}


def make_flow(client: Client, world: World) -> Flow:
    """Alice's browser, and a client that registered."""
    with world.database.write() as tx:
        session, _ = sign_in(tx, world.alice.user_id or "", "browser", "test")
        registered = register_client(tx, {"client_name": "Claude", "redirect_uris": [REDIRECT]})
    return Flow(client, session, registered.id)
