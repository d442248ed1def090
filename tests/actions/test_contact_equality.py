"""A contact that was made equal to a draft says what the draft says; what stays keeps its id, what is not governed
stays as it is."""

from collections import Counter
from typing import Any

import msgspec
import pytest
from copied_worlds import worlds_in
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recorded import events_after
from world import World

from coterie.actions.addresses import add_address
from coterie.actions.attachments import REMOVE_JOB
from coterie.actions.contact_equality import make_equal
from coterie.actions.contact_rows import summary_of
from coterie.actions.contacts import create_contact, delete_contact, update_contact
from coterie.actions.dates import create_date
from coterie.actions.folders import create_folder, set_folders
from coterie.actions.handles import HANDLES_MAX, add_handle
from coterie.actions.notes import create_note
from coterie.actions.terms import create_term, delete_term, put_on_contact
from coterie.drafts.equality import ALL_FAMILIES
from coterie.drafts.from_sheet import DRAFT_PARTS, FIELDS, draft_of_sheet
from coterie.drafts.normalize import normalize_draft
from coterie.errors import Invalid, NotFound
from coterie.model.contact_sheets import ContactSheet
from coterie.model.contacts import GENDERS
from coterie.model.handles import CHANNELS, INSTAGRAM
from coterie.model.imports import AddressDraft, ContactDraft, DateDraft, HandleDraft, PictureDraft
from coterie.model.terms import TAGS
from coterie.model.text import fold
from coterie.store.contact_sheets import load_sheets
from coterie.store.contacts import find_contact
from coterie.store.database import Database, Tx
from coterie.store.events import find_last_event

# few values, so that two drafts often share some; and any text, for what nobody thought of
TEXT = st.sampled_from(["Lisa", "lisa", " Çırak ", "x"]) | st.text(max_size=12)
MAYBE = st.none() | TEXT
LABEL = st.sampled_from([None, "home", "Work", "work"])
DAY = st.sampled_from(["1980-05-12", "--05-12", "2000-02-29", "--02-29"])
HANDLES = st.builds(
    HandleDraft,
    st.sampled_from(["phone", "email", "instagram", "website"]),
    st.sampled_from(
        ["+1 800 555 0123", "(800) 555-0123", "1", "lisa", "lisa@example.org", "LISA@example.org", "x.org"]
    ),
    LABEL,
    st.booleans(),
) | st.builds(HandleDraft, st.sampled_from(CHANNELS), st.text(max_size=8), LABEL, st.booleans())
ADDRESSES = st.builds(
    AddressDraft,
    address_line_1=st.sampled_from([None, "742 Evergreen Terrace", "742 evergreen terrace"]),
    locality=st.sampled_from([None, "Springfield"]) | st.text(max_size=5),
    country=st.sampled_from([None, "US", "Austria", "Nowhere"]),
    label=LABEL,
)
DATES = st.builds(DateDraft, st.sampled_from(["Wedding", "wedding", "First met"]) | st.text(max_size=5), DAY)
PICTURES = st.builds(
    PictureDraft,
    media_type=st.sampled_from(["image/png", "image/jpeg"]),
    digest=st.sampled_from(["a" * 64, "b" * 64]),
    byte_count=st.just(7),
) | st.builds(PictureDraft, url=st.sampled_from(["https://x.example/1", "https://x.example/2"]))
DRAFTS = st.builds(
    ContactDraft,
    **dict.fromkeys(
        ["display_name", "name_prefix", "first_name", "middle_name", "last_name", "name_suffix", "nickname",
         "employer", "job_title", "how_you_met", "language", "bio", "note"], MAYBE
    ),
    gender=st.none() | st.sampled_from(GENDERS),
    birthday=st.none() | DAY,
    is_follower=st.none() | st.booleans(),
    relationship_grade=st.none() | st.integers(0, 5),
    handles=st.lists(HANDLES, max_size=4),
    addresses=st.lists(ADDRESSES, max_size=3),
    dates=st.lists(DATES, max_size=3),
    tags=st.lists(TEXT, max_size=3),
    folders=st.lists(TEXT, max_size=3),
    pictures=st.lists(PICTURES, max_size=3),
).map(lambda draft: normalize_draft(draft, "US"))  # fmt: skip
FAMILIES = st.sets(st.sampled_from(sorted(ALL_FAMILIES)))
EXAMPLES = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def sheet_of(tx: Tx, world: World, contact_id: int) -> ContactSheet:
    return load_sheets(tx, world.organization.id, [contact_id], DRAFT_PARTS)[contact_id]


