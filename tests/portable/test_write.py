"""Our own export is lossless: an empty organization it is brought into gives the same export, to the byte."""

import zipfile
from pathlib import Path

import pytest
from everything import add_everything, join, rows_of, tables
from imports.runs import applied, counts, reason
from imports.runs import rows_of as rows_of_import
from msgspec.structs import replace
from world import PASSWORD_HASH, World, make_world

from coterie.actions.contacts import erase_contact
from coterie.imports.undo import undo
from coterie.model import times
from coterie.model.ids import new_id
from coterie.model.organizations import MEMBER, Caller
from coterie.model.portable import ContactRow
from coterie.portable.write import write_portable
from coterie.store.database import Database
from coterie.store.organizations import find_user, insert_membership, insert_user
from coterie.store.portable import NOUNS, REFERENCES, fields_of

# Tables of which nothing is exported, and why
LEFT_OUT = {
    "organizations": "the organization is set up before anything is brought into it",
    "users": "accounts are an instance's; rows name their users by e-mail address",
    "notification_subscriptions": "a user's own settings of an instance",
    "memberships": "who may see an organization is decided where it is",
    "oauth_clients": "of the instance", "oauth_codes": "secrets", "oauth_refresh_tokens": "secrets",
    "access_tokens": "secrets", "sessions": "secrets", "set_up_links": "secrets",
    "invitations": "secrets", "password_resets": "secrets",
    "passkeys": "belong to the address of an instance", "used_challenges": "of the instance",
    "second_factors": "secrets", "recovery_codes": "secrets",
    "failed_logins": "of the instance", "instagram_accounts": "holds a sealed secret",
    "idempotency_keys": "answers kept for a day", "counters": "worked out anew",
    "relationship_types": "the catalogue is code",
    "instagram_deliveries": "a queue", "jobs": "a queue", "schedules": "of the instance",
    "events": "the history of an instance: its ids, doors and imports; bringing rows in is an event of its own",
    "event_contacts": "the history of an instance", "contact_tombstones": "what clients of an instance synchronize",
    "imports": "bookkeeping of imports", "import_files": "bookkeeping of imports",
    "import_drafts": "bookkeeping of imports",
    "import_matches": "bookkeeping of imports",
    "devices": "secrets", "cards": "what devices of an instance synchronize",
    "card_history": "what devices of an instance synchronize",
    "books": "what devices of an instance synchronize", "book_cards": "what devices of an instance synchronize",
    "deletion_bundles": "what devices of an instance did", "deletion_contacts": "what devices of an instance did",
    "dav_properties": "what devices of an instance synchronize",
    "merges": "how to undo a merge: its rows are numbers of an instance", "merge_rows": "how to undo a merge",
    "webhooks": "holds a sealed secret", "webhook_deliveries": "a queue", "webhook_attempts": "its log",
    "match_facts": "follows from contacts", "match_keys": "follows from contacts",
    "match_counts": "follows from contacts", "match_progress": "follows from contacts",
    "duplicates": "follows from contacts",
    "calendar_feeds": "secrets",
    "daily_counts": "numbers of the days on which an instance counted",
    "digests": "a user's own settings of an instance",
    "touch_plans": "follows from cadences, touches and snoozes",
    "subscriptions": "holds a sealed secret", "remote_cards": "what an instance synchronizes",
}  # fmt: skip
# Columns of the other tables that are not exported, and why
NOT_COLUMNS = {
    "organization_id": "the organization's own number",
    "contacts.id": "counted per instance; the uuid is what names a contact everywhere",
    "contacts.revision": "counted per instance", "card_bodies.revision": "counted per instance",
    "card_bodies.device_id": "devices are not exported: they hold secrets",
    "card_bodies.tag_id": "found again by the name of the group", "card_bodies.tag_digest": "worked out anew",
    "contacts.merged_into": "a merged contact is not exported",
    "folders.id": "counted per instance",
    "contact_count": "worked out anew", "is_recent": "worked out anew",
    "search_number": "of the search index",
    "name_key": "worked out anew", "real_name_key": "worked out anew", "username_key": "worked out anew",
    "email_key": "worked out anew", "phone_key": "worked out anew", "website_key": "worked out anew",
    "note_key": "worked out anew", "bio_key": "worked out anew", "shown_key": "worked out anew",
    **{f"{name}_words": "worked out anew" for name in (
        "name", "first_name", "last_name", "nickname", "employer", "department", "job_title", "how_you_met",
        "bio", "address", "locality", "region", "postcode", "label", "text", "value"
    )},
    "not_same.user_id": "of the instance", "segments.created_by": "of the instance",
    "segments.id": "counted per instance",
    "value_number": "worked out anew", "birthday_day": "worked out anew",
    "contacts.username": "of a handle", "contacts.email": "of a handle", "contacts.phone": "of a handle",
    "contacts.website": "of a handle", "contacts.linkedin_url": "of a handle", "contacts.pinned_note": "of a note",
    "instagram_people.source": "always instagram",
}  # fmt: skip
# tables whose rows stand in lists of another's
LISTS = {"note_contacts": {"note_id", "contact_id"}, "note_tags": {"note_id", "tag_id"}}


