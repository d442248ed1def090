"""The contact of a new row is the same whether it was computed before the transaction or in it."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from runs import counts, google, person, rows_of, staged
from world import World

from coterie.actions import folders, new_contacts, terms
from coterie.actions.contacts import delete_contact
from coterie.actions.imports import STARTED, save_progress
from coterie.actions.new_contacts import create_planned, prepare_contact
from coterie.actions.terms import create_term
from coterie.errors import Unavailable
from coterie.imports import prepared_rows
from coterie.imports.apply import Applying, _batches, apply
from coterie.imports.prepared_rows import PreparedRows, is_new, preparing
from coterie.model.handles import EMAIL, INSTAGRAM, PHONE
from coterie.model.imports import AddressDraft, ContactDraft, HandleDraft, StagedRow
from coterie.model.terms import TAGS
from coterie.search import index
from coterie.search.documents import document_of
from coterie.search.index import list_fields
from coterie.search.texts import Texts, load_texts
from coterie.store.import_rows import list_rows_to_apply

PEOPLE = [person(f"Clerk{n}", "Kwik", f"clerk{n}@example.org", labels="Clerks", note="Sells") for n in range(30)]
words = st.none() | st.text("aé王 Ż1'.", max_size=12)
drafts = st.builds(
    ContactDraft,
    first_name=words, last_name=words, maiden_name=words, nickname=words, employer=words, bio=words,
    note=words, tags=st.lists(st.sampled_from(["Friends"]), max_size=1),
    folders=st.lists(st.sampled_from(["Work"]), max_size=1),
    addresses=st.lists(st.builds(AddressDraft, address_line_1=words, locality=words, country=words), max_size=2),
    handles=st.lists(
        st.sampled_from([
            HandleDraft(EMAIL, "Ann.B@x.example", normalized="ann.b@x.example", is_primary=True),
            HandleDraft(PHONE, "030 123456", normalized="+4930123456"), HandleDraft("website", "https://x.example/ann"),
        ]), max_size=3, unique=True,
    ),
)  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(drafts, min_size=1, max_size=3))
def test_a_prepared_document_is_that_of_the_stored_contact(world: World, people: list[ContactDraft]) -> None:
    texts: list[Texts] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(new_contacts, "prepare", lambda each: texts.append(each) or index.prepare(each))
        planned = [prepare_contact(draft) for draft in people]
    with world.database.write() as tx:
        ids = [row["id"] for row in create_planned(tx, world.alice, planned).contacts]
        stored = load_texts(tx, world.organization.id, ids)
    assert texts == [stored[contact_id] for contact_id in ids]
    for contact_id, each in zip(ids, planned, strict=True):
        assert each.prepared is not None
        assert each.prepared.document == document_of(stored[contact_id])
    assert _is_indexed_as_stored(world, ids)


def _is_indexed_as_stored(world: World, ids: list[int]) -> bool:
    with world.database.read() as tx:
        stored = load_texts(tx, world.organization.id, ids)
        digests = {each: digest for each, (_, digest) in list_fields(tx, world.organization.id, ids).items()}
    return digests == {contact_id: document_of(texts).digest for contact_id, texts in stored.items()}


def test_a_document_prepared_with_other_tags_than_the_stored_ones_is_not_used(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.database.write() as tx:
        for name in ("Zoo", "Ärzte"):  # in the order of their ids
            create_term(tx, world.alice, TAGS, name)
    names = (["Zoo", "Ärzte"], ["Ärzte", "Zoo"], ["arzte"], ["Zoo", "zoo"], ["Zoo", "New"])
    with world.database.write() as tx, monkeypatch.context() as patch:
        read: list[int] = []
        patch.setattr(index, "load_texts", lambda tx, o, ids: read.extend(ids) or load_texts(tx, o, ids))
        planned = [prepare_contact(ContactDraft(first_name="Ann", tags=tags)) for tags in names]
        ids = [row["id"] for row in create_planned(tx, world.alice, planned).contacts]
    assert read == ids[1:4]
    assert _is_indexed_as_stored(world, ids)


def test_a_document_prepared_with_a_tag_beyond_the_limit_is_not_used(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terms, "TERMS_MAX", 0)
    monkeypatch.setattr(folders, "FOLDERS_MAX", 0)
    planned = [prepare_contact(ContactDraft(first_name="Ann", tags=["New"], folders=["New"]))]
    with world.database.write() as tx:
        ids = [row["id"] for row in create_planned(tx, world.alice, planned).contacts]
    assert _is_indexed_as_stored(world, ids)


def test_a_username_that_is_taken_goes_into_the_note_and_into_the_index(world: World) -> None:
    draft = ContactDraft(first_name="Ann", handles=[HandleDraft(INSTAGRAM, "annb", normalized="annb", is_primary=True)])
    with world.database.write() as tx:
        new = create_planned(tx, world.alice, [prepare_contact(draft), prepare_contact(draft)])
        stored = load_texts(tx, world.organization.id, [row["id"] for row in new.contacts])
    assert [row["username"] for row in new.contacts] == ["annb", None]
    assert [row["pinned_note"] for row in new.contacts] == [None, "Instagram: annb"]
    assert [text.text for text in stored[new.contacts[1]["id"]].texts] == ["Ann", "Instagram: annb"]


def _rows(world: World, import_id: str) -> list[StagedRow]:
    with world.database.read() as tx:
        return list_rows_to_apply(tx, world.organization.id, import_id, after=0, limit=100)


def test_rows_are_taken_once_and_only_with_the_draft_they_were_prepared_for(world: World, tmp_path: Path) -> None:
    run, _ = staged(world.database, world.alice, tmp_path, google(tmp_path, *PEOPLE))
    rows = _rows(world, run.import_id)
    assert len(list(filter(is_new, rows))) == len(PEOPLE)
    prepared = PreparedRows(run, None)
    prepared.prepare(0, 20)
    assert prepared.through == 20
    rows[3] = replace(rows[3], draft='{"first_name":"Changed"}')
    taken = prepared.take(rows, waits=True)
    assert sorted(taken) == [number for number in range(1, 21) if number != 4]
    assert not prepared.take(rows, waits=True)


@pytest.mark.slow
def test_a_second_process_prepares_rows_and_the_contacts_are_the_same(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, import_ = staged(world.database, world.alice, tmp_path, google(tmp_path, *PEOPLE))
    monkeypatch.setattr(prepared_rows, "ROWS_MIN", len(PEOPLE))
    with preparing(run, import_) as prepared:
        assert prepared.is_elsewhere
        prepared.prepare(0, 20)
        assert sorted(prepared.take(_rows(world, run.import_id), waits=True)) == [*range(1, len(PEOPLE) + 1)]
    assert counts(apply(run)) == (len(PEOPLE), 0, 0, 0, 0)
    with world.database.read() as tx:
        stored = load_texts(tx, world.organization.id, [row.contact_id or 0 for row in rows_of(run)])
    assert len(stored) == len(PEOPLE)
    assert all({text.field for text in each.texts} == {"name", "email", "tag", "note"} for each in stored.values())


def test_after_a_change_by_others_the_import_waits_for_no_prepared_rows(world: World, tmp_path: Path) -> None:
    received: list[int] = []

    def chunks() -> Iterator[tuple[int, bytes]]:
        for number in range(1, 6):
            received.append(number)
            yield number, msgspec.msgpack.encode([])

    run, import_ = staged(world.database, world.alice, tmp_path, google(tmp_path, *PEOPLE))
    caller = replace(world.alice, import_id=run.import_id)
    with world.database.write() as tx:
        delete_contact(tx, world.alice, world.marge.id)
        import_ = save_progress(tx, caller, import_, STARTED)
    import_ = run.run(_batches(Applying(run, PreparedRows(run, chunks())), import_))
    assert counts(import_) == (len(PEOPLE), 0, 0, 0, 0)
    assert received == [1]  # before the first transaction, which finds the change


def test_rows_whose_process_was_killed_are_computed_where_they_are_written(world: World, tmp_path: Path) -> None:
    def killed() -> Iterator[tuple[int, bytes]]:
        yield from ()
        raise Unavailable("The process that reads the file was killed")

    run, _ = staged(world.database, world.alice, tmp_path, google(tmp_path, *PEOPLE))
    prepared = PreparedRows(run, killed())
    prepared.prepare(0, 20)
    assert not prepared.is_elsewhere
    assert not prepared.take(_rows(world, run.import_id), waits=True)
    prepared.prepare(0, 20)
    assert len(prepared.take(_rows(world, run.import_id), waits=True)) == 20