def said_by(draft: ContactDraft) -> dict[str, Any]:
    """What a draft says, family by family, whatever the order of its parts."""
    urls = [picture.url for picture in draft.pictures if picture.url]
    return {
        **{name: getattr(draft, name) for name in FIELDS},
        **{channel: Counter(h for h in draft.handles if h.channel == channel) for channel in CHANNELS},
        "profile_picture_url": urls[0] if urls else None,
        "note": draft.note,
        "addresses": Counter(draft.addresses),
        "dates": Counter(draft.dates),
        "tags": {fold(tag) or tag for tag in draft.tags},
        "folders": {fold(folder) or folder for folder in draft.folders},
        "pictures": Counter(picture.digest for picture in draft.pictures if picture.digest),
    }


def rows_by_family(sheet: ContactSheet) -> dict[str, Any]:
    """The rows of each family as they are stored."""
    own = said_by(draft_of_sheet(sheet))
    return {
        **{name: own[name] for name in (*FIELDS, "profile_picture_url", "note")},
        **{channel: [h for h in sheet.handles if h.channel == channel] for channel in CHANNELS},
        **{name: list(getattr(sheet, name)) for name in ("addresses", "dates", "tags", "folders")},
        "pictures": list(sheet.attachments),
    }


def ids_by_value(sheet: ContactSheet) -> dict[Any, set[str]]:
    """What a part says -> the ids of the parts that say it."""
    ids: dict[Any, set[str]] = {}
    for handle in sheet.handles:
        ids.setdefault((handle.channel, handle.normalized), set()).add(handle.id)
    for address in sheet.addresses:
        values = tuple(getattr(address, name) for name in AddressDraft.__struct_fields__)
        ids.setdefault(values, set()).add(address.id)
    for date in sheet.dates:
        ids.setdefault(("date", date.label, date.occurs_on), set()).add(date.id)
    for attachment in sheet.attachments:
        ids.setdefault(attachment.digest, set()).add(attachment.id)
    return ids


@pytest.mark.slow
@EXAMPLES
@given(DRAFTS, DRAFTS)
def test_a_contact_says_what_the_draft_says_and_can_be_made_as_it_was(
    database: Database, first: ContactDraft, second: ContactDraft
) -> None:
    world = worlds_in(database).next()
    with database.write() as tx:
        contact_id = create_contact(tx, world.alice, {"first_name": "Bart", "note": "Eat my shorts"}).id
        make_equal(tx, world.alice, contact_id, first)
        before = sheet_of(tx, world, contact_id)
        assert said_by(draft_of_sheet(before)) == said_by(first)
        make_equal(tx, world.alice, contact_id, second)
        after = sheet_of(tx, world, contact_id)
        assert said_by(draft_of_sheet(after)) == said_by(second)
        make_equal(tx, world.alice, contact_id, draft_of_sheet(before))
        again = sheet_of(tx, world, contact_id)
        assert said_by(draft_of_sheet(again)) == said_by(first)
    for sheet in (before, after, again):
        summary = summary_of(sheet.handles)
        assert {name: getattr(sheet.contact, name) for name in summary} == summary
    kept, had = ids_by_value(after), ids_by_value(before)
    for value in kept.keys() & had.keys():
        assert len(kept[value] & had[value]) == min(len(kept[value]), len(had[value]))