def operator(caller: Caller) -> Caller:
    """Who `coterie import` is: it has no user and restores those of the archive."""
    return replace(caller, user_id=None)


def exported() -> dict[str, set[str]]:
    """table -> the columns that are exported."""
    found: dict[str, set[str]] = {"contacts": set(ContactRow.__struct_fields__), **LISTS}
    for noun in NOUNS.values():
        columns = {REFERENCES[name].column if name in REFERENCES else name for name in fields_of(noun)}
        found.setdefault(noun.table, set()).update(columns)
    return found


def export(world: World, caller: Caller, folder: Path, name: str = "all.zip", *, everything: bool = True) -> Path:
    path = folder / name
    with world.database.read() as tx, path.open("wb") as stream:
        write_portable(tx, caller, folder, stream, everything=everything)
    return path


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != "manifest.json"}


@pytest.fixture
def empty(world: World) -> Caller:
    """Charlie, whose organization is emptied, and has Alice and Bob for members."""
    with world.database.write() as tx:
        erase_contact(tx, world.charlie, world.moe.id)
        join(tx, world, world.charlie.organization_id)
    return world.charlie


def test_every_table_and_column_is_exported_or_left_out_for_a_reason() -> None:
    ours = exported()
    schema = tables()
    assert len(schema) > 30
    assert schema.keys() == ours.keys() | LEFT_OUT.keys()
    assert not ours.keys() & LEFT_OUT.keys()
    missing = [
        f"{table}.{column}"
        for table, columns in ours.items()
        for column in schema[table]
        if column not in columns and column not in NOT_COLUMNS and f"{table}.{column}" not in NOT_COLUMNS
    ]
    assert missing == []


def test_the_furnished_world_has_a_value_in_every_column(world: World, tmp_path: Path) -> None:
    add_everything(world, tmp_path)
    schema = tables()
    for table in exported():
        rows = rows_of(world.database, world.organization.id, table, schema[table])
        filled = {name for row in rows for name, value in zip(schema[table], row, strict=True) if value is not None}
        assert filled == set(schema[table]) - {"merged_into"}, table


def test_an_empty_organization_gives_the_same_export_to_the_byte(world: World, empty: Caller, tmp_path: Path) -> None:
    add_everything(world, tmp_path)
    ours = export(world, world.alice, tmp_path)
    run, record = applied(world.database, operator(empty), tmp_path, ours)
    assert record.state == "applied"
    assert record.rejected_count == record.matched_count == 0, [reason(row) for row in rows_of_import(run)]
    expected, found = members(ours), members(export(world, empty, tmp_path, "theirs.zip"))
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name].decode("utf-8", "replace") == value.decode("utf-8", "replace"), name
    assert [name for name, value in expected.items() if not value] == []


