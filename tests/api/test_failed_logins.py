"""Failed logins are stored with their source, which a trusted proxy may name. On both engines."""

import io

import pytest
from client import Client
from msgspec.structs import replace
from world import PASSWORD, World

from coterie.app import create_app
from coterie.http import password_checks
from coterie.model.login_attempts import PAIR_MAX
from coterie.settings import Settings
from coterie.store import failed_logins
from coterie.store.database import Database
from coterie.store.failed_logins import FailedLogin, insert_failed_login, list_failed_logins


def log_in(client: Client, email: str, password: str, **headers: str) -> int:
    body = {"user": {"email": email, "password": password}}
    return client.call("POST", "/api/v1/login", json_body=body, headers=headers).status


def newest(database: Database, how_many: int) -> list[FailedLogin]:
    with database.read() as tx:
        return list_failed_logins(tx, limit=how_many)


def test_a_wrong_password_is_stored_with_user_and_source_and_a_right_one_is_not(client: Client, world: World) -> None:
    assert log_in(client, world.alice_email, "wrong") == 401
    assert log_in(client, f"nobody-{world.organization.uuid}@example.org", "wrong") == 401
    assert log_in(client, world.alice_email, PASSWORD) == 201
    unknown, wrong = newest(world.database, 2)
    assert (wrong.email, wrong.source, wrong.via) == (world.alice_email, "loopback", "r0")
    assert unknown.email is None


def test_who_is_turned_away_because_many_log_in_at_once_has_not_failed(
    client: Client, hub: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = {"current_password": PASSWORD, "new_password": "correct horse battery"}
    with monkeypatch.context() as busy:
        busy.setattr(password_checks, "_running", password_checks.QUEUE_MAX)
        for _ in range(PAIR_MAX):
            assert log_in(client, world.alice_email, PASSWORD) == 429
            assert hub.put("/api/hub/v1/me/password", change).status == 429
    assert log_in(client, world.alice_email, PASSWORD) == 201
    assert hub.put("/api/hub/v1/me/password", change).status in (200, 204)


def test_only_a_trusted_proxy_names_the_client(
    client: Client, world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = {"x-forwarded-for": "6.6.6.6, 198.51.100.7"}
    assert log_in(client, world.alice_email, "wrong", **header) == 401
    assert newest(world.database, 1)[0].source == "loopback"
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    app = create_app(world.database, replace(settings, log_requests=True, trusted_proxies="127.0.0.0/8"))
    monkeypatch.undo()
    proxied = Client(app, loop=client._loop)
    assert log_in(proxied, world.alice_email, "wrong", **header) == 401
    assert newest(world.database, 1)[0].source == "198.51.100.7"
    app._contracts._recorder.flush()
    assert '"client":"198.51.100.7"' in stream.getvalue()


def test_no_more_than_a_limit_are_stored(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failed_logins, "STORED_MAX", 5)
    for number in range(8):
        with world.database.write() as tx:
            insert_failed_login(tx, None, f"192.0.2.{number}", "r0")
    assert [each.source for each in newest(world.database, 10)] == [f"192.0.2.{n}" for n in range(7, 2, -1)]
