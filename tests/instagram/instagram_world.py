"""Meta as these tests play it: deliveries in its documented shapes, signed, and work done until nothing waits."""

import hashlib
import hmac
import itertools
import json
import time
from datetime import UTC, datetime
from typing import Any

from client import Client, Response
from world import World

from coterie.actions.instagram import connect_account
from coterie.model import times
from coterie.settings import Settings
from coterie.store import jobs
from coterie.store.database import Database
from coterie.store.secrets import seal
from coterie.worker.handlers import HANDLERS
from coterie.worker.loop import Worker

SECRET = "the app's secret"
VERIFY_TOKEN = "the verify token"
TOKEN = "IGAAtheaccesstoken"
_numbers = itertools.count(17_841_400_000_000_000)


def number() -> str:
    """An id nobody else has."""
    return str(next(_numbers))


def connect(database: Database, settings: Settings, world: World, graph_url: str = "http://127.0.0.1:9/") -> str:
    """Tie a fresh account to Alice's organization; its id."""
    account_id = number()
    with database.write() as tx:
        connect_account(
            tx, world.alice, account_id=account_id, sealed=seal(settings.data_folder, TOKEN), graph_url=graph_url
        )
    return account_id


def milliseconds() -> int:
    return int(time.time() * 1000)


def messaging(account_id: str, *items: dict[str, Any]) -> dict[str, Any]:
    entry = {"id": account_id, "time": milliseconds(), "messaging": list(items)}
    return {"object": "instagram", "entry": [entry]}


def changes(account_id: str, field: str, *values: dict[str, Any]) -> dict[str, Any]:
    found = [{"field": field, "value": value} for value in values]
    return {"object": "instagram", "entry": [{"id": account_id, "time": int(time.time()), "changes": found}]}


def from_person(account_id: str, person_id: str, at: int | None = None, **what: Any) -> dict[str, Any]:
    return {
        "sender": {"id": person_id},
        "recipient": {"id": account_id},
        "timestamp": at or milliseconds(),
        **what,
    }


def message(account_id: str, person_id: str, text: str | None, at: int | None = None, **more: Any) -> dict[str, Any]:
    what = {"mid": f"m_{number()}", **({"text": text} if text is not None else {}), **more}
    return from_person(account_id, person_id, at, message=what)


def comment(person_id: str, username: str, text: str, **more: Any) -> dict[str, Any]:
    return {
        "id": number(),
        "from": {"id": person_id, "username": username},
        "text": text,
        "media": {"id": number(), "media_product_type": "FEED"},
        **more,
    }


def sign(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def deliver(client: Client, delivery: Any, **headers: str) -> Response:
    """Send it as Meta does; bytes go as they are."""
    body = delivery if isinstance(delivery, bytes) else json.dumps(delivery).encode()
    sent = {"content-type": "application/json", "x-hub-signature-256": sign(body)} | headers
    return client.call("POST", "/instagram/webhook", body=body, headers=sent)


def work(database: Database, settings: Settings, worker: Worker | None = None) -> None:
    """Let a worker do what waits and may start now."""
    worker = worker or Worker(database, settings, HANDLERS, schedule=())
    while worker.run_one():
        pass


def waiting(database: Database, world: World, name: str) -> list[dict[str, Any]]:
    """The arguments of the jobs of one name that wait."""
    with database.read() as tx:
        found = jobs.list_jobs(tx, world.organization.id, name, limit=5000)
    return [json.loads(job.arguments) for job in reversed(found) if job.state == "waiting"]


def contact(inro: Client, **locator: Any) -> dict[str, Any]:
    response = inro.get("/api/v1/contact", **locator)
    assert response.status == 200, response.body
    found: dict[str, Any] = response.json
    return found


def newest(inro: Client) -> dict[str, Any]:
    """The contact that was added last."""
    response = inro.get("/api/v1/contacts", order_column="id", order_direction="desc", per_page=1)
    found: dict[str, Any] = response.json[0]
    return found


def moment(at: int) -> str:
    """Milliseconds since 1970 as Inrō shows them."""
    return times.moment(datetime.fromtimestamp(at / 1000, UTC))
