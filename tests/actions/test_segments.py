"""Segments: saved, run, counted; broken once what they refer to is gone, and unchanged by renames."""

import pytest
from world import World

from coterie.actions.contact_relationships import relate
from coterie.actions.contacts import create_contact
from coterie.actions.filters import read_filter
from coterie.actions.folders import create_folder, delete_folder, set_folders, update_folder
from coterie.actions.merges import merge_contacts
from coterie.actions.properties import create_definition, delete_definition, update_definition
from coterie.actions.segments import (
    count_segment,
    create_segment,
    delete_segment,
    describe_segment,
    find_segment,
    update_segment,
)
from coterie.actions.terms import create_term, delete_term, put_on_contact, restore_term, update_term
from coterie.errors import Invalid, NotFound
from coterie.model.relationships import type_id
from coterie.model.terms import TAGS
from coterie.store.database import Tx
from coterie.store.filters.contacts import list_matching
from coterie.store.segments import list_segments


def ids(tx: Tx, world: World, text: str | None, segment_id: int | None = None) -> list[int]:
    where = read_filter(tx, world.alice, text, segment_id)
    assert where is not None
    return [contact.id for contact in list_matching(tx, world.alice.organization_id, where, limit=100)]


def test_a_segment_lists_and_counts_its_contacts(world: World) -> None:
    with world.database.write() as tx:
        segment = create_segment(tx, world.alice, " Reachable ", "phone:* -status:optout")
        assert segment.name == "Reachable"
        assert ids(tx, world, None, segment.id) == [world.marge.id]
        assert count_segment(tx, world.alice, segment) == 1
        assert ids(tx, world, "email:homer@example.org", segment.id) == []
        assert ids(tx, world, "-segment:reachable") == [world.homer.id]
        assert list_segments(tx, world.alice.organization_id, limit=10) == [segment]
        delete_segment(tx, world.alice, segment.id)
        with pytest.raises(NotFound):
            find_segment(tx, world.alice, segment.id)
        with pytest.raises(NotFound):
            read_filter(tx, world.alice, None, segment.id)


def test_a_rename_changes_the_line_and_not_the_segment(world: World) -> None:
    with world.database.write() as tx:
        tag = create_term(tx, world.alice, TAGS, "Friends")
        folder = create_folder(tx, world.alice, "Old")
        put_on_contact(tx, world.alice, TAGS, world.marge.id, tag.id)
        set_folders(tx, world.alice, world.homer.id, [folder.id])
        segment = create_segment(tx, world.alice, "Both", "tag:friends OR folder:old")
        update_term(tx, world.alice, TAGS, tag.id, "Best friends")
        update_folder(tx, world.alice, folder.id, {"name": "New"})
        assert ids(tx, world, None, segment.id) == [world.marge.id, world.homer.id]
        sheet = describe_segment(tx, world.alice, segment)
        assert (sheet.line, sheet.problem) == ('tag:"Best friends" OR folder:New', None)
        assert update_segment(tx, world.alice, segment.id, filter_=sheet.line) == segment


def test_a_segment_whose_tag_or_folder_is_gone_is_broken_and_matches_nobody(world: World) -> None:
    with world.database.write() as tx:
        tag = create_term(tx, world.alice, TAGS, "Friends")
        folder = create_folder(tx, world.alice, "Old")
        segment = create_segment(tx, world.alice, "Others", "-tag:friends -folder:old")
        outer = create_segment(tx, world.alice, "Outer", "segment:others")
        delete_term(tx, world.alice, TAGS, tag.id)
        delete_folder(tx, world.alice, folder.id)
        for each, field in ((segment, "segment_id"), (outer, "segment_id")):
            with pytest.raises(Invalid, match="the segment 'Others' is broken") as error:
                read_filter(tx, world.alice, None, each.id)
            assert error.value.problems[0].path == (field,)
            assert error.value.problems[0].kind == "broken_segment"
        with pytest.raises(Invalid, match="broken"):
            count_segment(tx, world.alice, segment)
        sheet = describe_segment(tx, world.alice, segment)
        assert [(each.code, each.name) for each in sheet.missing] == [
            ("unknown_tag", "Friends"), ("unknown_folder", None)
        ]  # fmt: skip
        assert sheet.problem is not None
        restore_term(tx, world.alice, TAGS, tag.id)
        segment = update_segment(tx, world.alice, segment.id, filter_="-tag:friends")
        assert ids(tx, world, None, segment.id) == [world.marge.id, world.homer.id]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tag:nobody", "at position 5: there is no tag 'nobody'"),
        ("tag:frends", "there is no tag 'frends': did you mean 'Friends'?"),
        ("folder:#123", "the folder #123 does not exist or was deleted"),
        ("segment:mine", "the segment refers to itself"),
        ("segment:#99", "was deleted"),
        ("segment:mne", "did you mean 'Mine'?"),
        ("tga:x", "at position 1: 'tga' is not a field: did you mean tag?"),
        ("", "is missing"),
    ],
)
def test_a_segment_that_cannot_run_is_not_saved(world: World, text: str, says: str) -> None:
    with world.database.write() as tx:
        segment = create_segment(tx, world.alice, "Mine", "status:optout")
        create_term(tx, world.alice, TAGS, "Friends")
        with pytest.raises(Invalid) as error:
            update_segment(tx, world.alice, segment.id, filter_=text)
    assert says in str(error.value)


