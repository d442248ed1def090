"""Imports in the browser: upload, preview, decide, apply, undo, rejected rows."""

import re
from collections.abc import Callable

import pytest
from visitor import Visitor, elements_of, text_of
from world import World

from coterie.actions.handles import add_handle
from coterie.imports.apply import apply
from coterie.imports.engine import Run
from coterie.imports.stage import stage
from coterie.imports.undo import undo
from coterie.settings import Settings
from coterie.store.contacts import count_contacts, list_contacts

CARDS = (
    "BEGIN:VCARD\nVERSION:3.0\nFN:Ned Flanders\nTEL:555-8707\nEND:VCARD\n"
    "BEGIN:VCARD\nVERSION:3.0\nFN:<b onclick=x>Maude</b>\nEMAIL:maude@example.org\nEND:VCARD\n"
)
SAME_NAME = "BEGIN:VCARD\nVERSION:3.0\nFN:Marge Bouvier\nTEL:(800) 555-5555\nEND:VCARD\n"
Upload = Callable[[str, str], str]


@pytest.fixture
def run(world: World, settings: Settings) -> Callable[[str], Run]:
    return lambda path: Run(world.database, settings.data_folder, world.organization.id, path.rpartition("/")[2])


@pytest.fixture
def upload(alice: Visitor, world: World, run: Callable[[str], Run]) -> Upload:
    """Uploads a file and stages it; returns the path of its page."""

    def send(name: str, content: str) -> str:
        response = alice.upload(f"/{world.organization.id}/imports", "file", name, content.encode())
        assert response.status == 303, text_of(response)
        path = response.headers["location"]
        assert 'hx-trigger="every 1s"' in alice.get(path).body.decode()
        stage(run(path))
        return path

    return send


def names(world: World) -> list[str | None]:
    with world.database.read() as tx:
        return [each.name for each in list_contacts(tx, world.organization.id, limit=100)]


def test_an_import_is_seen_applied_and_undone(
    alice: Visitor, world: World, upload: Upload, run: Callable[[str], Run]
) -> None:
    before = names(world)
    path = upload("contacts.vcf", CARDS)
    page = alice.get(path)
    assert "Ned Flanders" in text_of(page) and "Nothing has been changed yet" in text_of(page)
    assert names(world) == before
    alice.post(path + "/apply")
    apply(run(path))
    assert len(names(world)) == len(before) + 2 and "2 people added" in text_of(alice.get(path))
    alice.post(path + "/undo")
    undo(run(path))
    assert names(world) == before and "Undone" in text_of(alice.get(path))


def test_an_import_without_rows_shows_no_counts_and_leads_back(alice: Visitor, world: World, upload: Upload) -> None:
    page = alice.get(upload("nobody.csv", "a,b\n1,2\n"))
    assert "The import failed. File has no column" in text_of(page) and "No rows of this kind" not in text_of(page)
    body = page.body.decode()
    assert "Rows by what happens" not in body and f'class="crumbs"><a href="/{world.organization.id}/imports"' in body


def test_texts_of_a_file_are_never_markup(alice: Visitor, world: World, upload: Upload) -> None:
    path = upload('<img src=x onerror="1">.vcf', CARDS)
    for address in (path, f"/{world.organization.id}/imports"):
        elements = elements_of(alice.get(address))
        assert not any(tag in ("img", "b") or any(name.startswith("on") for name in names) for tag, names in elements)


def test_a_row_that_may_be_somebody_waits_for_a_decision(
    alice: Visitor, world: World, upload: Upload, run: Callable[[str], Run]
) -> None:
    path = upload("contacts.vcf", SAME_NAME)
    body = alice.get(path, show="match").body.decode()
    assert f'value="update:{world.marge.id}"' in body
    alice.is_fragment = True
    page = text_of(alice.get(path))
    assert "In the file" in page and "(differs)" in page
    decided = alice.post(path + "/rows/1", decision=f"update:{world.marge.id}")
    assert 'aria-pressed="true"' in decided.body.decode()
    alice.is_fragment = False
    alice.post(path + "/apply")
    apply(run(path))
    with world.database.read() as tx:
        assert count_contacts(tx, world.organization.id) == 2


def test_numbers_are_compared_however_they_are_written(alice: Visitor, world: World, upload: Upload) -> None:
    with world.database.write() as tx:
        add_handle(tx, world.alice, world.marge.id, "phone", "+1 800 555 1234", "phone")
    path = upload("contacts.vcf", SAME_NAME.replace("(800) 555-5555", "+18005551234"))
    page = text_of(alice.get(path, show="match"))
    # all her numbers, one of which is that of the file
    assert re.search(r"Phone \S.*, \+1 800 555 1234", page) and page.count("(differs)") == 1
    assert "Marge Simpson (differs)" in page


def test_the_file_of_somebody_who_is_no_member_is_not_read(alice: Visitor, world: World) -> None:
    nobody, ours, theirs = Visitor(alice.client), world.organization.id, world.charlie.organization_id
    # a body that cannot be read: a handler that reads it says so
    broken = {"content-type": "multipart/form-data; boundary=other"}
    for path in ("imports", f"people/{world.marge.id}/files/new"):
        for visitor, organization_id, status in ((nobody, ours, 401), (alice, theirs, 404), (alice, ours, 422)):
            assert visitor.post(f"/{organization_id}/{path}", _headers=broken).status == status


def test_an_empty_file_is_not_called_missing(alice: Visitor, world: World) -> None:
    for path, field in ((f"/{world.organization.id}/imports", "file"),
                        (f"/{world.organization.id}/people/{world.marge.id}/files/new", "upload")):  # fmt: skip
        response = alice.upload(path, field, "people.csv", b"")
        assert response.status == 422 and "is empty" in text_of(response)


