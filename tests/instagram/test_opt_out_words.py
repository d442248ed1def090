"""An organization's own opt-out words, set by `coterie instagram opt-out-words`: in force with the next message."""

import subprocess

import pytest
from client import Client
from forked import run_command
from instagram_world import deliver, message, messaging, newest, number, work
from world import World

from coterie.settings import Settings
from coterie.store.database import Database
from coterie.store.instagram_accounts import find_opt_out_words

pytestmark = pytest.mark.slow


def run(settings: Settings, organization: str, *words: str) -> subprocess.CompletedProcess[str]:
    return run_command(settings, "instagram", "opt-out-words", "--organization", organization, "--", *words)


def status_after(inro: Client, database: Database, settings: Settings, account: str, text: str) -> str:
    """The status of somebody new who writes this."""
    deliver(inro, messaging(account, message(account, number(), text)))
    work(database, settings)
    return str(newest(inro)["status"])


def test_the_words_of_an_organization_take_the_place_of_the_built_in_ones_until_there_are_none(
    inro: Client, database: Database, settings: Settings, account: str, world: World
) -> None:
    def status(text: str) -> str:
        return status_after(inro, database, settings, account, text)

    assert (status("Stop"), status("Genug!")) == ("optout", "subscribed")
    done = run(settings, world.organization.uuid, "genug", "¡BASTA!")
    assert (done.returncode, done.stdout) == (0, "Opt-out words: genug, ¡BASTA!.\n"), done.stderr
    assert [status(text) for text in ("Genug!", "basta", "Stop")] == ["optout", "optout", "subscribed"]
    with database.read() as tx:
        assert find_opt_out_words(tx, world.charlie.organization_id) is None
    assert run(settings, world.organization.uuid).stdout == "Opt-out words: the built-in list.\n"
    assert (status("Stop"), status("Genug!")) == ("optout", "subscribed")


@pytest.mark.parametrize("words", [["..."], [""], ["x" * 200], [f"word{number}" for number in range(51)]])
def test_what_is_no_word_or_too_many_changes_nothing(
    database: Database, settings: Settings, world: World, words: list[str]
) -> None:
    done = run(settings, world.organization.uuid, *words)
    assert (done.returncode, done.stderr.startswith("coterie: words")) == (1, True), done.stderr
    with database.read() as tx:
        assert find_opt_out_words(tx, world.organization.id) is None


def test_an_organization_that_is_none_is_refused(settings: Settings) -> None:
    done = run(settings, "no-such", "stop")
    assert (done.returncode, "no organization" in done.stderr) == (1, True)
