"""coterie subscriptions: from adding a book to removing it."""

import io
import json
from pathlib import Path

import pytest
from carddav.dav_client import make_card
from remote.scripted import Scripted

from coterie.cli.main import main


class Command:
    """The coterie command in this process, with a password on its standard input."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch, self.capsys = monkeypatch, capsys
        monkeypatch.setenv("COTERIE_DATA", str(folder))
        monkeypatch.setenv("COTERIE_OUTGOING_ALLOWED", "127.0.0.0/8")

    def __call__(self, *arguments: str, password: str = "p") -> tuple[int, str]:
        """(exit code, output)"""
        self.monkeypatch.setattr("sys.argv", ["coterie", *arguments])
        self.monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
        with pytest.raises(SystemExit) as ended:
            main()
        said = self.capsys.readouterr()
        return int(ended.value.code or 0), said.out + said.err


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    command = Command(tmp_path, monkeypatch, capsys)
    arguments = (
        "bootstrap",
        "--organization",
        "Simpsons",
        "--email",
        "marge@example.org",
        "--password",
        "correct horse",
    )
    assert command(*arguments)[0] == 0
    return command


def card_of(number: int) -> str:
    return make_card(f"FN:Person {number}", f"N:{number};Person;;;", uid=f"p{number}")


def test_a_book_is_added_applied_run_held_and_removed(command: Command, scripted: Scripted) -> None:
    for number in range(15):
        scripted.put(f"{number}.vcf", card_of(number))
    code, said = command("subscriptions", "add", scripted.url, "--user", "marge", "--json")
    assert code == 0, said
    added = json.loads(said)
    assert (added["name"], added["state"], added["direction"]) == ("Friends", "preview", "mirror")
    assert command("apply-import", added["import_id"])[0] == 0
    code, said = command("subscriptions", "sync", added["id"])
    assert code == 0 and "taken 15" in said
    assert "15 bound" in command("subscriptions", "cards", added["id"])[1]
    for number in range(12):
        scripted.delete(f"{number}.vcf")
    code, said = command("subscriptions", "sync", added["id"])
    assert code == 1 and "12 contacts were deleted there" in said and "Person 3" in said
    assert "held" in command("subscriptions", "list")[1]
    assert command("subscriptions", "approve", added["id"], "--detach")[0] == 0
    code, said = command("subscriptions", "sync", added["id"])
    assert code == 1 and "is waiting for the worker" in said
    assert command("subscriptions", "set", added["id"], "--policy", "ask", "--password")[0] == 0
    assert command("subscriptions", "resolve", added["id"], "ours")[1] == "0 cards decided.\n"
    assert command("subscriptions", "pause", added["id"])[0] == command("subscriptions", "resume", added["id"])[0] == 0
    assert command("subscriptions", "remove", added["id"])[0] == 0
    assert "No subscriptions" in command("subscriptions", "list")[1]


def test_what_cannot_be_added_says_why(command: Command, scripted: Scripted) -> None:
    code, said = command("subscriptions", "add", "not an address", "--user", "u")
    assert code == 1 and "neither a URL nor a domain" in said
    code, said = command("subscriptions", "add", scripted.url, "--user", "u", password="")
    assert code == 1 and "password is empty" in said
    scripted.answer = lambda *_: (401, {}, b"")
    code, said = command("subscriptions", "add", scripted.url, "--user", "u")
    assert code == 1 and "rejects the user name or password" in said
    code, said = command("subscriptions", "add", scripted.url, "--user", "u", "--folder", "Nobody")
    assert code == 1 and "does not exist" in said
