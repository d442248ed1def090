"""coterie backup and coterie restore: the same content again, on either engine, and nothing half done."""

import gzip
import hashlib
import io
import json
import os
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from postgres import Server
from world import World, make_world

from coterie.actions.contacts import create_contact, delete_contact
from coterie.cli import backup as backup_command
from coterie.cli import restore as restore_command
from coterie.cli.archive import Damaged, read_archive
from coterie.cli.backup_check import check_archive
from coterie.errors import Unavailable
from coterie.search import search_contacts
from coterie.settings import Settings, load_settings
from coterie.store import backup as store
from coterie.store.database import Database, open_database
from coterie.store.files import file_path, save_file
from coterie.store.last_backup import read_last_backup
from coterie.store.migrate import latest, migrate


@pytest.fixture
def saved(
    fresh_settings: Settings, fresh_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[World, Path]:
    """A world with files and a key, and the backup of it."""
    _use(fresh_settings, monkeypatch)
    world = make_world(fresh_database)
    save_file(tmp_path, b"a picture of Marge")
    save_file(tmp_path, b"")
    (tmp_path / "secret.key").write_bytes(b"the key")
    with fresh_database.write() as tx:
        delete_contact(tx, world.alice, world.homer.id)
        create_contact(tx, world.alice, {"real_name": 'שלום 👩‍👩‍👧 \\ " é', "bio": "line\nline\t\u2028"})
    file = tmp_path / "saved.coterie"
    backup_command.backup(file)
    return world, file


def _use(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COTERIE_DATA", settings.data)
    monkeypatch.setenv("COTERIE_DATABASE_URL", settings.database_url)


def content(database: Database) -> dict[str, Any]:
    """Every row of every table, in an order that does not depend on the engine."""
    with database.read() as tx:
        return {table: sorted(map(repr, store.rows_of(tx, table))) for table in store.tables(tx.engine)}


@pytest.mark.parametrize("other", ["sqlite", "postgresql"])
def test_what_was_saved_comes_back_on_either_engine(
    saved: tuple[World, Path], other: str, tmp_path: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, file = saved
    folder = tmp_path / "elsewhere"
    url = f"sqlite:///{folder}/coterie.sqlite3" if other == "sqlite" else postgres.create_database()
    _use(load_settings({}, data=str(folder), database_url=url), monkeypatch)
    restore_command.restore(file)
    restored = open_database(load_settings({}, data=str(folder), database_url=url))
    assert migrate(restored) == []
    assert content(restored) == content(world.database)
    with restored.read() as tx:
        organization_id = world.alice.organization_id
        assert [c.id for c in search_contacts(tx, organization_id, "marg simp", limit=5).contacts] == [world.marge.id]
        assert search_contacts(tx, organization_id, "homer", limit=5).contacts == []
    kept = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.glob("attachments/*/*")}
    assert sorted(kept.values()) == [b"", b"a picture of Marge"]
    assert (folder / "secret.key").read_bytes() == b"the key"
    assert {path.stat().st_mode & 0o077 for path in folder.rglob("*")} == {0}
    assert not list(folder.glob("restoring-*"))
    with restored.write() as tx:
        assert create_contact(tx, world.alice, {"real_name": "Maggie Simpson"}).id == 4
    restored.close()


def test_an_archive_is_private_and_says_what_it_holds(saved: tuple[World, Path]) -> None:
    _, file = saved
    assert file.stat().st_mode & 0o077 == 0
    with tarfile.open(file) as tar:
        names = tar.getnames()
        stream = tar.extractfile("manifest.json")
        assert stream
        manifest = json.load(stream)
    assert names[-1] == "manifest.json"
    assert set(manifest["members"]) == set(names) - {"manifest.json"}
    expected = {"organizations": 2, "users": 3, "contacts": 4, "files": 2, "missing_files": 0, "rows": 0}
    assert manifest["counts"] | {"rows": 0} == expected
    assert manifest["migration"] == latest(manifest["engine"])
    assert not list(file.parent.glob("*.part")) + list(file.parent.glob(".coterie-backup-*"))


def test_a_file_that_is_there_is_not_written_over(saved: tuple[World, Path]) -> None:
    _, file = saved
    before = file.read_bytes()
    with pytest.raises(Unavailable, match="already exists"):
        backup_command.backup(file)
    with pytest.raises(Unavailable, match="no such folder"):
        backup_command.backup(file / "x" / "y")
    with pytest.raises(Unavailable, match="not standard output"):
        backup_command.backup(Path("-"))
    assert file.read_bytes() == before


def test_nothing_is_saved_where_there_is_no_instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _use(load_settings({}, data=str(tmp_path / "empty")), monkeypatch)
    with pytest.raises(Unavailable, match="there is no instance"):
        backup_command.backup(tmp_path / "file")
    assert not (tmp_path / "file").exists()
    assert not (tmp_path / "empty").exists()


def test_a_copy_taken_while_others_write_is_of_one_moment(
    fresh_settings: Settings, fresh_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each contact comes with its event and is counted: in the copy these agree."""
    _use(fresh_settings, monkeypatch)
    world = make_world(fresh_database)
    stopping = threading.Event()

    def write() -> None:
        number = 0
        while not stopping.is_set():
            number += 1
            with fresh_database.write() as tx:
                create_contact(tx, world.alice, {"real_name": f"Someone {number}"})

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    files = [tmp_path / f"{number}.coterie" for number in range(3)]
    for file in files:
        backup_command.backup(file)
    stopping.set()
    for writer in writers:
        writer.join()
    sizes = []
    for file in files:
        folder = tmp_path / f"of-{file.stem}"
        _use(load_settings({}, data=str(folder)), monkeypatch)
        restore_command.restore(file)
        restored = open_database(load_settings({}, data=str(folder)))
        with restored.read() as tx:
            organization_id = world.alice.organization_id
            counted = tx.one(
                "SELECT (SELECT count(*) FROM contacts WHERE organization_id = :id),"
                " (SELECT count(DISTINCT contact_id) FROM event_contacts WHERE organization_id = :id),"
                " (SELECT value FROM counters WHERE organization_id = :id AND name = 'contact_id')",
                {"id": organization_id},
            )
        assert counted
        assert len(set(counted)) == 1
        sizes.append(counted[0])
        restored.close()
    assert sizes == sorted(sizes)
    assert sizes[-1] > 2


def _refusing(file: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, *, force: bool = True) -> str:
    _use(settings, monkeypatch)
    with pytest.raises(Unavailable) as refused:
        restore_command.restore(file, force=force)
    return str(refused.value)


def test_an_instance_that_runs_or_holds_something_is_not_replaced(
    saved: tuple[World, Path], fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, file = saved
    before = content(world.database)
    assert "running" in _refusing(file, fresh_settings, monkeypatch)
    world.database.close()
    assert "not empty" in _refusing(file, fresh_settings, monkeypatch, force=False)
    reopened = open_database(fresh_settings)
    assert content(reopened) == before
    with reopened.write() as tx:
        create_contact(tx, world.alice, {"real_name": "Of the time after"})
    later, _ = save_file(fresh_settings.data_folder, b"of the time after")
    reopened.close()
    restore_command.restore(file, force=True)
    reopened = open_database(fresh_settings)
    assert content(reopened) == before
    reopened.close()
    assert not file_path(fresh_settings.data_folder, later).exists()


def _rewritten(file: Path, change: Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]) -> Path:
    """A copy of an archive whose members were changed."""
    members = []
    with tarfile.open(file) as tar:
        for entry in tar:
            stream = tar.extractfile(entry)
            assert stream
            members.append((entry, stream.read()))
    change(members)
    target = file.with_name("changed.coterie")
    with tarfile.open(target, "w:gz") as tar:
        for entry, body in members:
            entry.size = len(body) if entry.isreg() else 0
            tar.addfile(entry, io.BytesIO(body))
    return target


def _named(name: str, **kind: Any) -> Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]:
    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        entry = tarfile.TarInfo(name)
        for key, value in kind.items():
            setattr(entry, key, value)
        members.insert(0, (entry, b"" if kind else b"evil"))

    return change


def _edited(name: str, before: bytes, after: bytes) -> Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]:
    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        (position,) = [n for n, (entry, _) in enumerate(members) if entry.name == name]
        assert before in members[position][1]
        members[position] = (members[position][0], members[position][1].replace(before, after))

    return change


DAMAGE: dict[str, Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]] = {
    "one letter": _edited("tables/contacts.jsonl", b"Marge", b"Large"),
    "its manifest": _edited("manifest.json", b'"format": 1', b'"format": 2'),
    "no manifest": lambda members: members.pop() and None,
    "a part is missing": lambda members: members.pop(3) and None,
    "a part is twice": lambda members: members.insert(0, members[0]),
    "a file too many": _named("attachments/ab/" + "c" * 62),
    "a path that climbs": _named("../../evil.key"),
    "a path from the root": _named("/tmp/evil.key"),
    "a path that climbs within": _named("attachments/../../evil"),
    "a link": _named("secret.key", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
    "a hard link": _named("secret.key", type=tarfile.LNKTYPE, linkname="/etc/passwd"),
    "a device": _named("secret.key", type=tarfile.CHRTYPE),
    "a folder": _named("attachments", type=tarfile.DIRTYPE),
}


def test_what_is_damaged_or_hostile_is_refused_and_changes_nothing(saved: tuple[World, Path], tmp_path: Path) -> None:
    _, file = saved
    whole = file.read_bytes()
    for name, change in DAMAGE.items():
        folder = tmp_path / "unpacked" / name
        folder.mkdir(parents=True)
        with pytest.raises(Damaged):
            read_archive(_rewritten(file, change), folder)
        assert not [path for path in (tmp_path / "unpacked").rglob("*evil*")], name
    broken = tmp_path / "broken"
    pieces = [whole[:size] for size in (0, 10, 100, len(whole) // 2, len(whole) - 600)]
    for body in [*pieces, b"not an archive", gzip.compress(b"x" * 5000)]:
        broken.write_bytes(body)
        folder = tmp_path / "unpacked" / "broken"
        folder.mkdir(exist_ok=True)
        with pytest.raises(Damaged):
            read_archive(broken, folder)
    with pytest.raises(Unavailable, match="no such file"):
        read_archive(tmp_path / "nowhere", tmp_path)


def test_a_flipped_bit_is_refused_or_changes_nothing_that_is_read(saved: tuple[World, Path], tmp_path: Path) -> None:
    """Deflate has bits that say nothing (padding, two ways to copy the same zeros): those may pass, with all intact."""
    _, file = saved
    whole = file.read_bytes()
    manifest = read_archive(file, tmp_path / "whole")
    broken, refused = tmp_path / "broken", 0
    places = range(40, len(whole) - 40, 997)
    for at in places:
        broken.write_bytes(whole[:at] + bytes([whole[at] ^ 0x40]) + whole[at + 1 :])
        folder = tmp_path / "unpacked"
        try:
            assert read_archive(broken, folder) == manifest
        except Damaged:
            refused += 1
            continue
        for name, member in manifest.members.items():
            assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == member.sha256
    assert refused >= len(places) - 2


def test_verify_reads_all_of_a_backup_and_needs_no_instance(
    saved: tuple[World, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, file = saved
    backup_command.backup(file, verify=True)
    assert f"are intact in {file}" in capsys.readouterr().out
    assert check_archive(file) == read_archive(file, tmp_path / "whole")
    digest = next(name for name in check_archive(file).members if name.startswith("attachments/"))
    short = _edited("tables/contacts.jsonl", b"[", b"[0,")
    for change in [*DAMAGE.values(), _told(short, "tables/contacts.jsonl"), _told(_edited(digest, b"", b"x"), digest)]:
        with pytest.raises(Damaged):
            backup_command.backup(_rewritten(file, change), verify=True)


def _told(
    change: Callable[[list[tuple[tarfile.TarInfo, bytes]]], None], name: str
) -> Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]:
    """A change of a member that its manifest confirms."""

    def change_both(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        change(members)
        body = next(body for entry, body in members if entry.name == name)
        manifest = json.loads(members[-1][1])
        manifest["members"][name] = {"byte_count": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        members[-1] = (members[-1][0], json.dumps(manifest).encode())

    return change_both


def test_a_folder_keeps_the_newest_backups_and_everything_that_is_none(
    saved: tuple[World, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    old = [folder / f"coterie-2026-01-0{day}T030000Z.backup" for day in range(1, 6)]
    others = [
        folder / name for name in ("notes.txt", "coterie-by-hand.backup", "coterie-2025-01-01T030000Z.backup.old")
    ]
    for file in (*old, *others):
        file.write_bytes(b"x")
    leftover = folder / ".coterie-backup-killed"
    leftover.mkdir()
    os.utime(leftover, (0, 0))
    backup_command.backup(folder, keep=3)
    made = set(folder.iterdir()) - {*old, *others}
    assert len(made) == 1 and check_archive(made.pop())
    assert [file for file in old if file.exists()] == old[-2:]
    assert all(file.exists() for file in others) and not leftover.exists()
    backup_command.backup(folder, verify=True)
    assert "are intact" in capsys.readouterr().out
    with pytest.raises(Unavailable, match="existing folder"):
        backup_command.backup(tmp_path / "file", keep=3)
    with pytest.raises(Unavailable, match="no backup"):
        backup_command.backup(tmp_path / "attachments", verify=True)


def test_the_last_backup_is_remembered(saved: tuple[World, Path], tmp_path: Path) -> None:
    _, file = saved
    last = read_last_backup(tmp_path)
    assert last and last.byte_count == file.stat().st_size
    (tmp_path / "last-backup.json").write_text("{")
    assert read_last_backup(tmp_path) is None


def test_rows_that_cannot_be_kept_leave_the_old_instance_as_it_was(
    saved: tuple[World, Path], fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An archive whose digests are right and whose rows contradict each other."""
    world, file = saved
    before = content(world.database)
    world.database.close()
    original = restore_command.read_archive

    def tampered(path: Path, folder: Path) -> Any:
        manifest = original(path, folder)
        with (folder / "tables/handles.jsonl").open("ab") as rows:
            names = manifest.tables["handles"]
            values = {"organization_id": 99, "contact_id": 1, "is_primary": True, "is_former": False}
            rows.write(msgspec.json.encode([values.get(name, "x") for name in names]) + b"\n")
        return manifest

    monkeypatch.setattr(restore_command, "read_archive", tampered)
    _use(fresh_settings, monkeypatch)
    with pytest.raises(Exception, match="conflicts with existing data"):
        restore_command.restore(file, force=True)
    reopened = open_database(fresh_settings)
    assert content(reopened) == before
    reopened.close()
    assert (fresh_settings.data_folder / "secret.key").read_bytes() == b"the key"


def test_an_archive_of_a_newer_version_is_refused(
    saved: tuple[World, Path], fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, file = saved
    world.database.close()
    number = latest(fresh_settings.database_url.partition(":")[0])
    newer = _rewritten(file, _edited("manifest.json", f'"migration": {number}'.encode(), b'"migration": 999'))
    assert "newer" in _refusing(newer, fresh_settings, monkeypatch)


def test_every_table_is_kept_but_those_of_search() -> None:
    for engine in ("sqlite", "postgresql"):
        kept, made = set(store.tables(engine)), set(store.tables(engine, also_derived=True))
        assert {"contacts", "handles", "events", "attachments", "jobs"} <= kept
        assert "contact_words" in made - kept
