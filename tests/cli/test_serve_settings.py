"""The settings of coterie serve: wrong ones are refused by their name, with what would be right."""

from pathlib import Path

import pytest
from instance import running
from privileges import unprivileged

from coterie.cli.stopping import exiting_on_errors
from coterie.errors import Unavailable
from coterie.settings import load_settings

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REQUEST_SECONDS", "soon"),
        ("REQUEST_SECONDS", "-1"),
        ("LOG_LEVEL", "loud"),
        ("BASE_URL", "coterie.example.org"),
        ("BASE_URL", "https://x.example/ y"),
        ("BASE_URL", "https://x.example/people"),
        ("BASE_URL", "https://x.example:99999"),
        ("COUNTRY", "XX"),
        ("COUNTRY", "Atlantis"),
        ("DATABASE_URL", "sqlite:///srv/coterie.sqlite3"),
        ("SMTP_URL", "foo"),
        ("SMTP_URL", "smtp://mail.example.org:587"),
        ("SMTP_FROM", "crm@example.org"),
        ("BODY_BYTES_MAX", "0"),
        ("DATABASE_CONNECTIONS", "1000"),
        ("LOG_REQUESTS", "perhaps"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(Unavailable, match=name):
        load_settings({f"COTERIE_{name}": value})


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"LOG_LEVEL": "verbose"}, "COTERIE_LOG_LEVEL = verbose: must be debug, info, warning or error"),
        ({"LOG_REQUESTS": "maybe"}, "COTERIE_LOG_REQUESTS = maybe: must be true or false"),
        ({"IMPORT_DAYS": "0"}, "COTERIE_IMPORT_DAYS = 0: must be a whole number from 1 to 36500"),
        ({"BODY_BYTES_MAX": "1"}, "COTERIE_BODY_BYTES_MAX = 1: must be a whole number of at least 1024"),
        ({"SLOW_SECONDS": "0"}, "COTERIE_SLOW_SECONDS = 0: must be a number from 0.1 to 86400"),
        ({"REQUEST_SECONDS": "inf"}, "COTERIE_REQUEST_SECONDS = inf: must be a number from 0.1 to 3600"),
        ({"REQUEST_SECONDS": "nan"}, "COTERIE_REQUEST_SECONDS = nan: must be a number from 0.1 to 3600"),
        ({"JOBS_POLL_SECONDS": "1e-9"}, "COTERIE_JOBS_POLL_SECONDS = 1e-9: must be a number from 0.01 to 60"),
        (
            {"BASE_URL": "https://a.example/x/"},
            "COTERIE_BASE_URL = https://a.example/x/: must be https://a.example, without a user, path or query",
        ),
        (
            {"BASE_URL": "https://marge:s3cret@a.example"},
            "COTERIE_BASE_URL = https://a.example: must be https://a.example, without a user, path or query",
        ),
        (
            {"DATABASE_URL": "sqlite:///srv/c.sqlite3"},
            "COTERIE_DATABASE_URL = sqlite:///srv/c.sqlite3: must be an absolute path: sqlite:////srv/c.sqlite3"
            " (four slashes)",
        ),
        *(
            (
                {"DATABASE_URL": f"postgresql://marge:{password}@db.example.org/coterie"},
                "COTERIE_DATABASE_URL = postgresql://db.example.org/coterie: "
                "must have a percent-encoded user and password: %40 for @, %2F for /, %25 for %",
            )
            for password in ("s3@cret", "s3/cret", "s3%cret", "s3%4", "s@3/cret", "s/3@cret", "s%@3")
        ),
        *(
            (
                {"SMTP_URL": f"smtp://marge:{password}@mail.example.org:587", "SMTP_FROM": "crm@example.org"},
                "COTERIE_SMTP_URL = smtp://mail.example.org:587: "
                "must have a percent-encoded password: %2F for /, %3F for ?, %23 for #, %25 for %",
            )
            for password in ("s3/cret", "s3?cret", "s3#cret", "/s3cret", "s@3/cret")
        ),
        (
            {"SMTP_URL": "smtp://mail.example.org:mail", "SMTP_FROM": "crm@example.org"},
            "COTERIE_SMTP_URL = smtp://mail.example.org:mail: must end with a port from 1 to 65535, or without one",
        ),
        (
            {"DATABASE_URL": "mysql://a/b"},
            "COTERIE_DATABASE_URL = mysql://a/b: must begin with sqlite:/// or postgresql://",
        ),
        (
            {"SMTP_URL": "smtp://marge:s3cret@mail.example.org"},
            "COTERIE_SMTP_URL and COTERIE_SMTP_FROM must both be set to send mail",
        ),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_with_what_would(settings: dict[str, str], said: str) -> None:
    with pytest.raises(Unavailable) as refused:
        load_settings({f"COTERIE_{name}": value for name, value in settings.items()})
    assert str(refused.value) == f"settings: {said}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('LOG_LEVEL = "debug"', "unknown setting LOG_LEVEL (in FILE): did you mean log_level?"),
        ('COTERIE_COUNTRY = "DE"', "unknown setting COTERIE_COUNTRY (in FILE): did you mean country?"),
        ("log_level = debug", "FILE: Invalid value (at line 1, column 13); a line is log_level = "
            '"debug" or backup_hours = 12'),
    ],
)  # fmt: skip
def test_a_wrong_line_of_the_file_of_settings_is_refused_with_the_right_one(
    tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "coterie.toml"
    file.write_text(text)
    with pytest.raises(Unavailable) as refused:
        load_settings({}, data=str(tmp_path))
    assert str(refused.value) == f"settings: {said.replace('FILE', str(file))}"


def test_a_data_folder_of_another_user_is_one_line_that_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "coterie.toml").write_text('log_level = "debug"')
    with unprivileged(tmp_path), pytest.raises(SystemExit), exiting_on_errors():
        load_settings({}, data=str(tmp_path))
    file = tmp_path / "coterie.toml"
    said = f"settings: {file}: Permission denied: run this as the user who owns its folder"
    assert capsys.readouterr().err == f"coterie: {said}\n"
    with unprivileged(tmp_path), pytest.raises(SystemExit), exiting_on_errors():
        file.read_text()
    assert capsys.readouterr().err == f"coterie: {file}: Permission denied\n"