@pytest.mark.parametrize("decision", ["", "marry", "update:999999", "update:x", "create:1"])
def test_a_decision_that_is_not_valid_changes_nothing(
    alice: Visitor, upload: Upload, decision: str, world: World
) -> None:
    path = upload("contacts.vcf", SAME_NAME)
    status = alice.post(path + "/rows/1", decision=decision).status
    assert status == (303 if decision == "create:1" else 422)


def test_a_new_row_shows_all_it_has_and_what_is_no_date_and_can_be_left_out(
    alice: Visitor, world: World, upload: Upload, run: Callable[[str], Run]
) -> None:
    before = names(world)
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:Otto Quill\nADR:;;5 Elm;Reno;;;\nBDAY:1961-02-29\nEND:VCARD\n"
    path = upload("contacts.vcf", CARDS + card)
    shown = text_of(alice.get(path))
    assert "address 5 Elm, Reno" in shown and "'1961-02-29' is not a day of a year" in shown
    back = alice.post(path + "/rows/3", decision="skip").headers["location"]
    assert back.endswith("?show=create#row-3") and "Left out" in text_of(alice.get(path))
    alice.post(path + "/rows/1", decision="skip")
    alice.post(path + "/rows/1", decision="create")
    alice.post(path + "/apply")
    apply(run(path))
    assert set(names(world)) == {*before, "Ned Flanders", "<b onclick=x>Maude</b>"}


def test_a_preview_that_is_not_wanted_stops_waiting_and_its_file_can_come_again(
    alice: Visitor, world: World, upload: Upload, run: Callable[[str], Run]
) -> None:
    before, today = names(world), f"/{world.organization.id}/today"
    path = upload("contacts.vcf", CARDS)
    assert "Do not import" in text_of(alice.get(path)) and "contacts.vcf" in text_of(alice.get(today))
    alice.post(path + "/undo")
    undo(run(path))
    shown = text_of(alice.get(path))
    assert "Undone" in shown and "Apply" not in shown and "Do not import" not in shown
    assert "contacts.vcf" not in text_of(alice.get(today)) and names(world) == before
    again = upload("contacts.vcf", CARDS)
    alice.post(again + "/apply")
    apply(run(again))
    assert len(names(world)) == len(before) + 2


def test_rows_that_cannot_be_read_are_downloaded(alice: Visitor, upload: Upload) -> None:
    path = upload("contacts.csv", "First Name,Last Name,E-mail 1 - Value\nNed,Flanders,not an address\n")
    page = alice.get(path)
    link = re.search(r'href="([^"]+/rejected)"', page.body.decode())
    if link:
        response = alice.get(link[1])
        assert "attachment" in response.headers["content-disposition"]


@pytest.mark.parametrize(("name", "content"), [("a.txt", "just words"), ("a.vcf", ""), ("a.png", "\x89PNG")])
def test_a_file_that_is_no_export_says_so(alice: Visitor, world: World, name: str, content: str) -> None:
    response = alice.upload(f"/{world.organization.id}/imports", "file", name, content.encode("latin-1"))
    assert response.status == 422 and "The file" in text_of(response)


def test_an_upload_without_the_token_is_refused(alice: Visitor, world: World) -> None:
    response = alice.upload(f"/{world.organization.id}/imports", "file", "a.vcf", CARDS.encode(), token="0" * 64)
    assert response.status == 403


def test_imports_of_other_organizations_do_not_exist(
    alice: Visitor, client: object, world: World, upload: Upload
) -> None:
    path = upload("contacts.vcf", CARDS)
    theirs = path.replace(f"/{world.organization.id}/", f"/{world.charlie.organization_id}/", 1)
    assert alice.get(theirs).status == 404
    assert alice.get(f"/{world.organization.id}/imports/none").status == 404
    assert alice.post(f"/{world.organization.id}/imports/none/apply").status == 404


def test_the_columns_of_a_table_are_corrected_with_samples_in_sight(
    alice: Visitor, world: World, upload: Upload, run: Callable[[str], Run]
) -> None:
    path = upload("people.csv", 'Name,Sobriquet,Shop\nNed Flanders,Stupid,Leftorium\nMaude,,"<b onclick=x>"\n')
    assert f'href="{path}/columns"' in alice.get(path).body.decode()
    page = alice.get(path + "/columns")
    assert "Leftorium" in text_of(page) and "Sobriquet" in text_of(page)
    assert not any("onclick" in names for _, names in elements_of(page))
    again = alice.post(path + "/columns", **{"field-0": "name", "field-1": "nickname", "field-2": "employer"})
    new = again.headers["location"]
    assert new != path and alice.get(path).status == 404
    stage(run(new))
    assert 'value="nickname" selected' in alice.get(new + "/columns").body.decode()
    alice.post(new + "/apply")
    apply(run(new))
    with world.database.read() as tx:
        ned = next(each for each in list_contacts(tx, world.organization.id, limit=100) if each.name == "Ned Flanders")
    assert (ned.nickname, ned.employer) == ("Stupid", "Leftorium")
    assert alice.get(new + "/columns").status == 409


def test_columns_that_cannot_be_are_refused(alice: Visitor, world: World, upload: Upload) -> None:
    path = upload("people.csv", "Name,Shop\nNed Flanders,Leftorium\n")
    for field in ("no-such-field", "x" * 300, "a\x00"):
        response = alice.post(path + "/columns", **{"field-0": field})
        assert response.status == 422, field
        assert "Leftorium" in text_of(response)
    assert alice.get(upload("contacts.vcf", CARDS) + "/columns").status == 409
    assert alice.get(f"/{world.organization.id}/imports/nothing/columns").status == 404
