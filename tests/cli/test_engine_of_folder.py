"""A data folder whose instance is on PostgreSQL: a command without its URL touches nothing."""

from pathlib import Path

import pytest
from instance import coterie
from postgres import Server

pytestmark = pytest.mark.slow

BOOTSTRAP = ("bootstrap", "--organization", "Evergreen Terrace", "--password", "flaming moe", "--email")


def files_in(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_command_without_the_url_of_its_instance_touches_nothing(tmp_path: Path, postgres: Server) -> None:
    folder, file = tmp_path / "data", tmp_path / "saved.backup"
    assert coterie(folder, *BOOTSTRAP, "marge@example.org").returncode == 0
    assert coterie(folder, "backup", str(file)).returncode == 0
    # the move to PostgreSQL leaves the old database until everything works
    url = postgres.create_database()
    assert coterie(folder, "restore", str(file), database_url=url).returncode == 0
    before = files_in(tmp_path)
    for command in (
        ("backup", str(tmp_path / "stale.backup")), ("restore", "--force", str(file)), ("members", "list"), ("check",),
        (*BOOTSTRAP, "homer@example.org"), ("demo",), ("serve", "--port", "0"), ("worker",),
    ):  # fmt: skip
        done = coterie(folder, *command)
        assert (done.returncode, done.stdout) == (1, ""), command
        assert done.stderr == (
            f"coterie: the instance in {folder} is on PostgreSQL, and COTERIE_DATABASE_URL is not: set it as the"
            f" service has it, or delete {folder}/postgresql to go back to SQLite\n"
        )
    assert files_in(tmp_path) == before
    assert coterie(folder, "members", "list", database_url=url).returncode == 0
    (folder / "postgresql").unlink()
    assert coterie(folder, "restore", "--force", str(file)).returncode == 0
    assert coterie(folder, "members", "list").returncode == 0


def test_a_new_instance_on_postgresql_marks_its_folder(tmp_path: Path, postgres: Server) -> None:
    url = postgres.create_database()
    assert coterie(tmp_path, *BOOTSTRAP, "marge@example.org", database_url=url).returncode == 0
    done = coterie(tmp_path, *BOOTSTRAP, "homer@example.org")
    assert done.returncode == 1 and "is on PostgreSQL" in done.stderr
    assert not (tmp_path / "coterie.sqlite3").exists()