def test_the_user_of_a_mail_server_may_be_an_address() -> None:
    url = "smtp://crm@example.org:s3@cr%2Fet@mail.example.org:587/"
    assert load_settings({"COTERIE_SMTP_URL": url, "COTERIE_SMTP_FROM": "crm@example.org"}).smtp_url == url


def test_settings_have_one_form_however_they_are_written() -> None:
    settings = load_settings({"COTERIE_COUNTRY": "germany", "COTERIE_BASE_URL": "https://crm.example.org:8443/"})
    assert (settings.country, settings.base_url) == ("DE", "https://crm.example.org:8443")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:///coterie?host=/run/postgresql", "postgresql://coterie@/coterie?host=/run/postgresql",
        "postgresql://marge:s3%40cr%2Fet@one:5432,two:5432/coterie?target_session_attrs=read-write",
        "postgres://db.example.org/coterie?user=marge@example&password=%40", "postgresql://marge:s3#cret@[::1]/coterie",
    ],
)  # fmt: skip
def test_a_url_of_postgresql_is_taken_as_it_is(url: str) -> None:
    assert load_settings({"COTERIE_DATABASE_URL": url}).database_url == url


def test_settings_come_from_a_file_in_the_data_folder_and_variables_win(folder: Path) -> None:
    folder.mkdir()
    (folder / "coterie.toml").write_text('metrics_token = "from the file"\nlog_level = "error"\n')
    with running(folder, log_level="info", backup_folder=str(folder / "none")) as instance:
        assert any("COTERIE_BACKUP_FOLDER does not exist" in line["event"] for line in instance.events())
        assert instance.call("GET", "/metrics")[0] == 401
        assert instance.call("GET", "/metrics", token="another")[0] == 401
        assert instance.call("GET", "/metrics", token="from the file")[0] == 200
        assert any(line["event"] == "listening" for line in instance.events())
        assert [len(line["migrations"]) for line in instance.events() if line["event"] == "database created"] == [1]
        assert instance.stop() == 0
    for text, said in [('metrics = "x"\n', "metrics"), ("not toml", "coterie.toml")]:
        (folder / "coterie.toml").write_text(text)
        with pytest.raises(Unavailable, match=said):
            load_settings({"COTERIE_DATA": str(folder)})
    with pytest.raises(Unavailable, match="/nowhere/x"):
        load_settings({"COTERIE_CONFIG": "/nowhere/x"})