@EXAMPLES
@given(DRAFTS)
def test_twice_is_once(database: Database, draft: ContactDraft) -> None:
    world = worlds_in(database).next()
    with database.write() as tx:
        make_equal(tx, world.alice, world.homer.id, draft)
        before, event_id = sheet_of(tx, world, world.homer.id), find_last_event(tx, world.organization.id)
        assert make_equal(tx, world.alice, world.homer.id, draft) == []
        assert make_equal(tx, world.alice, world.homer.id, draft_of_sheet(before)) == []
        after = sheet_of(tx, world, world.homer.id)
        assert find_last_event(tx, world.organization.id) == event_id
    assert after.contact == before.contact
    assert rows_by_family(after) == rows_by_family(before)


@EXAMPLES
@given(DRAFTS, DRAFTS, FAMILIES)
def test_what_the_draft_does_not_govern_stays_as_it_is(
    database: Database, first: ContactDraft, second: ContactDraft, families: set[str]
) -> None:
    world = worlds_in(database).next()
    with database.write() as tx:
        make_equal(tx, world.alice, world.homer.id, first)
        before = sheet_of(tx, world, world.homer.id)
        make_equal(tx, world.alice, world.homer.id, second, families)
        after = sheet_of(tx, world, world.homer.id)
    wanted, own = said_by(second), said_by(draft_of_sheet(after))
    assert {name: own[name] for name in families} == {name: wanted[name] for name in families}
    stayed, now = rows_by_family(before), rows_by_family(after)
    for family in ALL_FAMILIES - families:
        assert now[family] == stayed[family], family


# By example -----------------------------------------------------------------------------------------------------------


def draft_of_marge(tx: Tx, world: World) -> ContactDraft:
    """Marge with something of everything, as a draft."""
    marge, alice = world.marge.id, world.alice
    update_contact(tx, alice, marge, {"nickname": "Midge", "note": "Pinned"})
    add_handle(tx, alice, marge, "phone", "+1 212 555 0123", "phone", "work")
    add_address(tx, alice, marge, {"address_line_1": "742 Evergreen Terrace", "country": "US", "label": "home"})
    create_date(tx, alice, marge, {"label": "Wedding", "occurs_on": "1980-05-12"})
    put_on_contact(tx, alice, TAGS, marge, create_term(tx, alice, TAGS, "Jazz").id)
    set_folders(tx, alice, marge, [create_folder(tx, alice, "Family").id])
    return draft_of_sheet(sheet_of(tx, world, marge))


def events_of(tx: Tx, world: World, event_id: int) -> list[tuple[str, Any]]:
    return [
        (event.kind, msgspec.json.decode(event.changes) if event.changes else None)
        for event in events_after(tx, world.organization.id, event_id)
    ]


def test_each_difference_is_an_event_with_the_values_before_and_after_and_all_are_one_revision(world: World) -> None:
    with world.database.write() as tx:
        draft = draft_of_marge(tx, world)
        work = next(h for h in draft.handles if h.label == "work")
        draft.nickname, draft.birthday, draft.note = None, "--03-19", "Blue hair"
        draft.handles = [
            *(h for h in draft.handles if h.channel not in ("email", "phone")),
            HandleDraft("phone", "+1 212 555 0124", "work", True),
            HandleDraft("website", "https://marge.example"),
        ]
        draft.addresses = [msgspec.structs.replace(draft.addresses[0], locality="Springfield")]
        draft.dates = [DateDraft("First met", "1974-01-01")]
        draft.tags, draft.folders = ["Bowling"], []
        before, event_id = (
            find_contact(tx, world.organization.id, world.marge.id),
            find_last_event(tx, world.organization.id),
        )
        changed = make_equal(tx, world.alice, world.marge.id, normalize_draft(draft, "US"))
        after = find_contact(tx, world.organization.id, world.marge.id)
        events = events_of(tx, world, event_id)
    assert before is not None and after is not None
    # the new tag's event has the number before
    assert after.revision == event_id + 2 > before.revision
    assert after.updated_at > before.updated_at
    assert events == [
        ("tag.created", {"name": [None, "Bowling"]}),
        ("contact.updated", {"nickname": ["Midge", None], "birthday": [None, "--03-19"]}),
        ("contact.handle_updated", {"phone": [work.value, "+1 212 555 0124"], "is_primary": [None, True]}),
        ("contact.handle_deleted", {"email": ["marge@example.org", None], "is_primary": [True, None]}),
        ("contact.handle_deleted", {"phone": ["(800) 555-5555", None], "is_primary": [True, None]}),
        ("contact.handle_added", {"website": [None, "https://marge.example"], "is_primary": [None, True]}),
        ("address.updated", {"locality": [None, "Springfield"]}),
        ("date.deleted", {"label": ["Wedding", None], "occurs_on": ["1980-05-12", None]}),
        ("date.created", {"label": [None, "First met"], "occurs_on": [None, "1974-01-01"]}),
        ("contact.tagged", None),
        ("contact.untagged", None),
        ("contact.taken_out_of_folder", None),
        ("note.updated", {"text": ["Pinned", "Blue hair"]}),
    ]
    assert [row["kind"] for row in changed] == [kind for kind, _ in events[1:]]