def test_segments_that_lead_back_to_themselves_are_refused(world: World) -> None:
    with world.database.write() as tx:
        first = create_segment(tx, world.alice, "a", "status:optout")
        for name, inner in (("b", "a"), ("c", "b")):
            create_segment(tx, world.alice, name, f"-segment:{inner}")
        with pytest.raises(Invalid, match="refers to itself"):
            update_segment(tx, world.alice, first.id, filter_="segment:c")
        with pytest.raises(Invalid, match="more than 3 deep"):
            create_segment(tx, world.alice, "e", "segment:d") if create_segment(
                tx, world.alice, "d", "segment:c"
            ) else None


def test_names_are_unique_and_segments_belong_to_their_organization(world: World) -> None:
    with world.database.write() as tx:
        segment = create_segment(tx, world.alice, "Près", "status:optout")
        for name, reason in (("PRES", "taken"), (" ", "empty"), ("x" * 201, "longer")):
            with pytest.raises(Invalid, match=reason):
                create_segment(tx, world.alice, name, "status:optout")
        assert update_segment(tx, world.alice, segment.id, name="pres").name == "pres"
        with pytest.raises(NotFound):
            update_segment(tx, world.charlie, segment.id, name="x")
        with pytest.raises(NotFound):
            read_filter(tx, world.charlie, None, segment.id)
        create_contact(tx, world.charlie, {"real_name": "Carl", "status": "optout"})
        assert ids(tx, world, "status:optout") == []


def test_a_merged_contact_in_a_segment_means_its_survivor(world: World) -> None:
    with world.database.write() as tx:
        lisa = create_contact(tx, world.alice, {"real_name": "Lisa Simpson"})
        relate(tx, world.alice, world.homer.id, {"second_contact": lisa.uuid, "type_id": type_id("Daughter")})
        segment = create_segment(tx, world.alice, "Homer's", f"relation_to:#{world.homer.id}")
        assert ids(tx, world, None, segment.id) == [lisa.id]
        merge_contacts(tx, world.alice, world.marge.id, [world.homer.id])
        assert ids(tx, world, None, segment.id) == [lisa.id]
        assert ids(tx, world, f"relation_to:{world.homer.uuid}") == [lisa.id]


def test_a_property_that_changes_its_type_breaks_a_segment_that_no_longer_fits(world: World) -> None:
    with world.database.write() as tx:
        create_definition(tx, world.alice, title="Size", property_type="number")
        segment = create_segment(tx, world.alice, "Large", "property.size:>3")
        with pytest.raises(Invalid, match="'big' is not a number"):
            create_segment(tx, world.alice, "Big", "property.size:big")
        with pytest.raises(Invalid, match="there is no property 'weight'"):
            create_segment(tx, world.alice, "Heavy", "property.weight:>3")
        update_definition(tx, world.alice, "size", {"property_type": "text"})
        problem = describe_segment(tx, world.alice, segment).problem
        assert problem is not None and "cannot be compared with gt: its type is text" in problem
        with pytest.raises(Invalid, match="broken"):
            read_filter(tx, world.alice, None, segment.id)
        delete_definition(tx, world.alice, "size")
        assert [each.code for each in describe_segment(tx, world.alice, segment).missing] == ["unknown_property"]
