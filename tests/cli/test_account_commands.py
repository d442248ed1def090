"""coterie password, tokens, members and organization as an operator meets them. On both engines."""

import json
import os
import subprocess
from typing import Any

import pytest
from argon2 import Type, extract_parameters
from forked import run_forked

from coterie.settings import Settings
from coterie.store.database import open_database

pytestmark = pytest.mark.slow

EMAIL = "marge@example.org"


def run(settings: Settings, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"COTERIE_DATA": settings.data, "COTERIE_DATABASE_URL": settings.database_url}
    return run_forked(list(arguments), environment, stdin)


def said(settings: Settings, *arguments: str, stdin: str = "") -> str:
    done = run(settings, *arguments, stdin=stdin)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def home(fresh_settings: Settings) -> Settings:
    said(fresh_settings, "bootstrap", "--organization", "Terrace", "--email", EMAIL, "--password", "correct horse")
    return fresh_settings


def listed(settings: Settings, *command: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(said(settings, *command, "--json"))
    return rows


def test_a_lost_password_is_replaced(home: Settings) -> None:
    assert said(home, "password", EMAIL, "--password", "-", stdin="a new one, please\n") == (
        f"Password of {EMAIL} changed; 0 logins ended.\n"
    )
    assert run(home, "password", EMAIL).stderr.startswith("coterie: password is missing: without a terminal")
    assert "too common" in run(home, "password", EMAIL, "--password", "12345678").stderr
    assert "8 to 200" in run(home, "password", EMAIL, "--password", "1").stderr
    nobody = run(home, "password", "homer@example.org", "--password", "a new one, please")
    assert (nobody.returncode, nobody.stderr) == (1, "coterie: There is no user homer@example.org\n")


def test_a_password_is_hashed_with_at_least_the_work_that_rfc_9106_recommends(home: Settings) -> None:
    database = open_database(home)
    with database.read() as tx:
        ((password_hash,),) = tx.all("SELECT password_hash FROM users")
    database.close()
    parameters = extract_parameters(password_hash)
    # section 4, the second recommended option: 64 MiB and three passes
    assert (parameters.type, parameters.salt_len, parameters.hash_len) == (Type.ID, 16, 32)
    assert parameters.memory_cost >= 64 * 1024 and parameters.time_cost >= 3


def test_a_lost_token_is_replaced_and_revoked(home: Settings) -> None:
    made = json.loads(
        said(home, "tokens", "create", "--user", EMAIL, "--name", "cron", "--scope", "contacts:read", "--json")
    )
    assert len(made["token"]) == 44
    first, second = listed(home, "tokens", "list")
    assert (first["name"], first["scopes"], first["state"]) == ("bootstrap", ["*"], "active")
    assert (second["token_id"], second["scopes"], second["user"]) == (made["token_id"], ["contacts:read"], EMAIL)
    shown = said(home, "tokens", "list")
    assert made["token_id"] in shown and made["token"] not in shown
    assert said(home, "tokens", "revoke", made["token_id"]) == f"Token {made['token_id']} revoked.\n"
    assert run(home, "tokens", "revoke", made["token_id"]).stderr == "coterie: The token is already revoked\n"
    assert [each["state"] for each in listed(home, "tokens", "list")] == ["active", "revoked"]
    wrong = run(home, "tokens", "create", "--user", EMAIL, "--name", "x", "--scope", "all")
    assert (wrong.returncode, "scope 'all' is not one of contacts:read, " in wrong.stderr) == (1, True)


def test_members_come_and_go(home: Settings) -> None:
    said(home, "members", "add", "homer@example.org", "--password", "doughnuts forever", "--owner")
    assert [(each["email"], each["role"]) for each in listed(home, "members", "list")] == [
        (EMAIL, "owner"), ("homer@example.org", "owner"),
    ]  # fmt: skip
    assert "homer@example.org" in said(home, "members", "list")
    said(home, "tokens", "create", "--user", "homer@example.org", "--name", "phone")
    gone = said(home, "members", "remove", "homer@example.org")
    assert gone == "homer@example.org is no longer a member; 1 token revoked.\n"
    last = run(home, "members", "remove", EMAIL)
    assert (last.returncode, last.stderr) == (1, f"coterie: {EMAIL} is the only owner: add another owner first\n")
    # the user exists, so no password is asked for
    assert "is a member now" in said(home, "members", "add", "homer@example.org")


def test_an_organization_gets_a_country_and_a_name(home: Settings) -> None:
    use = "Contacts: 0 (no limit)\nFiles: 0 bytes (no limit)\n"
    assert said(home, "organization", "set", "--country", "Germany") == f"Terrace: country DE, time zone UTC.\n{use}"
    renamed = said(home, "organization", "set", "--name", "Avenue", "--country", "")
    assert renamed == f"Avenue: country none, time zone UTC.\n{use}"
    assert listed(home, "organizations")[0]["name"] == "Avenue"
    wrong = run(home, "organization", "set", "--country", "Atlantis")
    assert wrong.stderr == "coterie: country 'Atlantis' is not a country: use its ISO code, such as DE\n"
    assert run(home, "organization", "set").returncode == 1


READING = (
    ("organizations",), ("imports",), ("export", "--format", "csv"), ("import-rows", "x"), ("members", "list"),
    ("tokens", "list"), ("password", EMAIL, "--password", "correct horse"), ("import", "x.vcf"), ("apply-import", "x"),
    ("undo-import", "x"), ("delete-import", "x"), ("decide", "x", "1", "skip"), ("rejected", "x"), ("backup", "x.tar"),
    ("worker",), ("organization", "set", "--name", "x"),
)  # fmt: skip


def test_only_what_sets_an_instance_up_creates_one(fresh_settings: Settings) -> None:
    settings = Settings(data=f"{fresh_settings.data}/elsewhere", database_url=fresh_settings.database_url)
    if settings.database_url.startswith("sqlite"):
        settings = Settings(data=settings.data, database_url=f"sqlite:///{settings.data}/coterie.sqlite3")
    for command in READING:
        done = run(settings, *command)
        assert done.returncode == 1, command
        assert done.stderr.startswith("coterie: there is no instance in "), command
        assert "coterie bootstrap" in done.stderr and done.stderr.count("\n") == 1
        assert not settings.data_folder.exists(), command
    said(settings, "bootstrap", "--organization", "Us", "--email", EMAIL, "--password", "correct horse")
    assert len(listed(settings, "organizations")) == 1


def test_an_organization_gets_quotas_and_shows_their_use(home: Settings) -> None:
    after = said(home, "organization", "set", "--contacts-max", "1000", "--file-bytes-max", "5000000")
    assert (
        after
        == said(home, "organization", "show")
        == ("Terrace: country none, time zone UTC.\nContacts: 0 (limit 1,000)\nFiles: 0 bytes (limit 5,000,000)\n")
    )
    said(home, "organization", "set", "--contacts-max", "")
    shown = json.loads(said(home, "organization", "show", "--json"))
    assert (shown["contacts_max"], shown["file_bytes_max"]) == (None, 5_000_000)
    wrong = run(home, "organization", "set", "--contacts-max", "many")
    assert wrong.stderr == "coterie: --contacts-max must be a whole number, 0 or more, not 'many'\n"


def test_time_zones_are_listed_and_set(home: Settings) -> None:
    assert said(home, "time-zones", "berlin") == "Europe/Berlin\n"
    assert "UTC" in json.loads(said(home, "time-zones", "--json", "--data", home.data))
    said(home, "organization", "set", "--time-zone", "Europe/Berlin")
    assert [each["time_zone"] for each in listed(home, "members", "list")] == ["Europe/Berlin"]
    assert said(home, "members", "set", EMAIL, "--time-zone", "Asia/Tokyo") == f"{EMAIL}: time zone Asia/Tokyo.\n"
    assert "time zone Europe/Berlin." in said(home, "organization", "show")
    wrong = run(home, "organization", "set", "--time-zone", "Mars")
    assert wrong.stderr == "coterie: time_zone 'Mars' is not a time zone: use a name such as Europe/Berlin\n"