def test_what_is_worked_out_anew_is_what_it_was(world: World, empty: Caller, tmp_path: Path) -> None:
    add_everything(world, tmp_path)
    applied(world.database, empty, tmp_path, export(world, world.alice, tmp_path))
    schema = tables()
    for table, columns in {
        "contacts": [name for name in schema["contacts"] if name not in ("organization_id", "id", "revision")],
        "folders": ["name", "contact_count"], "tags": ["id", "name_key", "contact_count"],
        "expertises": ["id", "name_key", "contact_count"], "interactions": ["id", "is_recent"],
        "counters": ["name", "value"],
    }.items():  # fmt: skip
        ours, theirs = (
            [
                row
                for row in rows_of(world.database, o, table, columns)
                if row[0] not in ("import_batch", "event_id", "revision", "message_number")
            ]
            for o in (world.organization.id, empty.organization_id)
        )
        if table == "counters":  # one number was used up by the contact that was erased
            ours, theirs = ([row for row in rows if row[0] != "contact_id"] for rows in (ours, theirs))
        assert theirs == ours, table


def test_the_same_file_again_changes_nothing_and_all_of_it_can_be_taken_back(
    world: World, empty: Caller, tmp_path: Path
) -> None:
    add_everything(world, tmp_path)
    ours = export(world, world.alice, tmp_path)
    run, _ = applied(world.database, empty, tmp_path, ours)
    before = members(export(world, empty, tmp_path, "before.zip"))
    _, again = applied(world.database, empty, tmp_path, ours)
    assert counts(again) == (0, 0, again.row_count, 0, 0)
    assert members(export(world, empty, tmp_path, "after.zip")) == before
    undone = undo(run)
    assert undone.conflict_count == 0, [reason(row) for row in rows_of_import(run) if row.state == "kept"]
    left = members(export(world, empty, tmp_path, "left.zip"))
    assert {name: value for name, value in left.items() if value} == {}
    for name, value in rows_of(world.database, empty.organization_id, "counters", ["name", "value"]):
        assert value == 0 or name in (
            "contact_id",
            "folder_id",
            "segment_id",
            "event_id",
            "import_batch",
            "message_number",
            "revision",
        ), name


def test_its_own_organization_learns_nothing_from_it(world: World, tmp_path: Path) -> None:
    add_everything(world, tmp_path)
    ours = export(world, world.alice, tmp_path)
    run, record = applied(world.database, operator(world.alice), tmp_path, ours)
    assert counts(record) == (0, 0, record.row_count, 0, 0), [reason(row) for row in rows_of_import(run)]
    assert members(export(world, world.alice, tmp_path, "again.zip")) == members(ours)


def test_another_instance_gives_the_same_export(world: World, fresh_database: Database, tmp_path: Path) -> None:
    add_everything(world, tmp_path)
    ours = export(world, world.alice, tmp_path)
    other, folder = make_world(fresh_database), tmp_path / "other"
    folder.mkdir()
    with world.database.read() as tx:
        emails = [find_user(tx, caller.user_id or "") for caller in (world.alice, world.bob)]
    with fresh_database.write() as tx:
        erase_contact(tx, other.charlie, other.moe.id)
        for user in emails:
            assert user is not None
            account = replace(user, id=new_id())
            insert_user(tx, account, user.email, PASSWORD_HASH)
            insert_membership(tx, other.charlie.organization_id, account.id, MEMBER, times.now())
    applied(fresh_database, operator(other.charlie), folder, ours)
    assert members(export(other, other.charlie, folder)) == members(ours)


def test_the_archive_is_the_same_bytes_at_any_time_in_any_stream(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_everything(world, tmp_path)
    first = export(world, world.alice, tmp_path, "first.zip").read_bytes()
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    monkeypatch.setattr("time.localtime", lambda *_: (2033, 5, 18, 3, 33, 20, 2, 138, 0))
    assert export(world, world.alice, tmp_path, "second.zip").read_bytes() == first
    written: list[bytes] = []

    class Pipe:
        def write(self, data: bytes) -> int:
            written.append(bytes(data))
            return len(data)

        def flush(self) -> None:
            pass

    with world.database.read() as tx:
        write_portable(tx, world.alice, tmp_path, Pipe(), everything=True)  # type: ignore[arg-type]
    assert b"".join(written) == first


def test_a_copy_of_an_organization_exports_the_same_bytes(world: World, empty: Caller, tmp_path: Path) -> None:
    add_everything(world, tmp_path)
    path = export(world, world.alice, tmp_path, "first.zip")
    applied(world.database, operator(empty), tmp_path, path)
    assert export(world, empty, tmp_path, "copy.zip").read_bytes() == path.read_bytes()
