"""The files of deploy/: their commands are run as they are written there, on another port and in another folder."""

import configparser
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from instance import coterie, running

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
CONTAINERFILE = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ")
SERVICES = ("coterie.service", "coterie-backup.service")


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(DEPLOY / name)
    return parser


def instructions(name: str) -> list[str]:
    return [
        line.strip().removeprefix(name).strip() for line in CONTAINERFILE.splitlines() if line.strip().startswith(name)
    ]


def test_the_container_copies_what_there_is_and_what_its_ignore_file_lets_in() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    allowed = {line.removeprefix("!") for line in lines if line.startswith("!")}
    copied = {word for line in instructions("COPY") if "--from" not in line for word in shlex.split(line)[:-1]}
    assert copied == allowed
    assert all((ROOT / each).exists() for each in copied)


def test_the_container_serves_as_a_user_of_its_own_with_one_volume_and_its_health_check_sees_the_instance(
    tmp_path: Path,
) -> None:
    assert instructions("USER") == ["coterie"] and instructions("VOLUME") == ["/data"]
    assert json.loads(instructions("CMD")[-1]) == ["coterie", "serve", "--host", "0.0.0.0"]
    (health,) = re.findall(r"HEALTHCHECK .* CMD (\[.*\])", CONTAINERFILE)
    _, *arguments = json.loads(health)
    with running(tmp_path, "--host", "0.0.0.0") as instance:
        check = [sys.executable, *(each.replace("8000", str(instance.port)) for each in arguments)]
        assert subprocess.run(check, check=False).returncode == 0
        instance.stop()
        assert subprocess.run(check, check=False, capture_output=True).returncode != 0


@pytest.mark.parametrize("name", SERVICES)
def test_a_unit_runs_without_rights_it_does_not_need(name: str) -> None:
    service = unit(name)["Service"]
    assert service["User"] == "coterie" and service["UMask"] == "0077"
    assert service["CapabilityBoundingSet"] == "" and service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict" and service["ProtectHome"] == "yes"
    # without it, one call that the filter does not know kills the instance
    assert service["SystemCallErrorNumber"] == "EPERM"


def test_the_unit_lets_checks_of_passwords_lower_their_priority() -> None:
    lines = [line for line in (DEPLOY / "coterie.service").read_text().splitlines() if "SystemCallFilter" in line]
    denied = lines.index("SystemCallFilter=~@privileged @resources")
    assert "SystemCallFilter=setpriority" in lines[denied:]


def test_the_units_commands_are_commands_and_the_backup_is_made_in_a_place_it_may_write(tmp_path: Path) -> None:
    serve, backup = (shlex.split(unit(name)["Service"]["ExecStart"]) for name in SERVICES)
    assert serve == ["/opt/coterie/.venv/bin/coterie", "serve"] and backup[0] == serve[0]
    folder = tmp_path / "backups"
    assert backup[2] in unit("coterie-backup.service")["Service"]["ReadWritePaths"].split()
    folder.mkdir()
    assert coterie(tmp_path / "data", "demo").returncode == 0
    done = coterie(tmp_path / "data", *[str(folder) if each == backup[2] else each for each in backup[1:]])
    assert done.returncode == 0, done.stderr
    assert len(list(folder.glob("coterie-*.backup"))) == 1
    assert unit("coterie-backup.timer")["Timer"]["OnCalendar"]


def test_an_installed_program_is_compiled_for_users_who_may_not_write_its_folder(tmp_path: Path) -> None:
    (tmp_path / "coterie").mkdir()
    (tmp_path / "coterie" / "people.py").write_text("people = []\n")
    dry = ["make", "--dry-run", "--assume-old=.venv/run.stamp", f"BIN={Path(sys.executable).parent}", "setup"]
    commands = subprocess.run(dry, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (command,) = [line for line in commands.splitlines() if "compileall" in line]
    subprocess.run(shlex.split(command), cwd=tmp_path, check=True)
    assert list(tmp_path.glob("coterie/__pycache__/people.*.pyc"))