def test_a_part_that_comes_back_has_its_id_again(world: World) -> None:
    with world.database.write() as tx:
        draft = draft_of_marge(tx, world)
        before = sheet_of(tx, world, world.marge.id)
        make_equal(tx, world.alice, world.marge.id, ContactDraft(first_name="Marge"))
        bare = sheet_of(tx, world, world.marge.id)
        event_id = find_last_event(tx, world.organization.id)
        make_equal(tx, world.alice, world.marge.id, draft)
        after = sheet_of(tx, world, world.marge.id)
        kinds = [kind for kind, _ in events_of(tx, world, event_id)]
    assert not bare.handles and not bare.addresses and not bare.dates and not bare.tags and not bare.folders
    assert ids_by_value(after) == ids_by_value(before)
    assert kinds.count("contact.handle_restored") == len(before.handles)
    assert {"address.restored", "date.restored"} <= set(kinds)


def test_a_username_that_changes_stays_as_a_former_one(world: World) -> None:
    with world.database.write() as tx:
        for username in ("midge", "marge", "midge"):
            draft = ContactDraft(handles=[HandleDraft(INSTAGRAM, username, None, True, username)])
            make_equal(tx, world.alice, world.marge.id, draft, {INSTAGRAM})
            sheet = sheet_of(tx, world, world.marge.id)
            handles = [h for h in sheet.handles if h.channel == INSTAGRAM and not h.is_former]
            assert [(h.value, h.is_primary) for h in handles] == [(username, True)]
            assert sheet.contact.username == username
    former = [h.value for h in sheet.handles if h.is_former]
    assert former == ["marge"]


def test_another_contact_s_username_is_refused(world: World) -> None:
    draft = ContactDraft(handles=[HandleDraft(INSTAGRAM, "marge", None, True, "marge")])
    with pytest.raises(Invalid) as error, world.database.write() as tx:
        make_equal(tx, world.alice, world.homer.id, draft)
    assert [problem.path for problem in error.value.problems] == [("username",)]


def test_more_handles_than_a_contact_takes_are_refused(world: World) -> None:
    with world.database.write() as tx:
        for number in range(HANDLES_MAX - 100):
            add_handle(tx, world.alice, world.homer.id, "other", f"h{number}", "other")
    many = [HandleDraft("website", f"https://{n}.example", None, n == 0, f"{n}.example") for n in range(150)]
    with pytest.raises(Invalid) as error, world.database.write() as tx:
        make_equal(tx, world.alice, world.homer.id, ContactDraft(handles=many), {"website"})
    assert [problem.path for problem in error.value.problems] == [("handles",)]


