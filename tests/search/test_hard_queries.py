"""Queries of every kind of nonsense have an answer or none, in bounded time."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from world import World, make_world

from coterie.actions.contacts import create_contact
from coterie.search import search_contacts
from coterie.search.folding import WORD_LENGTH_MAX, chunks, words_of_chunk
from coterie.search.groups import Group
from coterie.search.index import ENGINES
from coterie.store.database import Database, Tx

HARD = (
    '"', "''", "\\", "NOT", "NEAR(a b)", "a AND", "(", ")", "*", ":*", "& |", "<->", "!", "%", "_", "\x00", "😀😀",
    "e\u0301" * 50,
    "a" + "\u0301" * 5000, "a", "é", "字", "a" * 10_000, "ab " * 3_000, "+" * 300, "0" * 500, "1" * 10_000, "-- ; DROP",
    "qzx wvk jjq xxz kkw zzq vvx qqj", "annnnnnnnnnnnnnnnnnna bbbbbbbbbbbbbbbc cccccccccccccd dddddddddddde",
    "'='", "=1", "«",
    "d1234", "«3", "\u202e", "ﷺ", "ß", "İ", "ŉ", "１２３４", "٣٤٥٦", "x'y", "’", "\ud800", "a\u200db", "a/b=c",
)  # fmt: skip
SECONDS = 2.0


@pytest.fixture(scope="module")
def book(database: Database) -> World:
    world = make_world(database)
    with database.write() as tx:
        for name in ("Anna Abbott", "Bo Ü", "Dee Dee", "Émile Zola", "字 字", "Xi-Ping O'Brien"):
            create_contact(tx, world.alice, {"real_name": name, "phone": "+12125550123"})
    return world


@pytest.mark.parametrize("text", HARD)
def test_a_hard_query_is_answered(book: World, text: str) -> None:
    with book.database.read() as tx:
        begin = used_seconds(tx)
        for order in (None, "name"):
            page = search_contacts(tx, book.organization.id, text, order=order, limit=10, is_explained=True)
            assert page.total >= len(page.contacts)
        assert used_seconds(tx) - begin < SECONDS


def used_seconds(tx: Tx) -> float:
    """The CPU time of this thread, and on PostgreSQL of the server's process for this connection."""
    if tx.engine == "sqlite":
        return time.thread_time()
    (process_id,) = tx.one("SELECT pg_backend_pid()") or (0,)
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(") ")[2].split()
    # user and system time, fields 14 and 15 of which the first two are cut off
    return time.thread_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
def test_any_text_is_answered(book: World, text: str) -> None:
    with book.database.read() as tx:
        search_contacts(tx, book.organization.id, text, limit=10, is_explained=True)


@example(text="𠀀\U0003134b")  # the second letter is newer than the Unicode data of Python 3.11
@given(text=st.text(max_size=300))
def test_words_are_letters_and_digits_and_short(text: str) -> None:
    for chunk in chunks(text):
        for word in words_of_chunk(chunk):
            assert word.forms and word.written
            for form in word.forms:
                assert form.isalnum() and len(form) <= WORD_LENGTH_MAX
            assert not {" ", "/", "=", "\n"} & set(word.written)


@given(text=st.text(st.characters(categories=("L", "M", "N")), min_size=1, max_size=12))
def test_a_word_finds_itself(text: str) -> None:
    (one, *others) = [words_of_chunk(chunk) for chunk in chunks(text)] or [()]
    for word in one:
        assert set(word.forms) <= {form for again in words_of_chunk(text.split()[0]) for form in again.forms}
    assert len(others) <= 1


def test_more_matches_than_are_ranked_are_all_on_some_page(world: World) -> None:
    with world.database.write() as tx:
        for number in range(230):
            fields = {"real_name": "Clerk" if number % 7 else "Clerkson", "relationship_grade": 5 if number == 9 else 1}
            create_contact(tx, world.alice, fields)
    ids: list[int] = []
    with world.database.read() as tx:
        for offset in range(0, 240, 25):
            page = search_contacts(tx, world.organization.id, "clerk", limit=25, offset=offset)
            assert page.total == 230
            ids += [contact.id for contact in page.contacts]
            if not offset:
                assert page.contacts[0].relationship_grade == 5
                assert {contact.first_name for contact in page.contacts} == {"Clerk"}
    assert len(ids) == len(set(ids)) == 230


def test_a_contact_with_two_words_of_one_beginning_counts_once(world: World) -> None:
    with world.database.write() as tx:
        for number in range(4):
            create_contact(tx, world.alice, {"real_name": f"Clerkson Clerkley{'abcd'[number]}", "employer": "Clerks"})
    engine, organization_id = ENGINES[world.database.engine], world.organization.id
    with world.database.read() as tx:
        begun, either = (Group((), ("clerk",)),), (Group(("clerks", "clerkson"), ("clerkl",)),)
        for groups in (begun, either):
            assert [engine.count(tx, organization_id, groups, most) for most in (3, 4, 5, 20)] == [3, 4, 4, 4]
        assert search_contacts(tx, organization_id, "clerk", limit=10).total == 4
