"""The settings of data, mail and Instagram: export and erase, a test letter, accounts and opt-out words."""

import os
import re
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import pytest
from client import Client
from msgspec.structs import replace
from smtp_server import Inbox, free_port, serving
from visitor import Visitor, text_of
from world import World

from coterie.actions.notes import create_note
from coterie.app import create_app
from coterie.settings import Settings
from coterie.store.contacts import find_contact
from coterie.store.database import Database
from coterie.store.export_files import export_path, remove_exports
from coterie.store.instagram_accounts import find_opt_out_words, list_accounts_of
from coterie.store.jobs import list_jobs
from coterie.worker.loop import Worker


def at(world: World, *rest: str) -> str:
    return "/".join((f"/{world.organization.id}/settings", *rest))


@pytest.fixture
def bob(client: Client, world: World) -> Visitor:
    """Bob, a member who is not an owner."""
    with world.database.read() as tx:
        row = tx.one("SELECT email FROM users WHERE id = :id", {"id": world.bob.user_id})
    assert row is not None
    visitor = Visitor(client.with_token(None))
    visitor.sign_in(str(row[0]))
    return visitor


def work(database: Database, settings: Settings) -> None:
    """Runs every job that may start now."""
    worker = Worker(database, settings)
    while worker.run_one():
        pass


def test_an_export_is_made_downloaded_and_gone_after_a_day(alice: Visitor, world: World, settings: Settings) -> None:
    with world.database.write() as tx:
        for caller, text in ((world.alice, "Only Alice knows"), (world.bob, "Only Bob knows")):
            create_note(tx, caller, {"text": text, "is_personal": True, "contacts": [world.marge.uuid]})
    assert alice.post(at(world, "data", "exports")).status == 303
    alice.post(at(world, "data", "exports"))
    assert "Being made" in text_of(alice.get(at(world, "data")))
    with world.database.read() as tx:
        (job,) = list_jobs(tx, world.organization.id, "export_everything", limit=9)
    work(world.database, settings)
    (path,) = re.findall(r'href="([^"]+/exports/[^"]+)"', alice.get(at(world, "data")).body.decode())
    with zipfile.ZipFile(BytesIO(alice.get(path).body)) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"Marge" in everything and b"Only Alice knows" in everything and b"Only Bob knows" not in everything
    file = export_path(settings.data_folder, job.id)
    assert file.stat().st_mode & 0o077 == 0
    os.utime(file, (time.time() - 90_000,) * 2)
    assert alice.get(path).status == 404 and "Gone" in text_of(alice.get(at(world, "data")))
    remove_exports(settings.data_folder, before=time.time() - 86_400)
    assert not file.exists()


def test_data_and_instagram_are_for_owners(bob: Visitor, world: World) -> None:
    for path in ("data", "instagram"):
        assert bob.get(at(world, path)).status == 403
    for path in ("data/exports", "instagram", "instagram/words"):
        assert bob.post(at(world, path)).status == 403
    assert bob.get(at(world, "data", "exports", "x")).status == 403


@pytest.mark.parametrize("job", ["nothing", "../../secret.key", "0" * 36, "%00"])
def test_no_other_file_is_downloaded(alice: Visitor, world: World, job: str) -> None:
    assert alice.get(at(world, "data", "exports", job)).status == 404


def test_a_person_is_erased_after_their_name_was_typed(alice: Visitor, world: World) -> None:
    page = f"/{world.organization.id}/people/{world.marge.id}"
    alice.post(f"{page}/delete")
    assert f'href="{page}/erase"' in alice.get(page).body.decode()
    assert alice.post(f"{page}/erase", name="Marge").status == 422
    assert alice.post(f"{page}/erase", name=" Marge  Simpson ").status == 303
    assert alice.get(page).status == 404
    with world.database.read() as tx:
        assert find_contact(tx, world.organization.id, world.marge.id) is None


def test_mail_that_is_not_set_up_says_what_to_set(alice: Visitor, world: World) -> None:
    assert "COTERIE_SMTP_URL" in text_of(alice.get(at(world, "mail")))
    assert alice.post(at(world, "mail")).status == 422


@contextmanager
def visiting(world: World, settings: Settings) -> Iterator[Visitor]:
    """Alice on an instance with these settings, which ends with its database."""
    client = Client(create_app(world.database, settings))
    visitor = Visitor(client)
    visitor.sign_in(world.alice_email)
    yield visitor
    client.close()


@pytest.fixture
def own_world(fresh_world: World) -> World:
    return fresh_world


def test_the_state_of_mail_shows_no_password(own_world: World, fresh_settings: Settings) -> None:
    world = own_world
    with_mail = replace(
        fresh_settings, smtp_url="smtp://coterie:s3cret@mail.example.org:587", smtp_from="c@example.org"
    )
    with visiting(world, with_mail) as visitor:
        body = visitor.get(at(world, "mail")).body.decode()
        assert "mail.example.org:587" in body and "s3cret" not in body
        assert visitor.post(at(world, "mail")).status == 303
        assert "On its way" in text_of(visitor.get(at(world, "mail")))


def test_a_test_letter_arrives_or_says_why_not(own_world: World, fresh_settings: Settings) -> None:
    world, port, inbox = own_world, free_port(), Inbox()
    with_mail = replace(fresh_settings, smtp_url=f"smtp://127.0.0.1:{port}", smtp_from="c@example.org")
    with visiting(world, with_mail) as visitor:
        visitor.post(at(world, "mail"))
        work(world.database, with_mail)
        failed = text_of(visitor.get(at(world, "mail")))
        assert "Failed" in failed and "refused" in failed
        with serving(inbox, port):
            visitor.post(at(world, "mail"))
            work(world.database, with_mail)
        assert "Accepted by the server" in text_of(visitor.get(at(world, "mail")))
    assert [recipients for recipients, _ in inbox.messages] == [[world.alice_email]]


def test_an_account_is_connected_and_its_token_never_shown(alice: Visitor, world: World) -> None:
    page = at(world, "instagram")
    response = alice.post(page, account="17841400000000000", access_token="IGAA-secret-token")
    assert response.status == 303
    with world.database.read() as tx:
        (account,) = list_accounts_of(tx, world.organization.id)
    body = alice.get(page).body.decode()
    assert "17841400000000000" in body and "secret-token" not in body + account.access_token_sealed
    wrong = alice.post(page, account="not a number", access_token="x")
    assert wrong.status == 422 and 'value="not a number"' in wrong.body.decode()


def test_opt_out_words_are_saved_and_restored(alice: Visitor, world: World) -> None:
    page = at(world, "instagram", "words")
    assert alice.post(page, words="Enough\nNo more\n").status == 303
    with world.database.read() as tx:
        assert find_opt_out_words(tx, world.organization.id) == ["Enough", "No more"]
    assert alice.post(page, words="x" * 500).status == 422
    assert alice.post(page, words=" ").status == 303
    with world.database.read() as tx:
        assert find_opt_out_words(tx, world.organization.id) is None
