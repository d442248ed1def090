"""The pages and the operator's endpoints, called in this process."""

from client import Client

from coterie.app import create_app
from coterie.settings import Settings
from coterie.store.database import Database


def test_a_database_that_does_not_answer_is_said_on_every_page(
    fresh_database: Database, fresh_settings: Settings
) -> None:
    client = Client(create_app(fresh_database, fresh_settings))
    assert [client.get(path).status for path in ("/", "/healthz", "/readyz")] == [200, 200, 200]
    fresh_database.close()
    assert [client.get(path).status for path in ("/", "/healthz", "/readyz")] == [503, 200, 503]
    assert client.get("/").headers["retry-after"] == "5"
    assert b"database" not in client.get("/").body
    client.close()
