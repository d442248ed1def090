"""A restored backup gives change numbers again: old tokens and ETags are then not valid."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from carddav.dav_client import Dav, document, make_card, new_device
from client import Client
from databases import make_settings
from world import make_world

from coterie.app import create_app
from coterie.store.database import open_database


@pytest.fixture
def copied(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Client, Client, Dav]]:
    """An instance, the same instance as it was a moment later restored, and a device of both."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    settings = make_settings("sqlite", first, request, log_requests=False)
    database = open_database(settings)
    world = make_world(database)
    before = Client(create_app(database, settings))
    dav = new_device(before, database, world.alice)
    before.close()  # and the database
    shutil.copytree(first, second)
    clients = []
    for folder in (first, second):
        changed = settings.__class__(**{**_values(settings), "data": str(folder), "database_url": _url(folder)})
        clients.append(Client(create_app(open_database(changed), changed)))
    yield clients[0], clients[1], dav
    for client in clients:
        client.close()


def _values(settings: object) -> dict[str, object]:
    return {name: getattr(settings, name) for name in settings.__struct_fields__}  # type: ignore[attr-defined]


def _url(folder: Path) -> str:
    return f"sqlite:///{folder}/coterie.sqlite3"


def test_tokens_and_etags_of_a_lost_history_are_not_valid(copied: tuple[Client, Client, Dav]) -> None:
    lost, restored, device = copied
    there, here = (Dav(client, device.user, device.password, device.member) for client in (lost, restored))
    common = there.sync().token
    # two histories with the same change numbers
    theirs = there.put("ned.vcf", make_card("FN:Ned", "N:;Ned;;;", uid="ned"))
    token = there.sync().token
    ours = here.put("ned.vcf", make_card("FN:Todd", "N:;Todd;;;", uid="ned"))
    here.put("rod.vcf", make_card("FN:Rod", "N:;Rod;;;", uid="rod"))
    assert theirs.headers["etag"] != ours.headers["etag"]
    assert here.put("ned.vcf", make_card("FN:x", uid="ned"), if_match=theirs.headers["etag"]).status == 412
    body = document("D:sync-collection", f"<D:sync-token>{token}</D:sync-token><D:prop><D:getetag/></D:prop>")
    response = here.call("REPORT", here.book, body)
    assert (response.status, b"valid-sync-token" in response.body) == (403, True)
    assert len(here.sync(common).changed()) == 2
