"""coterie bootstrap and coterie settings: what they print, what they refuse, what they never show."""

import json
import re
from pathlib import Path

import pytest
from instance import coterie

from coterie.cli.main import COMMANDS, EARLIER, main
from coterie.settings import describe, load_settings, shown

pytestmark = pytest.mark.slow

ARGUMENTS = ("bootstrap", "--organization", "Evergreen Terrace", "--email", "marge@example.org")


class Command:
    """The coterie command in this process: quicker than starting another for each of its answers."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch, self.capsys = monkeypatch, capsys
        monkeypatch.setenv("COTERIE_DATA", str(folder))

    def __call__(self, *arguments: str, **settings: str) -> tuple[int, str, str]:
        """(exit code, standard output, standard error)"""
        for name, value in settings.items():
            self.monkeypatch.setenv(f"COTERIE_{name.upper()}", value)
        self.monkeypatch.setattr("sys.argv", ["coterie", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = self.capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(tmp_path, monkeypatch, capsys)


def test_json_has_what_programs_need(command: Command) -> None:
    _, said, _ = command(*ARGUMENTS, "--password", "correct horse", "--json")
    made = json.loads(said)
    assert list(made) == ["organization_id", "organization_uuid", "user_uuid", "token"]
    assert made["organization_id"] == 1
    for name in ("organization_uuid", "user_uuid"):
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made[name])
    assert len(made["token"]) == 44


def test_the_same_address_again_is_said_and_another_makes_a_second_organization(command: Command) -> None:
    assert command(*ARGUMENTS, "--password", "correct horse")[0] == 0
    again = command(*ARGUMENTS, "--password", "another password", "--json")
    assert again == (1, "", "coterie: marge@example.org already has an account\n")
    assert command(*ARGUMENTS[:-1], "MARGE@Example.org", "--password", "another password")[0] == 1
    code, said, _ = command(*ARGUMENTS[:-1], "moe@example.org", "--password", "flaming moe", "--json")
    assert (code, json.loads(said)["organization_id"]) == (0, 2)


def test_bad_input_is_one_line_that_names_it_and_nothing_is_made(command: Command) -> None:
    good = {"--email": "marge@example.org", "--organization": "x", "--password": "long enough"}
    bad = [
        ("--password", "short", "password"),
        ("--password", "x" * 201, "password"),
        ("--email", "marge", "email"),
        ("--organization", "  ", "organization"),
        ("--country", "Atlantis", "country"),
    ]
    for option, value, said in bad:
        arguments = [word for pair in (good | {option: value}).items() for word in pair]
        code, out, err = command("bootstrap", *arguments)
        assert (code, out) == (1, "")
        assert err.startswith(f"coterie: {said} ")
        assert err.count("\n") == 1
    _, made, _ = command("bootstrap", *[word for pair in good.items() for word in pair], "--json")
    assert json.loads(made)["organization_id"] == 1


def test_the_password_is_asked_for_and_never_shown(tmp_path: Path) -> None:
    done = coterie(tmp_path, *ARGUMENTS, "--password", "correct horse")
    assert done.returncode == 0
    assert "correct horse" not in done.stdout + done.stderr
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    token = done.stdout.partition("token")[2].split()[0]
    assert b"marge@example.org" in kept
    assert b"correct horse" not in kept
    assert token.encode() not in kept


def test_the_password_is_read_from_standard_input(tmp_path: Path) -> None:
    done = coterie(tmp_path, *ARGUMENTS, "--password", "-", stdin="correct horse\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert coterie(tmp_path, *ARGUMENTS[:-1], "moe@example.org", "--password", "-").returncode == 1


def test_without_a_terminal_it_is_said_how_to_give_the_password(tmp_path: Path) -> None:
    done = coterie(tmp_path, *ARGUMENTS, stdin="correct horse\n")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "coterie: password is missing: without a terminal, pass --password, or --password - to read it from standard"
        " input\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_organizations_are_listed_with_their_uuids(command: Command) -> None:
    assert "`coterie bootstrap`" in command("organizations")[2]
    made = json.loads(command(*ARGUMENTS, "--password", "correct horse", "--json")[1])
    (listed,) = json.loads(command("organizations", "--json")[1])
    assert listed == {
        "organization_uuid": made["organization_uuid"], "name": "Evergreen Terrace", "contacts": 0, "members": 1,
        "imports": 0,
    }  # fmt: skip
    command(*ARGUMENTS[:2], "Moe's [red]Tavern", "--email", "moe@example.org", "--password", "flaming moe")
    shown = command("organizations")[1]
    assert made["organization_uuid"] in shown
    assert "[red]" in shown


@pytest.mark.parametrize("words", [["nonsense"], ["import"], ["import", "x.vcf", "--nonsense"], []])
def test_a_command_line_that_cannot_be_understood_exits_with_2(command: Command, words: list[str]) -> None:
    assert command(*words)[0] == 2
    assert "exit code 2" in (Path(__file__).parents[2] / "docs/operating.md").read_text()


def test_the_first_line_of_each_commands_help_is_not_cut_off(command: Command) -> None:
    said = command("--help")[1].partition("Commands:")[2]
    assert "..." not in said + command("instagram", "--help")[1].partition("Commands:")[2]
    for name in COMMANDS:
        assert f"\n  {name} " in said
        assert command(name, "--help")[0] == 0
    for name in EARLIER:
        assert f"\n  {name} " not in said
        assert command(name, "--help")[0] == 0


SECRETS = {
    "metrics_token": "s3cret-metrics",
    "instagram_app_secret": "s3cret-app",
    "instagram_verify_token": "s3cret-verify",
    "smtp_url": "smtps://marge:s3cret-mail@mail.example.org:465",
}


def test_settings_shows_everything_but_secrets(command: Command) -> None:
    code, said, _ = command("settings", **SECRETS, smtp_from="crm@example.org", log_level="debug")
    assert code == 0
    assert "s3cret" not in said
    assert "COTERIE_METRICS_TOKEN = (set) (default: none)" in said
    assert "COTERIE_SMTP_URL = smtps://mail.example.org:465" in said
    assert "COTERIE_LOG_LEVEL = debug (default: info)" in said
    for variable, _, description in describe():
        assert f"{variable} = " in said
        assert description in said


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://coterie:s3cret@db.example.org:5432/coterie",
        "postgresql://db.example.org/coterie?user=coterie&password=s3cret",
        "postgresql://coterie:s3cret%40@x@db/coterie",
        "s3cret",
    ],
)
def test_the_address_of_the_database_loses_its_password(url: str) -> None:
    assert "s3cret" not in shown("COTERIE_DATABASE_URL", url)


def test_no_error_of_the_settings_repeats_a_secret(tmp_path: Path, command: Command) -> None:
    for text in ('metrics_token = ["s3cret"]\n', 'metrics_token = "s3cret\n'):
        (tmp_path / "coterie.toml").write_text(text)
        code, out, err = command("settings")
        assert (code, out) == (1, "")
        assert "s3cret" not in err
    (tmp_path / "coterie.toml").unlink()
    code, _, err = command(*ARGUMENTS, "--password", "long enough", database_url="mysql://a:s3cret@b/c")
    assert code == 1
    assert "s3cret" not in err


def test_every_setting_is_in_the_operators_manual() -> None:
    manual = (Path(__file__).parents[2] / "docs/operating.md").read_text()
    missing = [variable for variable, _, _ in describe() if f"`{variable}`" not in manual]
    assert missing == []


def test_the_manual_names_no_setting_that_is_not_there() -> None:
    manual = (Path(__file__).parents[2] / "docs/operating.md").read_text()
    known = {variable for variable, _, _ in describe()} | {"COTERIE_CONFIG", "COTERIE_TOKEN"}
    assert set(re.findall(r"COTERIE_[A-Z_]+", manual)) <= known


def test_defaults_are_complete_without_any_setting() -> None:
    settings = load_settings({})
    assert settings.database_url.endswith("/data/coterie.sqlite3")
