"""docs/building.md: its Python does what the text around it says."""

import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from client import Client
from standardwebhooks import Webhook
from world import World

GUIDE = (Path(__file__).parents[2] / "docs/building.md").read_text("utf-8")
BASE = "https://crm.example.org/api/hub/v1"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def guide(hub: Client) -> dict[str, Any]:
    """What the code of the guide defines, with an api that leads to the application of this process."""

    def send(request: httpx.Request) -> httpx.Response:
        headers = {name: request.headers[name] for name in ("if-match", "idempotency-key", "content-type")
                   if name in request.headers}  # fmt: skip
        response = hub.call(
            request.method, request.url.path, query=dict(request.url.params), body=request.content, headers=headers
        )
        return httpx.Response(response.status, headers=response.headers, content=response.body, request=request)

    names: dict[str, Any] = {"token": "", "time": time, "secret": SECRET, "is_new": lambda id_: True, "enqueue": id}
    for code in re.findall(r"```python\n(.*?)```", GUIDE, flags=re.DOTALL):
        exec(code, names)
    names["api"] = httpx.Client(base_url=BASE, transport=httpx.MockTransport(send))
    return names


def test_a_customer_is_saved_once_and_found_again(guide: dict[str, Any], world: World, hub: Client) -> None:
    customer = {"number": "7", "email": "lisa@example.org", "name": "Lisa Simpson", "version": 1}
    first, again = guide["save"](customer), guide["save"](customer)
    changed = guide["save"]({**customer, "name": "Lisa Marie Simpson", "version": 2})
    assert first == again and (first["outcome"], changed["outcome"]) == ("created", "updated")
    assert changed["contact"]["id"] == first["contact"]["id"]


def test_a_line_is_added_to_what_is_there_now(guide: dict[str, Any], world: World, hub: Client) -> None:
    path, read = f"/api/hub/v1/contacts/{world.marge.id}", guide["api"].get

    def get_late(*args: Any, **options: Any) -> httpx.Response:
        """Reads, and then somebody else writes."""
        guide["api"].get = read
        response: httpx.Response = read(*args, **options)
        hub.patch(path, {"note": "theirs"})
        return response

    guide["api"].get = get_late
    guide["add_line"](world.marge.id, "ours")
    assert hub.get(path).json["note"] == "theirs\nours"


def test_a_mirror_follows(guide: dict[str, Any], world: World, hub: Client) -> None:
    contacts: dict[str, Any] = {}
    erased = hub.post("/api/hub/v1/contacts", {"real_name": "Hans Moleman"}).json
    cursor = guide["follow"](contacts, None)
    assert {each["id"] for each in contacts.values()} == {world.marge.id, world.homer.id, erased["id"]}
    hub.patch(f"/api/hub/v1/contacts/{world.marge.id}", {"nickname": "Midge"})
    hub.delete(f"/api/hub/v1/contacts/{world.homer.id}")
    hub.call("DELETE", f"/api/hub/v1/contacts/{erased['id']}?erase=true", headers={"if-match": "*"})
    guide["follow"](contacts, cursor)
    assert {each["id"]: each["nickname"] for each in contacts.values()} == {world.marge.id: "Midge"}


@pytest.mark.parametrize("signature", [None, "v1,xx", "x", "v1," + "A" * 44])
def test_a_message_is_taken_only_with_its_signature(guide: dict[str, Any], signature: str | None) -> None:
    now, body = datetime.now(UTC), '{"type": "contact.created"}'
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(now.timestamp())),
               "webhook-signature": signature or Webhook(SECRET).sign("msg_1", now, body)}  # fmt: skip
    assert guide["receive"](headers, body.encode()) == (400 if signature else 204)
