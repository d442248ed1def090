"""A receiver on loopback, and an instance that may send to it."""

from collections.abc import Iterator

import msgspec
import pytest
from receiver import Receiver
from sending import Add
from world import World

from coterie.actions import webhooks as actions
from coterie.actions.callers import caller_for
from coterie.model.organizations import Caller
from coterie.model.webhooks import Webhook, new_secret
from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.secrets import seal


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def sending(settings: Settings) -> Settings:
    """Settings that allow loopback."""
    return msgspec.structs.replace(settings, outgoing_allowed="127.0.0.0/8")


@pytest.fixture
def caller(database: Database, world: World) -> Caller:
    with database.read() as tx:
        return caller_for(tx, world.organization.id, via="test")


@pytest.fixture
def add(database: Database, caller: Caller, receiver: Receiver, settings: Settings) -> Add:
    """Adds a webhook; returns its id and its secret."""

    def add(url: str = "", **fields: object) -> tuple[str, str]:
        secret = new_secret()
        sealed = seal(settings.data_folder, secret)
        webhook = Webhook(id="", url=url or receiver.url, secret_sealed=sealed, **fields)  # type: ignore[arg-type]
        with database.write() as tx:
            return actions.create_webhook(tx, caller, webhook, allowed="127.0.0.0/8").id, secret

    return add
