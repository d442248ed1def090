"""Quotas of an organization hold at every door: contacts and bytes of files. On both engines."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from client import Client
from everything import PDF
from r0_client import R0
from runs import applied, counts, google, person, reason, rows_of
from world import World

from coterie.actions.callers import caller_for
from coterie.actions.contacts import create_contact, delete_contact, restore_contact
from coterie.actions.organizations import update_organization
from coterie.actions.quotas import load_usage
from coterie.errors import Invalid
from coterie.imports.upload import start
from coterie.model.imports import REJECT
from coterie.model.organizations import Caller
from coterie.portable.write import write_portable
from coterie.store.contacts import count_contacts
from coterie.store.figures import list_quota_use

CONTACTS = "exceeds the organization's limit of 3 contacts"


def limited(world: World, caller: Caller | None = None, **quotas: int | None) -> Caller:
    """A caller of the organization after it got these quotas."""
    caller = caller or world.alice
    with world.database.write() as tx:
        update_organization(tx, caller, **quotas)  # type: ignore[arg-type]
        return caller_for(tx, caller.organization_id, via="test", user_id=caller.user_id)


def upload(r0: R0, path: str, data: bytes, **fields: str) -> tuple[int, str]:
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    )
    head = f'{parts}--x\r\nContent-Disposition: form-data; name="upload"; filename="card.pdf"\r\n\r\n'
    headers = {"content-type": "multipart/form-data; boundary=x"}
    body = head.encode() + data + b"\r\n--x--\r\n"
    response = r0.client.call("POST", f"{r0.base}{path}", body=body, headers=headers)
    return response.status, response.body.decode()


def test_both_contracts_reject_a_contact_too_many(world: World, inro: Client, r0: R0) -> None:
    limited(world, contacts_max=3)
    assert inro.post("/api/v1/contacts", {"contact": {"username": "bart.one"}}).status < 300
    rejected = inro.post("/api/v1/contacts", {"contact": {"username": "lisa.one"}})
    assert rejected.status == 400 and CONTACTS in rejected.body.decode()
    status, text = (
        (response := r0.post("/contacts", {"contact": {"first_name": "Lisa", "relationship_type": 1}})).status,
        response.body.decode(),
    )
    assert status == 422 and CONTACTS in text
    limited(world, contacts_max=4)
    assert r0.post("/contacts", {"contact": {"first_name": "Lisa", "relationship_type": 1}}).status < 300


def test_deleted_contacts_make_room_and_are_restored_only_into_room(world: World) -> None:
    caller = limited(world, contacts_max=2)
    with world.database.write() as tx:
        delete_contact(tx, caller, world.homer.id)
        create_contact(tx, caller, {"real_name": "Bart"})
    with pytest.raises(Invalid, match="limit of 2 contacts"), world.database.write() as tx:
        restore_contact(tx, caller, world.homer.id)
    caller = limited(world, contacts_max=None)
    with world.database.write() as tx:
        restore_contact(tx, caller, world.homer.id)


def test_writers_at_the_same_time_do_not_exceed_a_quota(world: World) -> None:
    caller = limited(world, contacts_max=5)

    def create(number: int) -> bool:
        try:
            with world.database.write() as tx:
                create_contact(tx, caller, {"real_name": f"Number {number}"})
        except Invalid:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(create, range(12))) == 3
    with world.database.read() as tx:
        assert count_contacts(tx, caller.organization_id) == 5


def test_rows_of_an_import_beyond_the_quota_are_left_with_the_reason(world: World, tmp_path: Path) -> None:
    caller = limited(world, contacts_max=4)
    rows = [person("Marge", "Simpson", "marge@example.org", employer="School")]
    rows += [person("Child", f"Number {n}", f"child{n}@example.org") for n in range(5)]
    run, import_ = applied(world.database, caller, tmp_path, google(tmp_path, *rows))
    assert counts(import_) == (2, 1, 0, 0, 3)
    rejected = [row for row in rows_of(run) if row.outcome == REJECT]
    assert [row.row_number for row in rejected] == [4, 5, 6]
    assert reason(rejected[0]) == "Exceeds the organization's limit of 4 contacts"
    with world.database.read() as tx:
        assert count_contacts(tx, caller.organization_id) == 4


def test_a_portable_archive_stays_within_the_quota(world: World, tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with world.database.read() as tx, path.open("wb") as stream:
        write_portable(tx, world.alice, tmp_path, stream)
    caller = limited(world, world.charlie, contacts_max=2)
    _, import_ = applied(world.database, caller, tmp_path, path)
    assert (import_.created_count, import_.rejected_count) == (1, 1)


def test_files_beyond_the_quota_are_rejected_before_their_bytes_are_stored(
    world: World, r0: R0, client: Client
) -> None:
    path = f"/contacts/{world.marge.uuid}/attachments"
    first = PDF + world.organization.uuid.encode()
    limited(world, file_bytes_max=len(first) + 10)
    assert upload(r0, path, first)[0] == 200
    before = sorted(world.database.settings.data_folder.glob("attachments/*/*"))
    status, text = upload(r0, path, first + b"second")
    assert status == 422 and f"limit of {len(first) + 10:,} bytes of files" in text
    status, text = upload(r0, "/imports", b"First Name,Last Name\nBart,Simpson and a long name\n")
    assert status == 422 and "bytes of files" in text
    assert sorted(world.database.settings.data_folder.glob("attachments/*/*")) == before


def test_the_file_of_an_import_counts_until_it_expires(world: World, tmp_path: Path) -> None:
    caller = limited(world, file_bytes_max=1000)
    path = google(tmp_path, person("Bart", "Simpson"))
    import_ = start(world.database, caller, tmp_path, path)
    with world.database.read() as tx:
        assert load_usage(tx, caller).file_bytes == import_.byte_count
    with pytest.raises(Invalid, match="limit of 1,000 bytes of files"):
        for _ in range(10):
            start(world.database, caller, tmp_path, path)


def test_a_picture_without_room_leaves_its_row(world: World, tmp_path: Path) -> None:
    path = tmp_path / "cards.vcf"
    card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{} Bouvier\r\nN:Bouvier;{};;;\r\n{}END:VCARD\r\n"
    picture = "PHOTO;ENCODING=b;TYPE=PNG:iVBORw0KGgo=\r\n"
    path.write_text(card.format("Patty", "Patty", picture) + card.format("Selma", "Selma", picture), newline="")
    caller = limited(world, file_bytes_max=path.stat().st_size + 8)
    run, import_ = applied(world.database, caller, tmp_path, path)
    assert counts(import_) == (1, 0, 0, 0, 1)
    assert "bytes of files" in str(reason(rows_of(run)[1]))


def test_the_files_of_an_archive_stay_within_the_quota_and_the_limit_of_a_file(
    world: World, r0: R0, tmp_path: Path
) -> None:
    folder = world.database.settings.data_folder
    assert upload(r0, f"/contacts/{world.marge.uuid}/attachments", PDF + world.organization.uuid.encode())[0] == 200
    path = tmp_path / "all.zip"
    with world.database.read() as tx, path.open("wb") as stream:
        write_portable(tx, world.alice, folder, stream)
    caller = limited(world, world.charlie, file_bytes_max=path.stat().st_size + 10)
    run, import_ = applied(world.database, caller, folder, path)
    skipped = [text for row in rows_of(run) if (text := reason(row)) and "bytes of files" in text]
    assert skipped == [
        "Added attachments (0 of 1); skipped: the file exceeds the organization's limit of bytes of files"
    ]
    assert import_.created_count == 2


def test_the_use_of_quotas_is_visible(world: World) -> None:
    caller = limited(world, contacts_max=4, file_bytes_max=100)
    with world.database.read() as tx:
        usage = load_usage(tx, caller)
        shares = {
            use.quota: use.share for use in list_quota_use(tx) if use.organization_uuid == world.organization.uuid
        }
    assert (usage.contacts, usage.contacts_max, usage.file_bytes, usage.file_bytes_max) == (2, 4, 0, 100)
    assert shares == {"contacts": 0.5, "file_bytes": 0.0}


def test_an_invalid_quota_is_rejected(world: World) -> None:
    with pytest.raises(Invalid, match="contacts_max must be a number from 0 to"):
        limited(world, contacts_max=-1)