def test_a_deleted_tag_that_is_wanted_comes_back_and_one_that_is_not_stays_hidden(world: World) -> None:
    with world.database.write() as tx:
        for name in ("Jazz", "Blues"):
            tag = create_term(tx, world.alice, TAGS, name)
            put_on_contact(tx, world.alice, TAGS, world.marge.id, tag.id)
            delete_term(tx, world.alice, TAGS, tag.id)
        make_equal(tx, world.alice, world.marge.id, ContactDraft(tags=["JAZZ"]), {"tags"})
        sheet = load_sheets(tx, world.organization.id, [world.marge.id], ["tags", "hidden_tags"])[world.marge.id]
    assert [tag.name for tag in sheet.tags] == ["Jazz"]
    assert [tag.name for tag in sheet.hidden_tags] == ["Blues"]


def test_a_pinned_note_about_several_contacts_is_left_to_the_others(world: World) -> None:
    with world.database.write() as tx:
        update_contact(tx, world.alice, world.marge.id, {"note": "Both"})
        tx.run(
            "INSERT INTO note_contacts (organization_id, contact_id, note_id)"
            " SELECT organization_id, :homer, note_id FROM note_contacts"
            " WHERE organization_id = :o AND contact_id = :marge",
            {"o": world.organization.id, "homer": world.homer.id, "marge": world.marge.id},
        )
        tx.run(
            "UPDATE contacts SET pinned_note = 'Both' WHERE organization_id = :o AND id = :homer",
            {"o": world.organization.id, "homer": world.homer.id},
        )
        create_note(tx, world.bob, {"text": "Mine", "is_personal": True, "contacts": [world.marge.uuid]})
        make_equal(tx, world.alice, world.marge.id, ContactDraft(note="Marge alone"), {"note"})
        notes = load_sheets(
            tx, world.organization.id, [world.marge.id, world.homer.id], ["notes"], reader_id=world.bob.user_id
        )
    assert {note.text for note in notes[world.marge.id].notes} == {"Marge alone", "Mine"}
    assert {note.text for note in notes[world.homer.id].notes} == {"Both"}


def test_the_bytes_of_a_picture_that_is_gone_are_deleted_later(world: World) -> None:
    picture = PictureDraft("image/png", digest="c" * 64, byte_count=3)
    with world.database.write() as tx:
        make_equal(tx, world.alice, world.homer.id, ContactDraft(pictures=[picture]), {"pictures"})
        (attachment,) = sheet_of(tx, world, world.homer.id).attachments
        make_equal(tx, world.alice, world.homer.id, ContactDraft(), {"pictures"})
        assert list(sheet_of(tx, world, world.homer.id).attachments) == []
        jobs = tx.all(
            "SELECT arguments FROM jobs WHERE organization_id = :o AND name = :name",
            {"o": world.organization.id, "name": REMOVE_JOB},
        )
    assert (attachment.kind, attachment.filename, attachment.byte_count) == ("picture", "picture.png", 3)
    assert ["c" * 64 in arguments for (arguments,) in jobs] == [True]


def test_a_contact_that_is_not_there_is_refused(world: World) -> None:
    with world.database.write() as tx:
        delete_contact(tx, world.alice, world.homer.id)
        for caller, contact_id in ((world.alice, world.homer.id), (world.alice, 4_000_000)):
            with pytest.raises(NotFound):
                make_equal(tx, caller, contact_id, ContactDraft())


def test_a_part_of_the_name_alone_replaces_the_name_as_written(world: World) -> None:
    with world.database.write() as tx:
        contact_id = create_contact(tx, world.alice, {"real_name": "Bart ✨ Simpson"}).id
        make_equal(tx, world.alice, contact_id, ContactDraft(nickname="El Barto"), {"nickname"})
        assert sheet_of(tx, world, contact_id).contact.full_name == "Bart ✨ Simpson"
        make_equal(tx, world.alice, contact_id, ContactDraft(last_name="Bouvier"), {"last_name"})
        assert sheet_of(tx, world, contact_id).contact.full_name == "Bart Bouvier"
        draft = ContactDraft(first_name="Bart", last_name="Bouvier", formatted_name="Bouvier, Bart")
        make_equal(tx, world.alice, contact_id, draft)
        assert draft_of_sheet(sheet_of(tx, world, contact_id)).full_name == "Bouvier, Bart"
