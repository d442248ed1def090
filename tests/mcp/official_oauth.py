"""The official client signs in by OAuth: it finds everything from the 401 of /mcp, and a browser agrees for its user.

As a program: official_oauth.py URL SESSION; prints the data of the tool about, and the tokens, as JSON.
"""

import json
import re
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

REDIRECT = "http://127.0.0.1:1/callback"


class Storage:
    """Holds what the client was given."""

    tokens: Any = None
    client: Any = None

    async def get_tokens(self) -> Any:
        return self.tokens

    async def set_tokens(self, tokens: Any) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> Any:
        return self.client

    async def set_client_info(self, client_info: Any) -> None:
        self.client = client_info


class Browser:
    """Agrees to what a client asks for."""

    def __init__(self, session: str) -> None:
        self._session = session
        self.answer: dict[str, list[str]] = {}

    async def open(self, url: str) -> None:
        import httpx2

        origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        async with httpx2.AsyncClient(cookies={"coterie_session": self._session}) as http:
            page = (await http.get(url)).text
            fields = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', page))
            fields = {name: value.replace("&amp;", "&") for name, value in fields.items()}
            sent = fields | {"decision": "allow", "write": "1"}
            back = await http.post(f"{origin}/oauth/authorize", data=sent, headers={"origin": origin})
            self.answer = parse_qs(urlsplit(back.headers["location"]).query)


async def main(url: str, session: str) -> None:
    import httpx2
    from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
    from mcp.client.client import Client
    from mcp.client.streamable_http import streamable_http_client
    from mcp.shared.auth import OAuthClientMetadata

    browser, storage = Browser(session), Storage()

    async def returned() -> AuthorizationCodeResult:
        answer = {name: values[0] for name, values in browser.answer.items()}
        return AuthorizationCodeResult(code=answer["code"], state=answer["state"], iss=answer["iss"])

    metadata = OAuthClientMetadata(client_name="Official client", redirect_uris=[REDIRECT])
    auth = OAuthClientProvider(url, metadata, storage, browser.open, returned)
    async with (
        httpx2.AsyncClient(auth=auth) as http,
        Client(streamable_http_client(url, http_client=http)) as client,
    ):
        result = await client.call_tool("about", {})
    print(json.dumps({"about": result.structured_content, "scope": storage.tokens.scope}))


if __name__ == "__main__":
    import asyncio

    asyncio.run(main(*sys.argv[1:3]))
